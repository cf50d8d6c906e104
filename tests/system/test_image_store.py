"""The import of an archive into a scripted containerd: contents, names, what is there, and each way to fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from phases.system import cri, image_store, wire
from phases.system.image_archive import ArchiveError
from phases.system.ports import RuntimeFailure
from phases.system.real_runtime import RealRuntime
from tests.system.archives import LAYER, digest, layout, packed, saved, setting
from tests.system.cri_server import Refusal, Script, Turn, serving

PAUSE, ETCD = "registry.k8s.io/pause:3.10", "registry.k8s.io/etcd:3.6"
BIG = bytes(range(256)) * 20000


class Store:
    """containerd's stores in memory, as strict as they are."""

    def __init__(self, script: Script) -> None:
        self.contents: dict[str, bytes] = {}
        self.labels: dict[str, dict[str, str]] = {}
        self.begun: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        self.leases: set[str] = set()
        self.held: list[str] = []
        script.turns[image_store.WRITE.path] = self.writing
        for call, act in (
            (image_store.LEASE, self.lease),
            (image_store.RELEASE, self.release),
            (image_store.KEEP, self.keep),
            (image_store.CREATE, self.create),
            (image_store.UPDATE, self.update),
        ):
            script.answers[call.path] = self.answering(call, act)

    def answering(self, call: cri.Call, act: Any) -> Any:
        def answer(request: bytes) -> bytes:
            act(wire.decode(call.request, request))
            return b""

        return answer

    def lease(self, asked: dict[str, Any]) -> None:
        assert "containerd.io/gc.expire" in asked["labels"]
        self.leases.add(asked["id"])

    def release(self, asked: dict[str, Any]) -> None:
        self.leases.remove(asked["id"])

    def keep(self, asked: dict[str, Any]) -> None:
        self.expect(asked["id"])
        self.held.append(asked["resource"]["id"])

    def expect(self, lease: str) -> None:
        """A message that comes after its lease has ended is refused, as by containerd."""
        if lease not in self.leases:
            raise Refusal(5, f"lease {lease}: not found")

    def create(self, asked: dict[str, Any]) -> None:
        if asked["image"]["name"] in self.names:
            raise Refusal(6, "already exists")
        self.update(asked)

    def update(self, asked: dict[str, Any]) -> None:
        target = asked["image"]["target"]
        assert len(self.contents[target["digest"]]) == target["size"]
        self.names[asked["image"]["name"]] = target["digest"]

    def writing(self) -> Turn:
        state: dict[str, Any] = {}

        def turn(headers: dict[str, str], message: bytes) -> tuple[bytes, bool]:
            assert headers["containerd-namespace"] == "k8s.io"
            self.expect(headers["containerd-lease"])
            said = wire.decode(image_store.WRITE.request, message)
            if said["action"] == image_store.STAT:
                if said["expected"] in self.contents:
                    raise Refusal(6, f"content {said['expected']}: already exists")
                state["ref"] = said["ref"]
                self.begun.setdefault(said["ref"], b"")
            written = self.begun[state["ref"]]
            assert said["offset"] in (0, len(written))
            self.begun[state["ref"]] = written = written + said["data"]
            ended = said["action"] == image_store.COMMIT
            if ended:
                if f"sha256:{sha256(written).hexdigest()}" != said["expected"]:
                    raise Refusal(9, "unexpected commit digest")
                self.contents[said["expected"]] = self.begun.pop(state["ref"])
                self.labels[said["expected"]] = said["labels"]
            return wire.encode(image_store.WRITE.response, {"offset": len(written)}), ended

        return turn


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Script]:
    with serving(tmp_path / "cri.sock") as found:
        yield found


def load(script: Script, path: str, **how: Any) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    RealRuntime(str(script.path), **how).load(path, lambda done, total: told.append((done, total)))
    return told


@pytest.mark.parametrize("kind", ["docker", "oci"])
def test_an_archive_is_imported(script: Script, tmp_path: Path, kind: str) -> None:
    """Every content whole, every name, labels that keep the layers, and no lease left behind."""
    store = Store(script)
    members = (
        saved(([PAUSE], BIG), ([ETCD], LAYER))
        if kind == "docker"
        else layout(
            ({"io.containerd.image.name": PAUSE}, BIG), ({"io.containerd.image.name": ETCD}, LAYER)
        )
    )
    told = load(script, packed(tmp_path / "a.tar", members))
    assert {digest(one) for one in (BIG, LAYER, setting(BIG))} < store.contents.keys()
    assert len(store.contents) == 6
    assert store.names.keys() == {PAUSE, ETCD}
    layers = [
        store.labels[target]["containerd.io/gc.ref.content.l.0"] for target in store.names.values()
    ]
    assert layers == [digest(BIG), digest(LAYER)]
    assert (store.leases, store.begun) == (set(), {})
    total = sum(map(len, store.contents.values()))
    assert told[-1] == (total, total)
    assert [done for done, _total in told] == sorted(done for done, _total in told)
    assert len(told) > 6


