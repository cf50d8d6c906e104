"""The objects that go into the cluster against those in a cluster that the real kubeadm made."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import yaml
from cryptography.exceptions import InvalidTag

from phases.model.secret import Secret
from phases.model.types import BootstrapToken
from phases.render import (
    bootstrap_token,
    certificates,
    config_map,
    join_command,
    kubeconfig,
    mark_control_plane,
    pki,
    upload_certs,
    upload_config,
)
from phases.render.addons import coredns, kube_proxy
from tests.render.cases import GOLDENS, NAMES, Case, configured, plain

NOW = datetime(2026, 11, 23, 8, 30, 15, 123456, UTC)
CLUSTER = GOLDENS / "cluster"
Object = Mapping[str, Any]


@cache
def live() -> dict[tuple[str, str], Object]:
    """The objects of a real cluster by kind and name."""
    texts = (path.read_text() for path in CLUSTER.glob("*.yaml") if path.name != "input.yaml")
    found = (each for text in texts for each in yaml.safe_load_all(text) if each)
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Where a live object lacks or changes something of ours; what the server added is fine."""
    if isinstance(ours, Mapping):
        for key, value in ours.items():
            if key in theirs:
                yield from differences(value, theirs[key], f"{path}/{key}")
            else:
                yield f"{path}/{key} is missing"
    elif isinstance(ours, list):
        if len(ours) != len(theirs):
            yield f"{path} has another length"
        for index, (left, right) in enumerate(zip(ours, theirs, strict=False)):
            yield from differences(left, right, f"{path}/{index}")
    elif ours != theirs:
        yield f"{path}: {ours!r} is {theirs!r}"


def reference() -> Any:
    return configured((CLUSTER / "input.yaml").read_text())


def all_objects() -> list[Object]:
    return [
        *upload_config.kubeadm_objects(reference()),
        *upload_config.kubelet_objects(reference()),
        *coredns.objects(reference()),
        *kube_proxy.objects(reference()),
        *bootstrap_token.joining_rights(),
        bootstrap_token.cluster_admins(),
        *bootstrap_token.cluster_info_objects(admin_conf())[1:],
    ]


@cache
def admin_conf() -> bytes:
    configuration = plain("encryptionAlgorithm: ECDSA-P256\ncontrolPlaneEndpoint: lb.example")
    signer = certificates.create_authority(certificates.spec("ca"), configuration, NOW)
    return kubeconfig.create(kubeconfig.spec("admin"), configuration, signer, NOW)


def test_objects_are_those_of_a_real_cluster() -> None:
    """Every object stands in the real cluster with every field that we give it."""
    for thing in all_objects():
        theirs = live()[thing["kind"], thing["metadata"]["name"]]
        assert list(differences(thing, theirs)) == [], thing["metadata"]["name"]


def test_no_object_of_a_real_cluster_is_left_out() -> None:
    """Nothing stands in the real cluster that we don't create."""
    ours = {(thing["kind"], thing["metadata"]["name"]) for thing in all_objects()}
    theirs = {key for key in live() if key[0] != "Secret" and key[1] != "cluster-info"}
    assert theirs - ours == set()


def test_a_generated_config_map_carries_kubeadms_hash() -> None:
    """The hash over kube-proxy's ConfigMap is the one that the real kubeadm computed."""
    name = "kubeadm.kubernetes.io/component-config.hash"
    theirs = live()["ConfigMap", "kube-proxy"]
    assert config_map.content_hash(theirs["data"]) == theirs["metadata"]["annotations"][name]
    ours = kube_proxy.proxy_config_map(reference())
    assert ours["metadata"]["annotations"] == theirs["metadata"]["annotations"]


def test_an_operators_own_configuration_carries_no_hash() -> None:
    """A KubeletConfiguration or KubeProxyConfiguration in the input leaves the hash away."""
    configuration = Case("dual_stack").configuration
    assert "annotations" not in upload_config.kubelet_objects(configuration)[0]["metadata"]
    assert "annotations" not in kube_proxy.proxy_config_map(configuration)["metadata"]
    assert "annotations" in upload_config.kubelet_objects(plain())[0]["metadata"]


def printed(case: Case) -> dict[str, Object]:
    """What `kubeadm init phase addon --print-manifest` printed, by kind and name."""
    found = yaml.safe_load_all(case.bytes("addons.yaml"))
    return {f"{each['kind']} {each['metadata']['name']}": each for each in found if each}


