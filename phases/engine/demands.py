"""What a run demands before it begins, so that nothing is changed where it couldn't come to a good end.

What the machine itself must offer is the preflight phase's business.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from phases.engine.errors import ConfigurationError, PreflightRefused
from phases.engine.events import NOT_ASKED
from phases.engine.plan import Plan
from phases.engine.request import Request
from phases.model.types import Configuration
from phases.system.ports import Host

AUTHORITIES = ("ca", "front-proxy-ca")
"""Those whose keys kubeadm uploads for other control planes, by the names of their files."""

REQUESTS = ("certs", "kubeconfig")
"""The phases that can leave signing requests: all that --csr-only runs."""


def something_to_do(plan: Plan) -> None:
    """Raises ConfigurationError where a selection leaves nothing to run."""
    if plan.running:
        return
    raise ConfigurationError(
        "nothing-to-run",
        "nothing is left to run",
        why="; ".join(_left_out(plan)),
        remedy="--only, --from and --skip-phases narrow each other down; leave one of them out",
    )


def _left_out(plan: Plan) -> Iterator[str]:
    """The phases that somebody has spoken of, with the reasons why they don't run."""
    found: dict[str, list[str]] = {}
    for planned in plan.phases:
        if planned.skip != NOT_ASKED:
            reason = planned.skip or "all of its steps are left out"
            found.setdefault(reason, []).append(planned.phase.name)
    return (f"left out: {', '.join(names)} ({reason})" for reason, names in found.items())


def requests_alone(request: Request, plan: Plan) -> None:
    """Raises ConfigurationError where --csr-only comes with what it doesn't do."""
    others = [phase.name for phase in plan.running if phase.name not in REQUESTS]
    flags = (
        ("--upload-certs", request.upload_certs),
        ("--network-manifest", request.network_manifest is not None),
        ("--kubeconfig-for", request.user_kubeconfig),
    )
    others += [flag for flag, given in flags if given]
    if request.csr_only and others:
        raise ConfigurationError(
            "requests-alone",
            f"--csr-only leaves no room for {', '.join(others)}",
            why="it writes signing requests, in the phases certs and kubeconfig, and does nothing else",
            remedy="Leave out the one or the other",
        )


def patches(configuration: Configuration, host: Host) -> None:
    """Raises ConfigurationError where the folder of patches isn't there, before anything is made."""
    given = configuration.init.patches
    folder = str(Path(given.directory).absolute()) if given and given.directory else ""
    fact = host.stat(folder) if folder else None
    if folder and (fact is None or fact.kind not in ("directory", "link")):
        raise ConfigurationError(
            "no-patches",
            f"there is no folder {folder} with patches",
            remedy="Nothing was changed. Name the folder with patches.directory or --patches",
        )


def root(request: Request, configuration: Configuration | None = None) -> None:
    """Raises PreflightRefused where the machine is to be changed, or looked at, by somebody else.

    As with kubeadm, that can be waived; what somebody else may not do, the system will refuse.
    """
    if configuration and configuration.init.node_registration.waives("IsPrivilegedUser"):
        return
    if request.mode != "rehearsal" and os.geteuid() != 0:
        looking = "a dry run looks at this machine: it needs root"
        raise PreflightRefused(
            "IsPrivilegedUser",
            looking if request.mode == "dry-run" else "this must run as root",
            why=f"it runs as user {os.geteuid()}",
            remedy="Use sudo, or --rehearse DIR to try it without root",
        )


def keys_to_upload(request: Request, configuration: Configuration, host: Host) -> None:
    """Raises ConfigurationError, as kubeadm does, where --upload-certs lacks an authority's key.

    An authority whose certificate is there without its key is one kept elsewhere.
    """
    folder = configuration.cluster.certificates_dir
    for name in AUTHORITIES if request.upload_certs else ():
        certificate, key = f"{folder}/{name}.crt", f"{folder}/{name}.key"
        if host.stat(certificate) and not host.stat(key):
            raise ConfigurationError(
                "external-authority",
                f"--upload-certs can't be used here: {certificate} is there without its key",
                why=f"{key}, which other control planes would need, is kept elsewhere",
                remedy="Nothing was changed. Leave --upload-certs out and copy the files to the "
                "other control planes, or put the key there",
            )
