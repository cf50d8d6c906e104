"""From what programs said to the likely cause: each line of the table, who is blamed, and nothing made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from phases.engine import causes
from phases.engine.causes import CAUSES, NOTHING, judge, telling
from phases.engine.errors import PhaseError
from phases.engine.events import Failure, PhaseFailed
from phases.engine.journal import Journal, Reader
from tui import text

RECORDING = Path(__file__).parents[1] / "recordings" / "failed.jsonl"
UNHEALTHY, PULL, KUBELET = "control-plane-unhealthy", "ImagePull", "kubelet-unhealthy"

SAID = {
    "unknown-flag": (KUBELET, 'err="failed to parse kubelet flag: unknown flag: --mood"'),
    "bad-flag-value": (UNHEALTHY, 'Error: invalid argument "banana" for "--audit-log-maxage" flag'),
    "unknown-gate": (UNHEALTHY, 'Error: invalid argument for feature: unrecognized feature gate: Mood'),
    "bad-kubelet-config": (KUBELET, 'failed to load kubelet config file, path: /var/lib/kubelet/config.yaml'),
    "cgroup-v1": (KUBELET, "kubelet is configured to not run on a host using cgroup v1. It is"),
    "swap-on": (KUBELET, "running with swap on is not supported, please disable swap"),
    "cgroup-driver": (KUBELET, 'runc create failed: expected cgroupsPath to be of format "slice:prefix:name"'),
    "no-kubelet-unit": ("kubelet-start", "`systemctl restart kubelet`: Failed: Unit kubelet.service not found."),
    "kubelet-masked": ("kubelet-start", "Failed to restart kubelet.service: Unit kubelet.service is masked."),
    "runtime-down": ("runtime-failed", "no such socket: the container runtime isn't installed, or isn't running"),
    "cri-disabled": (PULL, "the container runtime doesn't serve CRI v1 (unknown service runtime.v1.RuntimeService)"),
    "node-name": (KUBELET, r'nodes "b" is forbidden: node \"a\" is not allowed to modify node \"b\"'),
    "port-in-use": (UNHEALTHY, "Error: listen tcp 0.0.0.0:6443: bind: address already in use"),
    "address-not-here": (UNHEALTHY, "listen tcp 192.0.2.9:2380: bind: cannot assign requested address"),
    "etcd-leftover": (UNHEALTHY, '"error":"member 8e9e05c52164694d has already been bootstrapped"'),
    "etcd-damaged": (UNHEALTHY, "walpb: crc mismatch"),
    "certificate-names": ("api-unreachable", "x509: certificate is valid for 10.96.0.1, 192.0.2.10, not 192.0.2.77"),
    "clock": ("api-unreachable", "x509: certificate has expired or is not yet valid: current time is before"),
    "certificate-expired": ("api-unreachable", "certificate verify failed: certificate has expired (_ssl.c:1006)"),
    "other-authority": ("api-unreachable", "certificate verify failed: self-signed certificate in certificate chain"),
    "image-refused": (PULL, "unexpected status: 401 Unauthorized"),
    "registry-limit": (PULL, "429 Too Many Requests"),
    "registry-untrusted": (PULL, "tls: failed to verify: x509: certificate signed by unknown authority"),
    "registry-protocol": (PULL, "http: server gave HTTP response to HTTPS client"),
    "no-such-image": (PULL, "failed to resolve reference: a/kube-apiserver:v1.37.2: not found"),
    "no-name-service": (PULL, "dial tcp: lookup registry.example: no such host"),
    "registry-unreachable": (PULL, "dial tcp 192.0.2.1:443: i/o timeout"),
    "image-missing": (UNHEALTHY, "Error: ErrImageNeverPull"),
    "sandbox-image": (UNHEALTHY, 'failed to get sandbox image "pause:3.10"'),
    "wrong-architecture": (UNHEALTHY, "exec /usr/local/bin/kube-apiserver: exec format error"),
    "no-space": ("system-refused", "No space left on device"),
    "too-many-files": (KUBELET, "inotify_init: too many open files"),
    "read-only": ("system-refused", "Read-only file system"),
    "missing-in-container": (UNHEALTHY, "loading audit policy: open /etc/audit.yaml: no such file or directory"),
    "killed": (UNHEALTHY, "kube-apiserver: exited with code 137 (OOMKilled), 3 restarts"),
    "not-permitted": ("system-refused", "Operation not permitted"),
    "etcd-unreachable": (UNHEALTHY, 'addrConn: "dial tcp 127.0.0.1:2379: connect: connection refused"'),
    "no-container": (UNHEALTHY, "kube-apiserver: the kubelet has started no container for it"),
}  # fmt: skip
"""What is said in each case, as the programs say it, and the code of the failure that quotes it."""


@pytest.mark.parametrize("cause", [cause.code for cause in CAUSES])
def test_each_cause_is_known_by_what_is_said(cause: str) -> None:
    """The words lead to that cause and to no other, every place is filled, and both are known in Chinese."""
    code, why = SAID[cause]
    found = judge(code, "", why)
    assert found.code == cause
    assert "{" not in found.sentence + found.advice
    text.use("zh_CN")
    try:
        assert not text.said(found.sentence).isascii()
        assert not text.said(found.advice).isascii()
    finally:
        text.use("en")


def test_codes_are_unique() -> None:
    """Each stands for one cause, and each has its example here."""
    assert sorted(cause.code for cause in CAUSES) == sorted(SAID)


def test_a_recorded_failure_is_understood() -> None:
    """The API server's own complaint is the cause, not what etcd mentions in passing."""
    failures = [
        r.event for r in Reader(RECORDING).new_records() if isinstance(r.event, PhaseFailed)
    ]
    old = failures[0].failure
    assert judge(old.code, old.what, old.why) == causes.Judged(
        "bad-flag-value",
        "kube-apiserver can't use the value banana of --audit-log-maxage",
        "Mend --audit-log-maxage in the extra arguments of kube-apiserver",
    )


