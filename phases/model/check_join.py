"""Whether what JoinConfiguration says can be: how the cluster is found, and the node itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phases.model.check_init import (
    certificate_key_problems,
    node_problems,
    timeout_problems,
    token_problems,
)
from phases.model.check_network import advertise_problems
from phases.model.names import absolute_path_fault, subdomain_fault
from phases.model.network import is_address, split_host_port
from phases.model.problem import Problem
from phases.model.types import (
    BootstrapTokenDiscovery,
    Discovery,
    FileDiscovery,
    JoinConfiguration,
    JoinControlPlane,
    Timeouts,
)

CA_HASH = re.compile(r"sha256:[0-9a-fA-F]{64}")


def join_problems(configuration: JoinConfiguration) -> Iterator[Problem]:
    """Every rule about JoinConfiguration; defaults must be filled in."""
    yield from _discovery(configuration.discovery)
    yield from node_problems(configuration.node_registration)
    if configuration.control_plane:
        yield from _control_plane(configuration.control_plane)
    fault = absolute_path_fault(configuration.ca_cert_path)
    if not fault and not configuration.ca_cert_path.endswith(".crt"):
        fault = f"{configuration.ca_cert_path!r} does not end in .crt"
    if fault:
        yield Problem("caCertPath", fault, "Use /etc/kubernetes/pki/ca.crt")
    yield from timeout_problems(configuration.timeouts or Timeouts())


def _discovery(discovery: Discovery) -> Iterator[Problem]:
    token, file = discovery.bootstrap_token, discovery.file
    if token and file:
        yield Problem("discovery", "has both bootstrapToken and file", "Keep one of them")
    if not token and not file:
        message = "says nothing of how the cluster is found"
        yield Problem("discovery", message, "Add bootstrapToken, or file with a kubeconfig")
    if token:
        yield from _by_token(token, "discovery.bootstrapToken")
    if file:
        yield from _by_file(file, "discovery.file.kubeConfigPath")
    if discovery.tls_bootstrap_token:
        yield from token_problems(discovery.tls_bootstrap_token, "discovery.tlsBootstrapToken")


def _by_token(given: BootstrapTokenDiscovery, path: str) -> Iterator[Problem]:
    if given.token:
        yield from token_problems(given.token, f"{path}.token")
    else:
        yield Problem(f"{path}.token", "is missing", "`kubeboot-tui token create` makes one there")
    if not given.api_server_endpoint:
        yield Problem(f"{path}.apiServerEndpoint", "is missing", "Add the API server's host:port")
    elif fault := _endpoint_fault(given.api_server_endpoint):
        yield Problem(f"{path}.apiServerEndpoint", fault, "Write host:port, or [v6]:port")
    if not given.ca_cert_hashes and not given.unsafe_skip_ca_verification:
        message = "is missing, so any cluster could pretend to be the right one"
        remedy = "Add the sha256 of its CA, which the join command names"
        yield Problem(f"{path}.caCertHashes", message, remedy)
    for index, text in enumerate(given.ca_cert_hashes):
        if not CA_HASH.fullmatch(text):
            message = f"{text!r} is not sha256: and 64 hexadecimal digits"
            yield Problem(f"{path}.caCertHashes[{index}]", message)


def _endpoint_fault(text: str) -> str:
    if "://" in text:
        return f"{text!r} has a scheme"
    try:
        host, port = split_host_port(text)
    except ValueError as error:
        return str(error)
    if not port:
        return f"{text!r} has no port"
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:9]) < 65536):
        return f"the port {port!r} must lie between 1 and 65535"
    return "" if is_address(host) else subdomain_fault(host) and f"the host {subdomain_fault(host)}"


def _by_file(given: FileDiscovery, path: str) -> Iterator[Problem]:
    text = given.kube_config_path
    if not text:
        yield Problem(path, "is missing", "Name a kubeconfig of that cluster")
    elif "://" in text and not text.startswith("https://"):
        yield Problem(path, f"{text!r} is neither a file nor an https address")
    elif "://" not in text and (fault := absolute_path_fault(text)):
        yield Problem(path, fault)


def _control_plane(given: JoinControlPlane) -> Iterator[Problem]:
    path = "controlPlane.localAPIEndpoint.advertiseAddress"
    yield from advertise_problems(given.local_api_endpoint.advertise_address, path)
    yield from certificate_key_problems(given.certificate_key, "controlPlane.certificateKey")
