"""Ports opened in whichever firewall is in the way. What the rules are loaded from is their author's."""

from __future__ import annotations

from collections.abc import Iterable

from phases.engine.context import Context
from phases.fixes.fix import Findings, command, keep


def firewalld(context: Context, findings: Findings) -> None:
    """Both now and for good, without a reload, which would drop what others have set for now."""
    for port in ports(findings):
        for scope in ((), ("--permanent",)):
            command(
                context,
                *("firewall-cmd", "-q", *scope, f"--add-port={port}/tcp"),
                undo=("firewall-cmd", "-q", *scope, f"--remove-port={port}/tcp"),
            )


def ufw(context: Context, findings: Findings) -> None:
    for port in ports(findings):
        undo = ("ufw", "delete", "allow", f"{port}/tcp")
        command(context, "ufw", "allow", f"{port}/tcp", undo=undo)


def iptables(context: Context, findings: Findings) -> None:
    for port in ports(findings):
        rule = ("INPUT", "-p", "tcp", "--dport", str(port), "-j", "ACCEPT")
        command(context, "iptables", "-I", *rule, undo=("iptables", "-D", *rule))


def nftables(context: Context, findings: Findings) -> None:
    """A rule has no name to take it back by: undo reads back the chain as it was."""
    for finding in findings:
        chain = tuple(str(finding.facts["chain"]).split())
        rules = context.host.probe(("nft", "list", "chain", *chain)).stdout
        text = f"flush chain {' '.join(chain)}\n{rules}"
        before = keep(context, f"nftables-{'-'.join(chain)}", text.encode())
        wanted = f"{{ {', '.join(ports([finding]))} }}"
        rule = ("tcp", "dport", wanted, "accept", "comment", '"Kubernetes, by kubeboot-tui"')
        command(context, "nft", "insert", "rule", *chain, *rule, undo=("nft", "-f", before))


def ports(findings: Findings) -> Iterable[str]:
    return [str(port) for finding in findings for port in finding.facts.get("ports", ())]
