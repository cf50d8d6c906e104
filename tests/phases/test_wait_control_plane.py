"""The wait tells of the containers as it goes, and of what was tried when it is given up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phases import wait_control_plane
from phases.engine.errors import PhaseError
from phases.system.ports import ContainerFact, HttpReply
from tests.engine.bench import Bench
from tests.phases.test_cluster_phases import master
from tui import text

FEW = "timeouts: {controlPlaneComponentHealthCheck: 2s, kubeletHealthCheck: 2s}"
CRASHED = ContainerFact("1", "kube-scheduler", "p", "exited", 3, 1, "Error", "")


def failure(bench: Bench) -> PhaseError:
    with pytest.raises(PhaseError) as caught:
        bench.run(wait_control_plane.PHASE)
    return caught.value


def test_containers_are_told_while_they_are_waited_for(tmp_path: Path) -> None:
    """Their state and restarts are there with the health."""
    bench = master(tmp_path, init=FEW)
    bench.fakes.host.serve("https://127.0.0.1:10259", HttpReply(500, "no lease"))
    bench.fakes.runtime.running = (CRASHED,)
    failure(bench)
    told = bench.reports("container")["kube-scheduler"]
    assert (told["state"], told["restarts"], told["exit_code"]) == ("exited", 3, 1)


def test_what_was_tried_is_told(tmp_path: Path) -> None:
    """How long the sick one was asked, what it answered last, and how often it was started."""
    bench = master(tmp_path, init=FEW)
    bench.fakes.host.serve("https://127.0.0.1:10259", HttpReply(500, "no lease"))
    bench.fakes.runtime.running = (CRASHED,)
    tried = failure(bench).tried
    assert tried == (
        "kube-scheduler was asked for 2 s; its last answer: 500: no lease",
        "the kubelet started kube-scheduler 4 times",
    )
    text.use("zh_CN")
    try:
        assert [one for one in tried if text.said(one).isascii()] == []
    finally:
        text.use("en")


def test_a_kubelet_that_was_restarted_is_told_too(tmp_path: Path) -> None:
    """The restart for a mended manifest is among what was tried."""
    bench = master(tmp_path, init=FEW.replace("Check: 2s", "Check: 60s", 1))
    bench.fakes.host.serve("https://127.0.0.1:10259", HttpReply(500, "no lease"))
    context = bench.context("wait-control-plane")
    path = "/etc/kubernetes/manifests/kube-scheduler.yaml"
    context.host.write(path, context.host.read(path) + b"\n", mode=0o600)
    with pytest.raises(PhaseError) as caught:
        wait_control_plane.run(context)
    assert any("restarted once" in one for one in caught.value.tried)


def test_a_sick_kubelet_tells_what_was_tried(tmp_path: Path) -> None:
    """How long it was asked, and its last answer."""
    bench = master(tmp_path, init=FEW)
    bench.fakes.host.serve("http://127.0.0.1:10248", OSError(111, "Connection refused"))
    bench.fakes.host.answer("journalctl", stdout="running with swap on is not supported\n")
    error = failure(bench)
    assert error.tried == ("the kubelet was asked for 2 s; its last answer: Connection refused",)
    assert error.as_data()["cause_code"] == "swap-on"


def test_where_no_container_was_started_the_kubelet_is_heard(tmp_path: Path) -> None:
    """Its words are the cause of what it hasn't done."""
    bench = master(tmp_path, init=FEW)
    bench.fakes.host.serve("https://127.0.0.1:10259", OSError(111, "Connection refused"))
    lines = ["ErrImageNeverPull", *(f"line {n}" for n in range(20))]
    bench.fakes.host.answer("journalctl", stdout="\n".join(lines))
    error = failure(bench)
    assert "started no container for it\nkubelet: ErrImageNeverPull\nline 12" in error.why
    assert error.as_data()["cause_code"] == "image-missing"


def test_etcd_is_asked_and_not_waited_for(tmp_path: Path) -> None:
    """It is told of at its metrics listener; that it isn't ready holds nobody up."""
    bench = master(tmp_path, init=FEW)
    bench.fakes.host.serve("http://127.0.0.1:2381/readyz", HttpReply(503, "no leader"))
    bench.run(wait_control_plane.PHASE)
    assert bench.reports("health")["etcd"] == {"healthy": False, "answer": "503: no leader"}
    bench.fakes.host.serve("http://127.0.0.1:2381/readyz", HttpReply(200, "ok"))
    bench.run(wait_control_plane.PHASE)
    assert bench.reports("health")["etcd"] == {"healthy": True, "answer": "ok"}


def test_an_old_etcd_is_asked_as_it_was_before(tmp_path: Path) -> None:
    """One that doesn't know /readyz knows /health."""
    bench = master(tmp_path, init=FEW)
    bench.fakes.host.serve("http://127.0.0.1:2381/readyz", HttpReply(404, "not found"))
    bench.fakes.host.serve("http://127.0.0.1:2381/health", HttpReply(200, '{"health":"true"}'))
    bench.run(wait_control_plane.PHASE)
    assert bench.reports("health")["etcd"]["healthy"]


def test_how_long_is_waited_is_told_when_it_begins(tmp_path: Path) -> None:
    """First for the kubelet, then for the components, each with its own timeout."""
    bench = master(tmp_path, init=FEW.replace("kubeletHealthCheck: 2s", "kubeletHealthCheck: 90s"))
    bench.run(wait_control_plane.PHASE)
    told = bench.reports("patience")
    assert [(item, data["seconds"]) for item, data in told.items()] == [
        ("kubelet", 90.0),
        ("control-plane", 2.0),
    ]
    assert str(told["kubelet"]["since"]) <= str(told["control-plane"]["since"])


def test_what_a_crashed_container_said_is_told_while_it_is_waited_for(tmp_path: Path) -> None:
    """Its last lines and what probably lies behind them, long before the wait is given up."""
    bench = master(tmp_path, init=FEW)
    log = "/var/log/pods/scheduler/1.log"
    bench.fakes.host.make_directory("/var/log/pods/scheduler", mode=0o755)
    line = b"2026-11-23T15:00:00Z stderr F Error: unknown flag: --nope\n"
    bench.fakes.host.write(log, line, mode=0o600)
    bench.fakes.host.serve("https://127.0.0.1:10259", HttpReply(500, "no"), HttpReply(200, "ok"))
    bench.fakes.runtime.running = (replace(CRASHED, log_path=log),)
    bench.run(wait_control_plane.PHASE)
    told = bench.reports("last-words")["kube-scheduler"]
    lines: Any = told["lines"]
    assert list(lines) == ["Error: unknown flag: --nope"]
    assert told["cause"] == "kube-scheduler doesn't know the flag --nope"
    assert "--nope" in str(told["advice"])
