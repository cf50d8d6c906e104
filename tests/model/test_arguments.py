"""The tables of flags that the components know, and those they no longer know."""

from __future__ import annotations

import pytest

from phases.model.arguments import known_flags, removed_flags

PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "etcd")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_flag_is_known_or_gone_but_not_both(program: str) -> None:
    """The two tables contradict each other nowhere, and advice names only flags that are known."""
    known, repeatable = known_flags(program)
    gone = removed_flags(program)
    assert len(known) > 50
    assert repeatable <= known
    assert known.isdisjoint(gone)
    assert all(removed.advice and 0 <= removed.since <= 37 for removed in gone.values())


@pytest.mark.parametrize(
    ("program", "names"),
    [
        ("kube-apiserver", ["advertise-address", "audit-log-path", "etcd-servers", "v"]),
        ("kube-controller-manager", ["cluster-cidr", "node-cidr-mask-size-ipv6", "controllers"]),
        ("kube-scheduler", ["bind-address", "config", "leader-elect"]),
        ("kubelet", ["node-ip", "container-runtime-endpoint", "register-with-taints"]),
        ("etcd", ["snapshot-count", "quota-backend-bytes", "watch-progress-notify-interval"]),
    ],
)
def test_the_flags_everybody_uses_are_known(program: str, names: list[str]) -> None:
    """kubeadm's own flags and the usual extra ones are in the table."""
    assert known_flags(program)[0].issuperset(names)
