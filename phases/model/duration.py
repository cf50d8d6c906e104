"""Lengths of time as Go writes them: `1h30m` in, `1h30m0s` out."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

_UNITS = {
    "ns": Fraction(1, 1000),
    "us": Fraction(1),
    "µs": Fraction(1),
    "μs": Fraction(1),
    "ms": Fraction(1000),
    "s": Fraction(1_000_000),
    "m": Fraction(60_000_000),
    "h": Fraction(3_600_000_000),
}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_WHOLE = re.compile(rf"[-+]?(0|({_PART.pattern})+)", re.ASCII)
_LIMIT = Fraction(2**63 - 1, 1000)


def parse_duration(text: str) -> timedelta:
    """Reads Go's notation; ValueError when it isn't that, too long or finer than a microsecond."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration")
    total = sum((Fraction(number) * _UNITS[unit] for number, unit in _parts(text)), Fraction(0))
    if total > _LIMIT:
        raise ValueError(f"{text!r} is longer than 292 years")
    if total.denominator != 1:
        raise ValueError(f"{text!r} is finer than a microsecond")
    return timedelta(microseconds=int(total)) * (-1 if text.startswith("-") else 1)


def _parts(text: str) -> list[tuple[str, str]]:
    return [(match[1].rstrip("."), match[2]) for match in _PART.finditer(text)]


def format_duration(value: timedelta) -> str:
    """Writes Go's notation: `0s`, `1.5ms`, `2m0s`, `87600h0m0s`."""
    microseconds = value // timedelta(microseconds=1)
    sign, rest = ("-", -microseconds) if microseconds < 0 else ("", microseconds)
    if rest == 0:
        return "0s"
    if rest < 1_000_000:
        return sign + (f"{rest}µs" if rest < 1000 else f"{_decimal(rest, 1000)}ms")
    minutes, below = divmod(rest, 60_000_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_decimal(below, 1_000_000)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}"
    return f"{sign}{minutes}m{seconds}" if minutes else sign + seconds


def _decimal(value: int, unit: int) -> str:
    whole, part = divmod(value, unit)
    if not part:
        return str(whole)
    digits = str(part).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}"
