"""What a phase is: plain data with functions.

What runs it lives in `runner`, what it is given in `context`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from phases.engine.context import Context


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a workflow, in kubeadm's own words.

    `after` names the phases whose results it reads; it starts as soon as they have ended.
    `steps` are its children as `--skip-phases phase/step` knows them.
    `skip` gives the reason why it has nothing to do for this configuration, None when it has.
    `aliases` are other names by which `--skip-phases` may call it; one name may stand for several.
    """

    name: str
    title: str
    run: Callable[[Context], None]
    after: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ("init",)
    skip: Callable[[Context], str | None] | None = None
    aliases: tuple[str, ...] = ()
