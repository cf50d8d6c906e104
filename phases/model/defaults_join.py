"""What kubeadm fills in where a node joins; the rest of a machine's values are those of `defaults`."""

from __future__ import annotations

from dataclasses import replace

from phases.model.defaults import CERTIFICATES_DIR, Surroundings, endpoint, registration, timeouts
from phases.model.types import Discovery, JoinConfiguration, JoinControlPlane, Timeouts


def complete_join(
    configuration: JoinConfiguration, surroundings: Surroundings
) -> JoinConfiguration:
    """The configuration with every default filled in; doing it twice changes nothing more."""
    control_plane = configuration.control_plane
    return replace(
        configuration,
        ca_cert_path=configuration.ca_cert_path or f"{CERTIFICATES_DIR}/ca.crt",
        node_registration=registration(
            configuration.node_registration, surroundings, control_plane=bool(control_plane)
        ),
        discovery=_discovery(configuration.discovery),
        control_plane=control_plane and _control_plane(control_plane, surroundings),
        timeouts=timeouts(configuration.timeouts or Timeouts()),
    )


def _discovery(discovery: Discovery) -> Discovery:
    token, file = discovery.bootstrap_token, discovery.file
    tls = discovery.tls_bootstrap_token or (token.token if token else None)
    if file and file.kube_config_path.startswith("file://"):
        file = replace(file, kube_config_path=file.kube_config_path.removeprefix("file://"))
    return replace(discovery, file=file, tls_bootstrap_token=tls)


def _control_plane(given: JoinControlPlane, surroundings: Surroundings) -> JoinControlPlane:
    return replace(given, local_api_endpoint=endpoint(given.local_api_endpoint, surroundings))
