"""The commands with which other machines join, each on one line."""

from __future__ import annotations

from phases.model.secret import Secret
from phases.render import kubeconfig, pki


def worker(admin_conf: bytes, token: Secret) -> Secret:
    """`kubeadm join` for a worker; endpoint and authorities come from admin.conf."""
    found = kubeconfig.current(admin_conf)
    hashes = " ".join(
        f"--discovery-token-ca-cert-hash {each}" for each in pki.public_key_hashes(found.authority)
    )
    host = found.server.removeprefix("https://")
    return Secret(f"kubeadm join {host} --token {token.reveal()} {hashes}")


def control_plane(
    admin_conf: bytes, token: Secret, certificate_key: Secret | None = None
) -> Secret:
    """The same for a control plane; without a certificate key its files must be copied by hand."""
    key = f" --certificate-key {certificate_key.reveal()}" if certificate_key else ""
    return Secret(f"{worker(admin_conf, token).reveal()} --control-plane{key}")
