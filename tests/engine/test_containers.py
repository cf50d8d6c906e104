"""The control plane's containers while they are waited for: told on change, asked for seldom, never waited for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from phases.engine import events as e
from phases.engine.containers import Watch
from phases.system.ports import ContainerFact
from tests.engine.bench import Bench

SCHEDULER = ContainerFact("1", "kube-scheduler", "p", "running", 0, 0, "", "")


def told(bench: Bench) -> list[tuple[str, object, object]]:
    reports = [report for report in bench.told(e.Report) if report.topic == "container"]
    return [(one.item, one.data["state"], one.data["restarts"]) for one in reports]


def test_each_change_is_told_once(tmp_path: Path) -> None:
    """A container that stays as it is isn't told again; its end and its next start are."""
    bench = Bench(tmp_path)
    watch = Watch(bench.context())
    ended = replace(SCHEDULER, state="exited", exit_code=1, reason="Error")
    for fact in (SCHEDULER, SCHEDULER, ended, replace(SCHEDULER, attempt=1)):
        bench.fakes.runtime.running = (fact,)
        watch.look()
        bench.fakes.clock.wait(1)
    name = "kube-scheduler"
    assert told(bench) == [(name, "running", 0), (name, "exited", 0), (name, "running", 1)]
    assert watch.starts(name) == 2
    assert watch.starts("etcd") == 0


def test_how_one_ended_is_told(tmp_path: Path) -> None:
    """The exit code and the runtime's reason go with it."""
    bench = Bench(tmp_path)
    watch = Watch(bench.context())
    bench.fakes.runtime.running = (replace(SCHEDULER, state="exited", exit_code=2, reason="OOM"),)
    watch.look()
    report = bench.reports("container")["kube-scheduler"]
    assert (report["exit_code"], report["reason"]) == (2, "OOM")


def test_it_asks_once_a_second(tmp_path: Path) -> None:
    """However often it is called, the runtime is asked once a second."""
    bench = Bench(tmp_path)
    watch, asked = Watch(bench.context()), []
    runtime = bench.fakes.runtime
    runtime.containers = lambda **_: asked.append(1) or ()  # type: ignore[method-assign,func-returns-value]
    for _ in range(21):
        watch.look()
        bench.fakes.clock.wait(0.1)
    assert len(asked) in (2, 3)


def test_other_containers_are_none_of_its_business(tmp_path: Path) -> None:
    """Only the control plane is told of."""
    bench = Bench(tmp_path)
    bench.fakes.runtime.running = (replace(SCHEDULER, name="coredns"),)
    Watch(bench.context()).look()
    assert told(bench) == []


def test_a_runtime_that_fails_is_left_alone(tmp_path: Path) -> None:
    """It is no error, and it is not asked again."""
    bench = Bench(tmp_path)
    watch = Watch(bench.context())
    bench.fakes.runtime.down = "no socket"
    watch.look()
    bench.fakes.runtime.down = ""
    bench.fakes.runtime.running = (SCHEDULER,)
    bench.fakes.clock.wait(60)
    watch.look()
    assert told(bench) == []
