"""A string that never shows itself: tokens and keys travel through the program as a Secret.

What encrypts or stores secrets isn't here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that prints as `***`; `reveal()` is the one way to read it."""

    _value: str

    def reveal(self) -> str:
        """The value itself, for the place that really needs it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)
