"""What a component answers about its health, in a line."""

from __future__ import annotations

import json

import pytest

from phases.engine.health import answered
from phases.system.ports import HttpReply


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, "ok", ""),
        (500, "no lease", "500: no lease"),
        (503, "[+]non_learner ok\n[-]linearizable_read failed: no leader\n[+]x ok",
         "503: [-]linearizable_read failed: no leader"),
        (500, "[+]ping ok\n[-]etcd failed: reason withheld\nlivez check failed",
         "500: [-]etcd failed: reason withheld, livez check failed"),
        (403, json.dumps({"kind": "Status", "message": "forbidden: user x"}), "403: forbidden: user x"),
        (502, "[1, 2]", "502: [1, 2]"),
        (502, "", "502: "),
    ],
)  # fmt: skip
def test_a_bad_answer_is_told_without_what_is_well(status: int, body: str, told: str) -> None:
    """Of a list of checks only those that fail, of an API's status its message."""
    assert answered(HttpReply(status, body)) == told
