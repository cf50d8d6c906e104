"""The effective configuration, each value with where it is from, and what two files differ in."""

from __future__ import annotations

import pytest

from phases.model.compare import differences
from phases.model.defaults import Surroundings
from phases.model.effective import Value, effective, effective_join
from phases.model.load import read, read_join
from phases.model.problem import Place

HERE = Surroundings("master", "10.0.0.5", cri_sockets=("unix:///run/crio/crio.sock",))
OLD = """apiVersion: kubeadm.k8s.io/v1alpha1
kind: MasterConfiguration
api: {bindPort: 7443}
token: q1w2e3.r4t5y6u7i8o9p0a1
apiServerExtraArgs: {v: "4"}
kubernetesVersion: v1.11.0
"""
NEW = """apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
apiServer:
  extraArgs:
  - {name: audit-log-path, value: "-"}
  - {name: v, value: "4"}
"""


def shown(text: str) -> dict[str, Value]:
    return {value.path: value for value in effective(read(text, name="k"), HERE) if value.path}


def test_every_value_tells_where_it_is_from() -> None:
    """Of the file with its line and former name, of this machine, or kubeadm's own."""
    found = shown(OLD)
    port = found["localAPIEndpoint.bindPort"]
    assert (port.source, port.value, port.place) == ("file", "7443", Place(3, 17, "api.bindPort"))
    assert found["nodeRegistration.name"].source == "machine"
    assert found["localAPIEndpoint.advertiseAddress"].source == "machine"
    assert found["nodeRegistration.criSocket"].source == "machine"
    assert found["networking.dnsDomain"].source == "default"
    assert found["apiServer.extraArgs[0].value"].place == Place(5, 25, "apiServerExtraArgs.v")


def test_a_runtime_that_was_not_found_is_a_default() -> None:
    """Without a socket on the machine kubeadm's own choice is shown as that."""
    values = effective(read(NEW, name="k"), Surroundings("a", "10.0.0.5"))
    assert {v.source for v in values if v.path == "nodeRegistration.criSocket"} == {"default"}


def test_secrets_are_hidden() -> None:
    """A token is shown as three stars, one that will be generated as null."""
    assert shown(OLD)["bootstrapTokens[0].token"].value == "***"
    assert "q1w2e3" not in "".join(value.text for value in effective(read(OLD, name="k"), HERE))
    assert shown(NEW)["bootstrapTokens[0].token"].value == "null"


def test_a_version_that_can_not_be_had_is_shown_as_it_is() -> None:
    """An old file can be looked at before anything is chosen."""
    assert shown(OLD)["kubernetesVersion"].value == "v1.11.0"


def test_a_node_that_joins_is_shown_too() -> None:
    """Its own document, with the machine's name."""
    text = """apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery: {bootstrapToken: {token: q1w2e3.r4t5y6u7i8o9p0a1}}
"""
    values = {v.path: v for v in effective_join(read_join(text, name="k"), HERE) if v.path}
    assert values["nodeRegistration.name"].source == "machine"
    assert values["discovery.bootstrapToken.token"].source == "file"
    assert values["discovery.tlsBootstrapToken"].value == "***"


def test_two_files_differ_in_effect_alone() -> None:
    """A default written out is no difference; flags are told apart by name, wherever they stand."""
    spelled = (
        NEW
        + "clusterName: kubernetes\n---\n"
        + NEW.split("kubernetesVersion")[0].replace("Cluster", "Init")
    )
    assert list(differences(read(NEW, name="a"), read(spelled, name="b"), HERE)) == []
    found = list(differences(read(OLD, name="a"), read(NEW, name="b"), HERE))
    assert {one.path for one in found} == {
        "apiServer.extraArgs[audit-log-path].value",
        "bootstrapTokens[0].token",
        "kubernetesVersion",
        "localAPIEndpoint.bindPort",
    }
    added = next(one for one in found if "audit" in one.path)
    assert added.left is None
    assert added.right
    assert (added.right.value, added.right.place) == ("-", Place(6, 35))


@pytest.mark.parametrize("body", ["mode: ipvs\n", "mode: iptables\n"])
def test_components_are_compared_under_their_kind(body: str) -> None:
    """A document that only one file has is told field by field."""
    proxy = (
        f"---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n{body}"
    )
    (one,) = differences(read(NEW, name="a"), read(NEW + proxy, name="b"), HERE)
    assert one.path == "KubeProxyConfiguration.mode"
    assert one.left is None
