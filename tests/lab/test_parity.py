"""Side by side with the real kubeadm: the same input to both, and everything they leave compared.

What remains different is in parity/differences.toml, each with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from .parity import compare, corpus, sides
from .parity.compare import Difference
from .parity.runs import Runs

pytestmark = pytest.mark.lab


def compared(minor: str, case: str) -> list[Difference]:
    return compare.files(sides.both(corpus.cases()[case], minor), minor, case)


@pytest.fixture(scope="module")
def file_runs(lab_host: None, request: pytest.FixtureRequest) -> Iterator[Runs[list[Difference]]]:
    """The comparisons of all file tests that were selected, under way since the first one asked."""
    calls = (getattr(item, "callspec", None) for item in request.session.items)
    asked = [
        (call.params["minor"], call.params["case"])
        for call in calls
        if call and "minor" in call.params
    ]
    with closing(Runs(compared, asked)) as runs:
        yield runs


def report(found: list[Difference]) -> str:
    return "\n".join(map(str, found))


class TestFiles:
    @pytest.mark.parametrize(("minor", "case"), corpus.pairs())
    def test_are_those_of_kubeadm(
        self, file_runs: Runs[list[Difference]], minor: str, case: str
    ) -> None:
        """Certificates, kubeconfigs, static pods, kubelet files, modes and owners are kubeadm's own."""
        unknown = compare.unknown(file_runs.result(minor, case))
        assert not unknown, report(unknown)

    def test_no_known_difference_is_stale(self, file_runs: Runs[list[Difference]]) -> None:
        """Each reason in differences.toml is for something that is still there."""
        found = [one for pair in corpus.pairs() for one in file_runs.result(*pair)]
        stale = [entry.why for entry in compare.known("files") if not any(map(entry.covers, found))]
        assert stale == []
