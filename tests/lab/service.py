"""A server that all sessions of this machine share: one process, up while at least one session holds
it open, or, when it was started from the command line, until it is stopped. What it serves is the
caller's; the image registry is in registry.py, the stand-in for the internet in internet.py."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import cache, command
from .errors import LabError

PATIENCE = 15
PAUSE = 0.5
PROJECT = Path(__file__).parents[2]

WITH_SESSIONS, STAY = "with-sessions", "stay"


@dataclass(frozen=True)
class Service:
    """`python -m tests.lab.NAME MODE` serves, once all is prepared; `answers` raises an OSError as
    long as nobody does."""

    name: str
    prepare: Callable[[], object]
    answers: Callable[[], object]

    def hold(self) -> int:
        """A descriptor that keeps the service up, starting it where need be, until it is closed."""
        held = self._users()
        fcntl.flock(held, fcntl.LOCK_SH)
        if not self.is_up():
            self.start(WITH_SESSIONS)
        return held

    def start(self, mode: str) -> None:
        """Start serving, and return when it answers; mode `stay` serves until `stop`."""
        self.prepare()
        words = [sys.executable, "-m", f"tests.lab.{self.name}", mode]
        command.daemon(words, cache.log(self.name), PROJECT)
        await_answer(self.name, self.answers)

    def stop(self) -> None:
        """Let it go; it ends at once, or with the last session that holds it."""
        if self.is_up():
            with suppress(ProcessLookupError):
                os.kill(int(self._serving_path().read_text()), signal.SIGTERM)
            time.sleep(2 * PAUSE)

    def is_up(self) -> bool:
        with self._serving_path().open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def serve(self, mode: str, running: AbstractContextManager[Callable[[], bool]]) -> None:
        """The serving process: serves inside `running`, which gives a question: does it still run?"""
        stays = [mode == STAY]
        signal.signal(signal.SIGTERM, lambda *_: stays.clear())
        with self._serving_path().open("a+") as serving:
            fcntl.flock(serving, fcntl.LOCK_EX | fcntl.LOCK_NB)
            serving.truncate(0)
            serving.write(str(os.getpid()))
            serving.flush()
            with running as is_running:
                while is_running() and (any(stays) or self._in_use()):
                    time.sleep(PAUSE)

    def _in_use(self) -> bool:
        users = self._users()
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(users)
            return True
        # kept locked: who wants the service now waits until this process is gone, then starts anew
        return False

    def _users(self) -> int:
        path = cache.lock_file(f"{self.name}-users")
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _serving_path(self) -> Path:
        return cache.lock_file(f"{self.name}-serving")


def await_answer(name: str, answers: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError):
            answers()
            return
        time.sleep(0.05)
    raise LabError(f"nobody answers as {name}:\n{command.tail(cache.log(name))}")
