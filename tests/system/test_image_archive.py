"""Image archives: each layout is understood, and what isn't one is told in words."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phases.system import image_archive
from phases.system.image_archive import ArchiveError
from phases.system.image_layouts import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, architecture
from tests.system.archives import LAYER, blob, digest, layout, manifest, packed, saved, setting

PAUSE, ETCD = "registry.k8s.io/pause:3.10", "registry.k8s.io/etcd:3.6"
NAMED = {"io.containerd.image.name": PAUSE}


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.xz"])
def test_dockers_own_form(tmp_path: Path, name: str) -> None:
    """Names in full, the layer by its files' digest, and a manifest made for it; packed or not."""
    path = packed(tmp_path / name, saved(([PAUSE, "busybox"], LAYER)))
    (found,) = image_archive.read(path)
    assert found.names == (PAUSE, "docker.io/library/busybox:latest")
    layer, config, made = found.blobs
    assert (layer.digest, layer.size) == (digest(LAYER), len(LAYER))
    assert config.digest == digest(setting(LAYER))
    assert (made.digest, made.size, found.target) == (digest(made.made), len(made.made), made)
    assert found.media_type == MANIFEST_TYPE
    assert made.labels == {
        "containerd.io/gc.ref.content.config": config.digest,
        "containerd.io/gc.ref.content.l.0": layer.digest,
    }
    assert f'"{LAYER_TYPE}"'.encode() in made.made
    assert f'"{CONFIG_TYPE}"'.encode() in made.made


def test_a_layer_that_is_packed(tmp_path: Path) -> None:
    """Its digest is the one in its name; without one there is no telling."""
    layer = gzip.compress(LAYER)
    members = saved(([PAUSE], LAYER))
    head = digest(setting(LAYER)).partition(":")[2]
    named = digest(layer).partition(":")[2]
    members[f"{head}/layer.tar"] = layer
    with pytest.raises(ArchiveError, match="doesn't tell its digest"):
        image_archive.read(packed(tmp_path / "a.tar", members))
    members["manifest.json"] = members["manifest.json"].replace(b"/layer.tar", f"/{named}".encode())
    members[f"{head}/{named}"] = members.pop(f"{head}/layer.tar")
    (found,) = image_archive.read(packed(tmp_path / "b.tar", members))
    assert found.blobs[0].digest == digest(layer)
    assert f'"{LAYER_TYPE}.gzip"'.encode() in found.target.made


def test_layers_that_are_links(tmp_path: Path) -> None:
    """Docker writes a layer that several images share once, and links to it."""
    members = saved(([PAUSE], LAYER))
    head = digest(setting(LAYER)).partition(":")[2]
    members["shared/layer.tar"] = members.pop(f"{head}/layer.tar")
    links = {f"{head}/layer.tar": "../shared/layer.tar"}
    (found,) = image_archive.read(packed(tmp_path / "a.tar", members, links))
    assert found.blobs[0].member == "shared/layer.tar"


@pytest.mark.parametrize(
    ("notes", "names"),
    [
        (NAMED, (PAUSE,)),
        ({"org.opencontainers.image.ref.name": PAUSE}, (PAUSE,)),
        ({**NAMED, "org.opencontainers.image.ref.name": "3.10"}, (PAUSE,)),
    ],
)
def test_an_oci_layout(tmp_path: Path, notes: dict[str, str], names: tuple[str, ...]) -> None:
    """As it lies there: layer, configuration, manifest, under the name that an annotation gives."""
    (found,) = image_archive.read(packed(tmp_path / "a.tar", layout((notes, LAYER))))
    assert found.names == names
    assert [one.digest for one in found.blobs] == [
        digest(content) for content in (LAYER, setting(LAYER), manifest(LAYER))
    ]
    assert not any(one.made for one in found.blobs)
    assert len(found.target.labels) == 2


def test_several_names_of_one_image(tmp_path: Path) -> None:
    """It is one image."""
    other = {"io.containerd.image.name": ETCD}
    (found,) = image_archive.read(
        packed(tmp_path / "a.tar", layout((NAMED, LAYER), (other, LAYER)))
    )
    assert found.names == (PAUSE, ETCD)


