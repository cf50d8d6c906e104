"""From what a run was asked back to the form, and whether the form still says just that."""

from __future__ import annotations

from phases.engine.request import Request
from phases.model import dump, flags, load
from phases.model.problem import Problems
from phases.render import manifest
from tui.fields.extras import GIVEN, KUBECONFIG, MANIFEST, PLUGIN
from tui.plugin import Plugin
from tui.reading import STDIN
from tui.session import START, TRUE, Session


def lay(session: Session, request: Request) -> None:
    """Fills a session in with it. It stands beside the run's journal, so nothing of it is unsaved."""
    name = "" if request.config_name == STDIN else request.config_name
    session.import_text(name, _text(request))
    if request.upload_certs:
        session.set_field("--upload-certs", TRUE)
    if request.network_manifest is not None:
        session.set_field(PLUGIN, GIVEN)
        session.set_field(MANIFEST, request.network_source)
        session.take_plugin(_plugin(request.network_source, request.network_manifest))
    if request.user_kubeconfig and request.user_kubeconfig == session.facts.user:
        session.set_field(KUBECONFIG, TRUE)
    session.pause()
    session.keep_all()


def _text(request: Request) -> str:
    """The configuration with the flags laid over it, as one text; as it was typed where there are none."""
    given = START if request.config is None else request.config
    if not request.flags:
        return given
    try:
        read = load.load(given, name=request.config_name)
        laid = flags.apply(read, request.flags, config_given=request.config is not None)
    except Problems:  # that run was refused for it, and so will be the next
        return given
    return dump.to_documents(laid)


def _plugin(source: str, text: str) -> Plugin:
    """The manifest that was reviewed, not what its source would give today."""
    try:
        return Plugin(source, text, manifest.summary(manifest.parse(text, name=source)))
    except Problems as found:
        return Plugin(source, fault=str(found.problems[0]))


def says(session: Session, request: Request) -> bool:
    """Whether the session asks for nothing but what was asked, and has nothing else in it."""
    now = session.request()
    mine, theirs = (
        (
            one.config,
            one.upload_certs,
            one.network_source,
            one.network_manifest,
            one.user_kubeconfig,
        )
        for one in (now, request)
    )
    return mine == theirs and not session.is_broken
