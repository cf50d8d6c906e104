"""What a run demands before it begins, so that nothing is changed where it couldn't come to a good end.

What the machine itself must offer is the preflight phase's business.
"""

from __future__ import annotations

import os

from phases.engine.errors import ConfigurationError, PreflightRefused
from phases.engine.request import Request
from phases.model.types import Configuration
from phases.system.ports import Host

AUTHORITIES = ("ca", "front-proxy-ca")
"""Those whose keys kubeadm uploads for other control planes, by the names of their files."""


def root(request: Request) -> None:
    """Raises PreflightRefused where the machine is to be changed, or looked at, by somebody else."""
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
