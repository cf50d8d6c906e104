"""A stage for pages: the app over a recording, with a clock that stands still and a machine made up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from phases.engine.errors import PhaseError
from phases.engine.request import Request
from tui.app import KubebootApp
from tui.facts import Address, Facts
from tui.launch import Engine, Refused
from tui.machine import Look
from tui.preferences import Preferences
from tui.screens.run import Run
from tui.session import Session

RECORDINGS = Path(__file__).parents[1] / "recordings"
LATER = datetime(2026, 11, 23, 15, 20, tzinfo=UTC)
TOKEN, KEY = "ujasfb.abcdefghij012345", "0123456789abcdef" * 4
JOIN = f"kubeadm join 172.30.99.15:6443 --token {TOKEN} --discovery-token-ca-cert-hash sha256:{'b0' * 32}"
HANDOVER = {
    "worker": JOIN,
    "control_plane": f"{JOIN} --control-plane --certificate-key {KEY}",
    "expires": "2026-11-24T15:14:02+00:00",
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


def cut(name: str, lines: int, folder: Path) -> tuple[Path, Callable[[], datetime]]:
    """A recording as it was after so many lines, and a clock that stands just behind them."""
    kept = (RECORDINGS / f"{name}.jsonl").read_text().splitlines()[:lines]
    journal = folder / "runs" / "recorded" / "journal.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text("".join(f"{line}\n" for line in kept))
    last = datetime.fromisoformat(json.loads(kept[-1])["at"])
    return journal, lambda: last + timedelta(seconds=1.5)


APISERVER, MANAGER, SCHEDULER = (
    f"registry.k8s.io/kube-{name}:v1.37.2"
    for name in ("apiserver", "controller-manager", "scheduler")
)
ARRIVING: tuple[tuple[float, float, Mapping[str, tuple[int, int]]], ...] = (
    (0.5, 4_000_000, {APISERVER: (4_000_000, 28_100_000)}),
    (2.5, 30_000_000, {APISERVER: (28_100_000, 28_100_000), MANAGER: (1_900_000, 22_400_000)}),
    (3.5, 42_500_000, {APISERVER: (28_100_000, 28_100_000), MANAGER: (14_400_000, 22_400_000)}),
)
"""Bytes as an engine tells them since the recordings were made: when, of all, of each image."""


def arriving(
    folder: Path,
    marks: Iterable[tuple[float, float, Mapping[str, tuple[int, int]]]] = ARRIVING,
    *,
    later: float = 0.6,
) -> tuple[Path, Callable[[], datetime]]:
    """A run in the middle of its pulls, and a clock that stands just behind it."""
    lines = [json.loads(line) for line in (RECORDINGS / "pulled.jsonl").read_text().splitlines()]
    began = next(n for n, line in enumerate(lines) if line.get("data", {}).get("attempt"))
    start = datetime.fromisoformat(lines[began]["at"])

    def told(after: float, **event: Any) -> dict[str, Any]:
        return {"at": (start + timedelta(seconds=after)).isoformat(), "phase": "images"} | event

    def image(at: float, item: str, **data: Any) -> dict[str, Any]:
        return told(at, event="Report", topic="image", item=item, data=data)

    whole = {"event": "Progress", "step": "", "total": 0, "unit": "bytes"}
    new = [image(0, APISERVER, state="pulling", attempt=1, since=start.isoformat())]
    new += [told(at, **whole, done=done, items=items) for at, done, items in marks]
    new.append(image(2.2, APISERVER, state="pulled", size=28_112_345, seconds=2.2))
    second = told(2.2)["at"]
    new.append(image(2.2, MANAGER, state="pulling", attempt=1, since=second))
    kept = [*lines[:began], *sorted(new, key=lambda line: str(line["at"]))]
    journal = folder / "runs" / "pulling" / "journal.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    numbered = (json.dumps(line | {"seq": number}) for number, line in enumerate(kept))
    journal.write_text("".join(f"{line}\n" for line in numbered))
    last = datetime.fromisoformat(kept[-1]["at"])
    return journal, lambda: last + timedelta(seconds=later)


TRIED = (
    "kube-apiserver was asked for 20 s; its last answer: "
    "https://172.30.99.16:6443: [Errno 111] Connection refused",
    "the kubelet started kube-apiserver 3 times",
)
CRASHING: Mapping[str, Mapping[str, Any]] = {
    "etcd": {"state": "running", "restarts": 0, "exit_code": 0, "reason": ""},
    "kube-apiserver": {"state": "exited", "restarts": 2, "exit_code": 1, "reason": "Error"},
    "kube-controller-manager": {"state": "running", "restarts": 0, "exit_code": 0, "reason": ""},
    "kube-scheduler": {"state": "running", "restarts": 0, "exit_code": 0, "reason": ""},
}
STARTING: Mapping[str, Mapping[str, Any]] = {
    **CRASHING,
    "kube-apiserver": {"state": "running", "restarts": 0, "exit_code": 0, "reason": ""},
    "kube-scheduler": {"state": "running", "restarts": 1, "exit_code": 0, "reason": ""},
}
"""What an engine tells since the recordings were made."""


def tell_containers(journal: Path, containers: Mapping[str, Mapping[str, Any]]) -> None:
    """Adds what became of the containers to the end of a journal."""
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    told = [_container(lines[-1], item, data) for item, data in containers.items()]
    with journal.open("a") as file:
        for number, line in enumerate(told, len(lines)):
            file.write(json.dumps(line | {"seq": number}) + "\n")


def told_today(
    name: str, folder: Path, containers: Mapping[str, Mapping[str, Any]] = CRASHING
) -> Path:
    """A recording as today's engine would have written it: with containers, and causes judged."""
    lines = [json.loads(line) for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines()]
    at = next((n for n, line in enumerate(lines) if line["event"] == "PhaseFailed"), len(lines))
    lines[at:at] = [_container(lines[at - 1], item, data) for item, data in containers.items()]
    for number, line in enumerate(lines):
        line["seq"] = number
        if given := line.get("failure"):
            error = PhaseError(given.pop("code"), given.pop("what"), tried=TRIED, **given)
            line["failure"] = error.as_data()
    journal = folder / "runs" / "today" / "journal.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return journal


