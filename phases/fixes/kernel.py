"""The kernel's settings and modules: now, and after the next start. Swap has a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from phases.engine.context import Context
from phases.fixes.fix import Findings, command, edit

SETTINGS = "/etc/sysctl.d/90-kubeboot-{name}.conf"
MODULES = "/etc/modules-load.d/90-kubeboot.conf"
WHY = "# For Kubernetes, by kubeboot-tui.\n"


def setting(name: str, *keys: str) -> Callable[[Context, Findings], None]:
    """Switches these on."""
    return partial(_switch_on, name=name, keys=keys)


def _switch_on(context: Context, _findings: Findings, *, name: str, keys: Iterable[str]) -> None:
    settle(context, name, dict.fromkeys(keys, "1"))


def found_wanting(name: str) -> Callable[[Context, Findings], None]:
    """Loads the modules and sets the values that the findings ask for."""
    return partial(_as_found, name=name)


def _as_found(context: Context, findings: Findings, *, name: str) -> None:
    facts = [finding.facts for finding in findings]
    load(context, [str(fact["module"]) for fact in facts if "module" in fact])
    wanted = {str(fact["setting"]): str(fact["value"]) for fact in facts if "setting" in fact}
    if wanted:
        settle(context, name, wanted)


def settle(context: Context, name: str, values: Mapping[str, str]) -> None:
    """The file first: a value that is set and not kept would be lost at the next start."""
    lines = "".join(f"{key} = {value}\n" for key, value in values.items())
    edit(context, SETTINGS.format(name=name), f"{WHY}{lines}".encode())
    for key, value in values.items():
        if (before := current(context, key)) != value:
            undo = ("sysctl", "-q", "-w", f"{key}={before}") if before else ()
            command(context, "sysctl", "-q", "-w", f"{key}={value}", undo=undo)


def current(context: Context, key: str) -> str:
    """The value that a setting has now; empty where the kernel doesn't know it."""
    return (context.read(f"/proc/sys/{key.replace('.', '/')}") or b"").decode().strip()


def load(context: Context, modules: Iterable[str]) -> None:
    """Loads modules; those that an earlier fix has named are named again."""
    for module in modules:
        kept = (context.read(MODULES) or WHY.encode()).decode()
        if module not in kept.splitlines():
            edit(context, MODULES, f"{kept}{module}\n".encode())
        command(context, "modprobe", module, undo=("modprobe", "-r", module))
