"""Asking the components of a control plane how they are; each change of an answer is told.

How long that is done, and what follows from it, is the business of the phase that waits.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from phases.engine.context import Context
from phases.render.health import etcd_health_url, health_url
from phases.system.ports import Cluster, ClusterError, HttpReply


@dataclass(frozen=True, slots=True)
class Component:
    """Something to wait for: its name and a question that returns why it isn't healthy yet."""

    name: str
    ailment: Callable[[], str]


class Asked:
    """Asks a component about its health; every change of its answer is reported.

    `last` is the last answer, empty when it was good.
    """

    def __init__(self, context: Context, component: Component) -> None:
        self._context, self._component = context, component
        self.last: str | None = None

    def __call__(self) -> bool:
        ailment = self._component.ailment()
        if self.last != ailment:
            self.last = ailment
            name, answer = self._component.name, ailment or "ok"
            self._context.report("health", name, healthy=not ailment, answer=answer)
        return not ailment


def answering(context: Context, name: str) -> Component:
    manifest = context.needed(f"/etc/kubernetes/manifests/{name}.yaml", "control-plane")
    url = health_url(name, manifest)
    return Component(name, lambda: fetched(context, url))


def onlooker(context: Context) -> Callable[[], bool]:
    """Asks etcd and tells of it; nothing waits for its answer, as the API server does that itself."""
    url = ""
    with suppress(OSError):
        url = etcd_health_url(context.host.read("/etc/kubernetes/manifests/etcd.yaml"))
    return Asked(context, Component("etcd", partial(etcd_ailment, context, url))) if url else bool


def etcd_ailment(context: Context, url: str) -> str:
    """Why etcd isn't ready; one too old to know /readyz is asked as it was before."""
    ailment = fetched(context, url)
    return fetched(context, url.replace("/readyz", "/health")) if ailment[:3] == "404" else ailment


def fetched(context: Context, url: str) -> str:
    """Why a health endpoint isn't satisfied, empty when it is."""
    try:
        reply = context.host.fetch(url)
    except OSError as error:
        return error.strerror or str(error)
    return answered(reply)


def api_ailment(admin: Cluster) -> str:
    """Why the API server isn't healthy; asked with credentials, so that anonymous access may be off."""
    try:
        reply = admin.fetch("/livez")
    except ClusterError as error:
        return error.message
    return answered(reply)


def answered(reply: HttpReply) -> str:
    """What a reply that isn't good says: the message of an API status, of a list of checks those that
    don't pass."""
    if reply.status == 200:
        return ""
    with suppress(ValueError, TypeError, KeyError):
        return f"{reply.status}: {json.loads(reply.body)['message'][:200]}"
    lines = [line for line in reply.body.splitlines() if not line.startswith("[+]")]
    return f"{reply.status}: {', '.join(lines)[:200]}"