def test_what_is_there_is_held_and_not_written(script: Script, tmp_path: Path) -> None:
    """A second import writes nothing, keeps what is there until it is named, and gives the name anew."""
    store = Store(script)
    path = packed(tmp_path / "a.tar", saved(([PAUSE], LAYER)))
    load(script, path)
    store.names[PAUSE] = "sha256:older"
    told = load(script, path)
    assert set(store.held) == store.contents.keys()
    assert store.names[PAUSE] in store.contents
    assert told[-1][0] == told[-1][1]


def test_an_import_goes_on_where_one_was_cut_short(script: Script, tmp_path: Path) -> None:
    """What the store has of a content isn't sent again."""
    store = Store(script)
    store.begun[f"import-{digest(BIG)}"] = BIG[:3000000]
    load(script, packed(tmp_path / "a.tar", saved(([PAUSE], BIG))))
    assert store.contents[digest(BIG)] == BIG


def test_a_content_that_is_not_what_it_says(script: Script, tmp_path: Path) -> None:
    """The store refuses it, and no name is given; the lease goes."""
    store = Store(script)
    members = layout(({"io.containerd.image.name": PAUSE}, LAYER))
    name = next(one for one, content in members.items() if content == LAYER)
    members[name] = LAYER[:-1] + b"!"
    with pytest.raises(RuntimeFailure, match="unexpected commit digest"):
        load(script, packed(tmp_path / "a.tar", members))
    assert (store.names, store.leases) == ({}, set())


def test_an_archive_that_ends_too_early(script: Script, tmp_path: Path) -> None:
    """It is the archive that is blamed, not the runtime."""
    Store(script)
    path = Path(packed(tmp_path / "a.tar", saved(([PAUSE], BIG))))
    runtime = RealRuntime(str(script.path))
    runtime.archived(str(path))
    path.write_bytes(path.read_bytes()[:100000])
    with pytest.raises(ArchiveError, match="no whole tar"):
        runtime.load(str(path), lambda _done, _total: None)


def test_an_archive_that_was_replaced_meanwhile(script: Script, tmp_path: Path) -> None:
    """A content that has become shorter ends the import instead of waiting for more of it."""
    Store(script)
    whole = saved(([PAUSE], LAYER))
    path = packed(tmp_path / "a.tar", whole)
    runtime = RealRuntime(str(script.path))
    runtime.archived(path)
    packed(tmp_path / "a.tar", {name: content[:-1] for name, content in whole.items()})
    with pytest.raises(ArchiveError, match="ends too early"):
        runtime.load(path, lambda _done, _total: None)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("cri-o", "podman load -i FILE"),
        ("docker", "docker load -i FILE"),
        ("other", "its own tool"),
    ],
)
def test_a_runtime_without_such_an_api(
    script: Script, tmp_path: Path, name: str, command: str
) -> None:
    """What does it there is said."""
    script.on(cri.VERSION, {"runtime_name": name})
    with pytest.raises(RuntimeFailure, match=command):
        load(script, packed(tmp_path / "a.tar", saved(([PAUSE], LAYER))))


def test_a_request_to_stop_ends_an_import(script: Script, tmp_path: Path) -> None:
    """In the middle of a content."""
    Store(script)
    stop = threading.Event()
    path = packed(tmp_path / "a.tar", saved(([PAUSE], BIG)))
    runtime = RealRuntime(str(script.path), stop=stop)
    with pytest.raises(RuntimeFailure, match="cancelled"):
        runtime.load(path, lambda _done, _total: stop.set())


def test_a_store_that_refuses(script: Script, tmp_path: Path) -> None:
    """Its own sentence comes through."""
    Store(script)
    script.refuse(image_store.CREATE, 13, "no room")
    with pytest.raises(RuntimeFailure, match="no room"):
        load(script, packed(tmp_path / "a.tar", saved(([PAUSE], LAYER))))


def test_calls_are_as_published() -> None:
    """Paths of containerd's services."""
    calls = (image_store.WRITE, image_store.CREATE, image_store.LEASE, image_store.KEEP)
    assert [call.path for call in calls] == [
        "/containerd.services.content.v1.Content/Write",
        "/containerd.services.images.v1.Images/Create",
        "/containerd.services.leases.v1.Leases/Create",
        "/containerd.services.leases.v1.Leases/AddResource",
    ]