@pytest.mark.parametrize(
    ("what", "why", "program"),
    [
        ("", "etcd: running, 0 restarts\nfine\nkube-scheduler: exited with code 1, 2 restarts\nX", "kube-scheduler"),
        ("", "kube-scheduler: exited with code 1\nno\netcd: exited with code 2, 1 restarts\nX", "etcd"),
        ("the kubelet didn't become healthy at u", "X", "kubelet"),
        ("", "X", "a program"),
    ],
)  # fmt: skip
def test_the_program_is_the_one_that_said_it(what: str, why: str, program: str) -> None:
    """Whose testimony a line stands in is blamed, else whom the failure is about."""
    found = judge(UNHEALTHY, what, why.replace("X", "Error: unknown flag: --mood"))
    assert found.sentence == f"{program} doesn't know the flag --mood"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (UNHEALTHY, "500: no lease"),
        (UNHEALTHY, "connection refused"),
        ("ForeignState", "/etc/kubernetes/pki/ca.crt was not found"),
        ("system-refused", ""),
    ],
)
def test_no_cause_is_made_up(code: str, why: str) -> None:
    """Where nothing is known nothing is said; what means something of a pull means nothing elsewhere."""
    assert judge(code, "it failed", why) == NOTHING


def test_braces_in_a_log_are_only_text() -> None:
    """What a program wrote is never taken for a place to be filled."""
    found = judge(UNHEALTHY, "", 'invalid argument "{program}" for "--v" flag')
    assert "the value {program} of --v" in found.sentence


def test_a_telling_line_further_up_is_quoted() -> None:
    """Of a long log the last lines are shown, and above them the one that says why."""
    noise = [f"line {n}" for n in range(30)]
    log = ["swap: running with swap on is not supported", *noise]
    assert telling(log, 3, KUBELET) == [log[0], *noise[-3:]]
    assert telling([*noise, log[0]], 3, KUBELET) == [*noise[-2:], log[0]]
    assert telling(noise, 3, KUBELET) == noise[-3:]


def test_an_error_carries_its_cause_into_the_journal(tmp_path: Path) -> None:
    """What was tried and the judged cause come back from a journal, and from one that has neither."""
    error = PhaseError("x", "it broke", why="no space left on device", tried=("one", "two"))
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(PhaseFailed("certs", Failure(**error.as_data())))
    line = json.loads((tmp_path / "journal.jsonl").read_text())
    for name in ("tried", "cause", "cause_code", "advice"):
        line["failure"].pop(name)
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write(json.dumps(line | {"seq": 1}) + "\n")
    told = [r.event for r in Reader(journal.path).new_records()]
    new, old = (event.failure for event in told if isinstance(event, PhaseFailed))
    assert new == Failure(**error.as_data())
    assert (new.tried, new.cause, new.cause_code) == (("one", "two"), "a disk is full", "no-space")
    assert (old.tried, old.cause) == ((), "")