@pytest.mark.parametrize("name", NAMES)
def test_addons_are_what_kubeadm_prints(name: str) -> None:
    """All add-on objects equal kubeadm's own, patched ones too."""
    case = Case(name)
    ours = (
        *coredns.objects(case.configuration, case.patches),
        *kube_proxy.objects(case.configuration, patch_set=case.patches),
    )
    theirs = printed(case)
    del theirs["Service kube-dns"]["metadata"]["resourceVersion"]
    for thing in ours:
        thing["metadata"].get("annotations", {}).pop(config_map.HASH, None)
        if "annotations" in thing["metadata"] and not thing["metadata"]["annotations"]:
            del thing["metadata"]["annotations"]
        key = f"{thing['kind']} {thing['metadata']['name']}"
        assert thing == normal(theirs.pop(key)), key
    assert not theirs


def normal(thing: Object) -> Object:
    """As the API stores it: without what a template merely spells out."""
    for subject in thing.get("subjects", ()):
        if subject["kind"] == "Group":
            subject["apiGroup"] = "rbac.authorization.k8s.io"
    if thing["kind"] == "DaemonSet":
        for mount in thing["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]:
            if mount.get("readOnly") is False:
                del mount["readOnly"]
    return thing


def test_disabled_addons_have_no_objects() -> None:
    """An add-on that is switched off creates nothing."""
    configuration = plain("dns: {disabled: true}\nproxy: {disabled: true}")
    assert coredns.objects(configuration) == ()
    assert kube_proxy.objects(configuration) == ()


def test_proxy_settings_come_behind_kube_proxys_own_variables() -> None:
    """The machine's proxy variables follow NODE_NAME, sorted by name."""
    case = Case("external_etcd")
    thing = kube_proxy.objects(case.configuration, case.surroundings.proxies)[1]
    names = [each["name"] for each in thing["spec"]["template"]["spec"]["containers"][0]["env"]]
    assert names == ["NODE_NAME", "HTTPS_PROXY", "no_proxy"]


def test_existing_replicas_are_kept() -> None:
    """A Deployment that was scaled stays scaled."""
    assert coredns.objects(plain(), replicas=5)[4]["spec"]["replicas"] == 5


TOKEN = BootstrapToken(
    Secret("abc123.0123456789abcdef"),
    ttl=timedelta(hours=24),
    usages=("signing", "authentication"),
    groups=("system:bootstrappers:kubeadm:default-node-token",),
)


def decoded(thing: Object) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in thing["data"].items()}


def test_token_secret_is_a_real_clusters() -> None:
    """The Secret has the real one's keys, type and values, apart from the token itself."""
    thing = bootstrap_token.secret(TOKEN, NOW)
    (theirs,) = (each for (kind, _), each in live().items() if kind == "Secret")
    secret_fields = ("token-id", "token-secret")
    assert thing["metadata"]["name"] == bootstrap_token.secret_name(TOKEN)
    assert (thing["metadata"]["name"], thing["type"]) == ("bootstrap-token-abc123", theirs["type"])
    assert thing["data"].keys() == theirs["data"].keys()
    for key in theirs["data"].keys() - secret_fields:
        assert thing["data"][key] == theirs["data"][key], key
    assert [decoded(thing)[key] for key in secret_fields] == ["abc123", "0123456789abcdef"]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (BootstrapToken(TOKEN.token, ttl=timedelta(0)), None),
        (BootstrapToken(TOKEN.token), None),
        (BootstrapToken(TOKEN.token, ttl=timedelta(minutes=1)), "2026-11-23T08:31:15Z"),
        (BootstrapToken(TOKEN.token, expires="2027-01-01T00:00:00+02:00"), "2026-12-31T22:00:00Z"),
        (
            BootstrapToken(TOKEN.token, ttl=timedelta(1), expires="2027-01-01T00:00:00Z"),
            "2027-01-01T00:00:00Z",
        ),
    ],
)
def test_a_tokens_expiry(token: BootstrapToken, expected: str | None) -> None:
    """UTC and whole seconds; no lifetime means never; an absolute time goes first."""
    assert decoded(bootstrap_token.secret(token, NOW)).get("expiration") == expected


def test_cluster_info_names_the_common_endpoint() -> None:
    """cluster-info sends joining nodes to the endpoint in admin.conf, in kube-public."""
    thing = bootstrap_token.cluster_info_objects(admin_conf())[0]
    assert thing["metadata"] == {"name": "cluster-info", "namespace": "kube-public"}
    assert "server: https://lb.example:6443\n" in thing["data"]["kubeconfig"]


