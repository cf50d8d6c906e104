"""What a phase is given: files and folders brought to what they should be, patience, waiting, steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phases.engine import events as e
from phases.engine.context import Context
from phases.engine.errors import Cancelled, PhaseError
from phases.model.types import Patches
from phases.system.ports import ClusterError, HttpReply
from tests.engine.bench import Bench

FILE = "/etc/kubernetes/file"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize(
    ("before", "changed"),
    [
        (None, True),
        ((b"new", 0o600), False),
        ((b"old", 0o600), True),
        ((b"new", 0o644), True),
        ((b"", 0o600), True),
        ((b"ne", 0o600), True),
    ],
)
def test_a_file_is_written_only_when_it_differs(
    bench: Bench, before: tuple[bytes, int] | None, changed: bool
) -> None:
    """Content and mode are compared; an equal file is left alone."""
    host = bench.fakes.host
    host.make_directory("/etc/kubernetes", mode=0o755)
    if before:
        host.write(FILE, before[0], mode=before[1])
    host.effects.clear()
    assert bench.context().ensure_file(FILE, b"new", mode=0o600) is changed
    assert bool(host.effects) is changed
    fact = host.stat(FILE)
    assert (host.read(FILE), fact and fact.mode) == (b"new", 0o600)


def test_a_link_is_not_followed(bench: Bench) -> None:
    """A link in a file's place is an error, not a way to somewhere else."""
    bench.fakes.host.link("/etc/planted")
    with pytest.raises(OSError, match="in the way"):
        bench.context().ensure_file("/etc/planted", b"secret", mode=0o600)


@pytest.mark.parametrize(
    ("before", "mode", "changed", "after"),
    [
        (None, None, True, 0o755),
        (None, 0o700, True, 0o700),
        (0o750, None, False, 0o750),
        (0o750, 0o700, True, 0o700),
        (0o700, 0o700, False, 0o700),
    ],
)
def test_a_folder_is_made_or_mended(
    bench: Bench, before: int | None, mode: int | None, changed: bool, after: int
) -> None:
    """A folder gets the mode that is asked for; without one it keeps its own."""
    host = bench.fakes.host
    if before is not None:
        host.make_directory("/etc/folder", mode=before)
    assert bench.context().ensure_directory("/etc/folder", mode=mode) is changed
    fact = host.stat("/etc/folder")
    assert fact
    assert fact.mode == after


def failing_calls(context: Context, *errors: ClusterError) -> tuple[list[int], object]:
    """Calls something that fails so often before it succeeds; how often it was called, what it gave."""
    left, calls = list(errors), [0]

    def call() -> str:
        calls[0] += 1
        if left:
            raise left.pop(0)
        return "done"

    return calls, context.patiently(call)


@pytest.mark.parametrize("status", [0, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(bench: Bench, status: int) -> None:
    """Silence, overload and a server's own trouble are waited out."""
    error = ClusterError(status, "Reason", "words")
    assert failing_calls(bench.context(), error, error) == ([3], "done")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        *((400, "x"), (401, "x"), (403, "Forbidden"), (404, "NotFound"), (409, "Conflict")),
        *((422, "Invalid"), (0, "Untrusted"), (0, "Kubeconfig")),
    ],
)
def test_what_lasts_is_told_at_once(bench: Bench, status: int, reason: str) -> None:
    """A refusal, or a server that can't be trusted, is not asked again."""
    context = bench.context()
    with pytest.raises(ClusterError):
        failing_calls(context, ClusterError(status, reason, "words"))
    assert bench.fakes.clock.waits == []


@pytest.mark.parametrize(("given", "seconds"), [("", 60), ("timeouts: {kubernetesAPICall: 5s}", 5)])
def test_patience_ends(tmp_path: Path, given: str, seconds: float) -> None:
    """After timeouts.kubernetesAPICall the last answer is the error."""
    bench = Bench(tmp_path, init=given)
    with pytest.raises(ClusterError, match="words"):
        failing_calls(bench.context(), *[ClusterError(503, "x", "words")] * 1000)
    assert seconds <= bench.fakes.clock.monotonic() < seconds + 1


@pytest.mark.parametrize("good", [1, 2, 20])
def test_waiting_ends_when_it_is_good(bench: Bench, good: int) -> None:
    """The question is asked until it is answered yes, and not once more."""
    asked: list[int] = []

    def ready() -> bool:
        asked.append(1)
        return len(asked) >= good

    assert bench.context().wait_for(ready, seconds=60)
    assert (len(asked), len(bench.fakes.clock.waits)) == (good, good - 1)


