"""The layouts of image archives, as `docker save`, `ctr export`, `skopeo copy` and `podman save` write them.

An OCI layout or Docker's own form, told as the contents that a store is to be given. What doesn't fit is
a ValueError or another error of looking things up, which `image_archive` puts into words.
"""

from __future__ import annotations

import json
import platform
import posixpath
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from phases.model.images import full_name

SMALL = 1 << 20
"""Bytes up to which a file of an archive may be one that describes; what is larger is a layer."""

MOST = 64 << 20
"""Bytes of such files that are taken together: a real archive has a few thousand."""

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar"
NAME, REFERENCE = "io.containerd.image.name", "org.opencontainers.image.ref.name"
MADE_FOR = {"x86_64": "amd64", "aarch64": "arm64"}
PACKED = b"\x1f\x8b"
GC = "containerd.io/gc.ref.content"
"""Begins the labels by which a store knows what a content needs."""


@dataclass(frozen=True, slots=True)
class Blob:
    """One content: a `member` of the archive, or `made` here where the archive has none of it."""

    digest: str
    size: int
    member: str = ""
    made: bytes = b""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArchivedImage:
    """An image with all its names in full; `target` is what the names stand for, the last of `blobs`."""

    names: tuple[str, ...]
    media_type: str
    blobs: tuple[Blob, ...]

    @property
    def target(self) -> Blob:
        return self.blobs[-1]


class Shelf:
    """What lies in an archive: every file's size, and all of those that may describe something."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.sizes: dict[str, int] = {}
        self.begins: dict[str, bytes] = {}
        self._small: dict[str, bytes] = {}
        self._links: dict[str, str] = {}
        taken = 0
        for entry in tar:
            if entry.issym() or entry.islnk():
                beside = posixpath.dirname(entry.name) if entry.issym() else ""
                self._links[entry.name] = posixpath.normpath(
                    f"{beside}/{entry.linkname}".lstrip("/")
                )
            elif entry.isfile() and (stream := tar.extractfile(entry)):
                describes = entry.size <= SMALL and taken + entry.size <= MOST
                content = stream.read(entry.size if describes else len(PACKED))
                self.sizes[entry.name], self.begins[entry.name] = entry.size, content[: len(PACKED)]
                if describes:
                    self._small[entry.name] = content
                    taken += entry.size

    def where(self, name: str) -> str:
        """The file behind a name; a ValueError where there is none."""
        found = self._links.get(name, name)
        if found not in self.sizes:
            raise ValueError(f"it isn't whole: {name} is missing")
        return found

    def bytes(self, name: str) -> bytes:
        where = self.where(name)
        if where not in self._small:
            raise ValueError(f"{name} is too long to describe an image")
        return self._small[where]

    def json(self, name: str) -> Any:
        return json.loads(self.bytes(name))

    def has(self, name: str) -> bool:
        return name in self.sizes or name in self._links


def images_of(shelf: Shelf) -> Iterator[ArchivedImage]:
    """An OCI layout that names its images comes first: Docker writes both, and that one is exact."""
    layout = list(_layout(shelf)) if shelf.has("index.json") else []
    if layout:
        yield from layout
    elif shelf.has("manifest.json"):
        yield from (_saved(shelf, one) for one in shelf.json("manifest.json") if one["RepoTags"])
    elif not shelf.has("index.json"):
        raise ValueError("it holds no images: neither index.json nor manifest.json is in it")


# an OCI layout


def _layout(shelf: Shelf) -> Iterator[ArchivedImage]:
    """Its images by what their names stand for; several names may stand for one."""
    names: dict[str, list[str]] = {}
    entries = {one["digest"]: one for one in shelf.json("index.json")["manifests"]}
    for one in shelf.json("index.json")["manifests"]:
        notes = one.get("annotations") or {}
        name = notes.get(NAME) or notes.get(REFERENCE, "")
        if "/" in name or ":" in name:  # a bare tag is no name
            names.setdefault(one["digest"], []).append(full_name(name))
    for digest, known in names.items():
        blobs = tuple(_blobs(shelf, entries[digest]))
        yield ArchivedImage(tuple(dict.fromkeys(known)), str(entries[digest]["mediaType"]), blobs)


def _blobs(shelf: Shelf, told: Mapping[str, Any]) -> Iterator[Blob]:
    """All that an image for this machine is made of, what needs others behind them."""
    document = shelf.json(_member(told["digest"]))
    if "manifests" not in document:
        yield from _manifest(shelf, told, document)
        return
    for place, one in enumerate(document["manifests"]):
        if _is_for_this_machine(one) and shelf.has(_member(one["digest"])):
            yield from _blobs(shelf, one)
            yield _told(shelf, told, {f"{GC}.m.{place}": one["digest"]})
            return
    raise ValueError(f"it holds {told['digest']} for other machines, not for {architecture()}")


def _manifest(shelf: Shelf, told: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Blob]:
    layers, config = document["layers"], document["config"]
    yield from (_told(shelf, one) for one in layers)
    yield _told(shelf, config)
    yield _told(shelf, told, _needs(config["digest"], [one["digest"] for one in layers]))


def _told(shelf: Shelf, told: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> Blob:
    member = shelf.where(_member(told["digest"]))
    return Blob(str(told["digest"]), shelf.sizes[member], member, labels=labels or {})


def _member(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/", 1)


def _is_for_this_machine(told: Mapping[str, Any]) -> bool:
    made_for = told.get("platform") or {}
    return (made_for.get("os"), made_for.get("architecture")) in (
        ("linux", architecture()),
        (None, None),
    )


def architecture() -> str:
    """This machine's, as images call it."""
    return MADE_FOR.get(platform.machine(), platform.machine())


