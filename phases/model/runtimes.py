"""The container runtimes that kubeadm knows, by the names of their sockets: where their service is found."""

from __future__ import annotations

UNITS = {"containerd.sock": "containerd", "crio.sock": "crio", "cri-dockerd.sock": "cri-docker"}


def unit_of(socket: str) -> str:
    """The systemd unit behind a socket such as unix:///run/crio/crio.sock, empty for an unknown one."""
    return UNITS.get(socket.rpartition("/")[2], "")
