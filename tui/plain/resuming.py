"""What --plain takes up of an earlier run on this machine: its answers, as the defaults of the questions."""

from __future__ import annotations

from phases.engine import asked
from tui import resumed
from tui.machine import Look
from tui.plain.questions import Answers
from tui.plain.talk import Talk
from tui.session import Session
from tui.text import _


def taken_up(talk: Talk, session: Session, answers: Answers, seen: Look) -> bool:
    """Whether an earlier run that came to no good end left its answers, and they are taken up."""
    kept = asked.read(seen.journal) if seen.journal else None
    if seen.kind == "control-plane" or kept is None:
        return False
    resumed.lay(session, kept)
    answers.upload_certs = kept.upload_certs
    answers.network_source = kept.network_source
    answers.network_manifest = kept.network_manifest
    answers.user = kept.user_kubeconfig
    talk.tell_all(
        [_("Its answers stand in the brackets; Enter takes them, and it is resumed."), ""]
    )
    return True
