"""Side by side with the real kubeadm: the same input to both, and everything they leave compared.

What remains different is in parity/differences.toml, each with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from threading import Lock
from typing import ClassVar

import pytest

from .lab import Lab
from .parity import compare, corpus, rehearse, sides
from .parity.compare import Difference
from .parity.live import MINOR, WITHOUT_OBJECTS, Live
from .parity.runs import Runs

pytestmark = pytest.mark.lab


NOT_REHEARSED = ("dry-run", "plain", "patches", "certificates-dir-outside")
"""A rehearsal of a dry run is a rehearsal like any other; the others show each minor on a machine."""
REHEARSING = Lock()
"""A rehearsal takes over its process; there can be one at a time."""


def compared(minor: str, case: str) -> list[Difference]:
    """Our side is a run on a machine of its own for the newest minor, and for some cases of the others.

    The rest of the older minors' is rehearsed: modes, owners and what else a machine adds don't hang
    on the minor, and a rehearsal's owners are told, not seen; what is written does hang on it.
    """
    known = corpus.cases()[case]
    if minor == MINOR or known.name in NOT_REHEARSED:
        return compare.files(sides.both(known, minor), minor, case)
    theirs = compare.whole(sides.kubeadm(known, minor, sides.prepared(known, minor)))
    with REHEARSING:
        mine = rehearse.rehearsed(known, minor)
    found = compare.differences(theirs, mine.whole, minor, case)
    return compare.with_logs(found, "", mine.refusal)


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


OBJECT_CASES = [
    case.name
    for case in corpus.cases().values()
    if MINOR in case.minors and case.name not in WITHOUT_OBJECTS
]


@pytest.fixture(scope="module")
def live(lab: Lab) -> Iterator[Live]:
    """A control plane that the real kubeadm made."""
    with lab.nodes(1, ready=True) as (node,), closing(Live(node)) as running:
        yield running


class TestObjects:
    found: ClassVar[dict[str, list[Difference]]] = {}

    @pytest.mark.parametrize("case", OBJECT_CASES)
    def test_are_those_of_kubeadm(self, live: Live, case: str) -> None:
        """Everything that the phases after wait-control-plane make in a live cluster is kubeadm's own."""
        self.found[case] = live.compare(corpus.cases()[case])
        unknown = compare.unknown(self.found[case], "objects")
        assert not unknown, report(unknown)

    def test_the_admins_are_let_in_as_kubeadm_does(self, live: Live) -> None:
        """wait-control-plane binds the group of admin.conf just as kubeadm bound it."""
        theirs, mine = live.admission()
        assert mine == theirs

    def test_no_known_difference_is_stale(self, live: Live) -> None:
        """Each reason in differences.toml is for something that is still there."""
        if self.found.keys() != set(OBJECT_CASES):
            pytest.skip("not all cases were compared")
        found = [one for each in self.found.values() for one in each]
        stale = [
            entry.why for entry in compare.known("objects") if not any(map(entry.covers, found))
        ]
        assert stale == []