def test_an_image_for_several_machines(tmp_path: Path) -> None:
    """This machine's part is taken, and the name stands for the whole as it does after a pull."""
    path = packed(tmp_path / "a.tar", layout((NAMED, LAYER), index=True))
    (found,) = image_archive.read(path)
    assert len(found.blobs) == 4
    assert found.target.labels == {"containerd.io/gc.ref.content.m.1": digest(manifest(LAYER))}


@pytest.mark.parametrize("form", ["docker", "oci"])
def test_an_image_for_other_machines(tmp_path: Path, form: str) -> None:
    """It is refused with both kinds named, instead of failing when a container starts."""
    if form == "docker":
        members = saved(([PAUSE], LAYER), made_for="s390x")
    else:
        members = layout((NAMED, LAYER), index=True)
        del members[next(iter(blob(manifest(LAYER))))]
    with pytest.raises(ArchiveError, match=f"not for {architecture()}"):
        image_archive.read(packed(tmp_path / "a.tar", members))


def test_a_layout_without_names_leaves_it_to_dockers_form(tmp_path: Path) -> None:
    """Where both are there, the one with names counts."""
    both = layout(({}, LAYER)) | saved(([ETCD], LAYER))
    assert image_archive.read(packed(tmp_path / "a.tar", both))[0].names == (ETCD,)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"a": b"b"}, "it holds no images"),
        (layout(({"org.opencontainers.image.ref.name": "3"}, LAYER)), "it names no image"),
        (saved((None, LAYER)), "it names no image"),
        ({"manifest.json": b"{"}, "can't be used"),
        ({"manifest.json": b"[3]"}, "can't be read"),
        ({"index.json": b"7"}, "can't be read"),
        (
            {"manifest.json": b'[{"RepoTags": ["a"], "Config": "c"}]'},
            "it isn't whole: c is missing",
        ),
    ],
)
def test_what_is_no_archive_of_images(tmp_path: Path, members: dict[str, bytes], why: str) -> None:
    """Each with the file and the reason."""
    path = packed(tmp_path / "a.tar", members)
    with pytest.raises(ArchiveError, match=why) as caught:
        image_archive.read(path)
    assert path in str(caught.value)


def test_a_layer_is_missing(tmp_path: Path) -> None:
    """An archive that was cut short by whoever made it is told before anything is imported."""
    members = layout((NAMED, LAYER))
    del members[next(iter(blob(LAYER)))]
    with pytest.raises(ArchiveError, match="is missing"):
        image_archive.read(packed(tmp_path / "a.tar", members))


@pytest.mark.parametrize(
    "content",
    [b"", b"no tar at all" * 99, gzip.compress(b"x" * 9999, mtime=0)[:40]],
    ids=["nothing", "words", "torn"],
)
def test_what_is_no_tar(tmp_path: Path, content: bytes) -> None:
    """A sentence instead of a traceback."""
    path = tmp_path / "a.tar"
    path.write_bytes(content)
    with pytest.raises(ArchiveError):
        image_archive.read(str(path))


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """Missing, or a folder."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ArchiveError, match=str(path)):
            image_archive.read(str(path))


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python reads it")
def test_zstd_is_said_to_be_unpacked_first(tmp_path: Path) -> None:
    """Python knows it from 3.14 on."""
    path = tmp_path / "a.tar.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd more")
    with pytest.raises(ArchiveError, match="zstd -d"):
        image_archive.read(str(path))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4000), st.integers(0, 255))
def test_a_damaged_archive_is_an_archive_error_or_read(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int
) -> None:
    """Whatever byte is wrong, nothing else than an ArchiveError comes of it."""
    path = tmp_path_factory.mktemp("damaged") / "a.tar"
    packed(path, layout((NAMED, b"small")) | saved(([ETCD], b"small")))
    content = bytearray(path.read_bytes())
    content[at % len(content)] = value
    path.write_bytes(content)
    try:
        image_archive.read(str(path))
    except ArchiveError:
        return
