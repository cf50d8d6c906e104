"""Files of every version as operators have them: what they become is what was read and found right."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from phases.model.load import load, read_join
from phases.model.migration.migrate import migrate
from phases.model.migration.moves import OLD_VERSIONS
from phases.model.problem import Problems
from tests.model.corpus_files import CHOSEN, FOLDER, Case, cases, outcome

CASES = cases()
MIGRATED = [case for case in CASES if case.expected("migrated")]
UNCHANGED = [
    case
    for case in MIGRATED
    if case.path.parent.name in OLD_VERSIONS
    and not re.search(r" gone! | changed (?!kubernetesVersion)", case.expected("report"))
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_file_becomes_what_was_found_right(case: Case) -> None:
    """The new file, its report or the refusal are the goldens beside the old file, byte for byte."""
    found = outcome(case)
    assert found == {kind: case.expected(kind) for kind in found}


@pytest.mark.parametrize("case", MIGRATED, ids=str)
def test_a_new_file_is_its_own_migration(case: Case) -> None:
    """What was written is of today: migrating it again changes no byte and loses nothing."""
    text = case.expected("migrated")
    again = migrate(text, name="new.yaml")
    assert again.text == text
    assert {line.fate for line in again.lines} <= {"kept"}


@pytest.mark.parametrize("case", UNCHANGED, ids=str)
def test_an_old_file_means_what_its_new_one_says(case: Case) -> None:
    """Where nothing is lost or changed, `init` and `join` get the same from both, the version aside."""
    for what in ("init", "join"):
        assert _meaning(case.text, what) == _meaning(case.expected("migrated"), what)


def _meaning(text: str, what: str) -> object:
    """What a verb reads, or that the file is not for it; the version is the chosen one."""
    try:
        if what == "join":
            return read_join(text, name="k").configuration
        found = load(text, name="k")
    except Problems as refused:
        return "not for it" if "holds only" in str(refused) else str(refused)
    return replace(found, cluster=replace(found.cluster, kubernetes_version=CHOSEN))


def test_the_corpus_is_of_every_version_and_large() -> None:
    """At least sixty files, several of each old version."""
    old = [case for case in CASES if case.path.parent.name in OLD_VERSIONS]
    assert len(old) >= 60
    for version in OLD_VERSIONS:
        assert len([case for case in old if case.path.parent.name == version]) >= 7


def test_no_golden_is_left_over() -> None:
    """Every file beside the old ones belongs to one of them."""
    others = [path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".yaml"]
    assert others
    assert all(path.with_suffix(".yaml").exists() for path in others)
