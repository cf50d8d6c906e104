"""Kubernetes quantities in the one form that the API machinery writes: `0.5Gi` becomes `512Mi`."""

from __future__ import annotations

import re
from fractions import Fraction

_DECIMAL = {"n": -3, "u": -2, "m": -1, "": 0, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
QUANTITY = re.compile(
    r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]{1,2}|)"
)


def canonical(text: str) -> str:
    """The shortest whole-number form in the same system of units; ValueError when it is no quantity."""
    match = QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a quantity")
    number, suffix = Fraction(match[1].rstrip(".")), match[2]
    if suffix in _BINARY:
        return _binary(number * 1024 ** _BINARY[suffix])
    if suffix in _DECIMAL:
        return _decimal(number * Fraction(1000) ** _DECIMAL[suffix], _DECIMAL)
    exponents = {f"e{3 * power}" if power else "": power for power in _DECIMAL.values()}
    return _decimal(number * Fraction(10) ** int(suffix[1:]), exponents)


def _binary(value: Fraction) -> str:
    if abs(value) < 1024 or value.denominator != 1:
        return _decimal(value, _DECIMAL)
    fitting = [(p, s) for s, p in _BINARY.items() if value % 1024**p == 0]
    power, suffix = max(fitting, default=(0, ""))
    return f"{value / 1024**power}{suffix}"


def _decimal(value: Fraction, suffixes: dict[str, int]) -> str:
    """Finer than nano is rounded up, as Go does."""
    nano = value * 10**9
    value = Fraction(-(-nano.numerator // nano.denominator), 10**9)
    fitting = [
        (p, s) for s, p in suffixes.items() if (value / Fraction(1000) ** p).denominator == 1
    ]
    power, suffix = max(fitting) if value else (0, "")
    return f"{value / Fraction(1000) ** power}{suffix}"
