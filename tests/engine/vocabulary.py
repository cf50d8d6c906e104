"""Hypothesis strategies for every event that there is, made from the vocabulary's own types."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from phases.engine import events as e
from phases.engine.journal import KINDS, Record

TEXT = st.text(max_size=12)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["certs", "etcd", ""])


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    origin, arguments = get_origin(hint), get_args(hint)
    simple = {str: TEXT, int: st.integers(0, 2**31), float: NUMBER, type(None): st.none()}
    if hint in simple:
        return simple[hint]
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of([of(argument) for argument in arguments])
    if origin is tuple:
        return st.lists(of(arguments[0]), max_size=3).map(tuple)
    if origin is Mapping or hint is Mapping:
        return st.dictionaries(TEXT, PLAIN, max_size=3)
    return event(hint)


def event(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Events of a kind; a few names only, so that they speak of the same phases and steps."""
    hints = get_type_hints(kind, vars(e))
    shared = {"phase": NAMES, "step": NAMES, "name": NAMES, "item": NAMES}
    return st.builds(kind, **{f.name: shared.get(f.name, of(hints[f.name])) for f in fields(kind)})


EVENTS: st.SearchStrategy[e.Event] = st.one_of([event(kind) for kind in KINDS.values()])
MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))
RECORDS = st.builds(Record, st.integers(0, 2**40), MOMENTS, EVENTS)
