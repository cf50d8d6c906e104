"""Reading files and YAML strictly and within bounds."""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic, process_time

import pytest

from phases.model.problem import Place, Problems
from phases.model.yaml_source import (
    MAX_BYTES,
    Mapping,
    Scalar,
    Sequence,
    decode_text,
    parse_documents,
    read_text,
)


def complaint(text: str) -> str:
    with pytest.raises(Problems) as raised:
        parse_documents(text, name="k.yaml")
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "k.yaml:3:1: the key 'a' already stands in line 1"),
        ("a: &x 1\n", "anchors and aliases"),
        ("a: *x\n", "k.yaml:1:4"),
        ("a: !!python/object:os.system 1\n", "tag tag:yaml.org,2002:python/object:os.system"),
        ("a: !mine 1\n", "tag !mine"),
        ("<<: {a: 1}\n", "merge keys"),
        ("? [a]\n: b\n", "a key must be a single word"),
        ("a:\n\tb: 1\n", "k.yaml:2:1: is not YAML: a tab stands where only spaces may indent"),
        ("a:\n  b: 1\n c: 2\n", "k.yaml:3:"),
        ("a: [1, 2\n", "is not YAML"),
        ("[" * 100_000, "nested deeper than 32"),
        ("a: b\0c\n", "k.yaml:1:5: the character U+0000"),
        ("x: 1\na: \x1b[31m\n", "k.yaml:2:4: the character U+001B"),
        ("a: b\u2028c\n", "U+2028"),
    ],
)
def test_yaml_beyond_plain_data_is_refused(text: str, said: str) -> None:
    """Duplicates, references, tags, odd keys, deep nesting and control characters are named."""
    assert said in complaint(text)


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    """Nine levels of nine references never expand."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    began = process_time()
    assert "anchors and aliases" in complaint("\n".join(lines))
    assert process_time() - began < 0.2


def test_too_many_values_are_refused() -> None:
    """A list of more than ten thousand values is refused."""
    assert "more than 10000 values" in complaint("a: [" + "1," * 10_001 + "]")


def test_every_value_keeps_its_place() -> None:
    """Lines and columns count from one; quotes are remembered; CRLF counts as one line end."""
    (document,) = parse_documents('a: "1"\r\nb:\r\n- c\r\n', name="k")
    assert isinstance(document, Mapping)
    (a, one), (_, b) = document.entries
    assert (a.place, one) == (Place(1, 1), Scalar("1", False, Place(1, 4)))
    assert b == Sequence((Scalar("c", True, Place(3, 3)),), Place(3, 1))


def test_documents_are_kept_apart_and_empty_ones_left_out() -> None:
    """Comments and separators alone make no document."""
    assert len(parse_documents("---\n# a\n---\na: 1\n---\n---\nb: 2\n...\n", name="k")) == 2
    assert parse_documents("", name="k") == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 1\n".encode("utf-16"), "is UTF-16, not UTF-8"),
        ("a: 1\n".encode("utf-32"), "is UTF-16, not UTF-8"),
        (b"a: 1\nb: caf\xe9\n", "k:2:7: byte 11 (0xe9) is not UTF-8"),
        (b" " * (MAX_BYTES + 1), "larger than 256 KiB"),
    ],
)
def test_bytes_that_are_no_small_utf8_are_refused(content: bytes, said: str) -> None:
    """Other encodings are named, a bad byte is located, size is bounded."""
    with pytest.raises(Problems, match=r"not UTF-8|larger") as raised:
        decode_text(content, name="k")
    assert said in str(raised.value)


def test_a_byte_order_mark_is_dropped() -> None:
    """A file saved with a mark reads as one without."""
    assert decode_text(b"\xef\xbb\xbfa: 1", name="k") == "a: 1"


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    """Pipes, devices, folders, loops and missing files give a problem at once."""
    fifo, loop = tmp_path / "fifo", tmp_path / "loop"
    os.mkfifo(fifo)
    loop.symlink_to(loop)
    began = monotonic()
    for path in (fifo, loop, tmp_path, tmp_path / "missing", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(Problems) as raised:
            read_text(str(path))
        assert raised.value.problems[0].file == str(path)
    assert monotonic() - began < 5


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """A regular file's text comes back as it is."""
    path = tmp_path / "k.yaml"
    path.write_text("a: é\n", encoding="utf-8")
    assert read_text(str(path)) == "a: é\n"
