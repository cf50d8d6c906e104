"""Waits until kubelet, API server, controller manager and scheduler answer, then lets the admin in.

When one doesn't, the error carries what its container or the kubelet said last.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.engine.testimony import control_plane_testimony, kubelet_testimony
from phases.render.bootstrap_token import cluster_admins
from phases.render.health import health_url, kubelet_health_url
from phases.system.ports import Cluster, ClusterError, Ref

FOUR_MINUTES = timedelta(minutes=4)
BEFORE_NUDGE = timedelta(seconds=20)
RESTART = ("systemctl", "restart", "kubelet")


@dataclass(frozen=True, slots=True)
class Component:
    """Something to wait for: its name and a question that returns why it isn't healthy yet."""

    name: str
    ailment: Callable[[], str]


def run(context: Context) -> None:
    wait_for_kubelet(context)
    wait_for_components(context)
    admit_admin(context)


def wait_for_kubelet(context: Context) -> None:
    url = kubelet_health_url(context.needed("/var/lib/kubelet/config.yaml", "kubelet-start"))
    if not url:
        context.warn("the kubelet's healthz port is 0, so it isn't waited for")
        return
    kubelet = Component("kubelet", lambda: fetched(context, url))
    if not wait_for(context, kubelet, period(context, "kubelet_health_check")):
        raise PhaseError(
            "kubelet-unhealthy",
            f"the kubelet didn't become healthy at {url}",
            where="wait-control-plane",
            why=kubelet_testimony(context),
            remedy="Mend the cause and run the same command again to resume",
        )


def wait_for_components(context: Context) -> None:
    """All three side by side, each against its own address in its own manifest."""
    patience = period(context, "control_plane_component_health_check")
    components = (
        Component("kube-apiserver", partial(api_ailment, context.admin())),
        *(answering(context, name) for name in ("kube-controller-manager", "kube-scheduler")),
    )
    with ThreadPoolExecutor(len(components)) as pool:
        healthy = pool.map(partial(wait_with_nudge, context, Nudge(), patience), components)
    sick = [component.name for component, well in zip(components, healthy, strict=True) if not well]
    if sick:
        raise PhaseError(
            "control-plane-unhealthy",
            f"{' and '.join(sick)} didn't become healthy",
            where="wait-control-plane",
            why=control_plane_testimony(context, sick),
            remedy="Mend the cause and run the same command again to resume",
        )


class Nudge:
    """Restarts a kubelet that doesn't take up a manifest which this run has mended, once.

    A kubelet has been seen to leave a static pod alone for minutes that had crashed again and
    again before its manifest was changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done = False

    def __call__(self, context: Context) -> None:
        with self._lock:
            if not self._done:
                context.host.run(RESTART)
            self._done = True


def wait_with_nudge(
    context: Context, nudge: Nudge, patience: timedelta, component: Component
) -> bool:
    """Waits for a component; the kubelet is restarted where its mended manifest isn't taken up."""
    path = f"/etc/kubernetes/manifests/{component.name}.yaml"
    mended = path in context.changed() and " ".join(RESTART) not in context.changed()
    if not mended or patience <= BEFORE_NUDGE:
        return wait_for(context, component, patience)
    if wait_for(context, component, BEFORE_NUDGE):
        return True
    nudge(context)
    return wait_for(context, component, patience - BEFORE_NUDGE)


def answering(context: Context, name: str) -> Component:
    manifest = context.needed(f"/etc/kubernetes/manifests/{name}.yaml", "control-plane")
    url = health_url(name, manifest)
    return Component(name, lambda: fetched(context, url))


def wait_for(context: Context, component: Component, patience: timedelta) -> bool:
    """Asks a component until it is healthy; every change of its answer is reported."""
    last: list[str] = []

    def healthy() -> bool:
        ailment = component.ailment()
        if last != [ailment]:
            last[:] = [ailment]
            context.report("health", component.name, healthy=not ailment, answer=ailment or "ok")
        return not ailment

    return context.wait_for(healthy, seconds=patience.total_seconds())


def fetched(context: Context, url: str) -> str:
    """Why a health endpoint isn't satisfied, empty when it is."""
    try:
        reply = context.host.fetch(url)
    except OSError as error:
        return error.strerror or str(error)
    return "" if reply.status == 200 else f"{reply.status}: {reply.body[:200]}"


def api_ailment(admin: Cluster) -> str:
    """Why the API server isn't healthy; asked with credentials, so that anonymous access may be off."""
    try:
        reply = admin.fetch("/livez")
    except ClusterError as error:
        return error.message
    return "" if reply.status == 200 else f"{reply.status}: {reply.body[:200]}"


def admit_admin(context: Context) -> None:
    """Binds the group of admin.conf to cluster-admin, with super-admin.conf where that is needed yet."""
    admin, binding = context.admin(), cluster_admins()
    if not allowed(context, admin, Ref.of(binding)):
        context.ensure_object(context.super_admin(), binding)
        context.wait_for(
            lambda: allowed(context, admin, Ref.of(binding)), seconds=context.api_timeout()
        )
    context.ensure_object(admin, binding)


def allowed(context: Context, admin: Cluster, binding: Ref) -> bool:
    try:
        context.patiently(admin.get, binding)
    except ClusterError as error:
        if error.status == 403:
            return False
        raise
    return True


def period(context: Context, name: str) -> timedelta:
    given: timedelta | None = getattr(context.configuration.init.timeouts, name, None)
    return given or FOUR_MINUTES


PHASE = Phase(
    name="wait-control-plane",
    title="Wait for the control plane",
    after=("kubelet-start",),
    run=run,
)