def test_waiting_ends_when_time_is_up(bench: Bench) -> None:
    """When the seconds have passed the answer is no."""
    assert not bench.context().wait_for(lambda: False, seconds=3)
    assert 3 <= bench.fakes.clock.monotonic() < 3.5


def test_waiting_obeys_a_request_to_stop(bench: Bench) -> None:
    """A request to stop ends a wait at once, with the signal that carried it."""
    context = bench.context()
    bench.stop.ask(15)
    with pytest.raises(Cancelled) as caught:
        context.wait_for(lambda: False, seconds=60)
    assert caught.value.signal == 15
    assert len(bench.fakes.clock.waits) == 1


def test_the_first_signal_counts(bench: Bench) -> None:
    """Of several requests to stop the first decides the exit code; only it is told."""
    assert [bench.stop.ask(2), bench.stop.ask(15)] == [True, False]
    assert bench.stop.signal == 2
    assert bench.stop.event.is_set()


def test_a_missing_input_says_what_to_do(bench: Bench) -> None:
    """What an earlier phase should have made is named with that phase, and a way to have it made."""
    with pytest.raises(PhaseError) as caught:
        bench.context("etcd").needed("/etc/kubernetes/admin.conf", "kubeconfig")
    assert caught.value.code == "missing-input"
    assert "/etc/kubernetes/admin.conf" in str(caught.value)
    assert caught.value.why == "the phase kubeconfig makes it"
    assert "--only" in caught.value.remedy


def test_output_is_told_line_by_line(bench: Bench) -> None:
    """What something else printed becomes an event for each of its lines."""
    bench.context("etcd").output("etcd", "one\ntwo\n")
    assert bench.told(e.Output) == [
        e.Output("etcd", "etcd", "one"),
        e.Output("etcd", "etcd", "two"),
    ]


@pytest.mark.parametrize(
    ("address", "server"),
    [("192.0.2.10", "https://192.0.2.10:6443"), ("2001:db8::1", "https://[2001:db8::1]:6443")],
)
def test_the_local_server_has_this_nodes_address(bench: Bench, address: str, server: str) -> None:
    """The API server is asked at its own address, an IPv6 one in brackets."""
    init = bench.configuration.init
    endpoint = replace(init.local_api_endpoint, advertise_address=address)
    bench.configuration = replace(
        bench.configuration, init=replace(init, local_api_endpoint=endpoint)
    )
    assert bench.context().local_server() == server


def patched(bench: Bench, folder: str) -> Context:
    init = replace(bench.configuration.init, patches=Patches(folder))
    bench.configuration = replace(bench.configuration, init=init)
    return bench.context("control-plane")


def plant(bench: Bench, path: str, content: bytes) -> None:
    bench.fakes.host.make_directory(path.rpartition("/")[0], mode=0o755)
    bench.fakes.host.write(path, content, mode=0o644)


def test_patches_are_read_from_the_folder(bench: Bench) -> None:
    """Every patch in the operator's folder is found and applies to its target."""
    plant(bench, "/etc/patches/etcd0+merge.yaml", b"metadata: {labels: {a: b}}")
    found = patched(bench, "/etc/patches").patches()
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "etcd"}}
    assert found.apply("etcd", pod)["metadata"]["labels"] == {"a": "b"}


@pytest.mark.parametrize(
    ("path", "content", "word"),
    [
        ("/etc/patches/etcd+merge.yaml", b"{", r"etcd\+merge\.yaml"),
        ("/etc/elsewhere/file", b"", "/etc/patches"),
    ],
)
def test_bad_patches_are_an_error(bench: Bench, path: str, content: bytes, word: str) -> None:
    """A patch that can't be read and a folder that isn't there are named, not passed over."""
    plant(bench, path, content)
    with pytest.raises(PhaseError, match=word) as caught:
        patched(bench, "/etc/patches").patches()
    assert caught.value.code == "bad-patch"


def test_health_is_asked_through_the_host(bench: Bench) -> None:
    """Reads pass through the recorded host and leave no entry."""
    bench.fakes.host.serve("http://127.0.0.1:1/healthz", HttpReply(200, "ok"))
    assert bench.context().host.fetch("http://127.0.0.1:1/healthz").body == "ok"
    assert (bench.state / "ledger.jsonl").read_text() == ""
