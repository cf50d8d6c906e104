"""A kubelet that doesn't take up a mended manifest is restarted once, and only then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from phases import wait_control_plane as phase
from phases.engine.health import Component
from tests.engine.bench import Bench

MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
RESTART = "systemctl restart kubelet"


@pytest.mark.parametrize(
    ("mended", "restarted", "nudged"),
    [(True, False, True), (False, False, False), (True, True, False)],
)
def test_nudge(tmp_path: Path, mended: bool, restarted: bool, nudged: bool) -> None:
    """It takes a manifest mended in this run, and a kubelet that this run hasn't restarted yet."""
    bench = Bench(tmp_path)
    context = bench.context("wait-control-plane")
    context.host.make_directory("/etc/kubernetes/manifests", mode=0o700)
    if mended:
        context.host.write(MANIFEST, b"pod", mode=0o600)
    if restarted:
        context.host.run(RESTART.split())
    sick = Component("kube-apiserver", lambda: "refused")
    nudge = phase.Nudge()
    for _ in range(2):
        ailment = phase.wait_with_nudge(context, nudge, timedelta(minutes=4), sick)
        assert ailment == "refused"
    restarts = sum(effect == f"run {RESTART}" for effect in bench.effects())
    assert restarts == int(nudged) + int(restarted)
