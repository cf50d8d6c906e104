"""Fingerprints of OpenPGP keys."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phases.system.openpgp import bare, fingerprints
from tests.fixes.bench import FINGERPRINT

KEY = (Path(__file__).parents[1] / "fixes" / "key.asc").read_bytes()


def test_armoured_and_bare() -> None:
    """gpg's own figure, from either form."""
    assert fingerprints(KEY) == (FINGERPRINT,)
    assert fingerprints(bare(KEY)) == (FINGERPRINT,)


def test_every_key_of_a_file_counts() -> None:
    """Two keys have two fingerprints, so that none slips in beside the one that was asked for."""
    assert fingerprints(KEY + KEY) == (FINGERPRINT, FINGERPRINT)


def test_headers_of_an_armour_are_passed_over() -> None:
    """Version and comment lines aren't part of the key."""
    text = KEY.replace(b"BLOCK-----\n", b"BLOCK-----\nVersion: GnuPG v2\nComment: x\n", 1)
    assert fingerprints(text) == (FINGERPRINT,)


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", KEY[:150], base64.b64encode(b"\xc6\x01")]
)
def test_what_is_no_key(content: bytes) -> None:
    """A ValueError, whatever it is."""
    with pytest.raises(ValueError):
        fingerprints(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_key_or_a_value_error(content: bytes) -> None:
    """Nothing from the web makes it fail otherwise."""
    try:
        fingerprints(content)
    except ValueError:
        return
