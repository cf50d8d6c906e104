"""Looks whether this machine can become a master, and tells every obstacle at once.

The checks stand in `checks`; this decides what becomes of their findings. Images are another phase's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from phases.checks import together
from phases.checks.check import Check, Finding
from phases.checks.table import IS_ROOT, TABLES, Kind
from phases.engine.context import Context, Options
from phases.engine.errors import PreflightRefused
from phases.engine.phase import Phase
from phases.fixes.table import mending

Refusal = tuple[str, Finding]


def run(context: Context) -> None:
    check(context, context.options.becoming)


def check(context: Context, kind: Kind) -> None:
    """Root first and alone, as kubeadm does. A rehearsal isn't the machine: nobody need be root."""
    if context.options.mode == "real":
        examine(context, (IS_ROOT,))
    examine(context, TABLES[kind])


def examine(context: Context, checks: Iterable[Check]) -> None:
    """Makes those checks that apply; raises PreflightRefused when any has failed."""
    wanted = [check for check in checks if concerned(context, check)]
    refusals = list(judge(context, wanted))
    if refusals and refuses(context.options):
        raise refused(refusals)
    for name, finding in refusals:
        context.warn(line(name, finding), level="error")


def concerned(context: Context, check: Check) -> bool:
    """Whether the check is made for this configuration, and asked for."""
    asked = context.options.checks
    return check.applies(context.configuration) and (
        not asked or check.called(context.configuration) in asked
    )


def refuses(options: Options) -> bool:
    """As kubeadm's, a dry run is refused like the real thing.

    What ails this machine keeps neither a rehearsal nor a preview from showing what init would do.
    """
    return options.mode == "real" or (options.mode == "dry-run" and not options.regardless)


def judge(context: Context, checks: Sequence[Check]) -> Iterator[Refusal]:
    """Reports each check; yields the errors of those that aren't waived."""
    for check, findings in together.look(context, checks):
        name = check.called(context.configuration)
        waived = context.waived(name)
        fixes = mending(check.name) if findings else ()
        show(
            context,
            name,
            findings,
            {fix.name: fix.can(context, findings) or "" for fix in fixes},
            waived=waived,
        )
        for finding in findings:
            if finding.level == "error" and not waived:
                yield name, finding
            else:
                context.warn(line(name, finding))


def show(
    context: Context,
    name: str,
    findings: Sequence[Finding],
    fixes: Mapping[str, str],
    *,
    waived: bool,
) -> None:
    """Reports a check, with the fixes that could mend it, and why others can't; `fixes` has the reasons."""
    context.report(
        "check",
        name,
        state=state(findings, waived=waived),
        found=together_said(finding.found for finding in findings),
        needed=together_said(finding.needed for finding in findings),
        remedy=together_said(finding.remedy for finding in findings),
        fixes=[name for name, reason in fixes.items() if not reason],
        blocked={name: reason for name, reason in fixes.items() if reason},
    )


def together_said(sentences: Iterable[str]) -> str:
    """Sentences in one line, what is said twice once."""
    return "; ".join(dict.fromkeys(sentences))


def state(findings: Sequence[Finding], *, waived: bool) -> str:
    if any(finding.level == "error" for finding in findings):
        return "waived" if waived else "failed"
    return "warned" if findings else "passed"


def refused(refusals: Sequence[Refusal]) -> PreflightRefused:
    names = list(dict.fromkeys(name for name, _ in refusals))
    return PreflightRefused(
        "preflight",
        f"{len(names)} {'check' if len(names) == 1 else 'checks'} failed",
        where="preflight",
        why="\n".join(line(name, finding) for name, finding in refusals),
        remedy=f"Mend these, or waive them with --ignore-preflight-errors={','.join(names)}",
    )


def line(name: str, finding: Finding) -> str:
    return f"[{name}] {finding.found}; needed: {finding.needed}. {finding.remedy}"


PHASE = Phase(
    name="preflight",
    title="Preflight checks",
    after=("prepare",),
    workflows=("init", "preflight", "prepare"),
    run=run,
)
