"""What fixes are called, by name, in the order in which they are applied. What they do is `table`'s.

A front end reads this alone: the fixes themselves bring the checks along, and those the keys' library.
"""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "leftovers": "Set an earlier cluster aside",
    "ports": "Stop the services that hold ports",
    "runtime": "Install a container runtime",
    "kubernetes-packages": "Install the kubelet, kubeadm and kubectl",
    "kubernetes-programs": "Fetch the kubelet, kubeadm and kubectl",
    "modules": "Load kernel modules",
    "forwarding": "Forward packets between pods (IPv4)",
    "forwarding-ipv6": "Forward packets between pods (IPv6)",
    "inotify": "Allow more file watches",
    "swap": "Switch swap off",
    "hosts": "Name this node in /etc/hosts",
    "containerd": "Set containerd up for the kubelet",
    "kubelet-drop-in": "Hand the kubelet what init writes",
    "kubelet-service": "Start the kubelet with the machine",
    "firewalld": "Open the ports in firewalld",
    "ufw": "Open the ports in ufw",
    "iptables": "Open the ports in iptables, for now",
    "nftables": "Open the ports in nftables, for now",
}
