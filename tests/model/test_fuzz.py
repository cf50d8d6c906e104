"""Damaged files: whatever stands in them, they are read or refused with places, within little memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phases.model.load import read, read_join
from phases.model.migration.migrate import migrate
from phases.model.problem import Problems
from phases.model.yaml_source import MAX_BYTES, decode_text
from tests.model.corpus_files import cases
from tests.model.faults import FAULTS

SEEDS = [case.text for case in cases()] + [
    fault.content.decode("utf-8", "replace")[:2000] for fault in FAULTS
]
PIECES = [
    *"\n \t:-{}[],'\"#&*!|>%@`~0",
    "  ",
    "- ",
    ": ",
    "null",
    "true",
    "06443",
    "---\n",
    "\u2028",
    "\x00",
    "é",
    "kind: MasterConfiguration\n",
    "apiVersion: kubeadm.k8s.io/v1alpha1\n",
]
MEMORY = 150 * 2**20


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A file with some of its text cut out, doubled, moved or written over."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from(PIECES) | st.just(text[start:end] * 2))
        text = text[:start] + piece + text[end:]
    return text


def _refusal(act: Callable[[], object]) -> list[str]:
    """What is said against it, nothing where it is accepted; anything else goes on as it is."""
    try:
        act()
    except Problems as problems:
        return [problem.message for problem in problems.problems]
    return []


@settings(
    max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(damaged())
def test_a_damaged_file_is_read_or_refused(text: str) -> None:
    """No verb ends in anything but a value or Problems that say something."""
    verbs: tuple[Callable[..., object], ...] = (read, read_join, migrate)
    for verb in verbs:
        assert all(_refusal(partial(verb, text, name="k")))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """The same for what isn't even text."""
    assert all(_refusal(lambda: migrate(decode_text(content, name="k"), name="k")))


LARGE = {
    "a file of the greatest size": "apiVersion: kubeadm.k8s.io/v1alpha1\nkind: MasterConfiguration\n"
    + "apiServerCertSANs:\n"
    + "- a.example.com\n" * ((MAX_BYTES - 100) // 16),
    "many flags": "apiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\n"
    + "apiServer:\n  extraArgs:\n"
    + "".join(f'    flag-{n}: "x"\n' for n in range(4000)),
    "many unknown fields": "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
    + "".join(f"clusterNam{n}: x\n" for n in range(4900)),
    "many unknown fields of old": "apiVersion: kubeadm.k8s.io/v1alpha1\nkind: MasterConfiguration\n"
    + "".join(f"apiServerExtraArg{n}: x\n" for n in range(4900)),
    "deep nesting": "[" * MAX_BYTES,
    "one long line": "clusterName: " + "a" * (MAX_BYTES - 100),
}
CHILD = """
import resource, sys
from phases.model.migration.migrate import migrate
from phases.model.problem import Problems
try:
    migrate(sys.stdin.read(), name="k")
except Problems as problems:
    assert problems.problems
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def test_no_file_takes_much_memory() -> None:
    """The largest files that are accepted for reading stay below 150 MB, Python included."""
    for name, text in LARGE.items():
        ended = subprocess.run(
            [sys.executable, "-c", CHILD], input=text, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, (name, ended.stderr)
        assert int(ended.stdout) < MEMORY, name
