"""What comes with and after init: a network plugin, a user's kubeconfig, new join commands, the desk.

One master and one worker serve all tests of this file, in their order.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from phases.engine.request import Request

from . import podnet, program
from .errors import LabError
from .lab import Lab
from .node import Node
from .podnet import KUBECTL
from .test_end_to_end import REMOVED, SEED, joined
from .wait import until

PLUGIN = """\
apiVersion: example.com/v1
kind: Gadget
metadata: {name: settings}
spec: {bridge: cni0}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: lab-cni, namespace: lab-network}
spec:
  selector: {matchLabels: {app: lab-cni}}
  template:
    metadata: {labels: {app: lab-cni}}
    spec:
      hostNetwork: true
      nodeSelector: {node-role.kubernetes.io/control-plane: ""}
      tolerations: [{operator: Exists}]
      containers:
      - name: write
        image: registry.k8s.io/kubeboot-test:1
        command: [sh, -c, "echo \\"$CONF\\" >/cni/10-lab.conflist && exec sleep 86400"]
        env: [{name: CONF, value: 'CONFIG'}]
        volumeMounts: [{name: cni, mountPath: /cni}]
      volumes:
      - {name: cni, hostPath: {path: /etc/cni/net.d, type: DirectoryOrCreate}}
---
apiVersion: v1
kind: Namespace
metadata: {name: lab-network}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Gadget, plural: gadgets, singular: gadget}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""
"""A small network plugin in the order of a careless author: what others stand on comes last."""

MANIFEST = "/root/network.yaml"
USER = "ada"


@dataclass(frozen=True)
class Pair:
    master: Node
    worker: Node

    def init(self, *more: str) -> Any:
        words = ("init", "--config", program.CONFIG, "--upload-certs", *more)
        return self.master.run("kubeboot-tui", *words, timeout=400)

    def kubectl(self, *words: str) -> str:
        return self.master.check(*KUBECTL, *words).stdout


def bridge(pods: str) -> str:
    """A bridge's CNI configuration for the pods of one node."""
    return json.dumps(podnet._config(pods))


@pytest.fixture(scope="module")
def pair(lab: Lab) -> Iterator[Pair]:
    """Two fresh nodes; on the first lie the program, a configuration, a plugin and a user."""
    with lab.nodes(2, ready=True) as (master, worker):
        program.install(master)
        master.write(program.CONFIG, SEED.format(address=master.address).replace(REMOVED, ""))
        master.write(MANIFEST, PLUGIN.replace("CONFIG", bridge("10.244.0.0/24")))
        master.check("useradd", "--create-home", USER)
        yield Pair(master, worker)


def test_a_bad_manifest_is_refused_before_anything_happens(pair: Pair) -> None:
    """An alias, a wrong digest, plain http and a missing file each end with 2, the machine untouched."""
    pair.master.write("/root/bad.yaml", "a: &a [1]\nb: *a\n")
    for words, why in (
        (("/root/bad.yaml",), "aliases"),
        ((MANIFEST, "--network-sha256", "0" * 64), "SHA-256"),
        (("http://example.com/x.yaml",), "https"),
        (("/root/none.yaml",), "no such file"),
    ):
        result = pair.init("--network-manifest", *words)
        assert result.returncode == 2, result.stdout
        assert why in result.stderr
    assert not pair.master.exists("/etc/kubernetes/pki")


def test_init_with_a_plugin_ends_with_a_ready_node(pair: Pair) -> None:
    """The manifest is applied in an order that works, and the run ends when the node is Ready."""
    server = "python3 -m http.server --bind 127.0.0.1 --directory /root 8099 >/dev/null 2>&1 &"
    pair.master.shell(server)
    url = "http://127.0.0.1:8099/network.yaml"
    call = f"import urllib.request; urllib.request.urlopen('{url}')"
    until(lambda: pair.master.check("python3", "-c", call), pause=0.1)
    result = pair.init("--network-manifest", url, "--kubeconfig-for", USER)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "isn't Ready" not in result.stdout
    ready = "jsonpath={.status.conditions[?(@.type=='Ready')].status}"
    assert pair.kubectl("get", "node", pair.master.name, "-o", ready) == "True"
    assert "settings" in pair.kubectl("get", "gadgets", "-o", "name")


def test_the_user_can_use_the_cluster(pair: Pair) -> None:
    """The kubeconfig is the user's own, nobody else reads it, and kubectl works with it."""
    found = pair.master.shell(f"stat -c '%U %a' /home/{USER}/.kube /home/{USER}/.kube/config")
    assert found.stdout.split("\n")[:2] == [f"{USER} 750", f"{USER} 600"]
    assert pair.master.name in pair.master.check("su", "-", USER, "-c", "kubectl get nodes").stdout


