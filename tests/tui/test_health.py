"""The panel of the wait: every component with its bar, the deadline, and why one doesn't come up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from phases.engine import events as e
from phases.engine.journal import Record
from phases.engine.state import RunState, fold
from tui.follower import Sample
from tui.widgets.panels import whole
from tui.widgets.panels.scene import Scene

BEGAN = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
NAME = "wait-control-plane"
FLAG = {
    "lines": ["Flag --x has been deprecated", "Error: unknown flag: --nope"],
    "cause": "kube-apiserver doesn't know the flag --nope",
    "advice": "Take --nope out of the extra arguments of kube-apiserver, or mend its name",
}
CRASHED = {"state": "exited", "restarts": 1, "exit_code": 1, "reason": "Error"}
REFUSED = {"healthy": False, "answer": "Connection refused"}


def scene(*told: tuple[str, str, Mapping[str, Any]], failed: bool = False) -> Scene:
    """The phase 21 seconds after it began, with these reports."""
    outline = e.PhaseOutline(NAME, "Wait for the control plane")
    events: list[e.Event] = [
        e.RunStarted("run", "init", "real", "v1.37.2", "n", (outline,)),
        e.PhaseStarted(NAME),
        *(e.Report(NAME, topic, item, data) for topic, item, data in told),
    ]
    if failed:
        events.append(e.PhaseFailed(NAME, e.Failure("x", "it didn't become healthy")))
    state = RunState()
    for number, event in enumerate(events):
        state = fold(state, Record(number, BEGAN, event))
    samples = {"kubelet": (Sample(BEGAN, True, "ok"),)}
    return Scene(state.phases[NAME], state, BEGAN + timedelta(seconds=21), 76, samples)


def lines(*told: tuple[str, str, Mapping[str, Any]], failed: bool = False) -> list[str]:
    return [line.plain.rstrip() for line in whole.draw(scene(*told, failed=failed))]


def test_the_deadline_stands_in_the_title() -> None:
    """How long is waited by now and at most, of what is waited for now."""
    since = (BEGAN + timedelta(seconds=1)).isoformat()
    title = lines(
        ("patience", "kubelet", {"since": BEGAN.isoformat(), "seconds": 60.0}),
        ("patience", "control-plane", {"since": since, "seconds": 240.0}),
    )[0]
    assert title.endswith("0:20 of 4:00  running")
    assert lines()[0].endswith("21.0 s  running")


def test_what_a_container_said_stands_below_it_on_its_first_end() -> None:
    """The probable cause, what mends it and the last lines, while the wait goes on."""
    text = "\n".join(
        lines(
            ("health", "kube-apiserver", REFUSED),
            ("container", "kube-apiserver", CRASHED),
            ("last-words", "kube-apiserver", FLAG),
        )
    )
    assert "  probably  kube-apiserver doesn't know the flag --nope" in text
    assert "            Take --nope out of the extra arguments" in text
    assert "  │ Error: unknown flag: --nope" in text


def test_what_was_said_before_it_came_up_is_gone() -> None:
    """A component that is healthy now needs no explanation, nor one whose failure is told above."""
    told = (("container", "kube-apiserver", CRASHED), ("last-words", "kube-apiserver", FLAG))
    well = ("health", "kube-apiserver", {"healthy": True, "answer": "ok"})
    assert "--nope" not in "\n".join(lines(well, *told))
    assert "--nope" not in "\n".join(lines(*told, failed=True))


def test_every_component_has_its_place_and_its_bar() -> None:
    """In one order whoever is told of first, and with a bar also where nobody has asked yet."""
    runs = {"state": "running", "restarts": 0, "exit_code": 0, "reason": ""}
    drawn = lines(
        ("health", "kube-scheduler", REFUSED),
        ("container", "etcd", runs),
        ("health", "kubelet", {"healthy": True, "answer": "ok"}),
    )
    rows = [line for line in drawn if line.startswith(("kube", "etcd"))]
    assert [row.split()[0] for row in rows] == ["kubelet", "etcd", "kube-scheduler"]
    assert "█" * 20 in rows[0]
    assert "not asked" in rows[1]
    assert all(row.endswith("▁" * 20) for row in rows[1:])
    assert len({len(row) for row in rows}) == 1
