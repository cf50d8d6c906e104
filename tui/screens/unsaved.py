"""The question before leaving with a configuration that stands in no file. Nothing is saved unasked."""

from __future__ import annotations

from textual.app import App

from tui.screens.choice import Answer, Choice
from tui.session import Session
from tui.text import _
from tui.widgets.prompts import SaveFile


async def may_leave(app: App[int], session: Session) -> bool:
    """Whether to leave: at once, or after the text was saved. Has to be awaited in a worker."""
    chosen = await app.push_screen_wait(_question(session))
    if chosen != "save":
        return chosen == "leave"
    return bool(await save(app, session))


def _question(session: Session) -> Choice:
    stay, save = Answer("stay", _("Stay")), Answer("save", _("Save as a file"), _("then leave"))
    if not session.is_text_unsaved:
        leave = Answer("leave", _("Leave"), _("what was chosen is gone"))
        return Choice(_("Not all of this is in the file."), _lines(session), (stay, leave))
    leave = Answer("leave", _("Leave"), _("what was typed is gone"))
    title = _("The configuration is not saved.")
    return Choice(title, _lines(session), (stay, save, leave))


def _lines(session: Session) -> tuple[str, ...]:
    """What no kubeadm.yaml holds can't be saved in one."""
    words = _(
        "The network plugin and other choices that are no part of kubeadm.yaml are not saved."
    )
    return (words,) if session.has_options else ()


async def save(app: App[int], session: Session) -> str:
    """Asks where to, and saves the text there; the name of the file, empty where nothing was saved."""
    prompt = SaveFile(
        session.source or "kubeadm.yaml", session.yaml(), secret=session.holds_secrets
    )
    saved = await app.push_screen_wait(prompt)
    if saved:
        session.keep(prompt.text)
    return saved or ""
