"""Versions that have to fit: the cluster's, the kubelet's, the tools', an external etcd's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from ssl import SSLError

from phases.checks.check import Finding, Look, error, warning
from phases.engine.context import Context
from phases.model.types import Configuration
from phases.model.versions import Version, newest_version, parse_version, release_of

HANGS_UP = (SSLError, ConnectionResetError, BrokenPipeError)

KUBELET_SKEW = 3
"""How many minor releases a kubelet may be older than the newest release known here."""

SKEW = {"kubeadm": (0, 1), "kubectl": (-1, 0, 1)}
"""How many minor releases a tool may be newer than its cluster."""

ASKED = {"kubeadm": ("version", "-o", "short"), "kubectl": ("version", "--client")}


def cluster(context: Context) -> Iterator[Finding]:
    known, wanted = newest_version(), context.version
    if (wanted.major, wanted.minor) > (known.major, known.minor):
        yield warning(
            f"Kubernetes {wanted} is asked for",
            f"{known.major}.{known.minor} or older, which is what this installer knows",
            "Update kubeboot-tui or ask for an older version",
        )


def kubelet(context: Context) -> Iterator[Finding]:
    """Not more than three releases behind what is known here, and not ahead of the control plane.

    Facts: program, version (empty without one), wanted (a release).
    """
    found, known, wanted = kubelet_version(context), newest_version(), context.version
    release = f"{wanted.major}.{wanted.minor}"
    oldest = Version(known.major, known.minor - KUBELET_SKEW, 0)
    needed = f"a kubelet from {oldest} to v{release}"
    remedy = f"Install a kubelet of the release {release}"
    facts = {"program": "kubelet", "version": str(found or ""), "wanted": release}
    if found is None:
        yield error("`kubelet --version` tells no version", needed, remedy, **facts)
    elif found < oldest or (found.major, found.minor) > (wanted.major, wanted.minor):
        yield error(f"kubelet {found}", needed, remedy, **facts)


def tool(name: str) -> Look:
    return partial(fits, name=name)


def fits(context: Context, *, name: str) -> Iterator[Finding]:
    """kubeadm and kubectl of the release that is asked for, or one off where they may be.

    kubeadm can work on a cluster of its own release and of the one before, kubectl one to either
    side. Facts: program, version (empty without one), wanted (a release).
    """
    found, wanted = tool_version(context, name), context.version
    release = f"{wanted.major}.{wanted.minor}"
    needed, remedy = f"one of the release {release}", f"Install {name} of the release {release}"
    facts = {"program": name, "version": str(found or ""), "wanted": release}
    if found is None:
        yield warning(f"no program {name}", needed, remedy, **facts)
    elif found.major != wanted.major or found.minor - wanted.minor not in SKEW[name]:
        yield warning(f"{name} is of version {found}", needed, remedy, **facts)


def tool_version(context: Context, name: str) -> Version | None:
    """The version of a tool on the PATH, None without one that can be read."""
    result = context.host.probe([name, *ASKED[name]], timeout=15)
    said = re.search(r"\bv\d+\.\d+\.\d+[-+.\w]*", result.stdout)
    try:
        return parse_version(said[0]) if said and result.code == 0 else None
    except ValueError:
        return None


def kubelet_version(context: Context) -> Version | None:
    """The version of the kubelet on the PATH, None without one that can be read."""
    result = context.host.probe(["kubelet", "--version"], timeout=15)
    said = re.fullmatch(r"\s*Kubernetes (v\S+)\s*", result.stdout)
    try:
        return parse_version(said[1]) if said and result.code == 0 else None
    except ValueError:
        return None


def has_external_etcd(configuration: Configuration) -> bool:
    return configuration.cluster.etcd.external is not None


def external_etcd(context: Context) -> Iterator[Finding]:
    """Asks each member for its version, once and without a client certificate.

    A member that demands one hangs up, and is left to the API server to find out about.
    """
    external = context.configuration.cluster.etcd.external
    for endpoint in (external.http_endpoints or external.endpoints) if external else ():
        try:
            reply = context.host.fetch(f"{endpoint.rstrip('/')}/version", timeout=4)
        except HANGS_UP:
            continue
        except OSError as refusal:
            yield error(f"{endpoint}: {refusal}", "an etcd that answers", "See that it is up")
        else:
            yield from judge_etcd(context, endpoint, reply.body)


def judge_etcd(context: Context, endpoint: str, body: str) -> Iterator[Finding]:
    least = release_of(context.version).external_etcd
    try:
        found = parse_version(json.loads(body)["etcdserver"])
    except (ValueError, KeyError, TypeError):
        yield error(f"{endpoint} tells no version", f"etcd {least} or newer", "Name an etcd member")
        return
    if found < parse_version(least):
        yield error(f"{endpoint} is etcd {found}", f"etcd {least} or newer", "Update etcd")
