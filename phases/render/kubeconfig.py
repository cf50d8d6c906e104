"""The table of the five kubeconfig files, their bytes, and what is wrong with existing ones.

The certificates inside are made by `pki`; where the files lie is the phases' business.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import yaml

from phases.model.go_yaml import to_yaml
from phases.model.types import Configuration
from phases.render import certificates, inspection, pki
from phases.render.endpoints import control_plane_endpoint, local_endpoint

KUBELET_CERTIFICATE = "/var/lib/kubelet/pki/kubelet-client-current.pem"
"""Where a kubelet keeps its current client certificate with its key, unless --cert-dir says so."""

NO_FILES: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class KubeconfigSpec:
    """One row: `name` is kubeadm's step, `user` the common name (`:` wants the node's behind)."""

    name: str
    user: str
    organizations: tuple[str, ...]
    server: Callable[[Configuration], str]

    @property
    def file(self) -> str:
        return f"{self.name}.conf"

    @property
    def request_file(self) -> str:
        return f"{self.file}.csr"


KUBECONFIGS: tuple[KubeconfigSpec, ...] = (
    KubeconfigSpec(
        "admin", "kubernetes-admin", (certificates.CLUSTER_ADMINS,), control_plane_endpoint
    ),
    KubeconfigSpec(
        "super-admin", "kubernetes-super-admin", ("system:masters",), control_plane_endpoint
    ),
    KubeconfigSpec("kubelet", "system:node:", ("system:nodes",), local_endpoint),
    KubeconfigSpec("controller-manager", "system:kube-controller-manager", (), local_endpoint),
    KubeconfigSpec("scheduler", "system:kube-scheduler", (), local_endpoint),
)


class UnreadableError(ValueError):
    """A file isn't a kubeconfig whose current context names a cluster and a user."""


@dataclass(frozen=True, slots=True)
class Current:
    """What the current context of a kubeconfig points at; data decoded, paths as they stand.

    `cluster` is the name that the file gives it.
    """

    server: str
    authority: bytes
    authority_path: str
    certificate: bytes
    certificate_path: str
    key: bytes
    key_path: str
    cluster: str = ""

    def paths(self) -> tuple[str, ...]:
        """The files that must be read to judge this kubeconfig."""
        pairs = (
            (self.authority, self.authority_path),
            (self.certificate, self.certificate_path),
            (self.key, self.key_path),
        )
        return tuple(dict.fromkeys(path for data, path in pairs if path and not data))


def spec(name: str) -> KubeconfigSpec:
    """The row with kubeadm's step name; a KeyError for an unknown one."""
    return {row.name: row for row in KUBECONFIGS}[name]


def subject(row: KubeconfigSpec, configuration: Configuration) -> pki.Subject:
    """What the client certificate inside says."""
    node = configuration.init.node_registration.name if row.user.endswith(":") else ""
    return pki.Subject(row.user + node, row.organizations, ("client",))


def create(
    row: KubeconfigSpec, configuration: Configuration, authority: pki.Pair, now: datetime
) -> bytes:
    """A kubeconfig with a new key and a certificate that starts when its authority does."""
    who = subject(row, configuration)
    key = pki.new_key(certificates.algorithm(configuration))
    start, _ = inspection.certificate_period(authority.certificate)
    end = pki.Validity.of(now, certificates.leaf_period(configuration)).end
    certificate = pki.signed(who, key, authority, pki.Validity(start, end))
    user = {"client-certificate-data": _encoded(certificate), "client-key-data": _encoded(key)}
    cluster = {
        "certificate-authority-data": _encoded(pki.first(authority.certificate)),
        "server": row.server(configuration),
    }
    return _kubeconfig(configuration.cluster.cluster_name, cluster, who.common_name, user)


def create_request(row: KubeconfigSpec, configuration: Configuration) -> tuple[bytes, bytes]:
    """A kubeconfig still without certificates, and the request for its user's: (file, PEM)."""
    who = subject(row, configuration)
    key = pki.new_key(certificates.algorithm(configuration))
    cluster = {"server": row.server(configuration)}
    user = {"client-key-data": _encoded(key)}
    name = configuration.cluster.cluster_name
    return _kubeconfig(name, cluster, who.common_name, user), pki.request(who, key)


