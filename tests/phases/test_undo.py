"""The phase that takes fixes back: which of them, and not from under a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases import prepare, undo
from phases.engine.context import Context, Options
from phases.engine.errors import ForeignState
from tests.engine.bench import Bench

ONE, TWO = "/etc/sysctl.d/one.conf", "/etc/sysctl.d/two.conf"


def write(context: Context, path: str) -> None:
    context.host.write(path, b"", mode=0o644)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A machine on which two fixes were applied."""
    bench = Bench(tmp_path)
    bench.fakes.host.make_directory("/etc/sysctl.d", mode=0o755)
    context = bench.context(prepare.PHASE.name)
    for name, path in (("one", ONE), ("two", TWO)):
        context.step(name, write, path)
    return bench


@pytest.mark.parametrize(("fixes", "left"), [((), []), (("one",), [TWO]), (("none",), [ONE, TWO])])
def test_those_that_are_named_or_all(bench: Bench, fixes: tuple[str, ...], left: list[str]) -> None:
    """Without a name all fixes are taken back."""
    bench.options = Options(workflow="undo", fixes=fixes)
    bench.run(undo.PHASE)
    assert [path for path in bench.fakes.host.files if path in (ONE, TWO)] == left


def test_not_from_under_a_cluster(bench: Bench) -> None:
    """What a cluster stands on stays until it is gone, and the way to that is told."""
    bench.context("certs").host.make_directory("/etc/kubernetes/pki", mode=0o755)
    bench.options = Options(workflow="undo")
    with pytest.raises(ForeignState) as caught:
        bench.run(undo.PHASE)
    assert caught.value.exit_code == 6
    assert "kubeboot-tui reset" in caught.value.remedy
    assert ONE in bench.fakes.host.files
