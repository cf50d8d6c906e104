"""Command lines of the components: defaults, the operator's own arguments, and how they meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from phases.model.types import Arg


def merged(defaults: Mapping[str, str], extra: Iterable[Arg]) -> list[str]:
    """`--name=value` for each: the defaults sorted by name, then the operator's in their order.

    One argument of the operator's removes the default of its name; it may come more than once.
    """
    own = tuple(extra)
    replaced = {arg.name for arg in own}
    kept = [f"--{name}={defaults[name]}" for name in sorted(defaults) if name not in replaced]
    return [*kept, *(f"--{arg.name}={arg.value}" for arg in own)]


def value(extra: Iterable[Arg], name: str) -> str | None:
    """What the operator gave for a flag, the last one counting; None when it wasn't given."""
    given = [arg.value for arg in extra if arg.name == name]
    return given[-1] if given else None