def test_a_second_run_changes_nothing(pair: Pair) -> None:
    """Objects of the plugin and the user's kubeconfig are left alone."""
    result = pair.init("--network-manifest", MANIFEST, "--kubeconfig-for", USER)
    assert "Nothing to do" in result.stdout, result.stdout + result.stderr


def test_an_unknown_kind_stops_the_phase_before_anything_is_applied(pair: Pair) -> None:
    """A kind that nobody defines ends with 4; the namespace beside it isn't made."""
    pair.master.write(
        "/root/unknown.yaml",
        "{apiVersion: v1, kind: Namespace, metadata: {name: never}}\n---\n"
        "{apiVersion: example.com/v2, kind: Widget, metadata: {name: a}}\n",
    )
    result = pair.init("--network-manifest", "/root/unknown.yaml")
    assert result.returncode == 4, result.stdout
    assert "knows no Widget of example.com/v2" in result.stdout
    assert "never" not in pair.kubectl("get", "namespaces", "-o", "name")


@contextmanager
def engine(node: Node, request: Request) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """An engine whose front end is this test: its journal, as seen from here, and its process."""
    process = subprocess.Popen(
        node.command("kubeboot-tui", "engine"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{request.to_json()}\n")
        process.stdin.flush()
        journal = Path(json.loads(process.stdout.readline())["journal"])
        yield node.root / journal.relative_to("/"), process


@contextmanager
def desk(node: Node) -> Iterator[Path]:
    """A desk whose front end is this test; its journal, as seen from here."""
    with engine(node, Request("desk")) as (journal, process):
        yield journal
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


def told(journal: Path, name: str) -> list[tuple[str, str]]:
    """State and lack of a node, each time that they were told."""
    records = map(json.loads, journal.read_text().splitlines())
    data = [r["data"] for r in records if r.get("topic") == "node" and r["item"] == name]
    return [(one["state"], one["lacks"]) for one in data]


def last_is(journal: Path, name: str, state: str) -> None:
    found = told(journal, name)
    if not found or found[-1][0] != state:
        raise LabError(f"{name}: {found}")


def test_a_new_token_joins_while_the_desk_watches(pair: Pair) -> None:
    """token create prints a new command; the desk tells how the worker arrives and what it lacks."""
    before = program.handover(pair.master)["worker"]
    with desk(pair.master) as journal:
        result = pair.master.check("kubeboot-tui", "token", "create")
        (command,) = [
            line
            for line in result.stdout.splitlines()
            if line.startswith("kubeadm join ") and "--control-plane" not in line
        ]
        assert command != before
        joined(pair.worker, command)
        until(lambda: last_is(journal, pair.worker.name, "NotReady"))
        until(lambda: told_lack(journal, pair.worker.name, "no network plugin"))
        podnet.install(pair.worker, podnet.assigned(pair.master, pair.worker))
        until(lambda: last_is(journal, pair.worker.name, "Ready"))
        assert (pair.master.name, "Ready") == (
            pair.master.name,
            told(journal, pair.master.name)[-1][0],
        )
        folder = journal.parent
    assert not folder.exists()


def told_lack(journal: Path, name: str, lack: str) -> None:
    if lack not in {lacks for _, lacks in told(journal, name)}:
        raise LabError(f"{told(journal, name)}")


def test_new_certificates_are_uploaded_with_a_new_key(pair: Pair) -> None:
    """token create --upload-certs makes a new key, and the real kubeadm opens what it sealed."""
    before = program.handover(pair.master).get("certificate_key", "")
    printed = pair.master.check(
        "kubeboot-tui", "token", "create", "--upload-certs", "--json"
    ).stdout
    given = json.loads(printed.splitlines()[-1])
    assert given["certificate_key"] != before
    assert f"--certificate-key {given['certificate_key']}" in given["control_plane"]
    listed = pair.master.check("kubeadm", "token", "list").stdout
    assert given["token_id"] in listed


def test_a_desk_ends_on_sigterm_and_takes_no_lock(pair: Pair) -> None:
    """Two desks run beside each other and beside a run; a signal ends one and removes its folder."""
    with desk(pair.master) as one, desk(pair.master) as other:
        assert "Nothing to do" in pair.init("--network-manifest", MANIFEST).stdout
        pid = json.loads(one.read_text().splitlines()[0])["pid"]
        pair.master.check("kill", str(pid))
        until(lambda: gone(one.parent), seconds=10)
        assert other.exists()


def gone(folder: Path) -> None:
    if folder.exists():
        raise LabError(f"{folder} is still there")
