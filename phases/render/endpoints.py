"""The addresses of the API server, as URLs: this node's own and the one that all clients use."""

from __future__ import annotations

from ipaddress import ip_address

from phases.model import network
from phases.model.types import Configuration


def local_endpoint(configuration: Configuration) -> str:
    """`https://<advertiseAddress>:<bindPort>`, an IPv6 address in brackets."""
    own = configuration.init.local_api_endpoint
    return _url(str(ip_address(own.advertise_address)), own.bind_port)


def control_plane_endpoint(configuration: Configuration) -> str:
    """The URL of controlPlaneEndpoint, its port falling back to bindPort; else the local one."""
    given = configuration.cluster.control_plane_endpoint
    if not given:
        return local_endpoint(configuration)
    host, port = network.split_host_port(given)
    return _url(host, int(port or configuration.init.local_api_endpoint.bind_port))


def localhost(configuration: Configuration) -> str:
    """The loopback address of the advertise address's family."""
    address = configuration.init.local_api_endpoint.advertise_address
    return "::1" if network.family(address) == 6 else "127.0.0.1"


def _url(host: str, port: int) -> str:
    return f"https://{network.join_host_port(host, port)}"
