"""The page of checks in docs/ is the one that the registry makes."""

from __future__ import annotations

from phases.checks.table import TABLES
from phases.fixes.table import FIXES
from tests.checks import page


def test_the_page_is_up_to_date() -> None:
    """After a change to the registry, `make docs` writes it anew."""
    assert page.PAGE.read_text() == page.text()


def test_every_check_has_a_row() -> None:
    """By name, once, whichever node it is made for."""
    names = {check.name for table in TABLES.values() for check in table} | {"IsPrivilegedUser"}
    assert len(list(page.table())) == len(names)


def test_a_fix_has_its_place() -> None:
    """A fix is told beside each check that it mends; every one mends checks that there are."""
    told = {row[0]: row[-1] for row in page.table()}
    assert told["`Swap`"] == "Switch swap off"
    assert told["`NumCPU`"] == page.BY_HAND
    assert {name for fix in FIXES for name in fix.mends} <= set(page.registered())
