"""Shapes of configuration: what a field holds, what it is called, when Go leaves it out.

`hints` reads shapes from the dataclasses of `types` (kubeadm's own documents), `tables` from the
tables under `components` (the kubelet's and kube-proxy's). Reading by shape is in `decode`,
writing in `encode`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hidden:
    """A text that becomes a Secret."""


@dataclass(frozen=True, slots=True)
class Whole:
    minimum: int = -(2**31)
    maximum: int = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Decimal:
    pass


@dataclass(frozen=True, slots=True)
class Truth:
    pass


@dataclass(frozen=True, slots=True)
class Duration:
    """A metav1.Duration; `loose` also takes a whole number of nanoseconds, as logging does."""

    loose: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """A Kubernetes quantity: a number or a text such as `64Ki`, kept as its text."""


@dataclass(frozen=True, slots=True)
class Items:
    of: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """A map with free keys."""

    of: Shape


@dataclass(frozen=True, slots=True)
class Record:
    """A struct. `build` turns the decoded attributes into the value; `get` reads one back."""

    name: str
    fields: tuple[Field, ...]
    build: Callable[..., Any] = dict
    get: Callable[[Any, str], Any] = getattr

    def field(self, key: str) -> Field | None:
        return next((field for field in self.fields if field.key == key), None)


Shape: TypeAlias = (
    Text | Hidden | Whole | Decimal | Truth | Duration | Quantity | Items | Table | Record
)


@dataclass(frozen=True, slots=True)
class Field:
    """`always` when Go writes it even when empty; `pointer` when Go tells unset from zero.

    `required` when a value can't be built without it; `since` is the first minor release that
    knows the field, 0 when all supported ones do.
    """

    key: str
    attribute: str
    shape: Shape
    always: bool = False
    pointer: bool = False
    required: bool = False
    since: int = 0
