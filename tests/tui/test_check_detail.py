"""A check in lines: labels in a column, nothing left out, and names that can be told apart."""

from __future__ import annotations

from types import MappingProxyType

from rich.cells import cell_len

from tui.checkup import Found
from tui.widgets import check_detail
from tui.widgets.check_list import NAME, shortened

PORT = Found(
    "Port-10250",
    "failed",
    "port 10250 is in use by fleet-agent (pid 297, fleet-agent.service, package fleet-agent)",
    "free for kubelet",
    "Run `systemctl disable --now fleet-agent.service`, or have it listen elsewhere",
    fixes=("ports",),
    blocked=MappingProxyType({"kubelet-drop-in": "there is no service kubelet"}),
)


def told(width: int = 76, *, airy: bool = False) -> list[str]:
    return [line.plain.rstrip() for line in check_detail.draw(PORT, width, airy=airy)]


def test_all_of_it_is_told() -> None:
    """Its state in a sign and a word, what was found, what is needed, the remedy, the fix and its key."""
    lines = told()
    assert lines[0] == "✗ failed  Port-10250"
    assert lines[1].startswith("found     port 10250 is in use")
    assert "needed    free for kubelet" in lines
    assert "f fix     Stop the services that hold ports" in lines
    assert "fix       Hand the kubelet what init writes: not yet, there is no service" in lines[-2]
    assert " ".join(" ".join(lines).split()).endswith("there is no service kubelet")


def test_texts_fold_beside_their_labels() -> None:
    """No line is wider than there is room, and what is folded never stands under a label."""
    for width in (38, 48, 76):
        lines = told(width)
        assert max(map(cell_len, lines)) <= width
        assert all(line[:1] != " " or line.startswith(" " * 10) for line in lines)


def test_where_there_is_room_lines_stand_apart() -> None:
    """The same lines, with one left empty between two labels."""
    assert [line for line in told(airy=True) if line] == told()
    assert told(airy=True).count("") == 5


def test_long_names_can_be_told_apart() -> None:
    """By their beginning and their end; a name that fits stays whole."""
    names = [
        f"FileAvailable--etc-kubernetes-manifests-{name}.yaml"
        for name in ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
    ]
    short = [shortened(name) for name in names]
    assert len(set(short)) == len(names)
    assert {len(name) for name in short} == {NAME}
    assert all(name.startswith("FileAvai…") and name.endswith(".yaml") for name in short)
    assert shortened("Port-10250") == "Port-10250"
