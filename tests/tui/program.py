"""The program as a user starts it, in a place of its own, and what lies around it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine.bench import documents

ROOT = Path(__file__).parents[2]
MACHINE = tuple(
    map(Path, ("/etc/kubernetes", "/var/lib/kubelet", "/var/lib/kubeboot", "/var/lib/etcd"))
)
COMMAND = (sys.executable, "-m", "tui")
CONFIG = documents("controlPlaneEndpoint: cp.example:6443")

Tree = dict[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]


class Place:
    """A home, a folder for temporary files, one for rehearsals, and a configuration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rehearsal = folder / "rehearsal"
        for name in ("home", "tmp", "work"):
            (folder / name).mkdir()
        self.config = folder / "work" / "kubeadm.yaml"
        self.config.write_text(CONFIG)

    def environment(self, **more: str) -> dict[str, str]:
        mine = {
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
        }
        return mine | more

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> Ended:
        ended = subprocess.run(
            [*COMMAND, *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            text=True,
            cwd=self.folder / "work",
            env=self.environment(**environment),
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def rehearse(self, *arguments: str, **environment: str) -> Ended:
        return self.run("init", *self.rehearsing(*arguments), **environment)

    def rehearsing(self, *arguments: str) -> tuple[str, ...]:
        return ("--rehearse", str(self.rehearsal), "--config", str(self.config), *arguments)

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """The program under way."""
        pipes: Mapping[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        return subprocess.Popen(
            [*COMMAND, *arguments],
            text=True,
            cwd=self.folder / "work",
            env=self.environment(),
            **pipes,
        )

    @property
    def state(self) -> Path:
        return self.rehearsal / "var/lib/kubeboot"

    def journals(self) -> list[Path]:
        return sorted(self.state.glob("runs/*/journal.jsonl"))


def tree(*roots: Path) -> Tree:
    """Every file below some folders, with mode and content."""
    files = (path for root in roots for path in [root, *root.rglob("*")] if path.exists())
    return {
        str(path): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in files
    }
