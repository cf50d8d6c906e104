"""Linux security modules: whether what they confine containers with is there."""

from __future__ import annotations

from collections.abc import Iterator

from phases.checks.check import Finding, warning
from phases.checks.files import found_program
from phases.engine.context import Context

ENFORCING = "/sys/fs/selinux/enforce"
CONTAINER_POLICY = (
    "/usr/share/selinux/packages/container.pp.bz2",
    "/usr/share/selinux/packages/targeted/container.pp.bz2",
    "/var/lib/selinux/targeted/active/modules/200/container",
    "/etc/selinux/targeted/active/modules/200/container",
)
APPARMOR = "/sys/module/apparmor/parameters/enabled"


def selinux(context: Context) -> Iterator[Finding]:
    """Where SELinux enforces, its policy knows containers; else they may not read their own files."""
    enforces = (context.read(ENFORCING) or b"").strip() == b"1"
    if enforces and not any(context.exists(path) for path in CONTAINER_POLICY):
        yield warning(
            "SELinux is enforcing, without a policy for containers",
            "the package container-selinux, or SELinux permissive",
            "Install container-selinux, or run `setenforce 0` and set it in /etc/selinux/config",
        )


def apparmor(context: Context) -> Iterator[Finding]:
    """Where AppArmor is on, profiles can be loaded; else containers run without one."""
    enabled = (context.read(APPARMOR) or b"").strip() == b"Y"
    if enabled and not found_program(context, "apparmor_parser"):
        yield warning(
            "AppArmor is on, but there is no apparmor_parser",
            "the program that loads profiles: containers run without one",
            "Install the package apparmor",
            program="apparmor_parser",
        )
