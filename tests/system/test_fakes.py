"""The fakes can be scripted, remember what was asked, and fail when told to."""

from __future__ import annotations

import re

import pytest

from phases.system.ports import ClusterError, CommandResult, HttpReply, Ref, RuntimeFailure
from tests.fakes import Effect, FakeHost, fakes


def test_commands_are_scripted() -> None:
    """By the beginning of the line, by a pattern, by a function; the latest script wins."""
    host = FakeHost()
    host.answer("systemctl", code=1, stderr="no")
    host.answer(re.compile(r"is-active \w+$"), stdout="active\n")
    host.answer("uname", by=lambda argv: CommandResult(argv, 0, argv[1], ""))
    assert host.run(["systemctl", "start", "kubelet"]).code == 1
    assert host.probe(["systemctl", "is-active", "kubelet"]).stdout == "active\n"
    assert host.probe(["uname", "-r"]).stdout == "-r"
    assert host.probe(["anything", "else"]) == CommandResult(("anything", "else"), 0, "", "")


def test_effects_are_remembered() -> None:
    """Changes in order, probes apart."""
    host = FakeHost()
    host.make_directory("/etc/kubernetes", mode=0o755)
    host.write("/etc/kubernetes/a", b"x", mode=0o600)
    host.run(["systemctl", "start", "kubelet"])
    host.probe(["uname"])
    assert host.effects == [
        Effect("make_directory", "/etc/kubernetes"),
        Effect("write", "/etc/kubernetes/a"),
        Effect("run", "systemctl start kubelet"),
    ]
    assert host.was_run("systemctl start")
    assert not host.was_run("uname")
    assert host.files == {"/etc/kubernetes/a": b"x"}


def test_the_kth_effect_fails() -> None:
    """Before it happens, or after."""
    host = FakeHost()
    host.fail_at(1, OSError(28, "full"))
    host.fail_at(2, KeyboardInterrupt(), after=True)
    with pytest.raises(OSError, match="full"):
        host.write("/etc/a", b"", mode=0o600)
    with pytest.raises(KeyboardInterrupt):
        host.write("/etc/b", b"", mode=0o600)
    assert host.files == {"/etc/b": b""}


def test_replies_are_scripted() -> None:
    """One after the other, the last for good; unscripted addresses refuse."""
    host = FakeHost()
    host.serve("http://127.0.0.1:10248/", ConnectionRefusedError("not yet"), HttpReply(200, "ok"))
    with pytest.raises(ConnectionRefusedError, match="not yet"):
        host.fetch("http://127.0.0.1:10248/healthz")
    assert host.fetch("http://127.0.0.1:10248/healthz").body == "ok"
    assert host.fetch("http://127.0.0.1:10248/healthz").body == "ok"
    with pytest.raises(ConnectionRefusedError):
        host.fetch("http://127.0.0.1:1/")


def test_ports_and_links() -> None:
    """Taken ports and planted links are as on a machine."""
    host = FakeHost({"/etc/hosts": "x"})
    host.taken.add(6443)
    host.link("/etc/link")
    assert host.can_bind("", 6443) is not None
    assert host.can_bind("", 6444) is None
    assert host.read("/etc/hosts") == b"x"
    with pytest.raises(OSError, match="link is in the way"):
        host.write("/etc/link", b"", mode=0o600)


def test_the_set() -> None:
    """Cluster, runtime and clock share one time, fail on demand and remember."""
    world = fakes()
    cluster = world.ports.cluster(b"", "")
    world.cluster.errors.append(ClusterError(503, "", "busy"))
    with pytest.raises(ClusterError, match="busy"):
        cluster.fetch("/livez")
    thing = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}
    cluster.create(thing)
    cluster.patch(Ref.of(thing), {"metadata": {"labels": {"a": "b"}}})
    assert world.cluster.writes == ["create Namespace new", "patch Namespace new"]
    world.clock.wait(60)
    assert (world.clock.monotonic(), world.clock.waits) == (60, [60])
    runtime = world.ports.runtime("")
    world.runtime.failures["bad"] = "not found"
    with pytest.raises(RuntimeFailure, match="not found"):
        runtime.pull("bad")
    runtime.pull("good")
    assert [one.tags for one in runtime.images()] == [("good",)]
    world.runtime.down = "gone"
    with pytest.raises(RuntimeFailure, match="gone"):
        runtime.about()
