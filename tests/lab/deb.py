"""Debian packages: made from files, or made from another package with some of it replaced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from . import command

ARCHITECTURE = "amd64"
PACK = ("dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build")

Files = Mapping[str, Path | str]


@dataclass(frozen=True)
class Deb:
    """A package to be: `files` are programs (paths to copy), or texts (with #! in front programs,
    too), each under its path in the node; `scripts` are the maintainer's, by dpkg's names."""

    name: str
    version: str
    summary: str
    files: Files
    depends: str = ""
    conffiles: tuple[str, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)

    def make(self, folder: Path) -> Path:
        """Pack it into a folder; the path of the package."""
        with TemporaryDirectory(dir=folder) as work:
            root = Path(work)
            root.chmod(0o755)
            for path, content in self.files.items():
                _lay(root / path.lstrip("/"), content)
            for name, text in {**self._control(), **self.scripts}.items():
                _lay(root / "DEBIAN" / name, text)
            return _pack(root, folder, self.name, self.version)

    def _control(self) -> dict[str, str]:
        fields = {
            "Package": self.name, "Version": self.version, "Architecture": ARCHITECTURE,
            "Maintainer": "the lab <lab@kubeboot.example>", "Depends": self.depends,
            "Section": "admin", "Priority": "optional", "Description": self.summary,
        }  # fmt: skip
        lines = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
        listed = "".join(f"{path}\n" for path in self.conffiles)
        return {"control": lines, **({"conffiles": listed} if listed else {})}


def remake(package: Path, version: str, change: Callable[[Path], None], folder: Path) -> Path:
    """Pack another version of a package, with its unpacked files changed."""
    name = package.name.partition("_")[0]
    with TemporaryDirectory(dir=folder) as work:
        root = Path(work, "root")
        command.check("dpkg-deb", "--raw-extract", package, root)
        change(root)
        control = root / "DEBIAN/control"
        lines = control.read_text().splitlines()
        lines = [f"Version: {version}" if line.startswith("Version:") else line for line in lines]
        control.write_text("\n".join(lines) + "\n")
        (root / "DEBIAN/md5sums").unlink()
        return _pack(root, folder, name, version)


def _pack(root: Path, folder: Path, name: str, version: str) -> Path:
    target = folder / f"{name}_{version}_{ARCHITECTURE}.deb"
    command.check(*PACK, root, target)
    return target


def _lay(path: Path, content: Path | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content)
        path.chmod(0o755 if content.startswith("#!") else 0o644)
        return
    try:
        os.link(content, path)
    except OSError:  # it lies on another disk
        shutil.copy(content, path)
