"""The kubelet's and kube-proxy's whole configuration, as kubeadm 1.37.2 writes it."""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

from hashlib import sha256
from types import MappingProxyType
from typing import Any

import pytest

from phases.model.component_defaults import (
    component_warnings,
    kube_proxy_configuration,
    kube_proxy_is_generated,
    kubelet_configuration,
    kubelet_is_generated,
)
from phases.model.defaults import Surroundings, complete
from phases.model.dump import to_yaml
from phases.model.types import (
    APIEndpoint,
    ClusterConfiguration,
    Configuration,
    InitConfiguration,
    Networking,
)

KUBELET = """\
apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 0s
    cacheUnauthorizedTTL: 0s
cgroupDriver: systemd
clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
containerRuntimeEndpoint: ""
cpuManagerReconcilePeriod: 0s
crashLoopBackOff: {}
evictionPressureTransitionPeriod: 0s
fileCheckFrequency: 0s
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: 0s
imageMaximumGCAge: 0s
imageMinimumGCAge: 0s
kind: KubeletConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
memorySwap: {}
nodeStatusReportFrequency: 0s
nodeStatusUpdateFrequency: 0s
rotateCertificates: true
runtimeRequestTimeout: 0s
shutdownGracePeriod: 0s
shutdownGracePeriodCriticalPods: 0s
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
volumeStatsAggPeriod: 0s
"""
PROXY_DIGEST = "01e8beb77ee751544e63c028e6fcc301b2fe95a7fef894dee4fef41ec63a3722"


def completed(
    kubelet: dict[str, Any] | None = None, proxy: dict[str, Any] | None = None
) -> Configuration:
    given = Configuration(
        cluster=ClusterConfiguration(networking=Networking(pod_subnet="10.244.0.0/16")),
        kubelet=None if kubelet is None else MappingProxyType(kubelet),
        kube_proxy=None if proxy is None else MappingProxyType(proxy),
    )
    return complete(given, Surroundings("m", "172.30.99.11"))


def kubelet_of(given: dict[str, Any] | None, minor: int = 37) -> dict[str, Any]:
    return kubelet_configuration(completed(given), minor, resolv_conf="", cri_socket=None)


def test_the_kubelets_defaults_are_kubeadms_byte_for_byte() -> None:
    """This is what kubeadm config print init-defaults prints."""
    assert to_yaml(kubelet_of(None)) == KUBELET


def test_kube_proxys_defaults_are_kubeadms_byte_for_byte() -> None:
    """The digest is that of config.conf in the kube-proxy ConfigMap of a real cluster."""
    text = to_yaml(kube_proxy_configuration(completed(), 37)).rstrip("\n")
    assert sha256(text.encode()).hexdigest() == PROXY_DIGEST


def test_a_node_has_its_own_socket_and_resolver() -> None:
    """Both stay out of what the cluster shares; a resolver that was chosen stays."""
    found = kubelet_configuration(completed(), 37, resolv_conf="/r", cri_socket="unix:///a")
    assert (found["resolvConf"], found["containerRuntimeEndpoint"]) == ("/r", "unix:///a")
    own = completed({"resolvConf": "/own"})
    found = kubelet_configuration(own, 37, resolv_conf="/r", cri_socket=None)
    assert found["resolvConf"] == "/own"
    assert "resolvConf" not in kubelet_of(None)


def test_choices_stay_and_rotation_is_forced() -> None:
    """What the operator set is kept, but certificates always rotate."""
    given = {
        "clusterDNS": ["1.2.3.4"],
        "authentication": {"anonymous": {"enabled": True}},
        "rotateCertificates": False,
        "healthzPort": 0,
        "maxPods": 20,
    }
    found = kubelet_of(given)
    assert found["clusterDNS"] == ["1.2.3.4"]
    assert found["authentication"]["anonymous"] == {"enabled": True}
    assert found["authentication"]["webhook"]["enabled"] is True
    assert found["rotateCertificates"] is True
    assert (found["healthzPort"], found["maxPods"]) == (0, 20)


def test_an_empty_text_is_no_choice() -> None:
    """Go can't tell an empty text from none, so kubeadm's value takes its place."""
    assert kubelet_of({"staticPodPath": ""})["staticPodPath"] == "/etc/kubernetes/manifests"


