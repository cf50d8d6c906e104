"""The questions on images that are pulled ahead: whether to, and what is to become of them on leaving."""

from __future__ import annotations

from textual.app import App

from tui.prepull import Prepull
from tui.screens.choice import Answer, Choice
from tui.session import Session
from tui.text import _
from tui.widgets.prompts import Ask


def consent(session: Session) -> Ask:
    """Nothing is pulled unasked."""
    repository = session.effective("imageRepository")
    detail = _(
        "The images of {version} are fetched from {repository} into this machine's container runtime. Nothing "
        "else is changed, and you go on filling in the form. The installation takes what is there then.",
        version=session.effective("kubernetesVersion"),
        repository=repository,
    )
    return Ask(_("Pull the images now?"), detail, _("Pull"), _("Back"))


async def may_leave(app: App[int], prepull: Prepull) -> bool:
    """Whether to leave while images are on their way. Has to be awaited in a worker."""
    answers = (
        Answer("stay", _("Stay")),
        Answer("leave", _("Leave"), _("the images are pulled to the end")),
        Answer("stop", _("Stop pulling"), _("then leave; what is there stays")),
    )
    there, of = prepull.counted
    told = _("{there} of {of} images are there", there=there, of=of)
    chosen = await app.push_screen_wait(
        Choice(_("Images are still being pulled."), (told,), answers)
    )
    if chosen == "stop":
        prepull.stop()
    return chosen != "stay"