def current(content: bytes) -> Current:
    """Reads what a kubeconfig's current context points at; an UnreadableError when it can't."""
    config = _load(content)
    context = _named(config, "contexts", "context", str(config.get("current-context", "")))
    cluster = _named(config, "clusters", "cluster", str(context.get("cluster", "")))
    user = _named(config, "users", "user", str(context.get("user", "")))
    return Current(
        server=str(cluster.get("server", "")),
        authority=_decoded(cluster, "certificate-authority-data"),
        authority_path=str(cluster.get("certificate-authority", "")),
        certificate=_decoded(user, "client-certificate-data"),
        certificate_path=str(user.get("client-certificate", "")),
        key=_decoded(user, "client-key-data"),
        key_path=str(user.get("client-key", "")),
        cluster=str(context.get("cluster", "")),
    )


def check(
    row: KubeconfigSpec,
    configuration: Configuration,
    content: bytes,
    authority: bytes,
    now: datetime,
    files: Mapping[str, bytes] = NO_FILES,
) -> inspection.Reasons:
    """Why an existing kubeconfig can't stay; empty when it is fine.

    `authority` is ca.crt. `files` holds the files that it refers to instead of embedding
    (`current(content).paths()` lists them), such as a kubelet's rotating certificate.
    """
    try:
        found = current(content)
    except UnreadableError as error:
        return (str(error),)
    missing = [path for path in found.paths() if path not in files]
    if missing:
        return tuple(f"it refers to {path}, which isn't there" for path in missing)
    pair = pki.Pair(
        found.certificate or files.get(found.certificate_path, b""),
        found.key or files.get(found.key_path, b""),
    )
    return (
        *_authority(found.authority or files.get(found.authority_path, b""), authority),
        *_server(found.server, row.server(configuration)),
        *inspection.leaf(pair, subject(row, configuration), authority, now),
    )


def finalized(content: bytes, pem_path: str = KUBELET_CERTIFICATE) -> bytes:
    """kubelet.conf with its user's certificate and key left to the file that a kubelet rotates."""
    config = _load(content)
    context = _named(config, "contexts", "context", str(config.get("current-context", "")))
    user = _named(config, "users", "user", str(context.get("user", "")))
    for key in ("client-certificate-data", "client-key-data"):
        user.pop(key, None)
    user.update({"client-certificate": pem_path, "client-key": pem_path})
    return to_yaml(config).encode()


def cluster_info(admin: bytes) -> bytes:
    """What anyone may read to find this cluster: admin.conf's cluster without name or user."""
    found = current(admin)
    cluster = {
        "certificate-authority-data": _encoded(found.authority),
        "server": found.server,
    }
    return to_yaml(
        {
            "apiVersion": "v1",
            "clusters": [{"cluster": cluster, "name": ""}],
            "contexts": None,
            "current-context": "",
            "kind": "Config",
            "users": None,
        }
    ).encode()


def _kubeconfig(
    cluster_name: str, cluster: Mapping[str, str], user_name: str, user: Mapping[str, str]
) -> bytes:
    context = f"{user_name}@{cluster_name}"
    link = {"cluster": cluster_name, "user": user_name}
    return to_yaml(
        {
            "apiVersion": "v1",
            "clusters": [{"cluster": cluster, "name": cluster_name}],
            "contexts": [{"context": link, "name": context}],
            "current-context": context,
            "kind": "Config",
            "users": [{"name": user_name, "user": user}],
        }
    ).encode()


def _load(content: bytes) -> dict[str, Any]:
    try:
        config = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableError("it isn't YAML") from error
    if not isinstance(config, dict) or config.get("kind") != "Config":
        raise UnreadableError("it isn't a kubeconfig")
    return config


def _named(config: Mapping[str, Any], group: str, key: str, name: str) -> dict[str, Any]:
    entries = config.get(group)
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and entry.get("name") == name:
            value = entry.get(key)
            if isinstance(value, dict):
                return value
    raise UnreadableError(f"its current context leads to no {key} named {name!r}")


def _decoded(section: Mapping[str, Any], key: str) -> bytes:
    try:
        return b64decode(str(section.get(key) or ""), validate=True)
    except ValueError as error:
        raise UnreadableError(f"its {key} isn't base64") from error


def _encoded(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _authority(found: bytes, expected: bytes) -> inspection.Reasons:
    try:
        same = inspection.load(found)[0] in inspection.load(expected)
    except ValueError:
        return ("its authority can't be read",)
    return () if same else ("it trusts another authority",)


def _server(found: str, expected: str) -> inspection.Reasons:
    return () if found == expected else (f"its server is {found or 'empty'}, not {expected}",)
