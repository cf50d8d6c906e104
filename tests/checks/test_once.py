"""Questions that several checks ask are asked once in a run."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from phases.checks.once import Once, shared
from tests.checks.bench import Bench


class Port:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def probe(self, *words: object, timeout: float = 1.0) -> object:
        self.calls.append(words)
        if words == ("broken",):
            raise OSError("broken")
        return [words, timeout]

    def stat(self, path: str) -> str:
        self.calls.append((path,))
        return path


def test_the_same_words_are_asked_once() -> None:
    """The second time the same answer comes from memory, however long one would have waited."""
    port = Port()
    once = Once(port, frozenset({"probe"}))
    assert once.probe(["ss"], timeout=1) is once.probe(["ss"], timeout=2)
    assert once.probe(["ip"]) != once.probe(["ss"])
    assert port.calls == [(["ss"],), (["ip"],)]


def test_a_refusal_is_an_answer() -> None:
    """What couldn't be answered is refused to all who ask."""
    port = Port()
    once = Once(port, frozenset({"probe"}))
    for _ in range(2):
        with pytest.raises(OSError, match="broken"):
            once.probe("broken")
    assert len(port.calls) == 1


def test_other_verbs_are_asked_as_they_come() -> None:
    """Only what was named is remembered."""
    port = Port()
    once = Once(port, frozenset({"probe"}))
    assert [once.stat("/a"), once.stat("/a")] == ["/a", "/a"]
    assert len(port.calls) == 2


def test_those_who_come_meanwhile_wait() -> None:
    """Two who ask at the same time are given one answer."""
    let_go, port = threading.Event(), Port()

    class Waiting(Port):
        def probe(self, *words: object, timeout: float = 1.0) -> object:
            let_go.wait(10)
            return port.probe(*words, timeout=timeout)

    once = Once(Waiting(), frozenset({"probe"}))
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(once.probe, "ss"), pool.submit(once.probe, "ss")
        let_go.set()
        assert first.result() is second.result()
    assert len(port.calls) == 1


def test_one_look_at_the_machine(bench: Bench) -> None:
    """Two checks that need the kubelet's unit have systemd asked once."""
    context = shared(bench.context())
    for name in ("Service-kubelet", "KubeletDropIn"):
        assert not list(bench.check(name).look(context))
    assert bench.host.probed.count(("systemctl", "cat", "kubelet")) == 1
