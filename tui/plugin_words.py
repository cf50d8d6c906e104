"""What is told under the fields that no kubeadm.yaml holds: a label and a text each, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from phases.render.manifest import Summary
from tui.fields.extras import GIVEN, KUBECONFIG, MANIFEST, PLUGIN
from tui.session import Session
from tui.signs import sign, spelled
from tui.text import _, clean, said

Detail = tuple[str, str]


def details(session: Session, path: str) -> tuple[Detail, ...]:
    """What follows from a field's value; nothing for the fields of a kubeadm.yaml."""
    if path == PLUGIN and session.value(PLUGIN) != GIVEN:
        return (("", _without()),)
    if path == MANIFEST:
        return tuple((label, clean(text)) for label, text in _manifest(session))
    if path == KUBECONFIG:
        return (("", clean(_powers(session.facts.user))),)
    return ()


def _without() -> str:
    return _(
        "kubeadm installs no network plugin: until you apply one, nodes stay NotReady and CoreDNS waits."
    )


def _powers(user: str) -> str:
    return _(
        "It makes {user} an administrator of the cluster. A ~/.kube/config that is there is kept beside it.",
        user=user,
    )


def _manifest(session: Session) -> Iterator[Detail]:
    found, source = session.plugin, session.plugin_source
    if found is not None and found.brings is not None:
        yield from brought(found.brings)
    elif source and source == session.reading:
        yield "", spelled(_("Reading {source} …", source=source))
    elif source and found is None:
        yield "", _("Not read yet: enter reads it.")


def brought(brings: Summary) -> Iterator[Detail]:
    """What a manifest brings, the parts with power over this machine with a sign."""
    kinds = ", ".join(f"{number} {kind}" for kind, number in brings.kinds)
    yield _("brings"), kinds
    if brings.images:
        yield _("images"), "\n".join(brings.images)
    yield from _owned(f"{sign('risky')} " + _("privileged"), brings.privileged)
    paths = tuple((who, what.removeprefix("host path ")) for who, what in brings.host_paths)
    yield from _owned(f"{sign('risky')} " + _("host paths"), paths)
    yield from _owned(_("may do"), brings.powers)


def _owned(label: str, things: tuple[tuple[str, str], ...]) -> Iterator[Detail]:
    """What belongs to each owner, behind its name; the label stands once."""
    for who, what in groupby(things, key=lambda one: one[0]):
        yield label, f"{who}: " + ", ".join(said(words) for _who, words in what)
        label = ""


def in_short(session: Session) -> str:
    """The plugin as the list of sections tells it."""
    source = session.plugin_source
    name = source.rstrip("/").rpartition("/")[2]
    return name or _("no plugin")
