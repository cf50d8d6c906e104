"""Host paths mounted into the static pods: which ones, and as volumes and mounts of a pod."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from posixpath import dirname
from typing import Any

from phases.model.types import ExternalEtcd, HostPathMount

SYSTEM_CERTIFICATES = "/etc/ssl/certs"

CA_DIRECTORIES = (
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
)
"""Where links in /etc/ssl/certs may lead; those that exist on the machine are mounted too."""


def directory(name: str, path: str, *, read_only: bool = True) -> HostPathMount:
    """A folder at the same place inside, made on the host if it isn't there."""
    return HostPathMount(name, path, path, read_only, "DirectoryOrCreate")


def file(name: str, path: str) -> HostPathMount:
    """A file at the same place inside, only read."""
    return HostPathMount(name, path, path, True, "FileOrCreate")


def trusted_certificates(existing: Iterable[str]) -> list[HostPathMount]:
    """The machine's own trusted certificates; `existing`: those of CA_DIRECTORIES it has."""
    there = set(existing)
    more = [path for path in CA_DIRECTORIES if path in there]
    named = [directory(path[1:].replace("/", "-"), path) for path in more]
    return [directory("ca-certs", SYSTEM_CERTIFICATES), *named]


def external_etcd(etcd: ExternalEtcd, certificates_directory: str) -> list[HostPathMount]:
    """The folders of an external etcd's certificates that aren't mounted for another reason."""
    mounted = (*CA_DIRECTORIES, SYSTEM_CERTIFICATES, certificates_directory)
    folders: set[str] = set()
    for path in (etcd.ca_file, etcd.cert_file, etcd.key_file):
        folder = dirname(path)
        if not folder or folder.startswith(mounted):
            continue
        if any(folder.startswith(other) for other in folders):
            continue
        folders = {other for other in folders if not other.startswith(folder)} | {folder}
    return [directory(f"etcd-certs-{index}", path) for index, path in enumerate(sorted(folders))]


def unique(mounts: Iterable[HostPathMount]) -> list[HostPathMount]:
    """Sorted by name; of two with one name the later, an operator's, wins."""
    by_name = {mount.name: mount for mount in mounts}
    return [by_name[name] for name in sorted(by_name)]


def volume(mount: HostPathMount) -> Mapping[str, Any]:
    return {"hostPath": {"path": mount.host_path, "type": mount.path_type}, "name": mount.name}


def volume_mount(mount: HostPathMount) -> Mapping[str, Any]:
    read_only = {"readOnly": True} if mount.read_only else {}
    return {"mountPath": mount.mount_path, "name": mount.name, **read_only}
