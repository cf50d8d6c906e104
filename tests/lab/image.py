"""The lab's images, all in one docker-save archive. What is in each is a table in versions.py."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from functools import cache as once
from pathlib import Path

from . import build, cache, rootfs, versions
from .versions import Image

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FOLDERS = ("tmp", "etc/ssl", "usr/local/bin")


@once
def archive() -> Path:
    """The archive that holds every image."""
    parts = [(vars(image), _contents(image), _base(image)) for image in versions.IMAGES]
    recipe = (parts, PATH, FOLDERS)
    return cache.artefact("images.tar", recipe, _pack)


def _contents(image: Image) -> dict[str, Path]:
    return {
        path: build.binary(program) for program, paths in image.programs.items() for path in paths
    }


def _base(image: Image) -> Path | None:
    bases = {"proxy": rootfs.proxy_base, "busybox": rootfs.busybox}
    return bases[image.base]() if image.base in bases else None


def _pack(draft: Path) -> None:
    manifest = []
    with tarfile.open(draft, "w") as target:
        for image in versions.IMAGES:
            layer = draft.with_suffix(".layer")
            _pack_layer(image, layer)
            config = json.dumps(_config(image, layer)).encode()
            names = {kind: f"{_name(config)}.{kind}" for kind in ("json", "layer")}
            _add(target, names["json"], config)
            target.add(layer, names["layer"])
            layer.unlink()
            entry = {"Config": names["json"], "RepoTags": [image.reference]}
            manifest.append({**entry, "Layers": [names["layer"]]})
        _add(target, "manifest.json", json.dumps(manifest).encode())


def _pack_layer(image: Image, layer: Path) -> None:
    with tarfile.open(layer, "w") as target:
        if base := _base(image):
            target.add(base, ".", filter=_anonymous)
        for folder in () if image.base == "proxy" else FOLDERS:
            target.addfile(_folder(folder))
        for path, source in _contents(image).items():
            target.add(source, path, filter=_anonymous)


def _folder(name: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
    return entry


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without what differs from build to build, so that a layer's digest doesn't either."""
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry


def _config(image: Image, layer: Path) -> dict[str, object]:
    with layer.open("rb") as content:
        diff = hashlib.file_digest(content, "sha256").hexdigest()
    run = {"Env": [PATH], "Entrypoint": image.entrypoint, "Cmd": image.command}
    return {
        "architecture": "amd64",
        "os": "linux",
        "config": {key: value for key, value in run.items() if value},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{diff}"]},
    }


def _name(config: bytes) -> str:
    return hashlib.sha256(config).hexdigest()


def _add(target: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    target.addfile(entry, io.BytesIO(content))
