"""A stage for pages: the app over a recording, with a clock that stands still and a machine made up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from phases.engine.request import Request
from tui.app import KubebootApp
from tui.facts import Address, Facts
from tui.launch import Engine, Refused
from tui.machine import Look
from tui.preferences import Preferences
from tui.screens.run import Run
from tui.session import Session

RECORDINGS = Path(__file__).parents[1] / "recordings"


def told(name: str) -> list[dict[str, Any]]:
    """The records of a recording as plain data."""
    return [json.loads(line) for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines()]


GOOD = told("good")
CHANGES: int = GOOD[-1]["changes"]
TOKEN_ID: str = next(one["item"] for one in GOOD if one.get("topic") == "token")
ENDED = datetime.fromisoformat(GOOD[-1]["at"])
LATER = ENDED + timedelta(minutes=6)
"""Six minutes after the good run."""

TOKEN, KEY = f"{TOKEN_ID}.abcdefghij012345", "0123456789abcdef" * 4
JOIN = f"kubeadm join 172.30.99.15:6443 --token {TOKEN} --discovery-token-ca-cert-hash sha256:{'b0' * 32}"
HANDOVER = {
    "worker": JOIN,
    "control_plane": f"{JOIN} --control-plane --certificate-key {KEY}",
    "expires": (ENDED + timedelta(hours=24)).isoformat(),
}
FACTS = Facts(
    hostname="node5",
    default_address="172.30.99.15",
    addresses=(Address("172.30.99.15", "eth0"),),
    cri_sockets=("unix:///run/containerd/containerd.sock",),
    cpus=2,
    memory=24 * 2**30,
    euid=0,
    system="Debian GNU/Linux 12 (bookworm)",
)
WIDE, NARROW = (120, 40), (80, 24)


class Process:
    """An engine's process as far as the app sees it."""

    def __init__(self) -> None:
        self.ended = False
        self.terminated = False
        self.stdin = None

    def poll(self) -> int | None:
        return 0 if self.ended else None

    def terminate(self) -> None:
        self.terminated = True

    kill = terminate

    def wait(self, timeout: float | None = None) -> int:
        return 0


def make_app(home: Path, **more: Any) -> KubebootApp:
    """The app in English on a fresh machine with everything of the real one left out."""
    given: dict[str, Any] = {
        "chosen": Preferences("harbour", "en"),
        "seen": Look("fresh"),
        "home": home,
        "now": lambda: LATER,
        "environment": {},
        "begin": refuses_to_begin,
    } | more
    facts = given.pop("facts", FACTS)
    app = KubebootApp(**given)
    app._session = Session(facts)
    app.folder = home
    return app


def refuses_to_begin(_request: Request) -> Engine:
    words = {"code": "test", "what": "no engine here", "where": "", "why": "", "remedy": ""}
    raise Refused(words, 2)


def engine_at(journal: Path) -> tuple[Engine, Process]:
    process = Process()
    engine: Any = Engine(process, journal)  # type: ignore[arg-type]
    return engine, process


def cut(
    name: str, last_one: Callable[[Mapping[str, Any]], bool], folder: Path, later: float = 1.5
) -> tuple[Path, Callable[[], datetime]]:
    """A recording as it was when something was told, and a clock that stands just behind it."""
    lines = (RECORDINGS / f"{name}.jsonl").read_text().splitlines()
    kept = lines[: 1 + next(n for n, line in enumerate(lines) if last_one(json.loads(line)))]
    journal = folder / "runs" / "recorded" / "journal.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text("".join(f"{line}\n" for line in kept))
    last = datetime.fromisoformat(json.loads(kept[-1])["at"])
    return journal, lambda: last + timedelta(seconds=later)


def seen(*wanted: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a record has all these words in it."""
    return lambda record: all(word in json.dumps(record) for word in wanted)


def copied(name: str, folder: Path) -> Path:
    """A recording in a folder of its own, as that of a run beside which other files may lie."""
    journal = folder / "runs" / name / "journal.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text((RECORDINGS / f"{name}.jsonl").read_text())
    return journal


def desk_journal(folder: Path, told: Iterable[tuple[str, Mapping[str, Any]]]) -> Path:
    """The journal of a desk's engine that tells something else of nodes than the recorded one."""
    start = json.loads((RECORDINGS / "arrived.jsonl").read_text().splitlines()[0])
    report = {"at": start["at"], "event": "Report", "phase": "nodes", "topic": "node"}
    lines = [
        start,
        *(report | {"seq": n, "item": i, "data": d} for n, (i, d) in enumerate(told, 1)),
    ]
    journal = folder / "desk.jsonl"
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return journal


async def until(pilot: Pilot[int], true: Callable[[], bool], seconds: float = 10) -> None:
    """Lets the app work until something is so."""
    for _ in range(int(seconds / 0.02)):
        if true():
            await pilot.pause()
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to be")


async def watched(pilot: Pilot[int], journal: Path) -> Run:
    """The run page, once it has read all of a journal."""
    app = app_of(pilot)
    app.watch_journal(journal)
    last = len(journal.read_text().splitlines()) - 1
    await until(
        pilot,
        lambda: (
            isinstance(app.screen, Run)
            and (app.screen.story.state.last_seq == last)
            and bool(app.screen.story.ended or not app.screen.story.state.finished)
        ),
    )
    assert isinstance(app.screen, Run)
    return app.screen


def app_of(pilot: Pilot[int]) -> KubebootApp:
    assert isinstance(pilot.app, KubebootApp)
    return pilot.app


def text_of(app: KubebootApp) -> str:
    """What stands on the screen, line by line."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join(
        "".join(segment.text for segment in line)[:width].rstrip() for line in lines[:height]
    )
