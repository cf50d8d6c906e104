"""Versions that have to fit: the cluster's, the kubelet's, an external etcd's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from ssl import SSLError

from phases.checks.check import Finding, error, warning
from phases.engine.context import Context
from phases.model.types import Configuration
from phases.model.versions import Version, newest_version, parse_version, release_of

HANGS_UP = (SSLError, ConnectionResetError, BrokenPipeError)

KUBELET_SKEW = 3
"""How many minor releases a kubelet may be older than the newest release known here."""


def cluster(context: Context) -> Iterator[Finding]:
    known, wanted = newest_version(), context.version
    if (wanted.major, wanted.minor) > (known.major, known.minor):
        yield warning(
            f"Kubernetes {wanted} is asked for",
            f"{known.major}.{known.minor} or older, which is what this installer knows",
            "Update kubeboot-tui or ask for an older version",
        )


def kubelet(context: Context) -> Iterator[Finding]:
    """Not more than three releases behind what is known here, and not ahead of the control plane."""
    found, known, wanted = kubelet_version(context), newest_version(), context.version
    oldest = Version(known.major, known.minor - KUBELET_SKEW, 0)
    needed = f"a kubelet from {oldest} to v{wanted.major}.{wanted.minor}"
    remedy = f"Install a kubelet of the release {wanted.major}.{wanted.minor}"
    if found is None:
        yield error("`kubelet --version` tells no version", needed, remedy)
    elif found < oldest or (found.major, found.minor) > (wanted.major, wanted.minor):
        yield error(f"kubelet {found}", needed, remedy)


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
