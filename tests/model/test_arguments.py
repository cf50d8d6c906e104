"""The tables of flags that the components know, and those they no longer know."""

from __future__ import annotations

import pytest

from phases.model.arguments import (
    known_flags,
    nearest_flag,
    removed_flags,
    unknown_plugins,
)
from phases.model.versions import releases

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


@pytest.mark.parametrize("minor", [35, 36, 37])
@pytest.mark.parametrize("program", PROGRAMS)
def test_every_release_has_its_own_list(program: str, minor: int) -> None:
    """A flag that is gone since a release is in no list of it or of a later one."""
    known, repeatable = known_flags(program, minor)
    assert minor in releases()
    assert repeatable <= known
    gone = {name for name, flag in removed_flags(program).items() if flag.since <= minor}
    assert known.isdisjoint(gone)


def test_what_the_next_release_no_longer_lists_is_gone() -> None:
    """Found by comparing two lists; a flag that lost its experimental name has the plain one."""
    kubelet, etcd = removed_flags("kubelet"), removed_flags("etcd")
    assert kubelet["storage-driver-db"].since == 37
    assert etcd["experimental-compact-hash-check-time"].use == "compact-hash-check-time"
    assert "storage-driver-db" in known_flags("kubelet", 36)[0]


def test_what_replaces_a_flag_is_known() -> None:
    """A value is carried over only to a flag that the newest release lists."""
    for program in PROGRAMS:
        uses = {gone.use for gone in removed_flags(program).values() if gone.use}
        assert uses <= known_flags(program)[0], program


@pytest.mark.parametrize(
    ("flag", "value", "gone"),
    [
        ("enable-admission-plugins", "NodeRestriction,PodSecurityPolicy", ("PodSecurityPolicy",)),
        ("disable-admission-plugins", "PodSecurity", ()),
        ("admission-control", "SecurityContextDeny,Initializers", ("SecurityContextDeny", "Initializers")),
        ("audit-log-path", "PodSecurityPolicy", ()),
        ("enable-admission-plugins", "", ()),
    ],
)  # fmt: skip
def test_admission_plugins_are_those_of_the_release(
    flag: str, value: str, gone: tuple[str, ...]
) -> None:
    """The API server ends at once for a plugin that it doesn't have."""
    assert unknown_plugins("kube-apiserver", flag, value, 37) == gone
    assert unknown_plugins("kube-scheduler", flag, value, 37) == ()


def test_a_likely_error_is_named_unless_there_are_too_many() -> None:
    """Searching for near names takes its time; nobody reads hundreds of them."""
    known = known_flags("kube-scheduler")[0]
    assert nearest_flag("leader-elekt", known, 1) == "leader-elect"
    assert nearest_flag("zzz", known, 1) == ""
    assert nearest_flag("leader-elekt", known, 5000) == ""
