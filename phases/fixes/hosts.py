"""An entry for this node's name in /etc/hosts."""

from __future__ import annotations

from phases.engine.context import Context
from phases.fixes.fix import Findings, edit

HOSTS = "/etc/hosts"


def entry(context: Context, _findings: Findings) -> None:
    init = context.configuration.init
    line = f"{init.local_api_endpoint.advertise_address} {init.node_registration.name}\n"
    before = context.read(HOSTS) or b""
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    edit(context, HOSTS, before + gap + line.encode())
