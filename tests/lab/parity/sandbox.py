"""A fresh small machine for one command: own root, network and host name; gone when it ends.

Its root is a tmpfs over which only programs are mounted, so whatever a command leaves anywhere is
seen, and nothing of this machine's own state gets in. What is found there is a `Tree`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .tree import Tree, from_tar

PROJECT = Path(__file__).parents[3]
ADDRESS, ADDRESS6 = "192.0.2.10", "2001:db8::10"
PROGRAMS = ("/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64")
FIXED = {"/etc/hostname", "/etc/hosts", "/etc/passwd", "/bin", "/sbin", "/lib", "/lib64"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

NETWORK = f"""link set lo up
link add eth0 type veth peer name wire
addr add {ADDRESS}/24 dev eth0
addr add {ADDRESS6}/64 dev eth0 nodad
link set wire up
link set eth0 up
route add default via 192.0.2.1
"""

SYSTEMCTL = """#!/bin/sh
# stands in for systemd: says which units run, and agrees to everything else
unit=; for unit; do :; done
case "$1" in
is-active) case " {active} " in *" ${{unit%.service}} "*) echo active; exit 0;; esac; echo inactive; exit 3;;
esac
exit 0
"""

# listens in the background, for as long as the machine is there
LISTEN = """import os, socket, sys, time
held = [socket.socket(socket.AF_UNIX) for _ in sys.argv[1:]]
for door, path in zip(held, sys.argv[1:]):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    door.bind(path)
    door.listen()
if os.fork() == 0:
    os.setsid()
    for stream in (0, 1, 2):
        os.close(stream)
    time.sleep(600)
"""

INSIDE = """
mount --make-rprivate /
mount -t tmpfs -o mode=755 sandbox "$ROOT"
cd "$ROOT"
mkdir -p proc dev sys etc root run/log tmp var/lib var/run usr .stand-ins
chmod 1777 tmp
for place in $PROGRAMS; do
  if [ -L "$place" ]; then ln -s "$(readlink "$place")" "$ROOT$place"
  else mkdir -p "$ROOT$place"; mount --rbind "$place" "$ROOT$place"; fi
done
mount -t proc proc proc
mount --rbind /dev dev
printf '%s' "$SYSTEMCTL" > .stand-ins/systemctl
chmod 755 .stand-ins/systemctl
mount --bind .stand-ins/systemctl usr/bin/systemctl
hostname "$HOSTNAME"
printf '%s\\n' "$HOSTNAME" > etc/hostname
printf '127.0.0.1 localhost\\n' > etc/hosts
printf 'root:x:0:0:root:/root:/bin/sh\\n' > etc/passwd
printf '%s' "$NETWORK" | ip -batch -
tar -x -f "$PLANTED"
[ -z "$SOCKETS" ] || python3 -c "$LISTEN" $SOCKETS
find . -xdev -type d > run/log/before
code=0
chroot . env -i $SETTINGS "$@" > run/log/out 2>&1 < /dev/null || code=$?
echo $code > run/log/code
tar -c --one-file-system --format=posix --numeric-owner --exclude=./.stand-ins -f "$FOUND" .
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the command meets: `active` are units that run, `sockets` are listened on.

    `network` is the network namespace of another machine to be on, instead of one of its own.
    """

    hostname: str = "master"
    active: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()
    network: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the command ended, what it printed, and every file there is afterwards."""

    code: int
    log: str
    tree: Tree


def run(words: Sequence[str | Path], machine: Machine, planted: bytes) -> Outcome:
    """Runs one command as root of a fresh machine that holds the files of the tar `planted`."""
    with tempfile.TemporaryDirectory(prefix="kubeboot-parity-") as folder:
        found = Path(folder) / "found.tar"
        leave(words, machine, planted, found)
        return outcome(found)


def leave(words: Sequence[str | Path], machine: Machine, planted: bytes, found: Path) -> None:
    """Runs it and packs all that is there afterwards into the tar `found`."""
    with tempfile.TemporaryDirectory(prefix="kubeboot-parity-") as folder:
        home = Path(folder)
        (home / "planted.tar").write_bytes(planted)
        (home / "root").mkdir()
        ended = subprocess.run(
            [*_namespaces(machine), "sh", "-euc", INSIDE, "inside", *map(str, words)],
            env=_environment(home, machine, words) | {"FOUND": str(found)},
            capture_output=True,
            check=False,
        )
        if ended.returncode != 0:
            raise RuntimeError(f"the sandbox broke: {ended.stderr.decode(errors='replace')}")


UNSHARE = ("unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child")


def _namespaces(machine: Machine) -> tuple[str, ...]:
    if machine.network:
        return ("nsenter", f"--net={machine.network}", *UNSHARE)
    return (*UNSHARE, "--net")


def _environment(home: Path, machine: Machine, words: Sequence[str | Path]) -> dict[str, str]:
    settings = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"}
    settings |= machine.environment
    return {
        "PATH": PATH,
        "ROOT": str(home / "root"),
        "PLANTED": str(home / "planted.tar"),
        "HOSTNAME": machine.hostname,
        "SOCKETS": " ".join(path.lstrip("/") for path in machine.sockets),
        "LISTEN": LISTEN,
        "NETWORK": "" if machine.network else NETWORK,
        "SYSTEMCTL": SYSTEMCTL.format(active=" ".join(machine.active)),
        "SETTINGS": " ".join(f"{key}={value}" for key, value in settings.items()),
        "PROGRAMS": " ".join(_programs(Path(words[0]))),
    }


def _programs(command: Path) -> Iterable[str]:
    """The folders with programs: the system's, the command's own, Python's and the project's."""
    own = {str(command.parent), sys.prefix, sys.base_prefix, str(PROJECT)}
    return (*filter(os.path.lexists, PROGRAMS), *sorted(path for path in own if not _inside(path)))


def _inside(path: str) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in PROGRAMS)


def outcome(found: Path) -> Outcome:
    """What a tar that was left tells."""
    tree = from_tar(found)
    code, log, before = (tree.pop(f"/run/log/{name}").content for name in ("code", "out", "before"))
    known = {line.removeprefix(".") or "/" for line in before.decode().splitlines()}
    made = {path: entry for path, entry in tree.items() if path not in known | FIXED}
    return Outcome(int(code), log.decode(errors="replace"), made)
