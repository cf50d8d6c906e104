"""Small image archives in each layout, for tests of what reads them."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from phases.system.image_layouts import architecture

LAYER = b"a layer" * 5000


def digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def packed(path: Path, members: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> str:
    """A tar with these files and symbolic links, packed as its name says; its path."""
    kind = {".gz": "w:gz", ".xz": "w:xz"}.get(path.suffix, "w")
    with tarfile.open(path, kind) as tar:  # type: ignore[call-overload]
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return str(path)


def setting(*layers: bytes, made_for: str = "") -> bytes:
    """An image's configuration."""
    diffs = {"type": "layers", "diff_ids": [digest(one) for one in layers]}
    made = {"architecture": made_for or architecture(), "os": "linux", "rootfs": diffs}
    return json.dumps(made).encode()


def saved(*images: tuple[list[str] | None, bytes], made_for: str = "") -> dict[str, bytes]:
    """Docker's own form: names and the one layer of each."""
    found: dict[str, bytes] = {}
    listed = []
    for names, layer in images:
        config = setting(layer, made_for=made_for)
        head = digest(config).partition(":")[2]
        found |= {f"{head}.json": config, f"{head}/layer.tar": layer}
        listed.append(
            {"Config": f"{head}.json", "RepoTags": names, "Layers": [f"{head}/layer.tar"]}
        )
    return found | {"manifest.json": json.dumps(listed).encode()}


def descriptor(content: bytes, kind: str, **more: Any) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest(content), "size": len(content), **more}


def blob(content: bytes) -> dict[str, bytes]:
    return {f"blobs/{digest(content).replace(':', '/')}": content}


def manifest(*layers: bytes) -> bytes:
    config = setting(*layers)
    listed = [descriptor(one, "layer") for one in layers]
    return json.dumps({"config": descriptor(config, "config"), "layers": listed}).encode()


def layout(*named: tuple[dict[str, str], bytes], index: bool = False) -> dict[str, bytes]:
    """An OCI layout: annotations and the one layer of each; with `index` one of several machines each."""
    found: dict[str, bytes] = {}
    listed = []
    for notes, layer in named:
        inner = manifest(layer)
        found |= blob(layer) | blob(setting(layer)) | blob(inner)
        top, kind = inner, "manifest"
        if index:
            ours = {"os": "linux", "architecture": architecture()}
            theirs = {"os": "linux", "architecture": "s390x"}
            both = [
                descriptor(b"elsewhere", "manifest", platform=theirs),
                descriptor(inner, "manifest", platform=ours),
            ]
            top, kind = json.dumps({"manifests": both}).encode(), "index"
            found |= blob(top)
        listed.append(descriptor(top, kind, annotations=notes))
    return found | {"index.json": json.dumps({"manifests": listed}).encode(), "oci-layout": b"{}"}
