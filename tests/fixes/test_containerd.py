"""containerd's drop-in: what it says, and that the operator's own file keeps its word."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from phases.fixes import containerd
from tests.engine.bench import Bench

CONFIG, DROP_IN = "/etc/containerd/config.toml", containerd.DROP_IN


def bench_with(folder: Path, config: str | None, *, version: str = "v2.4.2") -> Bench:
    bench = Bench(folder)
    bench.fakes.host.answer("containerd --version", stdout=f"containerd x {version} abc\n")
    if config is not None:
        bench.fakes.host.make_directory("/etc/containerd", mode=0o755)
        bench.fakes.host.write(CONFIG, config.encode(), mode=0o600)
    containerd.configure(bench.context(), [])
    return bench


def read(bench: Bench, path: str) -> dict[str, object]:
    return tomllib.loads(bench.fakes.host.files[path].decode())


def test_without_a_file_one_is_made_that_lets_drop_ins_in(tmp_path: Path) -> None:
    """containerd's defaults stand, and ours on top of them."""
    bench = bench_with(tmp_path, None)
    assert read(bench, CONFIG) == {"version": 3, "imports": [containerd.IMPORTS]}
    plugins = read(bench, DROP_IN)["plugins"]
    assert plugins == {
        containerd.RUNTIME: {
            "containerd": {
                "runtimes": {"runc": {**containerd.TYPE, "options": {"SystemdCgroup": True}}}
            }
        },
        containerd.IMAGES: {
            "pinned_images": {"sandbox": "registry.k8s.io/pause:3.10.2"},
            "registry": {"config_path": "/etc/containerd/certs.d"},
        },
    }


def test_the_operators_settings_of_a_plugin_are_kept(tmp_path: Path) -> None:
    """Some versions replace a plugin's whole table by that of a drop-in: so it holds both."""
    own = (
        'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  enable_selinux = true\n'
        '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]\n  runtime_type = "kata"\n'
    )
    bench = bench_with(tmp_path, own, version="1.7.24")
    table = read(bench, DROP_IN)["plugins"][containerd.GRPC]  # type: ignore[index]
    assert table["enable_selinux"] is True
    assert set(table["containerd"]["runtimes"]) == {"kata", "runc"}
    text = bench.fakes.host.files[CONFIG].decode()
    assert text == own.replace(
        "version = 2\n", f'version = 2\nimports = ["{containerd.IMPORTS}"]\n\n'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('disabled_plugins = ["cri"]\n', "disabled_plugins = []\n"),
        ('a = 1\ndisabled_plugins = [\n  "cri",\n]\n', "a = 1\ndisabled_plugins = []\n"),
        ('disabled_plugins = ["zfs"]\n', 'disabled_plugins = ["zfs"]\n'),
        ('# disabled_plugins = ["cri"]\n', '# disabled_plugins = ["cri"]\n'),
    ],
)
def test_only_cri_is_switched_on(before: str, after: str) -> None:
    """Other plugins that an operator switched off stay off, comments stay comments."""
    assert containerd.switched_on(before) == after


@pytest.mark.parametrize(
    "before",
    [
        "version = 3\n",
        "",
        'version = 3\nroot = "/x"\n\n[debug]\n  level = "info"\n',
        'version = 3\nimports = ["/etc/other/*.toml"]\n[a]\nb = 1\n',
        'version = 3\nimports = [\n  "/etc/other/*.toml",\n]\n',
        "[a]\nb = 1\n",
    ],
)
def test_drop_ins_are_let_in(before: str) -> None:
    """Our folder is among the imports, once, and everything else says what it said."""
    after = tomllib.loads(containerd.importing(before))
    assert containerd.IMPORTS in after["imports"]
    told = tomllib.loads(before)
    assert {**after, "imports": None} == {**told, "imports": None}
    assert set(told.get("imports", [])) <= set(after["imports"])
    assert containerd.importing(containerd.importing(before)) == containerd.importing(before)


@pytest.mark.parametrize("broken", ["version = \n", 'root = "/x"\n', "\\x00"])
def test_a_file_of_no_use_is_set_aside(tmp_path: Path, broken: str) -> None:
    """What can't be read, or is of version 1, is kept elsewhere and a new one is begun."""
    bench = bench_with(tmp_path, broken)
    assert read(bench, CONFIG) == {"version": 3, "imports": [containerd.IMPORTS]}
    (aside,) = [path for path in bench.fakes.host.files if "aside" in path]
    assert bench.fakes.host.files[aside] == broken.encode()


def test_the_mirror_in_use_is_asked_first_for_other_registries(tmp_path: Path) -> None:
    """By a file for each registry that it has copies of; one of the operator's stays as it is."""
    bench = Bench(tmp_path, "imageRepository: k8s.m.daocloud.io")
    host = bench.fakes.host
    host.answer("containerd --version", stdout="containerd x v2.4.2 abc\n")
    host.make_directory("/etc/containerd/certs.d/quay.io", mode=0o755)
    host.write("/etc/containerd/certs.d/quay.io/hosts.toml", b"theirs", mode=0o644)
    containerd.configure(bench.context(), [])
    assert read(bench, "/etc/containerd/certs.d/docker.io/hosts.toml") == {
        "server": "https://registry-1.docker.io",
        "host": {"https://docker.m.daocloud.io": {"capabilities": ["pull", "resolve"]}},
    }
    assert host.files["/etc/containerd/certs.d/quay.io/hosts.toml"] == b"theirs"
    folders = host.list("/etc/containerd/certs.d")
    assert folders == ("docker.io", "gcr.io", "ghcr.io", "quay.io", "registry.k8s.io")


def test_without_a_mirror_no_registry_is_redirected(tmp_path: Path) -> None:
    """The community's registry is asked as it is."""
    bench = bench_with(tmp_path, None)
    assert bench.fakes.host.list("/etc/containerd/certs.d") == ()
