"""The kernel's settings and modules: now, and after the next start. Swap has a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from phases.engine.context import Context
from phases.fixes.fix import Findings, command, edit

SETTINGS = "/etc/sysctl.d/90-kubeboot-{name}.conf"
MODULES = "/etc/modules-load.d/90-kubeboot.conf"
WHY = "# For Kubernetes, by kubeboot-tui.\n"


def setting(name: str, *keys: str, value: int = 1) -> Callable[[Context, Findings], None]:
    return partial(_set, name=name, keys=keys, value=value)


def _set(
    context: Context, _findings: Findings, *, name: str, keys: Sequence[str], value: int
) -> None:
    """The file first: a value that is set and not kept would be lost at the next start."""
    lines = "".join(f"{key} = {value}\n" for key in keys)
    edit(context, SETTINGS.format(name=name), f"{WHY}{lines}".encode())
    for key in keys:
        if (before := current(context, key)) != str(value):
            undo = ("sysctl", "-q", "-w", f"{key}={before}") if before else ()
            command(context, "sysctl", "-q", "-w", f"{key}={value}", undo=undo)


def current(context: Context, key: str) -> str:
    """The value that a setting has now; empty where the kernel doesn't know it."""
    return (context.read(f"/proc/sys/{key.replace('.', '/')}") or b"").decode().strip()


def modules(*names: str) -> Callable[[Context, Findings], None]:
    return partial(_load, names=names)


def _load(context: Context, _findings: Findings, *, names: Sequence[str]) -> None:
    edit(context, MODULES, (WHY + "".join(f"{name}\n" for name in names)).encode())
    for name in names:
        if not context.exists(f"/sys/module/{name}"):
            command(context, "modprobe", name, undo=("modprobe", "-r", name))