# Docker's own form


def _saved(shelf: Shelf, told: Mapping[str, Any]) -> ArchivedImage:
    """An image that brings no manifest: what containerd would make of it is made here."""
    config = shelf.where(told["Config"])
    setting = shelf.json(config)
    if setting.get("architecture", architecture()) != architecture():
        raise ValueError(
            f"{told['RepoTags'][0]} is for {setting['architecture']}, not for {architecture()}"
        )
    content = shelf.bytes(config)
    found = Blob(_digest(content), len(content), config)
    layers = [
        _layer(shelf, name, digest)
        for name, digest in zip(told["Layers"], setting["rootfs"]["diff_ids"], strict=True)
    ]
    names = tuple(dict.fromkeys(map(full_name, told["RepoTags"])))
    return ArchivedImage(names, MANIFEST_TYPE, (*layers, found, _made(shelf, found, layers)))


def _layer(shelf: Shelf, name: str, unpacked: str) -> Blob:
    """A layer lies there as it is; its digest is that of its files, or the one in its name."""
    member = shelf.where(name)
    if shelf.begins[member] == PACKED:
        named = posixpath.basename(member)
        if len(named) != 64:
            raise ValueError(f"the layer {name} is packed and doesn't tell its digest")
        unpacked = f"sha256:{named}"
    return Blob(unpacked, shelf.sizes[member], member)


def _made(shelf: Shelf, config: Blob, layers: list[Blob]) -> Blob:
    packed = [shelf.begins[layer.member] == PACKED for layer in layers]
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {"mediaType": CONFIG_TYPE, "digest": config.digest, "size": config.size},
        "layers": [
            {
                "mediaType": LAYER_TYPE + (".gzip" if is_packed else ""),
                "digest": layer.digest,
                "size": layer.size,
            }
            for layer, is_packed in zip(layers, packed, strict=True)
        ],
    }
    content = json.dumps(document).encode()
    labels = _needs(config.digest, [layer.digest for layer in layers])
    return Blob(_digest(content), len(content), made=content, labels=labels)


def _needs(config: str, layers: list[str]) -> Mapping[str, str]:
    below = {f"{GC}.l.{place}": digest for place, digest in enumerate(layers)}
    return {f"{GC}.config": config, **below}


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"
