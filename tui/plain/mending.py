"""What stands in the way, and the fixes: each change told exactly, applied on a yes, then looked at again.

The requests and the findings are `checkup`'s; what a run would do after that is told by `ahead`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from phases.engine.request import Request
from phases.engine.state import RunState
from tui import checkup
from tui.checkup import Checkup
from tui.fix_words import title_of
from tui.headless import notice
from tui.init import follow_through, started
from tui.plain.ahead import walked
from tui.plain.talk import PlainView, Talk, yes
from tui.preview import Foreseen
from tui.session import Session
from tui.text import _, said, said_each, sentences


def mend(talk: Talk, session: Session, applied: Callable[[str], None]) -> None:
    """Offers fixes as long as there are some that weren't declined; `applied` is told each by its name."""
    if os.geteuid() != 0:
        return
    found = look(talk, session)
    while fixes := found.offered:
        talk.tell_all(standing(found))
        foreseen = walked(checkup.foreseeing(session, fixes))
        talk.tell_all(changes(foreseen))
        if not checkup.is_foreseen(foreseen) or not yes(talk, _("Apply these fixes?")):
            return
        done = apply(checkup.applying(session, fixes, found.mended_by(*fixes)))
        for name in done:
            applied(name)
        if not done:
            return
        found = look(talk, session)


def look(talk: Talk, session: Session) -> Checkup:
    talk.tell_all(["", _("Looking at this machine; nothing is changed.")])
    return Checkup().after(walked(checkup.looking(session)).state)


def standing(found: Checkup) -> Iterator[str]:
    """Each check that failed, and each that warns and could be mended."""
    for one in found.open:
        if one.state == "failed" or one.fixes:
            told = sentences(*filter(None, (said_each(one.found), said_each(one.remedy))))
            yield notice(f"[{one.name}] {told}", "error" if one.state == "failed" else "warning")


def changes(foreseen: Foreseen) -> Iterator[str]:
    """What the fixes would do, or why that can't be told."""
    shown = checkup.differences(foreseen.state)
    for fix, effects in checkup.changes(foreseen.state).items():
        yield ""
        yield f"{title_of(fix)}:"
        for effect in effects:
            yield f"  {said(effect.verb)} {effect.target}"
            if effect.verb in checkup.SHOWN:
                yield from (f"    {line}" for line in shown.get(effect.target, ()))
    for fix, reason in checkup.left(foreseen.state).items():
        yield f"  {title_of(fix)}: {said(reason)}"
    if trouble := checkup.trouble(foreseen):
        yield notice(trouble)
    yield ""


def apply(request: Request) -> list[str]:
    """Carries fixes out, told line by line; the names of those that were applied."""
    state: RunState = follow_through(started(request), PlainView())
    prepared = state.phases.get("prepare")
    told: Mapping[str, Mapping[str, Any]] = prepared.reports.get("fix", {}) if prepared else {}
    return [name for name, data in told.items() if data.get("state") == "applied"]
