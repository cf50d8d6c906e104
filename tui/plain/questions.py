"""The questions of --plain, their order and their helps; what the fields are is in `sections`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from phases.engine.errors import ConfigurationError
from phases.engine.events import Level
from phases.engine.request import Request
from phases.model.problem import Problem, Problems
from phases.model.yaml_source import read_text
from phases.render import manifest
from tui import plugin, sections
from tui.fields.field import FORMS, LINES, Field
from tui.headless import notice
from tui.init import known_user
from tui.plain.talk import Talk, answer, yes
from tui.session import Session
from tui.text import _, clean, said, sentences

ASKED = (
    "clusterName",
    "kubernetesVersion",
    "nodeRegistration.name",
    "localAPIEndpoint.advertiseAddress",
    "controlPlaneEndpoint",
    "networking.podSubnet",
    "networking.serviceSubnet",
    "networking.dnsDomain",
    "nodeRegistration.criSocket",
    "imageRepository",
)
"""The fields that are asked for; all others keep what a file says, or their defaults."""

NOTHING = "-"
"""The answer that empties a field."""

PLUGIN_HELP = (
    "Pods get no addresses without a network plugin, and nodes stay NotReady. Give the file or the "
    "https address of a plugin's manifest; with nothing given you can apply one later."
)

START_HELP = "Its values become the defaults of the questions, and what isn't asked stays as it is."

CERTS_HELP = (
    "They are put into the cluster for two hours, encrypted; the key to them is a part of the join "
    "command for further control planes."
)


@dataclass(slots=True)
class Answers:
    """What was answered beside the configuration."""

    upload_certs: bool = False
    network_source: str = ""
    network_manifest: str | None = None
    user: str = ""

    def laid_over(self, request: Request) -> Request:
        return replace(
            request,
            upload_certs=self.upload_certs or request.upload_certs,
            network_source=self.network_source,
            network_manifest=self.network_manifest,
            user_kubeconfig=self.user,
        )


def begin(talk: Talk, session: Session, given: str = "") -> None:
    """A file to start from, if there is one; `given` is the one that was named already."""
    while path := answer(talk, _("A kubeadm.yaml to start from"), given, START_HELP) or given:
        given = ""
        try:
            session.import_text(path, read_text(path))
        except Problems as found:
            talk.tell_all(complaints(found.problems))
            continue
        if found_here := session.syntax_problems():
            talk.tell_all(complaints(found_here))
            session.discard_broken()
            continue
        return


def question_all(talk: Talk, session: Session, answers: Answers) -> None:
    """All questions in their order, then what other fields lack."""
    for path in ASKED:
        question(talk, session, path)
    while stray := session.problems():
        talk.tell_all(complaints(stray))
        known = sections.field_of(stray[0].path)
        if known is None:
            raise ConfigurationError("configuration", str(stray[0]))
        question(talk, session, known.path)
    extras(talk, session, answers)


def question(talk: Talk, session: Session, path: str) -> None:
    """One field, asked until the model has nothing against it; an answer it refuses is taken back."""
    known, before = sections.fields()[path], session.value(path)
    while True:
        given = answer(talk, _(known.label), session.effective(path), *explained(session, known))
        if given:
            session.set_field(path, "" if given == NOTHING else unfolded(known, given))
        session.pause()
        found = session.of_field(path, session.problems())
        talk.tell_all(complaints(found))
        if not found:
            talk.tell_all(complaints(session.of_field(path, session.warnings()), "warning"))
            return
        session.set_field(path, before)


def extras(talk: Talk, session: Session, answers: Answers) -> None:
    """What is no part of a kubeadm.yaml."""
    if session.value("controlPlaneEndpoint"):
        asked = _("Upload the certificates, so that control planes can join?")
        answers.upload_certs = yes(talk, asked, CERTS_HELP)
    network(talk, answers)
    user = os.environ.get("SUDO_USER", "")
    if user and user != "root":
        asked = _("Give {user} a kubeconfig (~/.kube/config)?", user=user)
        answers.user = known_user(user) if yes(talk, asked) else ""


def network(talk: Talk, answers: Answers) -> None:
    """A network plugin's manifest, told in short as soon as it is there."""
    while True:
        source = answer(talk, _("Network plugin"), answers.network_source or _("none"), PLUGIN_HELP)
        source = source or answers.network_source
        if source in ("", NOTHING, "none", _("none")):
            answers.network_source, answers.network_manifest = "", None
            return
        found = plugin.read(source)
        if found.brings is None:
            talk.tell_all([notice(f"{clean(source)}: {clean(said(found.fault))}")])
            continue
        answers.network_source, answers.network_manifest = source, found.text
        talk.tell_all(f"  {clean(line)}" for line in manifest.lines(found.brings))
        return


def explained(session: Session, known: Field) -> Iterator[str]:
    """The help of a field: what it is for, its form, what can be chosen, whether it is for ever."""
    yield known.help
    if known.kind in LINES:
        yield _("Several are separated by commas.") + " " + _(FORMS[known.kind])
    if known.fixed:
        yield _("It can't be changed later: {why}.", why=_(known.fixed))
    if offers := session.offers(known):
        yield _("Such as: {offers}", offers=", ".join(" ".join(one).strip() for one in offers))


def unfolded(known: Field, given: str) -> str:
    """A list as the form holds it: one item a line."""
    return "\n".join(map(str.strip, given.split(","))) if known.kind in LINES else given


def complaints(problems: Iterable[Problem], level: Level = "error") -> Iterator[str]:
    for one in problems:
        advice = (said(clean(one.remedy)),) if one.remedy else ()
        told = sentences(said(clean(one.message)), *advice)
        yield notice(f"{one.path}: {told}" if one.path else told, level)
