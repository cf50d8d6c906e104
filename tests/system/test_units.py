"""What recorded systemctl commands would have made of a unit."""

from __future__ import annotations

import pytest

from phases.system.units import Question, reply, unit_state

CASES: list[tuple[list[str], Question, bool | None]] = [
    ([], "active", None),
    (["systemctl start kubelet"], "active", True),
    (["/usr/bin/systemctl start kubelet.service"], "active", True),
    (["systemctl --no-block restart kubelet"], "active", True),
    (["systemctl start containerd kubelet"], "active", True),
    (["systemctl start kubelet", "systemctl stop kubelet"], "active", False),
    (["systemctl start containerd"], "active", None),
    (["systemctl start kubelet", "systemctl enable kubelet"], "active", True),
    (["systemctl enable kubelet"], "active", None),
    (["systemctl enable kubelet"], "enabled", True),
    (["systemctl enable --now kubelet"], "active", True),
    (["systemctl disable --now kubelet"], "active", False),
    (["systemctl start kubelet"], "enabled", None),
    (["systemctl daemon-reload", "echo start kubelet", "systemctl"], "active", None),
]


@pytest.mark.parametrize(("lines", "question", "expected"), CASES)
def test_unit_state(lines: list[str], question: Question, expected: bool | None) -> None:
    """The latest command about a unit decides, and only about what it settles."""
    assert unit_state([line.split() for line in lines], "kubelet", question) is expected


def test_reply() -> None:
    """Known units are answered as systemctl would, unknown ones and other questions not at all."""
    past = [["systemctl", "enable", "--now", "kubelet"], ["systemctl", "disable", "swap"]]
    assert reply(past, ["systemctl", "is-active", "kubelet"]) == (0, "active\n")
    assert reply(past, ["systemctl", "is-active", "--quiet", "kubelet"]) == (0, "")
    assert reply(past, ["systemctl", "is-enabled", "swap"]) == (1, "disabled\n")
    stopped = [*past, ["systemctl", "stop", "kubelet"]]
    assert reply(stopped, ["systemctl", "is-active", "kubelet"]) == (3, "inactive\n")
    assert reply(past, ["systemctl", "is-active", "containerd"]) is None
    assert reply(past, ["systemctl", "status", "kubelet"]) is None
    assert reply(past, ["uname", "-r"]) is None
