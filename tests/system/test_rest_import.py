"""The API client's package is imported safely by phases that connect at the same moment."""

from __future__ import annotations

import subprocess
import sys

from tests.system.certificates import Authority

MANY_AT_ONCE = """
import sys, threading
from phases.system.credentials import Credentials
from phases.system.rest import Rest

who = Credentials("https://127.0.0.1:1", sys.stdin.buffer.read())
gate = threading.Barrier(6)
found = []

def connect():
    gate.wait()
    found.append(Rest(who))

threads = [threading.Thread(target=connect) for _ in range(6)]
[t.start() for t in threads]
[t.join() for t in threads]
assert len(found) == 6, found
"""


def test_six_first_connections_at_once(authority: Authority) -> None:
    """Six phases that connect at once, in a process that never had the package, all get it."""
    command = [sys.executable, "-c", MANY_AT_ONCE]
    done = subprocess.run(command, input=authority.certificate, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
