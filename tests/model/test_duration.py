"""Durations in Go's notation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phases.model.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1h30m", "1h30m0s"),
        ("87600h0m0s", "87600h0m0s"),
        ("10s", "10s"),
        ("1.5s", "1.5s"),
        ("500ms", "500ms"),
        ("1.5ms", "1.5ms"),
        ("1500us", "1.5ms"),
        ("250µs", "250µs"),
        ("0", "0s"),
        ("0s", "0s"),
        ("-5m", "-5m0s"),
        ("+90s", "1m30s"),
        ("1.5h", "1h30m0s"),
        (".5s", "500ms"),
        ("2.s", "2s"),
        ("1h1.25s", "1h0m1.25s"),
    ],
)
def test_a_duration_is_written_as_go_would(text: str, written: str) -> None:
    """Whatever unit a duration was given in, Go's canonical form comes out."""
    assert format_duration(parse_duration(text)) == written


@pytest.mark.parametrize(
    "text", ["", "1day", "10", "1 h", "h", "s", "-", "1h-5m", "99999999h", "1.2.3s", "1ns", "١s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Bare numbers, unknown units, overlong and too fine durations raise ValueError."""
    with pytest.raises(ValueError, match=r"duration|longer|finer"):
        parse_duration(text)


@settings(deadline=None)
@given(st.integers(-(2**50), 2**50))
def test_a_duration_survives_writing_and_reading(microseconds: int) -> None:
    """Reading what was written gives the same length of time."""
    value = timedelta(microseconds=microseconds)
    assert parse_duration(format_duration(value)) == value
