"""The questions of --plain, their order and their helps; what the fields are is in `sections`."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from phases.engine.errors import ConfigurationError
from phases.engine.request import Request
from phases.render import manifest
from tui import plugin, presets, sections
from tui.fields import extras as beside
from tui.fields.field import Field
from tui.headless import notice
from tui.init import known_user
from tui.plain import beginning
from tui.plain.asking import NOTHING, complaints, question
from tui.plain.talk import Talk, answer, yes
from tui.session import TRUE, Session
from tui.text import _, clean, mark, said

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
"""The fields that everybody is asked for; the others by their section, for who wants that."""

BESIDE = (*beside.NETWORK, *beside.USER)
"""What no kubeadm.yaml holds has questions of its own."""

PLUGIN_HELP = mark(
    "Pods get no addresses without a network plugin, and nodes stay NotReady. Give the file or the "
    "https address of a plugin's manifest; with nothing given you can apply one later."
)

START_HELP = mark(
    "Its values become the defaults of the questions, and what isn't asked stays as it is."
)

CERTS_HELP = mark(
    "They are put into the cluster for two hours, encrypted; the key to them is a part of the join "
    "command for further control planes."
)


FURTHER = sections.SECTIONS
"""The sections of the form, each with fields that not everybody is asked for."""

UPLOAD = "--upload-certs"


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
            upload_certs=self.upload_certs,
            network_source=self.network_source,
            network_manifest=self.network_manifest,
            user_kubeconfig=self.user,
        )


def begin(talk: Talk, session: Session, given: str = "", preset: str = "") -> None:
    """A file or a kubeadm line to start from, or a preset; `given` and `preset` were named already."""
    while path := answer(talk, _("A kubeadm.yaml to start from"), given, START_HELP) or given:
        given = ""
        if beginning.begun(talk, session, path):
            break
    else:
        starting_point(talk, session, preset)
        return
    if preset:
        starting_point(talk, session, preset)


def starting_point(talk: Talk, session: Session, preset: str = "") -> None:
    """A preset, where no file gives the values; what it sets is told before it is set."""
    known = {one.name: one for one in presets.presets() if not one.fault}
    helps = (f"{name}: {one.title}. {one.description}" for name, one in known.items())
    label = _("A preset to start from ({names})", names=", ".join(known))
    while (given := preset or answer(talk, label, _("none"), *helps)) not in (
        "",
        _("none"),
        "none",
    ):
        preset = ""
        if given in known:
            beginning.fill_in(talk, session, known[given])
            return


def question_all(talk: Talk, session: Session, answers: Answers) -> None:
    """All questions in their order, then what other fields lack."""
    for path in ASKED:
        question(talk, session, path)
    further(talk, session)
    while stray := session.problems():
        talk.tell_all(complaints(stray))
        known = sections.field_of(stray[0].path)
        if known is None:
            raise ConfigurationError("configuration", str(stray[0]))
        question(talk, session, known.path)
    extras(talk, session, answers)


def further(talk: Talk, session: Session) -> None:
    """The sections of the form by number, as many as are wanted: all that wasn't asked of each."""
    offered = {str(number): one for number, one in enumerate(FURTHER, 1)}
    names = [f"{number} {_(one.title)}" for number, one in offered.items()]
    help_ = _("The sections: {names}.", names=", ".join(names))
    while number := answer(talk, _("More settings? The number of a section"), "", help_):
        if number not in offered:
            talk.tell_all([help_])
            continue
        for known in offered[number].fields:
            if is_asked_further(known) and session.is_shown(known):
                question(talk, session, known.path)


def is_asked_further(known: Field) -> bool:
    """Whether no other question is about it; a password isn't asked where it would be seen."""
    if known.path in (beside.SOURCE, beside.SOURCE_KEY, beside.ARCHIVES, beside.LOGIN_FILE):
        return True
    return not (known.path in ASKED or known.is_option or known in BESIDE)


def extras(talk: Talk, session: Session, answers: Answers) -> None:
    """What is no part of a kubeadm.yaml; what a file, a preset or a run before gave is the default."""
    wanted = answers.upload_certs or session.value(UPLOAD) == TRUE
    if session.value("controlPlaneEndpoint"):
        asked = _("Upload the certificates, so that control planes can join?")
        wanted = yes(talk, asked, CERTS_HELP, default=wanted)
        session.set_field(UPLOAD, "")  # the answer counts from here on
    answers.upload_certs = wanted
    network(talk, answers)
    user = os.environ.get("SUDO_USER", "")
    if user and user != "root":
        asked = _("Give {user} a kubeconfig (~/.kube/config)?", user=user)
        answers.user = known_user(user) if yes(talk, asked, default=bool(answers.user)) else ""


def network(talk: Talk, answers: Answers) -> None:
    """A network plugin's manifest, told in short as soon as it is there."""
    while True:
        source = answer(talk, _("Network plugin"), answers.network_source or _("none"), PLUGIN_HELP)
        if not source and answers.network_manifest is not None:
            return  # what was read before is what will be applied
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
