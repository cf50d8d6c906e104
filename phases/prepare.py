"""Mends what the checks find wanting, as far as the operator agreed to it.

What a check finds is `checks`' business, how it is mended that of `fixes`; here is decided which
fixes are applied. Every change is in the ledger: the phase `undo` takes it back. kubeadm has nothing like it.
"""

from __future__ import annotations

from phases.checks import together
from phases.checks.check import Check, Finding
from phases.checks.table import INIT_CHECKS
from phases.engine.context import Context
from phases.engine.errors import ConfigurationError
from phases.engine.events import StepSkipped
from phases.engine.phase import Phase
from phases.fixes.fix import Findings, Fix
from phases.fixes.table import FIXES

NOT_ASKED = "no fix was asked for (--fix)"
UNSAFE = "it takes more than settings: --fix all does it"


def skip(context: Context) -> str | None:
    asked = context.options.fixes or context.options.fix != "none"
    return None if asked else NOT_ASKED


def run(context: Context) -> None:
    """One fix after the other: what one has put in place may be what the next one needs."""
    known(context)
    for fix in FIXES:
        if not is_asked(context, fix):
            continue
        if findings := wanting(context, fix):
            mend(context, fix, findings)
        elif context.options.fixes:
            context.report("fix", fix.name, state="unneeded")


def mend(context: Context, fix: Fix, findings: Findings) -> None:
    """Applies a fix, or tells why it can't or may not be applied."""
    if reason := fix.can(context, findings) or not_covered(context, fix):
        context.report("fix", fix.name, state="left", reason=reason)
        context.emit(StepSkipped(context.phase, fix.name, reason))
        return
    context.step(fix.name, fix.apply, findings)
    context.report("fix", fix.name, state="applied")


def known(context: Context) -> None:
    """Raises ConfigurationError for a fix that isn't there."""
    names = {fix.name for fix in FIXES}
    if unknown := [name for name in context.options.fixes if name not in names]:
        raise ConfigurationError(
            "unknown-fix",
            f"no fix is called {', '.join(unknown)}",
            remedy=f"There are {', '.join(sorted(names))}",
        )


def is_asked(context: Context, fix: Fix) -> bool:
    """Whether the operator named the fix, or none at all."""
    return not context.options.fixes or fix.name in context.options.fixes


def not_covered(context: Context, fix: Fix) -> str:
    """Why the operator's general word doesn't cover a fix; empty where it does, or it was named."""
    named = fix.name in context.options.fixes
    return "" if fix.safe or named or context.options.fix == "all" else UNSAFE


def wanting(context: Context, fix: Fix) -> list[Finding]:
    """What the checks that a fix mends find now; a waived check wants nothing."""
    checks = [
        check for check in INIT_CHECKS if check.name in fix.mends and concerns(context, check)
    ]
    return [finding for _, findings in together.look(context, checks) for finding in findings]


def concerns(context: Context, check: Check) -> bool:
    configuration = context.configuration
    return check.applies(configuration) and not context.waived(check.called(configuration))


PHASE = Phase(
    name="prepare",
    title="Prepare this machine",
    workflows=("init", "prepare"),
    steps=tuple(fix.name for fix in FIXES),
    skip=skip,
    run=run,
)
