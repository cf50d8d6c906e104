"""Random values of any shape of the schema, for tests of what holds for every configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from phases.model import schema
from phases.model.duration import format_duration
from phases.model.load import PREFIXES, shape_of
from phases.model.secret import Secret
from phases.model.types import EMPTY

WORDS = st.text("abcxyz0123456789-._/", min_size=1, max_size=12)
TEXTS = WORDS | st.sampled_from(
    ["no", "1", "~", "a: b", "line\nline\n", "1.37", "-", "word " * 30, "{}", "é", "'", '"', "#x"]
)
SPANS = st.integers(0, 10**13).map(lambda count: timedelta(microseconds=count))
QUANTITIES = st.sampled_from(["1", "64Ki", "500m", "2Gi", "0"])


def documents(kind: str) -> st.SearchStrategy[Any]:
    """Values of one of today's documents."""
    return values(shape_of(kind), plain=kind in PREFIXES)


def values(shape: schema.Shape, *, plain: bool) -> st.SearchStrategy[Any]:
    """Values of a shape; `plain` where spans of time are kept as their text."""
    match shape:
        case schema.Record():
            return _records(shape, plain=plain)
        case schema.Items():
            return st.lists(values(shape.of, plain=plain), max_size=2).map(tuple)
        case schema.Table():
            held = values(shape.of, plain=plain)
            return st.dictionaries(WORDS, held, max_size=2).map(MappingProxyType)
        case schema.Whole():
            return st.integers(shape.minimum, shape.maximum)
        case schema.Duration():
            return SPANS.map(format_duration) if plain else SPANS
    return _SCALARS[type(shape)](shape)


Make = Callable[[Any], st.SearchStrategy[Any]]
_SCALARS: Mapping[type[Any], Make] = {
    schema.Text: lambda shape: st.sampled_from(shape.choices) if shape.choices else TEXTS,
    schema.Hidden: lambda _: WORDS.map(Secret),
    schema.Truth: lambda _: st.booleans(),
    schema.Decimal: lambda _: st.integers(-1000, 1000) | st.sampled_from([0.5, -2.25, 1.1]),
    schema.Quantity: lambda _: QUANTITIES,
}


@st.composite
def _records(draw: st.DrawFn, shape: schema.Record, *, plain: bool) -> Any:
    """A few of a record's fields, and those without which there is none."""
    inner = shape.get is not getattr and not plain
    structs = schema.Quantity if inner else ()
    needed = [
        field
        for field in shape.fields
        if field.required or (inner and field.always) or isinstance(field.shape, structs)
    ]
    optional = [field for field in shape.fields if field not in needed]
    chosen = draw(st.lists(st.sampled_from(optional), max_size=4, unique=True)) if optional else []
    fields = [field for field in shape.fields if field in needed or field in chosen]
    found = {field.attribute: draw(values(field.shape, plain=plain)) for field in fields}
    built = shape.build(**found)
    return EMPTY if built == {} and not plain else built
