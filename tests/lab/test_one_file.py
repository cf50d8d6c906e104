"""The real dist/kubeboot-tui: what is in it, that it can be made again, and what it starts under."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import sys
import tarfile
import zipfile
from itertools import product
from pathlib import Path

import pytest

from . import command, pythons
from .program import DIST

ROOT = Path(__file__).parents[2]
RELEASES = {"bookworm": "311", "trixie": "313"}
"""Debian's releases with a Python that will do; 3.12 is in none, 3.14 in sid only."""
MACHINES = {"x86_64": 62, "aarch64": 183}
"""The processors by the numbers that ELF gives them."""
PYTHONS = ("311", "312", "313", "314")
MEGABYTES = 60
CONFIG = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
controlPlaneEndpoint: master.example:6443
encryptionAlgorithm: ECDSA-P256
"""
"""RSA keys take an emulated processor a minute."""


def layers(python: str, machine: str) -> list[str]:
    """What a kind of Python needs of the file."""
    with zipfile.ZipFile(DIST) as archive:
        lines = map(str.split, archive.read("made-for").decode().splitlines())
    return {kind: names for kind, *names in lines}[f"cpython-{python}-{machine}-linux-gnu"]


def modules(python: str, machine: str) -> dict[str, bytes]:
    """The beginnings of a kind's compiled modules, by name."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(DIST) as archive:
        for layer in layers(python, machine):
            with archive.open(layer) as data, tarfile.open(fileobj=data, mode="r|xz") as entries:
                for entry in entries:
                    if entry.name.endswith(".so") and (file := entries.extractfile(entry)):
                        assert entry.name not in found
                        found[entry.name] = file.read(20)
    return found


def test_every_python_and_machine_has_all_modules() -> None:
    """Each has the same compiled modules, made for its processor and its version or a stable ABI."""
    names: set[frozenset[str]] = set()
    for python, machine in product(PYTHONS, MACHINES):
        found = modules(python, machine)
        tags = {f"cpython-{python}-{machine}-linux-gnu", "abi3"}
        assert {name.split(".")[-2] for name in found} == tags
        assert {data[:5] for data in found.values()} == {b"\x7fELF\x02"}
        assert {data[18:] for data in found.values()} == {struct.pack("<H", MACHINES[machine])}
        names.add(frozenset(name.split(".")[0] for name in found))
    assert len(names) == 1
    assert {"_cffi_backend", "pydantic_core/_pydantic_core", "yaml/_yaml"} < set(*names)


def test_it_is_small_and_its_checksum_is_beside_it() -> None:
    """The file is no bigger than promised, and sha256sum finds it whole."""
    assert DIST.stat().st_size <= MEGABYTES * 1_000_000
    command.check("sha256sum", "--check", f"{DIST.name}.sha256", cwd=DIST.parent)


def test_another_checkout_makes_the_same_bytes(tmp_path: Path) -> None:
    """From nothing, in another folder and with another mask, `make dist` gives the same file."""
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in command.check(*listed, cwd=ROOT).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    venv = Path(sys.prefix)
    ready = f"{venv}/.ready"
    mask = os.umask(0o077)
    try:
        command.check("make", "dist", f"VENV={venv}", f"--old-file={ready}", cwd=tmp_path)
    finally:
        os.umask(mask)
    again = (tmp_path / "dist" / DIST.name).read_bytes()
    assert hashlib.sha256(again).digest() == hashlib.sha256(DIST.read_bytes()).digest()


@pytest.mark.parametrize(("release", "machine"), [*product(RELEASES, MACHINES)])
def test_it_rehearses_under_debians_own_python(release: str, machine: str, tmp_path: Path) -> None:
    """Debian's Python of either release and processor walks the whole way, engine and all."""
    config, cache, rehearsal = (tmp_path / name for name in ("kubeadm.yaml", "cache", "rehearsal"))
    config.write_text(CONFIG)
    environment = {
        "PATH": f"{pythons.folder(release, machine)}:/usr/bin:/bin",
        "KUBEBOOT_CACHE": str(cache),
    }
    words = ("init", "--rehearse", rehearsal, "--config", config)
    ended = command.run(DIST, *words, env=environment, timeout=600).checked()
    assert "kubeadm join master.example:6443" in ended.stdout
    assert (rehearsal / "etc/kubernetes/admin.conf").exists()
    (unpacked,) = (path.name for path in cache.iterdir() if path.is_dir())
    assert unpacked.endswith(f"-cpython-{RELEASES[release]}-{machine}-linux-gnu")
