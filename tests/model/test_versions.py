"""Versions, labels, and the table of releases."""

from __future__ import annotations

import pytest

from phases.model.problem import Problems
from phases.model.versions import (
    image_tag,
    newest_version,
    parse_version,
    release_of,
    releases,
    resolve_version,
)


@pytest.mark.parametrize("text", ["v1.37.2", "v1.37.0-rc.1", "v1.37.0-alpha.2.10+abc.d"])
def test_an_exact_version_survives_reading(text: str) -> None:
    """Pre-release and build parts are kept; the v may be left out."""
    assert str(parse_version(text)) == text
    assert parse_version(text[1:]) == parse_version(text)


@pytest.mark.parametrize(
    "text", ["", "1.37", "v1", "01.2.3", "v1.37.2 ", "stable", "1.37.x", "v1.٣.2"]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    """Partial versions, leading zeros and words raise ValueError."""
    with pytest.raises(ValueError, match="not a version"):
        parse_version(text)


def test_versions_are_ordered_as_semantic_versions() -> None:
    """Numbers count as numbers, and a pre-release comes before its release."""
    texts = [
        "1.36.9",
        "1.36.10",
        "1.37.0-alpha.2",
        "1.37.0-alpha.10",
        "1.37.0-rc.1",
        "1.37.0",
        "2.0.0",
    ]
    versions = [parse_version(text) for text in texts]
    backwards = versions[::-1]
    assert sorted(backwards) == versions


@pytest.mark.parametrize(
    ("label", "version"),
    [
        ("", "v1.37.2"),
        ("stable", "v1.37.2"),
        ("stable-1", "v1.37.2"),
        ("latest", "v1.37.2"),
        ("latest-1.36", "v1.36.6"),
        ("stable-1.35", "v1.35.10"),
        ("release/stable-1.36", "v1.36.6"),
    ],
)
def test_a_label_means_the_newest_that_is_known(label: str, version: str) -> None:
    """Labels never ask the network, and a notice tells what was chosen."""
    found = resolve_version(label)
    assert str(found.version) == version
    assert found.notice
    assert version in found.notice.message


@pytest.mark.parametrize("text", ["v1.36.3", "1.36.3", "v1.37.9", "release/v1.35.0", "1.37.2+own"])
def test_an_exact_version_is_taken_as_it_is(text: str) -> None:
    """Nobody is told about what they chose themselves."""
    assert resolve_version(text).notice is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "stable-1.11",
            "stable-1.11 names release 1.11, which is not supported. Use v1.35.10, v1.36.6 or v1.37.2",
        ),
        ("v1.40.0", "v1.40.0 is not supported"),
        ("v1.34.2", "v1.34.2 is not supported"),
        ("v2.37.0", "v2.37.0 is not supported"),
        ("ci/latest", "only the network can tell"),
        ("ci/v1.37.1+abc", "only the network can tell"),
        ("1.37", "neither a version nor a label"),
        ("stable-2", "neither a version nor a label"),
        ("newest", "neither a version nor a label"),
    ],
)
def test_other_versions_are_refused_with_what_is_known(text: str, said: str) -> None:
    """Unknown releases and forms name the releases that can be used."""
    with pytest.raises(Problems) as raised:
        resolve_version(text)
    assert said in str(raised.value)


def test_the_table_is_whole() -> None:
    """Three releases, newest first, each with a newest patch of its own and tags in their forms."""
    assert list(releases()) == [37, 36, 35]
    for minor, release in releases().items():
        assert (release.newest.major, release.newest.minor) == (1, minor)
        assert release.coredns.startswith("v1.")
        assert release.etcd.endswith("-0")
    assert newest_version() == releases()[37].newest


@pytest.mark.parametrize(
    ("version", "named"),
    [
        ("v1.35.4", False),
        ("v1.35.5", True),
        ("v1.36.0", False),
        ("v1.36.1", True),
        ("v1.37.0", True),
    ],
)
def test_the_kubelet_client_lost_its_group_with_a_patch(version: str, named: bool) -> None:
    """From these patches on the certificate has no organisation."""
    assert release_of(version).kubelet_client_is_named(parse_version(version)) is named


def test_build_metadata_fits_a_tag() -> None:
    """A plus becomes an underscore."""
    assert image_tag("v1.37.0-alpha.1+a.b") == "v1.37.0-alpha.1_a.b"
