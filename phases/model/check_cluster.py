"""Whether what ClusterConfiguration says can be: names, paths, images, etcd and certificates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from difflib import get_close_matches
from urllib.parse import urlsplit

from phases.model import names
from phases.model.defaults import CA_VALIDITY, LEAF_VALIDITY
from phases.model.duration import format_duration
from phases.model.problem import Problem
from phases.model.types import (
    ClusterConfiguration,
    Component,
    Configuration,
    EnvVar,
    ExternalEtcd,
    HostPathMount,
    LocalEtcd,
)
from phases.model.versions import Release


def cluster_problems(configuration: Configuration, release: Release) -> Iterator[Problem]:
    """Every rule about ClusterConfiguration, addresses and flags aside; defaults must be filled in."""
    cluster = configuration.cluster
    yield from _named(cluster)
    yield from _alternative_names("apiServer.certSANs", cluster.api_server.cert_sans)
    for path, component in _components(cluster):
        yield from _volumes(f"{path}.extraVolumes", component.extra_volumes)
        yield from _environment(f"{path}.extraEnvs", component.extra_envs)
    yield from _etcd(cluster)
    yield from _gates(cluster, release)
    yield from _validity(cluster)


def _named(cluster: ClusterConfiguration) -> Iterator[Problem]:
    rules: tuple[tuple[str, str, names.Rule], ...] = (
        ("clusterName", cluster.cluster_name, names.cluster_name_fault),
        ("certificatesDir", cluster.certificates_dir, names.absolute_path_fault),
        ("imageRepository", cluster.image_repository, names.repository_fault),
        ("dns.imageRepository", cluster.dns.image_repository, names.repository_fault),
        ("dns.imageTag", cluster.dns.image_tag, names.tag_fault),
    )
    yield from _faults(rules)


def _faults(rules: Iterable[tuple[str, str, names.Rule]]) -> Iterator[Problem]:
    for path, text, rule in rules:
        fault = rule(text) if text else ""
        if fault:
            yield Problem(path, fault, names.remedy(rule, text))


def _alternative_names(path: str, given: tuple[str, ...]) -> Iterator[Problem]:
    rules = ((f"{path}[{i}]", text, names.alternative_name_fault) for i, text in enumerate(given))
    yield from _faults(rules)
    for index, text in enumerate(given):
        if not text:
            yield Problem(f"{path}[{index}]", "is empty", "Remove it")


def _components(cluster: ClusterConfiguration) -> Iterator[tuple[str, Component]]:
    yield "apiServer", cluster.api_server
    yield "controllerManager", cluster.controller_manager
    yield "scheduler", cluster.scheduler


def _volumes(path: str, volumes: tuple[HostPathMount, ...]) -> Iterator[Problem]:
    for index, volume in enumerate(volumes):
        inner = f"{path}[{index}]"
        for name, text, rule in (
            ("name", volume.name, names.label_fault),
            ("hostPath", volume.host_path, names.absolute_path_fault),
            ("mountPath", volume.mount_path, names.absolute_path_fault),
        ):
            if fault := rule(text):
                yield Problem(f"{inner}.{name}", fault, names.remedy(rule, text))
        if volume.name in (earlier.name for earlier in volumes[:index]):
            message = f"{volume.name!r} is the name of an earlier volume too"
            yield Problem(f"{inner}.name", message, "Give it a name of its own")


def _environment(path: str, variables: tuple[EnvVar, ...]) -> Iterator[Problem]:
    for index, variable in enumerate(variables):
        rule = names.environment_name_fault
        if fault := rule(variable.name):
            yield Problem(f"{path}[{index}].name", fault, names.remedy(rule, variable.name))
        if variable.value and variable.value_from:
            yield Problem(f"{path}[{index}]", "has both value and valueFrom", "Keep one of them")


def _etcd(cluster: ClusterConfiguration) -> Iterator[Problem]:
    local, external = cluster.etcd.local, cluster.etcd.external
    if local and external:
        yield Problem("etcd", "is both local and external", "Keep one of them")
    elif external:
        yield from _external_etcd(external)
    elif local:
        yield from _local_etcd(local)


def _local_etcd(local: LocalEtcd) -> Iterator[Problem]:
    rules: tuple[tuple[str, str, names.Rule], ...] = (
        ("etcd.local.dataDir", local.data_dir, names.absolute_path_fault),
        ("etcd.local.imageRepository", local.image_repository, names.repository_fault),
        ("etcd.local.imageTag", local.image_tag, names.tag_fault),
    )
    yield from _faults(rules)
    yield from _alternative_names("etcd.local.serverCertSANs", local.server_cert_sans)
    yield from _alternative_names("etcd.local.peerCertSANs", local.peer_cert_sans)
    yield from _environment("etcd.local.extraEnvs", local.extra_envs)


def _external_etcd(external: ExternalEtcd) -> Iterator[Problem]:
    path = "etcd.external"
    if bool(external.cert_file) != bool(external.key_file):
        yield Problem(path, "has only one of certFile and keyFile", "Give both or neither")
    elif external.cert_file and not external.ca_file:
        yield Problem(path, "has certFile and keyFile but no caFile", "Add caFile")
    if not external.endpoints:
        yield Problem(f"{path}.endpoints", "is empty", "Name at least one https://host:2379")
    secure = bool(external.ca_file or external.cert_file or external.key_file)
    yield from _urls(f"{path}.endpoints", external.endpoints, secure)
    if external.http_endpoints != external.endpoints:
        yield from _urls(f"{path}.httpEndpoints", external.http_endpoints, False)
    files = (
        ("caFile", external.ca_file),
        ("certFile", external.cert_file),
        ("keyFile", external.key_file),
    )
    yield from _faults((f"{path}.{key}", text, names.absolute_path_fault) for key, text in files)


def _urls(path: str, urls: tuple[str, ...], secure: bool) -> Iterator[Problem]:
    for index, url in enumerate(urls):
        fault = _url_fault(url, secure)
        if fault:
            yield Problem(f"{path}[{index}]", fault, "Write it as in https://10.0.0.10:2379")


def _url_fault(url: str, secure: bool) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018
    except ValueError:
        return f"{url!r} is not a URL"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{url!r} is not a URL with http or https"
    if secure and parts.scheme != "https":
        return f"{url!r} must use https, as certificates are given"
    return ""


def _gates(cluster: ClusterConfiguration, release: Release) -> Iterator[Problem]:
    for gate in cluster.feature_gates:
        if gate not in release.feature_gates:
            near = get_close_matches(gate, release.feature_gates, n=1)
            advice = f"Did you mean {near[0]}?" if near else "Remove it"
            message = f"kubeadm 1.{release.minor} has no feature gate {gate!r}"
            yield Problem(f"featureGates.{gate}", message, advice)


def _validity(cluster: ClusterConfiguration) -> Iterator[Problem]:
    for path, period in (
        ("certificateValidityPeriod", cluster.certificate_validity_period),
        ("caCertificateValidityPeriod", cluster.ca_certificate_validity_period),
    ):
        if period is not None and period <= timedelta(0):
            yield Problem(path, "must be longer than nothing", "Use 8760h, a year, or so")


def cluster_warnings(configuration: Configuration) -> Iterator[Problem]:
    """Lifetimes beyond what kubeadm recommends, and variables that are set to nothing."""
    cluster = configuration.cluster
    yield from _lifetimes(cluster)
    environments = [(f"{path}.extraEnvs", one.extra_envs) for path, one in _components(cluster)]
    if cluster.etcd.local:
        environments.append(("etcd.local.extraEnvs", cluster.etcd.local.extra_envs))
    for path, variables in environments:
        for index, variable in enumerate(variables):
            if not (variable.value or variable.value_from):
                message = f"{variable.name} has no value"
                yield Problem(f"{path}[{index}]", message, f"Write it as in {variable.name}=value")


def _lifetimes(cluster: ClusterConfiguration) -> Iterator[Problem]:
    leaf = cluster.certificate_validity_period or LEAF_VALIDITY
    authority = cluster.ca_certificate_validity_period or CA_VALIDITY
    for path, period, usual in (
        ("certificateValidityPeriod", leaf, LEAF_VALIDITY),
        ("caCertificateValidityPeriod", authority, CA_VALIDITY),
    ):
        if period > usual:
            message = f"is longer than the recommended {format_duration(usual)}"
            yield Problem(path, message, f"Use {format_duration(usual)} or less")
    if leaf > authority:
        message = "lets certificates outlive the authority that signs them"
        remedy = f"Use {format_duration(authority)} or less"
        yield Problem("certificateValidityPeriod", message, remedy)
