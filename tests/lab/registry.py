"""The lab's image registry at 172.30.98.1:5000, with every image in it.

One process serves all sessions: it is up while at least one of them holds it open, or, when it
was started from the command line, until `down` or `clean`. Which nodes pull from it is decided
when they boot (node.py).
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache as once
from pathlib import Path

from . import cache, command, image, machine, network, versions
from .errors import LabError

PATIENCE = 15
PAUSE = 0.5
PROJECT = Path(__file__).parents[2]
CONFIG = """version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {folder}}}
  maintenance: {{readonly: {{enabled: {readonly}}}}}
http: {{addr: "{address}"}}
"""


class Registry:
    """A hold on the registry: it answers until this is closed."""

    def __init__(self) -> None:
        self.address = machine.REGISTRY_ADDRESS
        self._hold = _users()
        fcntl.flock(self._hold, fcntl.LOCK_SH)
        if not is_up():
            start("with-sessions")

    def close(self) -> None:
        os.close(self._hold)


@once
def storage() -> Path:
    """The registry's folder with every image, filled once and then only read."""
    return cache.artefact("registry", str(image.archive()), _fill)


def start(mode: str) -> None:
    """Start serving, and return when it answers; mode `stay` serves until `stop`."""
    network.ensure_bridge()
    config = cache.home() / "registry.yml"
    config.write_text(_config(storage(), machine.REGISTRY_ADDRESS, readonly=True))
    words = [sys.executable, "-m", "tests.lab.registry", mode, str(config)]
    command.daemon(words, cache.log("registry"), PROJECT)
    _await_answer(machine.REGISTRY_ADDRESS)


def stop() -> None:
    """Let it go; it ends at once, or with the last session that holds it."""
    if is_up():
        with suppress(ProcessLookupError):
            os.kill(int(_serving_path().read_text()), signal.SIGTERM)
        time.sleep(2 * PAUSE)


def is_up() -> bool:
    with _serving_path().open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _serve(mode: str, config: str) -> None:
    """The serving process: holds the lock `serving`, and ends with the last session."""
    stays = [mode == "stay"]
    signal.signal(signal.SIGTERM, lambda *_: stays.clear())
    with _serving_path().open("a+") as serving:
        fcntl.flock(serving, fcntl.LOCK_EX | fcntl.LOCK_NB)
        serving.truncate(0)
        serving.write(str(os.getpid()))
        serving.flush()
        with _running(Path(config)) as server:
            while server.poll() is None and (any(stays) or _in_use()):
                time.sleep(PAUSE)


def _in_use() -> bool:
    users = _users()
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(users)
        return True
    # kept locked: who wants the registry now waits until this process is gone, then starts anew
    return False


@contextmanager
def _running(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        ["setpriv", "--pdeathsig=KILL", "docker-registry", "serve", config]
    ) as server:
        try:
            yield server
        finally:
            server.kill()


def _fill(draft: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    config = draft.with_suffix(".yml")
    config.write_text(_config(draft, address, readonly=False))
    with _running(config):
        _await_answer(address)
        for each in versions.IMAGES:
            target = each.reference.replace(versions.REGISTRY, address)
            command.check(
                "skopeo", "copy", "--quiet", "--dest-tls-verify=false",
                f"docker-archive:{image.archive()}:{each.reference}", f"docker://{target}",
            )  # fmt: skip
    config.unlink()


def _config(folder: Path, address: str, *, readonly: bool) -> str:
    return CONFIG.format(folder=folder, address=address, readonly=str(readonly).lower())


def _await_answer(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"http://{address}/v2/", timeout=1):
            return
        time.sleep(0.05)
    raise LabError(f"no registry answers at {address}:\n{command.tail(cache.log('registry'))}")


def _users() -> int:
    return os.open(cache.lock_file("registry-users"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _serving_path() -> Path:
    return cache.lock_file("registry-serving")


if __name__ == "__main__":
    _serve(*sys.argv[1:])
