"""What a run would do, in lines, and the question whether to do it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from time import sleep

from phases.engine.request import Mode, Request
from tui import sections
from tui.headless import notice
from tui.launch import start
from tui.plain.questions import ASKED, Answers
from tui.plain.talk import Talk, answer
from tui.preview import GROUPS, Foreseen, Preview
from tui.session import Session
from tui.text import _, said, said_each


def summary(session: Session, answers: Answers) -> Iterator[str]:
    """All answers once more."""
    yield ""
    yield _("Your answers:")
    for path in ASKED:
        value = ", ".join(session.effective(path).splitlines())
        yield f"  {_(sections.fields()[path].label)}: {value or _('none')}"
    yield f"  {_('Network plugin')}: {answers.network_source or _('none')}"
    if answers.upload_certs:
        yield f"  {_('Certificates are uploaded for further control planes')}"
    if answers.user:
        yield f"  {_('Kubeconfig for')}: {answers.user}"


def foresee(talk: Talk, session: Session, answers: Answers) -> Foreseen:
    """What the run would do, from one that changes nothing."""

    def request(mode: Mode, folder: str) -> Request:
        return answers.laid_over(session.request(mode, folder))

    talk.tell_all(["", _("Looking what would be done; nothing is changed.")])
    latest = awaited(Preview(request, as_root=os.geteuid() == 0, begin=start))
    talk.tell_all(foreseen_lines(latest))
    return latest


def walked(request: Request) -> Foreseen:
    """What one dry run foresees, with no rehearsal after it."""
    return awaited(
        Preview(lambda _mode, _folder: request, as_root=True, begin=start, fallback=False)
    )


def awaited(preview: Preview) -> Foreseen:
    """What a preview comes to; who has had enough before leaves no engine behind."""
    preview.start()
    latest = Foreseen()
    try:
        while not latest.ended:
            latest = preview.take() or latest
            sleep(0.1)
    finally:
        preview.stop()
        preview.join(10)
    return latest


def foreseen_lines(foreseen: Foreseen) -> Iterator[str]:
    """The effects by kind and number, and what speaks against a start."""
    if foreseen.error is not None:
        yield notice(said(str(foreseen.error)))
    titles = {
        "images": _("Images to pull"),
        "files": _("Files to write"),
        "folders": _("Folders to make"),
        "commands": _("Commands to run"),
        "objects": _("Objects in the cluster"),
    }
    for group in GROUPS:
        yield f"  {titles[group]}: {len(foreseen.effects(group))}"
    for phase in foreseen.skipped():
        yield f"  {_('Left out')}: {_(phase.title)}: {said(phase.reason)}"
    reports = foreseen.checks.reports.get("check", {}) if foreseen.checks else {}
    for name in foreseen.failing():
        found = reports[name]
        told = (said_each(str(found["found"])), said_each(str(found["remedy"])))
        yield notice(f"[{name}] {'. '.join(told)}")
    finished = foreseen.state.finished
    if finished is not None and finished.failure is not None and not foreseen.failing():
        yield notice(f"{said(finished.failure.what)}: {said(finished.failure.why)}")


def decide(talk: Talk, foreseen: Foreseen) -> str:
    """start, change or leave; no answer is the safe one."""
    talk.tell_all(["", _("From here on this machine is changed.")])
    while True:
        shown = _("Start? yes, list what is done, change answers, or no")
        match answer(talk, shown, "no").lower():
            case "y" | "yes":
                return "start"
            case "l" | "list":
                talk.tell_all(listed(foreseen))
            case "c" | "change":
                return "change"
            case "" | "n" | "no":
                return "leave"


def listed(foreseen: Foreseen) -> Iterator[str]:
    for group in GROUPS:
        for one in foreseen.effects(group):
            yield f"  {said(one.verb)} {one.target}"
