"""Quantities in the API machinery's one form."""

from __future__ import annotations

import pytest

from phases.model.quantity import canonical


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0", "0"),
        ("64Ki", "64Ki"),
        ("1Ki", "1Ki"),
        ("0.5Gi", "512Mi"),
        ("1024Ki", "1Mi"),
        ("1000", "1k"),
        ("1500m", "1500m"),
        ("0.1", "100m"),
        ("1024", "1024"),
        ("1e3", "1e3"),
        ("100Mi", "100Mi"),
        ("512Ki", "512Ki"),
        ("0.1n", "1n"),
    ],
)
def test_a_quantity_takes_its_canonical_form(text: str, written: str) -> None:
    """Fractions become whole numbers of a smaller unit, whole units become larger ones."""
    assert canonical(text) == written


@pytest.mark.parametrize("text", ["", "1 Ki", "Ki", "1KB", "--1", "1e", "1Kii"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    """Texts that are no number with a known unit raise ValueError."""
    with pytest.raises(ValueError, match="not a quantity"):
        canonical(text)
