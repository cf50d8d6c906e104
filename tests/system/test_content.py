"""Bytes of a pull by containerd's own API, over a scripted socket; other runtimes, and answers that don't fit."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from phases.system import content, wire
from phases.system.grpc_unix import GrpcError, messages
from phases.system.ports import BlobFact, RuntimeFailure
from phases.system.real_runtime import RealRuntime
from tests.system.cri_server import Script, serving

IMAGE = "registry.example:5000/k8s/etcd:3.7.0-0"
SOURCE = "containerd.io/distribution.source.registry.example:5000"
CONFIG, BASE, LAYER, OTHER = (f"sha256:{letter * 64}" for letter in "0123")
MANIFEST, OLDER = (f"sha256:{letter * 64}" for letter in "ab")
AT = {"seconds": 1795470000, "nanos": 250_000_000}
WHEN = datetime.fromtimestamp(1795470000.25, UTC)


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Script]:
    with serving(tmp_path / "cri.sock") as found:
        yield found


def runtime(script: Script) -> RealRuntime:
    return RealRuntime(str(script.path))


def stored(
    digest: str, size: int = 5, repository: str = "k8s/etcd", config: str = ""
) -> dict[str, Any]:
    told = {SOURCE: repository} | ({content.CHILD: config} if config else {})
    return {"digest": digest, "size": size, "created_at": AT, "labels": told}


def manifest(digest: str) -> dict[str, Any]:
    return stored(digest, config=CONFIG)


def holds(script: Script, infos: Sequence[dict[str, Any]], **manifests: Sequence[str]) -> None:
    """A store with these contents; each manifest lists these layers, of 7 bytes each."""
    script.on(content.LIST, {"info": infos})

    def read(request: bytes) -> bytes:
        asked = wire.decode(content.READ.request, request)["digest"]
        layers = [{"digest": one, "size": 7} for one in manifests[asked.partition(":")[2][:1]]]
        told = json.dumps({"config": {"digest": CONFIG, "size": 5}, "layers": layers})
        return wire.encode(content.READ.response, {"data": told})

    script.answers[content.READ.path] = read


def test_what_is_on_its_way(script: Script) -> None:
    """Offset and total of each layer and configuration, asked for in the namespace of CRI."""
    refs = {f"layer-{LAYER}": (3, 9), f"config-{CONFIG}": (1, 2), f"manifest-{MANIFEST}": (1, 1)}
    told = [{"ref": ref, "offset": at, "total": of} for ref, (at, of) in refs.items()]
    script.on(content.LIST_STATUSES, {"statuses": told})
    assert runtime(script).arriving() == (BlobFact(LAYER, 3, 9), BlobFact(CONFIG, 1, 2))
    path, headers, _request = script.heard[0]
    assert path == "/containerd.services.content.v1.Content/ListStatuses"
    assert headers["containerd-namespace"] == "k8s.io"


def test_nothing_is_on_its_way(script: Script) -> None:
    """Which isn't the same as not being told."""
    script.on(content.LIST_STATUSES, {})
    assert runtime(script).arriving() == ()


def test_another_runtime_does_not_tell(script: Script) -> None:
    """One that doesn't know the call has no way to tell; one that refuses may do better next time."""
    assert runtime(script).arriving() is None
    script.refuse(content.LIST_STATUSES, 14, "busy")
    with pytest.raises(RuntimeFailure, match="busy"):
        runtime(script).arriving()


def test_parts_of_an_image(script: Script) -> None:
    """What the manifest lists, and which of it is there; of another repository nothing is taken."""
    etc = stored(OTHER, repository="k8s/etcd-tools", config=CONFIG)
    shared = stored(BASE, 7, repository="k8s/pause,k8s/etcd")
    holds(script, [etc, shared, manifest(MANIFEST)], a=[BASE, LAYER])
    asked = runtime(script)
    assert asked.parts(IMAGE) == (
        BlobFact(CONFIG, 0, 5),
        BlobFact(BASE, 7, 7, WHEN),
        BlobFact(LAYER, 0, 7),
    )
    asked.parts(IMAGE)
    reads = [path for path, _headers, _request in script.heard if path == content.READ.path]
    assert len(reads) == 1
    words = wire.decode(content.LIST.request, script.heard[0][2])["filters"]
    assert words == f'labels."{SOURCE}"~="(^|,)k8s/etcd(,|$)"'


def test_the_one_that_is_not_whole_is_being_pulled(script: Script) -> None:
    """Beside another image of the same repository the pulled one is told by what it lacks."""
    there = [manifest(OLDER), manifest(MANIFEST), stored(CONFIG), stored(BASE, 7)]
    holds(script, there, a=[BASE, LAYER], b=[BASE])
    assert [part.digest for part in runtime(script).parts(IMAGE)] == [CONFIG, BASE, LAYER]


def test_what_is_not_certain_is_not_told(script: Script) -> None:
    """No manifest yet, or two that lack something: nothing is guessed."""
    holds(script, [stored(BASE)])
    assert runtime(script).parts(IMAGE) == ()
    holds(script, [manifest(OLDER), manifest(MANIFEST)], a=[LAYER], b=[OTHER])
    assert runtime(script).parts(IMAGE) == ()


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        (IMAGE, ("registry.example:5000", "k8s/etcd")),
        ("registry.k8s.io/pause", ("registry.k8s.io", "pause")),
        ("registry.k8s.io/coredns/coredns:v1@sha256:00", ("registry.k8s.io", "coredns/coredns")),
        ("pause:3.10", None),
        ("mine/pause:3.10", None),
    ],
)
def test_where_an_image_comes_from(image: str, repository: tuple[str, str] | None) -> None:
    """The registry and the path in it; nothing for a name that a runtime would complete."""
    assert content.of_repository(image) == (content.Repository(*repository) if repository else None)


def test_a_name_without_a_registry_is_not_asked_for(script: Script) -> None:
    """No call is made for it."""
    assert (runtime(script).parts("pause:3.10"), script.heard) == ((), [])


@pytest.mark.parametrize("read", ["", "no json", "[]", "{}", '{"config":{},"layers":[]}', "null"])
def test_a_manifest_that_cannot_be_read(script: Script, read: str) -> None:
    """It is a failure of the asking, which whoever asks passes over."""
    script.on(content.LIST, {"info": [manifest(MANIFEST)]})
    script.on(content.READ, {"data": read})
    with pytest.raises(RuntimeFailure, match="a manifest that can't be read"):
        runtime(script).parts(IMAGE)


def frame(words: bytes) -> bytes:
    return struct.pack(">?I", False, len(words)) + words


def test_a_stream_of_messages() -> None:
    """Each message of a stream by itself; a torn or packed one is refused."""
    assert list(messages(frame(b"one") + frame(b"") + frame(b"two"))) == [b"one", b"", b"two"]
    for broken in (frame(b"one")[:-1], frame(b"one") + b"\0\0", b"\1" + frame(b"x")[1:]):
        with pytest.raises(GrpcError, match="plain messages"):
            list(messages(broken))
