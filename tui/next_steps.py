"""What can be done on a machine as it was found: a sentence on it, and the steps on offer, the obvious
one first. Pure words and names; what a step does is the welcome page's business."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui.machine import Look
from tui.signs import State
from tui.text import _, said
from tui.widgets.menu import Entry


@dataclass(frozen=True, slots=True)
class Finding:
    """What the machine is: a state for its sign, a sentence, and more lines on it."""

    state: State
    sentence: str
    lines: tuple[str, ...] = ()


def finding(look: Look) -> Finding:
    """The machine in a sentence."""
    place = {"node": look.node, "version": look.version}
    if look.kind == "busy":
        return Finding("running", _("A run is under way on this machine."))
    if look.kind == "control-plane":
        return Finding("ok", _("{node} is a control plane, {version}.", **place))
    if look.kind == "half-done":
        return Finding(
            "stopped", _("A run on this machine did not come to its end."), _failed(look)
        )
    if look.kind == "foreign":
        return Finding(
            "risky",
            _("There is a Kubernetes here that this program did not make."),
            (_("It is left alone, unless you have the checks set it aside; undo brings it back."),),
        )
    return Finding("ok", _("Fresh: nothing of Kubernetes is here yet."), _failed(look))


def _failed(look: Look) -> tuple[str, ...]:
    if not look.failure:
        return ()
    return (_("The last run ended so: {what}", what=said(look.failure)),)


def steps(look: Look, *, root: bool, has_file: bool, kept: bool = False) -> tuple[Entry, ...]:
    """The steps on offer, the obvious one first; `kept` where the last run's configuration is at hand."""
    return tuple(_offered(look, root=root, has_file=has_file, kept=kept))


def _offered(look: Look, *, root: bool, has_file: bool, kept: bool) -> Iterator[Entry]:
    if look.kind == "busy":
        yield Entry("watch", _("Watch it"), _("phases, panels and log as they come"))
    elif look.kind == "control-plane":
        yield Entry(
            "desk", _("Join commands and nodes"), _("for workers and further control planes")
        )
        yield Entry("watch", _("See the last run"))
    elif look.kind == "half-done":
        yield Entry("resume", _("Resume"), _resume_note(has_file, kept))
        yield Entry("watch", _("See what happened"))
    if look.kind != "busy":
        yield from _configuring(look, root=root, has_file=has_file, kept=kept)
    if look.kind == "half-done":
        yield Entry("over", _("Start over"), _("take back what was made here"))
    yield Entry("leave", _("Leave"))


def _resume_note(has_file: bool, kept: bool) -> str:
    if has_file:
        return _("with the file that was given; what is done stays done")
    if kept:
        return _("with the configuration of that run; what is done stays done")
    return _("open the kubeadm.yaml of that run; what is done stays done")


def _configuring(look: Look, *, root: bool, has_file: bool, kept: bool) -> Iterator[Entry]:
    note = _("a form, then a look at every change, then you confirm")
    if not root:
        yield Entry(
            "rehearse", _("Rehearse"), _("the whole way in a folder; nothing else is touched")
        )
        yield Entry("configure", _("Configure"), _("fill in the form, save it as kubeadm.yaml"))
    elif look.kind in ("fresh", "foreign"):
        if has_file:
            yield Entry("review", _("Review and start"), _("the file that was given is filled in"))
        elif kept:
            yield Entry("resume", _("Try again"), _("with the configuration of the last run"))
        yield Entry("configure", _("Configure and start"), note)
        yield Entry(
            "rehearse", _("Rehearse"), _("the whole way in a folder; nothing else is touched")
        )
