"""The network plugin: an operator's manifest, applied object by object. Without one, nodes stay NotReady.

What the manifest is was read and checked before the run began; here it meets this cluster. Kinds that
neither the cluster nor the manifest's own definitions know stop the phase before anything is applied.
It comes last, so that a plugin which can't be applied keeps nobody from the join command.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.render import manifest, node_state
from phases.system.kinds import DEFINITION, defined
from phases.system.ports import Cluster, ClusterError, Object, Ref

NONE = (
    "no network plugin was asked for: pods get no addresses, so this node stays NotReady and "
    "CoreDNS waits until you apply one"
)
HAS_ONE = "no network plugin was asked for, and this node is Ready"
PATIENCE = 180.0
"""Seconds for images to be pulled and the plugin to start; a plugin that is later gets a warning."""


def skip(context: Context) -> str | None:
    if context.options.network:
        return None
    return HAS_ONE if has_one(context) else NONE


def has_one(context: Context) -> bool:
    """Whether this node is Ready without our doing."""
    if not context.exists("/etc/kubernetes/admin.conf"):
        return False
    try:
        node = context.admin().get(this_node(context))
    except ClusterError:
        return False
    return node is not None and node_state.is_ready(node)


def run(context: Context) -> None:
    context.step("apply", apply)
    if context.options.mode == "real":  # nothing starts in a rehearsal
        context.step("node", await_node)


def apply(context: Context) -> None:
    objects, source = context.options.network, context.options.network_source
    context.report("network", source, **asdict(manifest.summary(objects)))
    admin = context.admin()
    check_kinds(context, admin, objects)
    first = [thing for thing in objects if thing["kind"] in manifest.FIRST]
    put(context, admin, first)
    for thing in first:
        if thing["kind"] == DEFINITION[1]:
            await_served(context, admin, thing)
    put(context, admin, objects[len(first) :])


def put(context: Context, admin: Cluster, objects: list[Object] | tuple[Object, ...]) -> None:
    for number, thing in enumerate(objects, 1):
        context.safe_point()
        context.ensure_object(admin, placed(context, admin, thing))
        context.progress("apply", number, len(objects), "objects", thing["metadata"]["name"])


def check_kinds(context: Context, admin: Cluster, objects: tuple[Object, ...]) -> None:
    """A PhaseError for a kind that neither the cluster nor the manifest itself brings."""
    own = [thing for thing in objects if thing["kind"] == DEFINITION[1]]
    for named in dict.fromkeys((one["apiVersion"], one["kind"]) for one in objects):
        ours = answers(partial(defined, own, *named))
        if ours or answers(partial(context.patiently, admin.is_namespaced, *named)):
            continue
        api_version, kind = named
        raise PhaseError(
            "unknown-kind",
            f"this cluster knows no {kind} of {api_version}",
            where=context.phase,
            why=f"{context.options.network_source} has such an object and doesn't define its kind",
            remedy="Nothing of it was applied; give the manifest that brings its definition too",
        )


def answers(ask: Callable[[], object]) -> bool:
    """Whether a question about a kind, or about the objects of one, isn't answered with 404."""
    try:
        ask()
    except ClusterError as error:
        if error.status != 404:
            raise
        return False
    return True


def placed(context: Context, admin: Cluster, thing: Object) -> Object:
    """The object in its namespace, as kubectl puts it: `default` where it names none."""
    meta: dict[str, Any] = dict(thing["metadata"])
    if context.patiently(admin.is_namespaced, thing["apiVersion"], thing["kind"]):
        meta["namespace"] = meta.get("namespace") or "default"
    else:
        meta.pop("namespace", None)
    return {**thing, "metadata": meta}


def await_served(context: Context, admin: Cluster, definition: Object) -> None:
    """Until the API server serves the kind; before that its objects can't be created."""
    spec = definition["spec"]
    group, kind = spec["group"], spec["names"]["kind"]
    version = next(each["name"] for each in spec["versions"] if each.get("served", True))

    def served() -> bool:
        return answers(lambda: context.patiently(admin.list, f"{group}/{version}", kind))

    if not context.wait_for(served, seconds=context.api_timeout()):
        raise PhaseError(
            "unserved-kind",
            f"the API server doesn't serve {kind} of {group}/{version}",
            where=context.phase,
            why=refusal(context, admin, definition),
            remedy="See `kubectl describe crd`, then run the same command again",
        )


def refusal(context: Context, admin: Cluster, definition: Object) -> str:
    """What the API server says of a definition that it doesn't serve."""
    live = context.patiently(admin.get, Ref.of(definition)) or {}
    conditions = (live.get("status") or {}).get("conditions") or ()
    said = (str(one.get("message", "")) for one in conditions if one.get("status") == "False")
    return "; ".join(said) or "it gives no reason"


def await_node(context: Context) -> None:
    """Until this node is Ready; a warning with the reason when it takes too long."""
    admin, told = context.admin(), [""]

    def ready() -> bool:
        lacks = ailment(context, admin)
        if told[0] != lacks or not lacks:
            told[0] = lacks
            state = "NotReady" if lacks else "Ready"
            context.report("node", this_node(context).name, state=state, lacks=lacks)
        return not lacks

    if not context.wait_for(ready, seconds=PATIENCE, pause=0.5):
        context.warn(
            f"{this_node(context).name} isn't Ready {PATIENCE:g} s after its network plugin was "
            f"applied: {told[0]}"
        )


def ailment(context: Context, admin: Cluster) -> str:
    """Why this node isn't Ready, empty when it is."""
    node = context.patiently(admin.get, this_node(context))
    if node is None:
        return "it isn't registered"
    if node_state.is_ready(node):
        return ""
    return node_state.ailment(node, context.patiently(admin.list, "v1", "Pod"))


def this_node(context: Context) -> Ref:
    return Ref("v1", "Node", context.configuration.init.node_registration.name)


PHASE = Phase(
    name="network",
    title="Network plugin",
    after=("show-join-command",),
    steps=("apply", "node"),
    run=run,
    skip=skip,
)
