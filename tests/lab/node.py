"""A node as tests see it: boot it, run commands in it, move files, switch it off.

What happens on this machine's side is in keeper.py and machine.py.
"""

from __future__ import annotations

import json
import os
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from . import bare as bare_rootfs
from . import cache, cgroup, command, content, image, internet, machine, network, reserve, rootfs
from .command import Result
from .errors import LabError
from .machine import Plan

PROJECT = Path(__file__).parents[2]
BOOT_SECONDS = 60

ENVIRONMENT = {
    "HOME": "/root", "USER": "root", "LOGNAME": "root", "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}  # fmt: skip

# joins the node's groups, so that the kernel counts and ends what runs here with the node
ENTER = 'umask 022; for g in {groups}; do echo 0 > "$g/cgroup.procs"; done; exec "$@"'


class Node:
    """One fresh machine. `seat` is the reservation of its number."""

    def __init__(self, number: int, seat: reserve.Seat | None = None) -> None:
        self.number = number
        self.name = network.host_name(number)
        self.address = network.address(number)
        self._seat = seat
        self._keeper: subprocess.Popen[str] | None = None
        self._bare = False

    def __repr__(self) -> str:
        return f"Node({self.number})"

    # -- life

    def boot(
        self,
        *,
        images: bool = False,
        registry: bool = False,
        bare: bool = False,
        detached: bool = False,
    ) -> None:
        """Boot it, with all images or with none; `registry`: pulls come from the lab's registry;
        `bare`: without anything of Kubernetes, in reach of the lab's internet."""
        if self._seat is None:
            raise LabError(f"{self.name} isn't ours to boot: reserve it first")
        if self._keeper is not None:
            self.stop(keep_files=True)  # it may have switched itself off; otherwise it reboots
        network.ensure_bridge()
        stored = str(content.template()) if images else None
        plan = Plan(self.number, tuple(map(str, rootfs.node_layers())), stored, registry)
        if bare:
            layers = tuple(map(str, bare_rootfs.layers()))
            plan = Plan(self.number, layers, real=machine.BARE_FOLDERS, nameserver=internet.ADDRESS)
        self._bare = bare
        self._keeper = self._start_keeper(plan, detached)
        self._await_boot(self._keeper)

    def get_ready(self) -> None:
        """What kubeadm asks of a machine before it starts."""
        self.write("/etc/sysctl.d/99-kubernetes.conf", "net.ipv4.ip_forward = 1\n", mode=0o644)
        self.check("sysctl", "--quiet", "--load", "/etc/sysctl.d/99-kubernetes.conf")
        self.check("systemctl", "enable", "--quiet", "kubelet")

    def load_images(self) -> None:
        """Import all images into a running node; booting with `images` is much faster."""
        with image.archive().open("rb") as archive:
            words = self.command("ctr", "--namespace=k8s.io", "images", "import", "-")
            ended = subprocess.run(words, stdin=archive, capture_output=True, check=False)
        if ended.returncode != 0:
            raise LabError(ended.stderr.decode(errors="replace"))

    def stop(self, *, keep_files: bool = False) -> None:
        """Pull the plug, and forget the node unless its files are to stay for another boot."""
        how = signal.SIGUSR1 if keep_files else signal.SIGTERM
        if self._keeper is not None:
            self._keeper.send_signal(how)
            self._keeper.wait(timeout=30)
            for pipe in (self._keeper.stdin, self._keeper.stdout):
                if pipe:
                    pipe.close()
            self._keeper = None
        elif reserve.is_taken(self.number):
            os.kill(self._state()["keeper"], how)
            reserve.wait_until_free(self.number)

    def power_cycle(self) -> None:
        """Pull the plug and boot the same disk again."""
        self.stop(keep_files=True)
        self.boot(bare=self._bare)

    # -- commands

    def run(
        self,
        *words: str | Path,
        timeout: float | None = 120,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Result:
        """Run a command in the node as root. One that takes too long is ended with code -9."""
        result = command.run(*self.command(*words, env=env), timeout=timeout, stdin=stdin)
        return replace(result, command=(f"{self.name}:", *map(str, words)))

    def check(
        self,
        *words: str | Path,
        timeout: float | None = 120,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Result:
        """`run`, for a command that has to succeed."""
        return self.run(*words, timeout=timeout, stdin=stdin, env=env).checked()

    def shell(self, script: str, timeout: float | None = 120) -> Result:
        """`check`, for a line of shell."""
        return self.check("sh", "-ec", script, timeout=timeout)

    def command(self, *words: str | Path, env: Mapping[str, str] | None = None) -> list[str]:
        """The command that runs `words` in the node when started on this machine.

        It leaves the terminal alone, so it serves tmux and pseudo-terminals as well.
        """
        groups = " ".join(shlex.quote(str(group)) for group in self._groups())
        terminal = {"TERM": os.environ.get("TERM", "xterm-256color")}
        settings = {**ENVIRONMENT, **terminal, **(env or {})}
        return [
            "sh", "-c", ENTER.format(groups=groups), "enter",
            "nsenter", f"--target={self.leader}", "--all", "--wdns=/root",
            "env", "--ignore-environment", *(f"{key}={value}" for key, value in settings.items()),
            *map(str, words),
        ]  # fmt: skip

    # -- files

    def read(self, path: str) -> str:
        return self.check("cat", "--", path).stdout

    def exists(self, path: str) -> bool:
        return self.run("test", "-e", path).ok

    def write(self, path: str, text: str | bytes, mode: int = 0o600) -> None:
        """Write a file, with its mode set before its content, and the folders above it."""
        script = (
            'set -e; mkdir -p "$(dirname "$1")"; umask 077; : >>"$1"; chmod "$2" "$1"; cat >"$1"'
        )
        self.check("sh", "-c", script, "write", path, f"{mode:o}", stdin=text)

    def copy_in(self, local: Path, remote: str) -> None:
        """Copy a file, or a folder with all that is in it, to exactly `remote`."""
        source = ["tar", "-C", str(local.parent), "-c", local.name]
        script = (
            'set -e; mkdir -p "$1.copying"; tar -x -C "$1.copying" --no-same-owner; '
            'rm -rf "$1"; mv "$1.copying/$2" "$1"; rmdir "$1.copying"'
        )
        packed = subprocess.run(source, capture_output=True, check=True).stdout
        self.check("sh", "-c", script, "copy", remote, local.name, stdin=packed)

    def copy_out(self, remote: str, local: Path) -> None:
        """Copy one file out of the node."""
        packed = subprocess.run(self.command("cat", "--", remote), capture_output=True, check=True)
        local.write_bytes(packed.stdout)

    @property
    def root(self) -> Path:
        """The root of its file system as seen from this machine, while it runs.

        Absolute symbolic links in it lead out of it.
        """
        return Path(f"/proc/{self.leader}/root")

    @property
    def leader(self) -> int:
        """Its PID 1, as this machine numbers it."""
        leader = self._state().get("leader")
        if leader is None:
            raise LabError(f"{self.name} isn't running")
        return leader

    @property
    def log(self) -> Path:
        return cache.log(self.name)

    @property
    def is_detached(self) -> bool:
        """Whether it outlives the command that booted it."""
        return reserve.is_taken(self.number) and bool(self._state().get("detached"))

    def _state(self) -> dict[str, int]:
        """What its keeper noted down; nothing when there is no keeper."""
        path = machine.state_file(self.number)
        state: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        return state

    def _groups(self) -> list[Path]:
        try:
            groups = cgroup.of(self.leader)
        except FileNotFoundError:
            raise LabError(f"{self.name} isn't running") from None
        # systemd sits in a scope of its own inside the node's group
        return [group.parent if group.name == "init.scope" else group for group in groups]

    def _start_keeper(self, plan: Plan, detached: bool) -> subprocess.Popen[str]:
        assert self._seat is not None
        self.log.parent.mkdir(parents=True, exist_ok=True)
        orders = json.dumps({**vars(plan), "detached": detached})
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.lab.keeper", orders],
                stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=PROJECT,
                pass_fds=(self._seat.lock,),
                start_new_session=True,
                text=True,
            )

    def _await_boot(self, keeper: subprocess.Popen[str]) -> None:
        assert keeper.stdout is not None
        # readable also when the keeper has died and so closed its end
        readable, _, _ = select.select([keeper.stdout], [], [], BOOT_SECONDS)
        if not readable or keeper.stdout.readline() != "ready\n":
            keeper.terminate()
            keeper.wait()
            raise LabError(f"{self.name} didn't boot:\n{command.tail(self.log)}")
