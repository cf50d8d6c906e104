"""The process that keeps one node alive: `python -m tests.lab.keeper PLAN`, started by node.py.

It lives in mount and network namespaces of its own, holds the node's lock, and takes everything
down when its owner is gone (standard input ends), when it is told to (SIGTERM), or when the node
switches itself off. SIGUSR1 takes the node down but leaves its files, for a later boot.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from . import cgroup, machine, network
from .machine import Plan

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None, use_errno=True)


class StopError(Exception):
    """The node has to come down."""

    def __init__(self, keep_files: bool) -> None:
        self.keep_files = keep_files


def main() -> None:
    words = json.loads(sys.argv[1])
    detached = words.pop("detached")
    tuples = {name: tuple(words[name]) for name in ("layers", "real")}
    plan = Plan(**{**words, **tuples})
    os.umask(0o022)
    keep_files = False
    _on(signal.SIGTERM, keep_files=False)
    _on(signal.SIGUSR1, keep_files=True)
    try:
        _serve(plan, detached)
    except StopError as stop:
        keep_files = stop.keep_files
    finally:
        _take_down(plan.number, keep_files)


def _serve(plan: Plan, detached: bool) -> None:
    groups = cgroup.make(plan.number)
    machine.lay_out(plan)
    state = {"keeper": os.getpid(), "detached": int(detached)}
    _note(plan.number, state)
    _own_namespaces(plan.number)
    machine.mount(plan)
    notifications = _notification_socket(plan.number)
    nspawn = _boot(plan.number, groups)
    owner = () if detached else (sys.stdin.fileno(),)
    watched = (notifications.fileno(), os.pidfd_open(nspawn.pid), *owner)
    while True:
        readable, _, _ = select.select(watched, [], [])
        if notifications.fileno() not in readable:
            raise StopError(keep_files=not set(owner) & set(readable))
        news = _fields(notifications.recv(4096))
        if leader := news.get("X_NSPAWN_LEADER_PID"):
            _note(plan.number, {**state, "leader": int(leader)})
        if news.get("READY") == "1":
            _tell_owner()


def _own_namespaces(number: int) -> None:
    outside = os.open("/proc/self/ns/net", os.O_RDONLY)
    if libc.unshare(CLONE_NEWNS | CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    network.plug(number, outside)
    os.close(outside)


def _notification_socket(number: int) -> socket.socket:
    found = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    found.bind(f"\0kbt-n{number}")
    return found


def _boot(number: int, groups: list[Path]) -> subprocess.Popen[bytes]:
    def enter() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        for group in groups:
            (group / "cgroup.procs").write_text("0")

    return subprocess.Popen(
        machine.boot_command(number, f"/proc/{os.getpid()}/ns/net"),
        env={**os.environ, **machine.ENVIRONMENT, "NOTIFY_SOCKET": f"@kbt-n{number}"},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
        preexec_fn=enter,
    )


def _fields(message: bytes) -> dict[str, str]:
    """What systemd says of the node's boot."""
    lines = message.decode().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _note(number: int, state: dict[str, int]) -> None:
    path = machine.state_file(number)
    path.with_suffix(".new").write_text(json.dumps(state))
    path.with_suffix(".new").replace(path)


def _tell_owner() -> None:
    with suppress(BrokenPipeError):
        sys.stdout.write("ready\n")
        sys.stdout.flush()


def _take_down(number: int, keep_files: bool) -> None:
    for once_is_enough in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(once_is_enough, signal.SIG_IGN)
    cgroup.kill(number)
    machine.unmount(number)
    machine.state_file(number).unlink(missing_ok=True)
    if not keep_files:
        machine.forget(number)


def _on(number: signal.Signals, keep_files: bool) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise StopError(keep_files)

    signal.signal(number, stop)


if __name__ == "__main__":
    main()
