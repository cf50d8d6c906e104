"""YAML as go-yaml writes it; the expected texts come from sigs.k8s.io/yaml 1.6."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from phases.model.go_yaml import meaning, to_yaml


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain words", "plain words"),
        ("true", '"true"'),
        ("no", '"no"'),
        ("y", '"y"'),
        ("1", '"1"'),
        ("0x1f", '"0x1f"'),
        ("1.37", '"1.37"'),
        ("1e3", '"1e3"'),
        ("12:30:45", '"12:30:45"'),
        ("2020-01-01", '"2020-01-01"'),
        ("", '""'),
        ("null", '"null"'),
        ("~", '"~"'),
        ("*", "'*'"),
        ("a: b", "'a: b'"),
        ("a:", "'a:'"),
        (":a", ":a"),
        ("- a", "'- a'"),
        ("-", "'-'"),
        ("x #y", "'x #y'"),
        ("it's", "it's"),
        ("'q'", "'''q'''"),
        ('"q"', "'\"q\"'"),
        ("a\tb", '"a\\tb"'),
        (" lead", "' lead'"),
        ("trail ", "'trail '"),
        ("1.2.3.4", "1.2.3.4"),
        ("10.96.0.0/12", "10.96.0.0/12"),
        ("::1", "::1"),
        ("é", "é"),
        ("\U0001f600", '"\\U0001F600"'),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\n\n", "|+\n  a\n"),
        ("\na", "|2-\n\n  a"),
        ("a \nb", '"a \\nb"'),
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (0.5, "0.5"),
        (5.0, "5"),
        (1.25e-7, "1.25e-07"),
        (1234567.5, "1.2345675e+06"),
        ([], "[]"),
        ({}, "{}"),
        ((), "[]"),
    ],
)
def test_a_value_is_quoted_as_go_quotes_it(value: Any, written: str) -> None:
    """Quotes stand exactly where Go sets them, and of the same kind."""
    assert to_yaml({"k": value}) == f"k: {written}\n"


def test_lists_stand_at_their_keys_column() -> None:
    """Lists aren't indented in a map; maps and lists inside lists begin on the dash's line."""
    document = {"b": [{"y": 1, "x": [2]}, ["a", ["b"]]], "a": {"c": {"d": []}}}
    expected = 'a:\n  c:\n    d: []\nb:\n- x:\n  - 2\n  "y": 1\n- - a\n  - - b\n'
    assert to_yaml(document) == expected


def test_keys_are_in_gos_natural_order() -> None:
    """Digits count as numbers and letters come after all other characters."""
    keys = ["b10", "b9", "B", "a.b", "a-b", "aa", "_", "b012", "1"]
    ordered = [line.split(":")[0] for line in to_yaml(dict.fromkeys(keys)).splitlines()]
    assert ordered == ["_", '"1"', "B", "a-b", "a.b", "aa", "b9", "b10", "b012"]


def test_long_texts_are_folded_beyond_eighty_columns() -> None:
    """A line is broken at the first single space after column 80, plain and quoted alike."""
    words = "word " * 20 + "end"
    assert to_yaml({"k": words}) == f"k: {'word ' * 15}word\n  {'word ' * 4}end\n"
    assert to_yaml({"k": "- " + words}) == f"k: '- {'word ' * 15}word\n  {'word ' * 4}end'\n"
    assert to_yaml({"k": words + "\t"}) == f'k: "{"word " * 15}word\n  {"word " * 4}end\\t"\n'


_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\u2028\u2029\ufeff\x85"), max_size=40
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(_TEXTS, _VALUES, max_size=4))
def test_what_is_written_reads_back_the_same(document: dict[str, Any]) -> None:
    """Read with Go's meaning of bare words, the text gives the same data."""
    assert read_back(yaml.compose(to_yaml(document), Loader=yaml.SafeLoader)) == document


def read_back(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {read_back(key): read_back(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [read_back(item) for item in node.value]
    kind = "string" if node.style else meaning(node.value)
    readers: dict[str, Any] = {"string": str, "null": lambda _: None, "int": int}
    readers |= {"bool": lambda text: text == "true", "float": lambda text: int(float(text))}
    return readers[kind](node.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("no", "bool"),
        ("Off", "bool"),
        ("nO", "string"),
        ("06443", "int"),
        ("08", "float"),
        ("6_443", "int"),
        ("0x192B", "int"),
        ("6443.0", "float"),
        (".5", "float"),
        (".inf", "float"),
        ("12:30", "string"),
        ("2020-01-01", "timestamp"),
        ("2020-13-01", "string"),
        ("v1.37.2", "string"),
        ("99999999999999999999", "float"),
        ("0b11", "int"),
        ("+1", "int"),
        ("~", "null"),
        ("<<", "string"),
    ],
)
def test_a_bare_word_means_what_go_takes_it_for(text: str, kind: str) -> None:
    """YAML 1.1's guesses are made as go-yaml makes them."""
    assert meaning(text) == kind