def _container(before: Mapping[str, Any], item: str, data: Mapping[str, Any]) -> dict[str, Any]:
    told = {"event": "Report", "phase": "wait-control-plane", "topic": "container"}
    return {"at": before["at"], **told, "item": item, "data": data}


ARRIVED: tuple[tuple[str, Mapping[str, Any]], ...] = (
    (
        "node5",
        {
            "state": "Ready",
            "roles": ["control-plane"],
            "version": "v1.37.2",
            "since": "2026-11-23T15:18:00Z",
        },
    ),
    (
        "node6",
        {
            "state": "NotReady",
            "version": "v1.37.2",
            "since": "2026-11-23T15:19:56Z",
            "lacks": "no network plugin",
        },
    ),
    ("node7", {"state": "gone"}),
)
"""Nodes as the desk's engine tells of them: one there, one just arriving, one that left."""


def desk_journal(folder: Path, told: Iterable[tuple[str, Mapping[str, Any]]] = ARRIVED) -> Path:
    """The journal of a desk's engine on the node of the good run."""
    start = json.loads((RECORDINGS / "good.jsonl").read_text().splitlines()[0])
    start |= {"workflow": "desk", "phases": [{"name": "nodes", "title": "Nodes"}]}
    report = {"at": start["at"], "event": "Report", "phase": "nodes", "topic": "node"}
    lines = [
        start,
        *(
            report | {"seq": n, "item": name, "data": data}
            for n, (name, data) in enumerate(told, 1)
        ),
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