def test_uploaded_certificates_open_with_their_key_alone() -> None:
    """Each entry opens with the certificate key, never with another; a missing file stays empty."""
    key = upload_certs.new_certificate_key()
    files = upload_certs.files(plain())
    contents = {name: (None if name == "ca.key" else path.encode()) for name, path in files.items()}
    owner = {"metadata": {"name": "bootstrap-token-abc123", "uid": "1-2"}}
    secret, role, binding = upload_certs.objects(contents, key, owner)
    assert secret["data"].pop("ca.key") == ""
    for name, value in secret["data"].items():
        sealed = base64.b64decode(value)
        assert upload_certs.decrypted(sealed, bytes.fromhex(key.reveal())) == files[name].encode()
        with pytest.raises(InvalidTag):
            upload_certs.decrypted(sealed, bytes(32))
    assert len({value[:16] for value in secret["data"].values()}) == len(secret["data"])
    assert secret["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "v1",
            "blockOwnerDeletion": True,
            "controller": True,
            "kind": "Secret",
            "name": "bootstrap-token-abc123",
            "uid": "1-2",
        }
    ]
    assert role["rules"][0]["resourceNames"] == ["kubeadm-certs"]
    assert binding["metadata"]["name"] == "kubeadm:kubeadm-certs"


def test_uploaded_files_with_local_and_external_etcd() -> None:
    """A local etcd's authority goes along; of an external one its client's files."""
    assert upload_certs.files(plain())["etcd-ca.key"] == "/etc/kubernetes/pki/etcd/ca.key"
    external = upload_certs.files(Case("external_etcd").configuration)
    assert "etcd-ca.crt" not in external
    assert external["external-etcd.key"] == "/srv/keys/client.key"


def test_the_owner_token_lets_nobody_in() -> None:
    """The token that takes the Secret away has two hours, no usages and no groups."""
    token = upload_certs.owner_token(Secret("abc123.0123456789abcdef"))
    data = decoded(bootstrap_token.secret(token, NOW))
    assert data["expiration"] == "2026-11-23T10:30:15Z"
    assert data.keys() == {"token-id", "token-secret", "description", "expiration"}


LABELS = {
    "node-role.kubernetes.io/control-plane": "",
    "node.kubernetes.io/exclude-from-external-load-balancers": "",
}
CONTROL_PLANE = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
NOT_READY = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}


def test_a_fresh_node_gets_labels_and_taints() -> None:
    """Missing labels and taints are added; the taints that are there stay."""
    node = {"metadata": {"labels": {"a": "b"}}, "spec": {"taints": [NOT_READY]}}
    assert mark_control_plane.node_change(plain(), node) == {
        "metadata": {"labels": LABELS},
        "spec": {"taints": [CONTROL_PLANE, NOT_READY]},
    }


def test_a_marked_node_is_left_alone() -> None:
    """Whatever order its taints have, a node that has all of it needs no change."""
    node = {"metadata": {"labels": LABELS}, "spec": {"taints": [NOT_READY, CONTROL_PLANE]}}
    assert mark_control_plane.node_change(plain(), node) == {}


def test_own_taints_replace_kubeadms() -> None:
    """An empty list means no taint of ours; own ones keep their value."""
    node: Object = {"metadata": {"labels": LABELS}, "spec": {}}
    none = plain(init="nodeRegistration: {taints: []}")
    assert mark_control_plane.node_change(none, node) == {}
    own = plain(init="nodeRegistration: {taints: [{key: k, value: v, effect: NoExecute}]}")
    assert mark_control_plane.node_change(own, node) == {
        "spec": {"taints": [{"key": "k", "value": "v", "effect": "NoExecute"}]}
    }


def test_join_commands_are_one_line() -> None:
    """Endpoint, token and the authority's hash, unbroken; a control plane's adds its own flags."""
    token, key = Secret("abc123.0123456789abcdef"), Secret("ff" * 32)
    pin = pki.public_key_hash(kubeconfig.current(admin_conf()).authority)
    worker = join_command.worker(admin_conf(), token)
    assert worker.reveal() == (
        "kubeadm join lb.example:6443 --token abc123.0123456789abcdef "
        f"--discovery-token-ca-cert-hash {pin}"
    )
    assert str(worker) == "***"
    control = join_command.control_plane(admin_conf(), token, key).reveal()
    assert control == f"{worker.reveal()} --control-plane --certificate-key {'ff' * 32}"
    bare = join_command.control_plane(admin_conf(), token).reveal()
    assert bare == f"{worker.reveal()} --control-plane"