def test_an_empty_list_of_resolvers_is_a_choice() -> None:
    """Go tells an empty list from none, and leaves it out when writing."""
    assert "clusterDNS" not in kubelet_of({"clusterDNS": []})


@pytest.mark.parametrize(("minor", "there"), [(35, False), (36, True), (37, True)])
def test_later_fields_are_left_out_of_earlier_releases(minor: int, there: bool) -> None:
    """A field that a release doesn't know is not written for it."""
    assert (
        "memoryReservationPolicy" in kubelet_of({"memoryReservationPolicy": "None"}, minor)
    ) is there


@pytest.mark.parametrize(("minor", "mode"), [(35, ""), (36, ""), (37, "iptables")])
def test_the_proxy_mode_is_spelled_out_since_1_37(minor: int, mode: str) -> None:
    """Before, an empty mode let kube-proxy choose."""
    assert kube_proxy_configuration(completed(), minor)["mode"] == mode
    assert kube_proxy_configuration(completed(proxy={"mode": "ipvs"}), minor)["mode"] == "ipvs"


@pytest.mark.parametrize(("address", "bound"), [("10.0.0.1", "0.0.0.0"), ("fd00::1", "::")])  # noqa: S104
def test_the_proxy_binds_to_all_addresses_of_the_family(address: str, bound: str) -> None:
    """The family is that of the advertised address."""
    init = InitConfiguration(local_api_endpoint=APIEndpoint(address))
    found = complete(Configuration(init=init), Surroundings("m"))
    assert kube_proxy_configuration(found, 37)["bindAddress"] == bound


def test_unset_lists_are_null_and_empty_ones_stay() -> None:
    """kube-proxy's fields are all written, and Go tells nil from empty."""
    assert kube_proxy_configuration(completed(), 37)["nodePortAddresses"] is None
    given = completed(proxy={"nodePortAddresses": []})
    assert kube_proxy_configuration(given, 37)["nodePortAddresses"] == []


def test_a_document_of_ones_own_carries_no_hash() -> None:
    """Only what kubeadm generated is marked as generated."""
    assert kubelet_is_generated(completed())
    assert kube_proxy_is_generated(completed())
    assert not kubelet_is_generated(completed(kubelet={}))
    assert not kube_proxy_is_generated(completed(proxy={}))


@pytest.mark.parametrize(
    ("kubelet", "proxy", "said"),
    [
        ({"clusterDNS": ["1.2.3.4"]}, None, "KubeletConfiguration.clusterDNS: is 1.2.3.4; kubeadm recommends 10.96.0.10."),
        ({"clusterDNS": []}, None, "KubeletConfiguration.clusterDNS: is an empty list; kubeadm recommends 10.96.0.10."),
        ({"readOnlyPort": 10255}, None, "KubeletConfiguration.readOnlyPort: is 10255; kubeadm recommends 0."),
        ({"authentication": {"anonymous": {"enabled": True}}}, None, "KubeletConfiguration.authentication.anonymous.enabled: is true; kubeadm recommends false."),
        (None, {"mode": "ipvs"}, "KubeProxyConfiguration.mode: is ipvs, which is deprecated since 1.35. Use nftables, or iptables on old kernels."),
        (None, {"bindAddress": "::1"}, "KubeProxyConfiguration.bindAddress: is ::1; kubeadm recommends ::."),
        (None, {"clusterCIDR": "10.0.0.0/16"}, "KubeProxyConfiguration.clusterCIDR: is 10.0.0.0/16; kubeadm recommends 10.244.0.0/16."),
    ],
)  # fmt: skip
def test_a_choice_against_kubeadms_advice_is_told(
    kubelet: dict[str, Any] | None, proxy: dict[str, Any] | None, said: str
) -> None:
    """The field, what was chosen and what kubeadm recommends."""
    assert [str(problem) for problem in component_warnings(completed(kubelet, proxy))] == [said]


def test_kubeadms_own_values_need_no_warning() -> None:
    """Neither defaults nor both wildcard addresses are warned of."""
    given = completed({"healthzPort": 10248, "cgroupDriver": "cgroupfs"}, {"bindAddress": "::"})
    assert component_warnings(given) == ()
