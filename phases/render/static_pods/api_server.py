"""kube-apiserver's static pod: its flags and what else tells it from the others."""

from __future__ import annotations

from collections.abc import Mapping

from phases.model import images, network
from phases.model.types import Configuration
from phases.render import environment, flags, volumes
from phases.render.endpoints import localhost
from phases.render.static_pods.etcd import CLIENT_PORT
from phases.render.static_pods.pod import Parts, Probe, Surroundings, patience, probe_host

ADVERTISED = "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint"
"""The annotation from which later control planes learn where their peers are."""

AUTHORIZATION_MODES = ("Node", "RBAC", "Webhook", "ABAC", "AlwaysAllow", "AlwaysDeny")


def parts(configuration: Configuration, surroundings: Surroundings) -> Parts:
    """What kube-apiserver's pod is made of."""
    cluster, own = configuration.cluster, configuration.init.local_api_endpoint
    external = cluster.etcd.external
    mounts = volumes.unique(
        (
            volumes.directory("k8s-certs", cluster.certificates_dir),
            *(volumes.external_etcd(external, cluster.certificates_dir) if external else ()),
            *volumes.trusted_certificates(surroundings.ca_directories),
            *cluster.api_server.extra_volumes,
        )
    )
    defaults = default_flags(configuration)
    return Parts(
        image=str(images.kubernetes_image(cluster, "kube-apiserver")),
        command=flags.merged(defaults, cluster.api_server.extra_args),
        probe=Probe(
            probe_host(own.advertise_address),
            own.bind_port,
            start="/livez",
            live="/livez",
            ready="/readyz",
            patience=patience(configuration),
        ),
        requests={"cpu": "250m"},
        mounts=mounts,
        env=environment.merged(surroundings.proxies, cluster.api_server.extra_envs),
        annotations={ADVERTISED: network.join_host_port(own.advertise_address, own.bind_port)},
    )


def default_flags(configuration: Configuration) -> Mapping[str, str]:
    """kube-apiserver's default flags, before the operator's own arguments."""
    cluster, own = configuration.cluster, configuration.init.local_api_endpoint
    pki = cluster.certificates_dir
    given = cluster.api_server.extra_args
    modes = {"authorization-mode": _authorization_modes(flags.value(given, "authorization-mode"))}
    return {
        "advertise-address": own.advertise_address,
        "allow-privileged": "true",
        "client-ca-file": f"{pki}/ca.crt",
        "enable-admission-plugins": "NodeRestriction",
        "enable-bootstrap-token-auth": "true",
        "kubelet-client-certificate": f"{pki}/apiserver-kubelet-client.crt",
        "kubelet-client-key": f"{pki}/apiserver-kubelet-client.key",
        "kubelet-preferred-address-types": "InternalIP,ExternalIP,Hostname",
        "proxy-client-cert-file": f"{pki}/front-proxy-client.crt",
        "proxy-client-key-file": f"{pki}/front-proxy-client.key",
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-client-ca-file": f"{pki}/front-proxy-ca.crt",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-username-headers": "X-Remote-User",
        "secure-port": str(own.bind_port),
        "service-account-issuer": (
            f"https://kubernetes.default.svc.{cluster.networking.dns_domain}"
        ),
        "service-account-key-file": f"{pki}/sa.pub",
        "service-account-signing-key-file": f"{pki}/sa.key",
        "service-cluster-ip-range": cluster.networking.service_subnet,
        "tls-cert-file": f"{pki}/apiserver.crt",
        "tls-private-key-file": f"{pki}/apiserver.key",
        **_etcd_client_flags(configuration),
        **({} if flags.value(given, "authorization-config") is not None else modes),
    }


def _etcd_client_flags(configuration: Configuration) -> Mapping[str, str]:
    external = configuration.cluster.etcd.external
    if external is None:
        pki = configuration.cluster.certificates_dir
        return {
            "etcd-servers": _etcd_servers(configuration),
            "etcd-cafile": f"{pki}/etcd/ca.crt",
            "etcd-certfile": f"{pki}/apiserver-etcd-client.crt",
            "etcd-keyfile": f"{pki}/apiserver-etcd-client.key",
        }
    authority = {"etcd-cafile": external.ca_file} if external.ca_file else {}
    pair = {"etcd-certfile": external.cert_file, "etcd-keyfile": external.key_file}
    own = pair if external.cert_file and external.key_file else {}
    return {"etcd-servers": ",".join(external.endpoints), **authority, **own}


def _etcd_servers(configuration: Configuration) -> str:
    """This machine's etcd, unless the operator told it to advertise other addresses."""
    local = configuration.cluster.etcd.local
    advertised = flags.value(local.extra_args if local else (), "advertise-client-urls")
    here = network.join_host_port(localhost(configuration), CLIENT_PORT)
    return f"https://{here}" if advertised is None else advertised


def _authorization_modes(given: str | None) -> str:
    """The operator's known modes; the default where none is known."""
    known = [mode for mode in (given or "").split(",") if mode in AUTHORIZATION_MODES]
    return ",".join(known) or "Node,RBAC"
