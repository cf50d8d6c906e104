"""The release's own programs, for machines without packages: verified by their checksums, with the kubelet's unit."""

from __future__ import annotations

import re

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.fixes import kubelet
from phases.fixes.fix import Findings, edit
from phases.fixes.packages.install import PACKAGES, no_manager
from phases.fixes.packages.source import chosen, fetched, filled

FOLDER = "/usr/local/bin"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
UNIT_FILE = "/etc/systemd/system/kubelet.service"
UNIT = f"""\
# As in Kubernetes' packages; by kubeboot-tui.
[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart={FOLDER}/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
"""


def has_packages(context: Context, findings: Findings) -> str | None:
    """Why the programs aren't taken as they are: packages are the better way where there are any."""
    return None if no_manager(context, findings) else "this machine has a package manager"


def fetch(context: Context, findings: Findings) -> None:
    base = filled(chosen(context).programs, context.version, architecture(context))
    for name in PACKAGES:
        digest = checksum(context, f"{base}{name}.sha256")
        context.host.download(f"{base}{name}", f"{FOLDER}/{name}", mode=0o755, sha256=digest)
    edit(context, UNIT_FILE, UNIT.encode())
    kubelet.drop_in(context, findings)
    kubelet.enable(context, findings)


def architecture(context: Context) -> str:
    """This machine's, as Kubernetes calls it."""
    said = context.host.probe(("uname", "-m")).stdout.strip()
    if said not in ARCHITECTURES:
        raise PhaseError(
            "no-program",
            f"Kubernetes has no programs for {said}",
            where=context.phase,
            remedy="Install the kubelet by hand",
        )
    return ARCHITECTURES[said]


def checksum(context: Context, url: str) -> str:
    """What the release says that a program's SHA-256 is."""
    content = fetched(context, url).decode(errors="replace").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", content):
        raise PhaseError(
            "no-checksum",
            f"what lies at {url} is no checksum",
            where=context.phase,
            remedy="Choose another package source",
        )
    return content
