"""The wire format, against bytes worked out from its specification."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phases.system.wire import Field, Message, decode, encode, read_varint, varint

INNER: Message = {"word": Field(1, "string"), "count": Field(2, "int")}
OUTER: Message = {
    "flag": Field(1, "bool"),
    "number": Field(2, "int"),
    "text": Field(3, "string"),
    "inner": Field(4, INNER),
    "many": Field(5, INNER, many=True),
    "words": Field(6, "string", many=True),
    "info": Field(7, "map"),
    "raw": Field(8, "bytes"),
}


def test_known_bytes() -> None:
    """The specification's own examples: 150 as a number, 'testing' as text."""
    message: Message = {"a": Field(1, "int"), "b": Field(2, "string")}
    raw = bytes.fromhex("089601") + bytes.fromhex("120774657374696e67")
    assert encode(message, {"a": 150, "b": "testing"}) == raw
    assert decode(message, raw) == {"a": 150, "b": "testing"}


def test_nothing_is_everything_empty() -> None:
    """Absent fields have their empty value, down into messages."""
    assert decode(OUTER, b"") == {
        "flag": False,
        "number": 0,
        "text": "",
        "inner": {"word": "", "count": 0},
        "many": [],
        "words": [],
        "info": {},
        "raw": b"",
    }


def test_lists_and_maps() -> None:
    """Repeated fields are collected in order; a map is a list of pairs."""
    raw = bytes.fromhex("2a030a01612a0210023201783201793a060a016b120176")
    found = decode(OUTER, raw)
    assert found["many"] == [{"word": "a", "count": 0}, {"word": "", "count": 2}]
    assert (found["words"], found["info"]) == (["x", "y"], {"k": "v"})


def test_unknown_fields_are_skipped() -> None:
    """Newer runtimes may say more: numbers, fixed sizes, texts and messages of unknown fields."""
    raw = b"\x48\x01" + b"\x49" + b"8" * 8 + b"\x55" + b"4" * 4 + b"\x5a\x02hi" + b"\x10\x05"
    assert decode(OUTER, raw)["number"] == 5


def test_negative_numbers() -> None:
    """A negative exit code takes ten bytes and comes back negative."""
    assert decode(OUTER, encode(OUTER, {"number": -1}))["number"] == -1
    assert len(varint(-1)) == 10


@pytest.mark.parametrize(
    "raw", ["08", "1aff", "1a05616263", "0b", "10" + "ff" * 11, "0a0161", "1803", "2205"]
)
def test_broken_bytes(raw: str) -> None:
    """What ends too early, is too long or has the wrong type is a ValueError."""
    with pytest.raises(ValueError):
        decode(OUTER, bytes.fromhex(raw))


@given(st.integers(0, 2**64 - 1))
def test_numbers_come_back(value: int) -> None:
    """Every number of 64 bits survives the way there and back."""
    raw = varint(value)
    assert read_varint(raw, 0) == (value, len(raw))


@given(st.text(), st.integers(-(2**63), 2**63 - 1), st.booleans())
def test_messages_come_back(text: str, number: int, flag: bool) -> None:
    """So does a message inside a message."""
    values = {
        "flag": flag,
        "number": number,
        "text": text,
        "inner": {"word": text, "count": number},
    }
    assert decode(OUTER, encode(OUTER, values)) | values == decode(OUTER, encode(OUTER, values))


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1)),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
    st.binary(),
)
def test_lists_maps_and_bytes_come_back(
    counts: list[int], words: list[str], info: dict[str, str], raw: bytes
) -> None:
    """Each item in its order, each pair, and bytes that are no text."""
    many = [{"word": str(count), "count": count} for count in counts]
    values = {"many": many, "words": words, "info": info, "raw": raw}
    found = decode(OUTER, encode(OUTER, values))
    assert {name: found[name] for name in values} == values


@given(st.binary(max_size=64))
def test_noise_is_a_value_error_or_a_message(raw: bytes) -> None:
    """No bytes whatever make the decoder fail in another way."""
    try:
        decode(OUTER, raw)
    except ValueError:
        return
