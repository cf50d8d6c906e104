"""The two sides: the real kubeadm and our own command line, each on a fresh machine of a case."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from tests.lab import build, cache, versions

from . import corpus, planted, sandbox
from .corpus import Case
from .sandbox import Machine, Outcome
from .tree import Tree, packed

FILE_PHASES = (
    "certs", "kubeconfig", "etcd", "control-plane", "kubelet-start", "kubelet-finalize"
)  # fmt: skip
OTHER_PHASES = (
    "preflight", "wait-control-plane", "upload-config", "upload-certs", "mark-control-plane",
    "bootstrap-token", "addon", "show-join-command",
)  # fmt: skip
CONFIG = "/root/kubeadm.yaml"
VERSIONS = {
    version.rpartition(".")[0]: version
    for version in (versions.KUBERNETES, *versions.OLDER_KUBEADM.values())
}
OURS = (sys.executable, "-m", "tui", "init", "--yes")


@dataclass(frozen=True, slots=True)
class Sides:
    """What both made of one case."""

    kubeadm: Outcome
    ours: Outcome


def both(case: Case, minor: str) -> Sides:
    """Gives the same input to both."""
    before = prepared(case, minor)
    return Sides(kubeadm(case, minor, before), ours(case, minor, before))


def kubeadm(case: Case, minor: str, before: bytes) -> Outcome:
    """What the real kubeadm left; kept, for the same program makes the same of the same input."""
    words: list[str | Path] = [binary(minor), *_their_words(case, minor)]
    machine = machine_of(case)
    recipe = [sandbox, words, machine, sha256(before).hexdigest()]
    run = partial(sandbox.leave, words, machine, before)
    return sandbox.outcome(cache.artefact(f"kubeadm-{minor}-{case.name}", recipe, run, said=False))


def ours(case: Case, minor: str, before: bytes) -> Outcome:
    return sandbox.run([*OURS, *our_words(case, minor)], our_machine(case), before)


def _their_words(case: Case, minor: str) -> tuple[str, ...]:
    words = case.words(VERSIONS[minor])
    if case.requests:
        return ("certs", "generate-csr", *words)
    skipped = ",".join((*OTHER_PHASES, *case.skipped))
    return ("init", f"--skip-phases={skipped}", *words)


def our_words(case: Case, minor: str) -> tuple[str, ...]:
    """What our own command line gets beside `init`."""
    how = "--csr-only" if case.requests else f"--only={','.join(FILE_PHASES)}"
    return (how, *case.words(VERSIONS[minor]))


def prepared(case: Case, minor: str) -> bytes:
    """The tar of what is on the machine before."""
    files = {CONFIG: case.text(VERSIONS[minor]).encode(), **corpus.patch_files()}
    files |= planted.files(case.planted, lambda: finished(minor))
    return packed(files, case.folders)


@functools.cache
def finished(minor: str) -> Tree:
    """What kubeadm makes of the plain case, for an operator to have left."""
    case = corpus.cases()["ecdsa-p256"]
    return kubeadm(case, minor, prepared(case, minor)).tree


def binary(minor: str) -> Path:
    return build.binary("kubeadm", VERSIONS[minor])


def machine_of(case: Case) -> Machine:
    """The machine that a case speaks of."""
    return Machine(case.hostname, case.active, case.sockets, environment=dict(case.environment))


def our_machine(case: Case) -> Machine:
    """The same, with our own program on it."""
    found = machine_of(case)
    return replace(found, environment={**found.environment, "PYTHONPATH": str(sandbox.PROJECT)})
