"""Waits until kubelet, API server, controller manager and scheduler answer, then lets the admin in.

Meanwhile it tells how long each may take, how etcd is, and what becomes of the containers. When one
doesn't get healthy, the error carries what was tried, and what its container or the kubelet said last.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from phases.engine.containers import Watch
from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.engine.health import Asked, Component, answering, api_ailment, fetched, onlooker
from phases.engine.phase import Phase
from phases.engine.testimony import UNHEALTHY, control_plane_testimony, kubelet_testimony
from phases.render.bootstrap_token import cluster_admins
from phases.render.health import kubelet_health_url
from phases.system.ports import Cluster, ClusterError, Ref

BEFORE_NUDGE = timedelta(seconds=20)
RESTART = ("systemctl", "restart", "kubelet")


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
    patience = period(context, "kubelet_health_check")
    tell_patience(context, "kubelet", patience)
    if ailment := wait_for(context, kubelet, patience):
        raise PhaseError(
            "kubelet-unhealthy",
            f"the kubelet didn't become healthy at {url}",
            where="wait-control-plane",
            why=kubelet_testimony(context),
            tried=(asked("the kubelet", patience, ailment),),
            remedy="Mend the cause and run the same command again to resume",
        )


def wait_for_components(context: Context) -> None:
    """All three side by side, each against its own address in its own manifest."""
    patience = period(context, "control_plane_component_health_check")
    tell_patience(context, "control-plane", patience)
    etcd = onlooker(context)
    watch, nudge = Watch(context, etcd), Nudge()
    components = [
        Component(one.name, partial(watched, watch, one.ailment)) for one in control_plane(context)
    ]
    with ThreadPoolExecutor(len(components)) as pool:
        ailments = pool.map(partial(wait_with_nudge, context, nudge, patience), components)
    named = zip(components, ailments, strict=True)
    sick = {component.name: ailment for component, ailment in named if ailment}
    etcd()
    if sick:
        raise PhaseError(
            UNHEALTHY,
            f"{' and '.join(sick)} didn't become healthy",
            where="wait-control-plane",
            why=control_plane_testimony(context, tuple(sick)),
            remedy="Mend the cause and run the same command again to resume",
            tried=tuple(tried(sick, patience, watch, nudge)),
        )


def control_plane(context: Context) -> tuple[Component, ...]:
    return (
        Component("kube-apiserver", partial(api_ailment, context.admin())),
        *(answering(context, name) for name in ("kube-controller-manager", "kube-scheduler")),
    )


def tell_patience(context: Context, item: str, patience: timedelta) -> None:
    """From now on it is waited for so long."""
    since = context.clock.now().isoformat()
    context.report("patience", item, since=since, seconds=patience.total_seconds())


def watched(watch: Watch, ailment: Callable[[], str]) -> str:
    """The answer of a component; on the way its container is looked at."""
    watch.look()
    return ailment()


def tried(
    sick: Mapping[str, str], patience: timedelta, watch: Watch, nudge: Nudge
) -> Iterator[str]:
    """What was waited for and done, in sentences."""
    for name, ailment in sick.items():
        yield asked(name, patience, ailment)
        if (starts := watch.starts(name)) > 1:
            yield f"the kubelet started {name} {starts} times"
    if nudge.done:
        yield "the kubelet was restarted once, as it hadn't taken up a changed manifest"


def asked(name: str, patience: timedelta, ailment: str) -> str:
    return f"{name} was asked for {patience.total_seconds():g} s; its last answer: {ailment}"


class Nudge:
    """Restarts a kubelet that doesn't take up a manifest which this run has mended, once.

    A kubelet has been seen to leave a static pod alone for minutes that had crashed again and
    again before its manifest was changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.done = False

    def __call__(self, context: Context) -> None:
        with self._lock:
            if not self.done:
                context.host.run(RESTART)
            self.done = True


def wait_with_nudge(
    context: Context, nudge: Nudge, patience: timedelta, component: Component
) -> str:
    """Waits for a component; the kubelet is restarted where its mended manifest isn't taken up.

    Returns why it still isn't healthy, empty when it is.
    """
    path = f"/etc/kubernetes/manifests/{component.name}.yaml"
    mended = path in context.changed() and " ".join(RESTART) not in context.changed()
    if not mended or patience <= BEFORE_NUDGE:
        return wait_for(context, component, patience)
    if not wait_for(context, component, BEFORE_NUDGE):
        return ""
    nudge(context)
    return wait_for(context, component, patience - BEFORE_NUDGE)


def wait_for(context: Context, component: Component, patience: timedelta) -> str:
    """Asks a component until it is healthy.

    Returns the last answer that wasn't good, empty when it is healthy.
    """
    health = Asked(context, component)
    context.wait_for(health, seconds=patience.total_seconds())
    return health.last or ""


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
    """A patience that the configuration says; its defaults are filled in."""
    given: timedelta = getattr(context.configuration.init.timeouts, name)
    return given


PHASE = Phase(
    name="wait-control-plane",
    title="Wait for the control plane",
    after=("kubelet-start",),
    run=run,
)
