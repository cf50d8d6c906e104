"""Pulls images one after the other or some side by side, each with patience, and tells how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait

from phases.engine.context import Context
from phases.model.images import full_name
from phases.model.types import Configuration
from phases.pulls.arrivals import Arrivals
from phases.pulls.patience import TRIES, pause_after
from phases.system.ports import Runtime, RuntimeFailure

AT_ONCE = 4
"""Enough that a slow image doesn't hold up the others, few enough that a registry doesn't mind."""

LOOK = 0.5
"""Seconds between two looks at what has arrived."""


def pull_all(context: Context, runtime: Runtime, images: tuple[str, ...]) -> dict[str, str]:
    """Pulls images; why each of those failed that did."""
    arrivals, tired = Arrivals(context, runtime, images), set[str]()
    with ThreadPoolExecutor(at_once(context.configuration)) as pool:
        pulls = {image: pool.submit(pull, context, runtime, image, tired) for image in images}
        while wait(pulls.values(), timeout=LOOK).not_done:
            arrivals.look(begun(pulls))
    failures = {image: failed for image, one in pulls.items() if (failed := one.result())}
    arrivals.look(begun(pulls), last=True)
    return failures


def at_once(configuration: Configuration) -> int:
    """How many pulls may be under way: one unless imagePullSerial is false, as with kubeadm.

    Then as many as the kubelet may (maxParallelImagePulls); where that isn't said, a few.
    """
    if configuration.init.node_registration.image_pull_serial is not False:
        return 1
    given = (configuration.kubelet or {}).get("maxParallelImagePulls")
    return given if isinstance(given, int) and given > 0 else AT_ONCE


def begun(pulls: Mapping[str, Future[str]]) -> list[str]:
    return [image for image, one in pulls.items() if one.running() or one.done()]


def pull(context: Context, runtime: Runtime, image: str, tired: set[str]) -> str:
    """Pulls one image, again and again while that may help; returns why it could not, empty when it could.

    `tired` are registries that all patience was in vain with: of those nothing is asked twice.
    """
    began = context.clock.monotonic()
    since = context.clock.now().isoformat()
    registry = full_name(image).partition("/")[0]
    for attempt in range(1, TRIES + 1):
        context.safe_point()
        context.report("image", image, state="pulling", attempt=attempt, since=since)
        try:
            size = runtime.pull(image, context.options.logins.of(image)).size
        except RuntimeFailure as failure:
            context.safe_point()
            why = str(failure)
            context.output(image, why)
            seconds = None if registry in tired else pause_after(failure, attempt)
            if seconds is None:
                break
            again = {"attempt": attempt, "pause": seconds, "reason": why}
            context.report("image", image, state="pausing", **again)
            context.pause(seconds)
        else:
            told = {"size": size} if size else {}
            took = round(context.clock.monotonic() - began, 1)
            context.report("image", image, state="pulled", seconds=took, **told)
            return ""
    if attempt == TRIES:
        tired.add(registry)
    context.report("image", image, state="failed", reason=why)
    return why
