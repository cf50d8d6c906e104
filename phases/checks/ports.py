"""TCP ports that components will listen on, and who has them when they aren't free."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from errno import EADDRINUSE
from functools import partial

from phases.checks.check import Finding, Look, error
from phases.checks.holders import Holder, holders
from phases.checks.ours import runs_by_us
from phases.engine.context import Context
from phases.model.types import Arg, Configuration

KUBELET, SCHEDULER, CONTROLLER_MANAGER = 10250, 10259, 10257
ETCD_CLIENTS, ETCD_PEERS = 2379, 2380

COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "etcd")

Address = Callable[[Configuration], str]


def everywhere(_configuration: Configuration) -> str:
    return ""


def api_server(configuration: Configuration) -> str:
    return given(configuration.cluster.api_server.extra_args, "bind-address")


def scheduler(configuration: Configuration) -> str:
    return given(configuration.cluster.scheduler.extra_args, "bind-address")


def controller_manager(configuration: Configuration) -> str:
    return given(configuration.cluster.controller_manager.extra_args, "bind-address")


def etcd(configuration: Configuration) -> str:
    """etcd listens where the API server is advertised, not where it is bound."""
    asked = given(configuration.cluster.api_server.extra_args, "advertise-address")
    return asked or configuration.init.local_api_endpoint.advertise_address


def given(arguments: tuple[Arg, ...], name: str) -> str:
    """The last value given for a flag, empty without one."""
    return next((arg.value for arg in reversed(arguments) if arg.name == name), "")


def port(component: str, address: Address, number: int = 0) -> Look:
    """A look at one component's port; number 0 stands for the API server's."""
    return partial(free, component=component, address=address, number=number)


def free(context: Context, *, component: str, address: Address, number: int) -> Iterator[Finding]:
    """A port can be listened on, or our own component already does.

    Facts: port, and holders, each with process, pid, unit, package (the latter two may be empty).
    """
    number = number or context.configuration.init.local_api_endpoint.bind_port
    refusal = context.host.can_bind(address(context.configuration), number)
    if refusal is None:
        return
    users = holders(context, number) if refusal.errno == EADDRINUSE else ()
    if refusal.errno == EADDRINUSE and is_ours(context, component, users):
        return
    by = ", ".join(map(str, users))
    in_use = f"port {number} is in use{f' by {by}' if by else ''}"
    found = in_use if refusal.errno == EADDRINUSE else f"port {number}: {refusal}"
    facts = {"port": number, "holders": [user.as_data() for user in users]}
    yield error(found, f"free for {component}", advice(users, number), **facts)


def advice(users: Sequence[Holder], number: int) -> str:
    for user in users:
        if whole := next((one for one in COMPONENTS if one[:15] == user.process), ""):
            return f"{whole} of another cluster is running; `kubeadm reset` removes it"
    if users and users[0].unit:
        return f"Run `systemctl disable --now {users[0].unit}`, or have it listen elsewhere"
    name = users[0].process if users else f"whatever `ss -ltnp 'sport = :{number}'` shows"
    return f"Stop {name} or have it listen elsewhere"


def is_ours(context: Context, component: str, users: Sequence[Holder]) -> bool:
    """Whether our own component has the port, be it beside another program on another address.

    The kernel keeps 15 characters of a process' name.
    """
    seen = {user.process for user in users}
    return runs_by_us(context, component) and (not seen or component[:15] in seen)
