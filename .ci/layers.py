"""What the one file holds of others' work: the locked wheels for every Python and machine in KINDS.

Files that the same kinds of Python need are packed together, once, as a layer; each kind is told which
layers it needs. What surrounds the layers is in `dist`, what unpacks them in `launcher`.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

PYTHONS = ("3.14", "3.13", "3.12", "3.11")
MACHINES = ("x86_64", "aarch64")
# glibc 2.17: older than that of any distribution with one of these Pythons
PLATFORM = "manylinux2014"

# 1980 is the first year that a zip archive can tell
EPOCH = max(315532800, int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")))
# what an installer writes about itself and this machine, and what no running program reads
LEFT_OUT = (
    *("bin", "__pycache__", ".lock", "RECORD", "REQUESTED", "INSTALLER"),
    *("direct_url.json", "uv_cache.json", "uv_build.json"),
)
LEFT_OUT_ENDINGS = (".pyc", ".pyi", ".pyx", ".pxd", ".c", ".h", "_test.py")
LEFT_OUT_FOLDERS = ("kubernetes/aio",)

Kinds: TypeAlias = frozenset[str]
Files: TypeAlias = list[tuple[str, Path]]


def kind(python: str, machine: str) -> str:
    """A kind of Python as the names of its compiled modules have it: cpython-311-x86_64-linux-gnu."""
    return f"cpython-{python.replace('.', '')}-{machine}-linux-gnu"


def made(lock: Path, folder: Path) -> Path:
    """The folder with a lock's layers, and the file `made-for` that names those of each kind.

    They are made where they aren't there yet; those of other locks are removed.
    """
    recipe = lock.read_bytes() + Path(__file__).read_bytes() + str(EPOCH).encode()
    layers = folder / hashlib.sha256(recipe).hexdigest()[:16]
    if not layers.is_dir():
        shutil.rmtree(folder, ignore_errors=True)
        part = folder / "part"
        part.mkdir(parents=True)
        with TemporaryDirectory(dir=folder) as sites:
            make(lock, Path(sites), part)
        part.rename(layers)
    return layers


def make(lock: Path, sites: Path, layers: Path) -> None:
    """Installs a lock's wheels for every kind, and packs what they need together."""
    installed = {
        kind(python, machine): install(lock, python, machine, sites)
        for python, machine in product(PYTHONS, MACHINES)
    }
    needed: dict[str, list[str]] = {each: [] for each in installed}
    groups = grouped(installed)
    names = [f"layer-{number:02}" for number in range(len(groups))]
    for name, kinds in zip(names, groups, strict=True):
        for each in kinds:
            needed[each].append(name)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, data in zip(names, pool.map(packed, groups.values()), strict=True):
            (layers / name).write_bytes(data)
    lines = (" ".join([each, *layers]) for each, layers in needed.items())
    (layers / "made-for").write_text("\n".join(lines))


def install(lock: Path, python: str, machine: str, sites: Path) -> Path:
    """The wheels of a lock as they are unpacked on another machine; each must have a locked hash."""
    site = sites / kind(python, machine)
    wanted = ("--python-platform", f"{machine}-{PLATFORM}", "--python-version", python)
    only = ("--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirements", str(lock))
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(site)]
    subprocess.run([*command, *wanted, *only], check=True)
    return site


def grouped(sites: Mapping[str, Path]) -> dict[Kinds, Files]:
    """All files by the kinds that need them; what most kinds need comes first."""
    needed: defaultdict[tuple[str, bytes], list[str]] = defaultdict(list)
    for each, site in sites.items():
        for name, path in wanted(site):
            needed[name, hashlib.sha256(path.read_bytes()).digest()].append(each)
    groups: defaultdict[Kinds, Files] = defaultdict(list)
    for (name, _), kinds in needed.items():
        groups[frozenset(kinds)].append((name, sites[kinds[0]] / name))
    return dict(sorted(groups.items(), key=lambda group: (-len(group[0]), sorted(group[0]))))


def wanted(site: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder to ship, with their names inside it."""
    for path in site.rglob("*"):
        name = path.relative_to(site).as_posix()
        if path.is_file() and not left_out(name):
            yield name, path


def left_out(name: str) -> bool:
    """Whether no running program needs the file."""
    unwanted = not set(LEFT_OUT).isdisjoint(name.split("/"))
    return unwanted or name.endswith(LEFT_OUT_ENDINGS) or name.startswith(LEFT_OUT_FOLDERS)


def packed(files: Iterable[tuple[str, Path]]) -> bytes:
    """Files as an xz-compressed tar archive; alike ones side by side: that compresses best."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz", preset=3, format=tarfile.PAX_FORMAT) as archive:
        for name, path in sorted(files, key=lambda file: (file[1].suffix, file[0])):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = path.stat().st_size, EPOCH, 0o644
            with path.open("rb") as file:
                archive.addfile(entry, file)
    return buffer.getvalue()
