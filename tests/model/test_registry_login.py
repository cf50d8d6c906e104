"""Logins of registries from a config.json: each form, which one an image gets, and what is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phases.model.problem import Problems
from phases.model.registry_login import NONE, Login, read, written
from phases.model.secret import Secret

ANNA = Login("anna", Secret("hunter2"))


def auth(user: str = "anna", word: str = "hunter2") -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{word}".encode()).decode()}


def config(**auths: Any) -> Secret:
    return Secret(json.dumps({"auths": auths}))


@pytest.mark.parametrize(
    "entry",
    [auth(), {"username": "anna", "password": "hunter2"}, {**auth(), "email": "a@b.example"}],
)
def test_forms_of_a_login(entry: dict[str, str]) -> None:
    """Packed or in two fields."""
    assert read(config(**{"mine.example": entry})).of("mine.example/etcd:1") == ANNA


def test_an_identity_token() -> None:
    """It stands for user and password."""
    found = read(config(**{"mine.example": {**auth("<token>", ""), "identitytoken": "t"}}))
    assert found.of("mine.example/etcd") == Login(identity_token=Secret("t"))


def test_the_old_form() -> None:
    """A .dockercfg has the registries at the top."""
    assert read(Secret(json.dumps({"mine.example": auth()}))).of("mine.example/etcd") == ANNA


def test_nothing_given() -> None:
    """An empty text holds no login, and no image gets one."""
    assert read(Secret("")) == NONE
    assert NONE.of("mine.example/etcd") is None


@pytest.mark.parametrize(
    ("place", "image", "fits"),
    [
        ("mine.example", "mine.example/a/etcd:1", True),
        ("https://mine.example/v2/", "mine.example/etcd:1", True),
        ("mine.example:5000", "mine.example:5000/etcd:1", True),
        ("mine.example:5000", "mine.example/etcd:1", False),
        ("mine.example", "yours.example/etcd:1", False),
        ("*.example", "mine.example/etcd:1", True),
        ("*.example", "a.mine.example/etcd:1", False),
        ("mine.example/team", "mine.example/team/etcd:1", True),
        ("mine.example/team", "mine.example/teamwork/etcd:1", False),
        ("mine.example/team/etcd", "mine.example/team/etcd:1", True),
        ("https://index.docker.io/v1/", "busybox", True),
        ("https://index.docker.io/v1/", "docker.io/library/busybox:1", True),
    ],
)
def test_which_image_a_login_is_for(place: str, image: str, fits: bool) -> None:
    """As the kubelet matches: hosts in parts, paths in whole parts, Docker's hub by its old name."""
    assert (read(config(**{place: auth()})).of(image) is not None) is fits


def test_the_nearest_login_is_taken() -> None:
    """One for a path goes before one for the whole registry."""
    found = read(config(**{"mine.example": auth("all"), "mine.example/team": auth("team")}))
    names = [found.of(f"mine.example/{path}etcd") for path in ("", "team/")]
    assert [one.username for one in names if one] == ["all", "team"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "7",
        "hunter2",
        '{"auths": 3}',
        '{"auths": {"mine.example": {"auth": "hunter2!"}}}',
    ],
)
def test_what_is_no_config_json(text: str) -> None:
    """It is told without quoting a word of it, in the error and in what lies behind it."""
    with pytest.raises(Problems) as caught:
        read(Secret(text))
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"auths": {}}', "holds no login"),
        ('{"auths": {"mine.example": {}}, "credsStore": "pass"}', "kept by credsStore"),
    ],
)
def test_logins_that_are_not_in_it(text: str, why: str) -> None:
    """A helper that keeps them elsewhere is named."""
    with pytest.raises(Problems, match=why):
        read(Secret(text))


@given(
    st.text(min_size=1).filter(lambda one: ":" not in one),
    st.text().filter(lambda one: not one.endswith("\0")),
)
def test_what_is_written_is_read(user: str, password: str) -> None:
    """A name and a password typed in a form come out as they went in."""
    found = read(written(iter(["mine.example"]), user, Secret(password)))
    assert found.of("mine.example/etcd") == Login(user, Secret(password))
