"""The phases that work in the cluster: waiting, tokens, uploads, the node's marks, add-ons, the join command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from phases import (
    addon_coredns,
    addon_kube_proxy,
    bootstrap_token,
    certs,
    control_plane,
    etcd,
    kubeconfig,
    kubelet_start,
    mark_control_plane,
    show_join_command,
    upload_certs,
    upload_config,
    wait_control_plane,
)
from phases.engine import events as e
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.model.secret import Secret
from phases.model.types import ClusterConfiguration, Configuration, Etcd, ExternalEtcd
from phases.render import upload_certs as sealing
from phases.system.ports import ClusterError, ContainerFact, HttpReply, Ref
from tests.engine.bench import Bench

ENDPOINT = "controlPlaneEndpoint: cp.example:6443"
TOKEN = "q1w2e3.z9y8x7w6v5u4t3s2"
KEY = "ab" * 32
NODE = Ref("v1", "Node", "master")


def master(folder: Path, cluster: str = ENDPOINT, init: str = "") -> Bench:
    """A machine on which everything up to the kubelet has been done, and is healthy."""
    bench = Bench(folder, cluster, init)
    for phase in (certs, kubeconfig, etcd, control_plane, kubelet_start):
        bench.run(phase.PHASE)
    for port in (10248, 10257, 10259):
        for scheme in ("http", "https"):
            bench.fakes.host.serve(f"{scheme}://127.0.0.1:{port}", HttpReply(200, "ok"))
    return bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return master(tmp_path)


def secrets(bench: Bench) -> dict[str, Mapping[str, Any]]:
    found = bench.fakes.cluster.list("v1", "Secret", namespace="kube-system")
    return {thing["metadata"]["name"]: thing for thing in found}


CONVERGING = (upload_config, bootstrap_token, mark_control_plane, addon_coredns, addon_kube_proxy)


@pytest.mark.parametrize("phase", [*CONVERGING, wait_control_plane], ids=lambda p: p.PHASE.name)
def test_a_second_run_writes_nothing(bench: Bench, phase: Any) -> None:
    """Each phase makes its objects once; a second run sends no write at all."""
    assert bench.run(phase.PHASE) > 0
    bench.fakes.cluster.writes.clear()
    assert bench.run(phase.PHASE) == 0
    assert bench.fakes.cluster.writes == []


@pytest.mark.parametrize("phase", CONVERGING, ids=lambda p: p.PHASE.name)
def test_a_lost_object_is_made_again(bench: Bench, phase: Any) -> None:
    """Whatever object somebody deletes, the next run brings back that one alone."""
    bench.run(phase.PHASE)
    made = [x for x in bench.fakes.cluster.writes if x.startswith("create")]
    for line in made[-2:]:
        kind, _, name = line.removeprefix("create ").partition(" ")
        refs = [r for r in bench.fakes.cluster._objects._held if str(r) == f"{kind} {name}"]
        bench.fakes.cluster.delete(refs[0])
        bench.fakes.cluster.writes.clear()
        bench.run(phase.PHASE)
        assert bench.fakes.cluster.writes == [line]


def test_patience_covers_each_phase(bench: Bench) -> None:
    """A server that is overloaded for a moment fails no phase."""
    for phase in CONVERGING:
        bench.fakes.cluster.errors = [ClusterError(503, "x", "busy")] * 3
        bench.run(phase.PHASE)


CONTAINER = ContainerFact("1", "kube-scheduler", "p", "exited", 3, 1, "Error", "/var/log/s.log")


def test_a_sick_component_is_named_with_its_last_words(tmp_path: Path) -> None:
    """The error has the component, how its container ended, and what it said last."""
    bench = master(tmp_path, init="timeouts: {controlPlaneComponentHealthCheck: 1s}")
    bench.fakes.host.serve("https://127.0.0.1:10259", HttpReply(500, "no lease"))
    bench.fakes.host.make_directory("/var/log", mode=0o755)
    bench.fakes.host.write("/var/log/s.log", b"time stderr F unknown flag: --mood\n", mode=0o600)
    bench.fakes.runtime.running = (CONTAINER,)
    with pytest.raises(PhaseError) as caught:
        bench.run(wait_control_plane.PHASE)
    assert caught.value.code == "control-plane-unhealthy"
    assert "kube-scheduler" in caught.value.what
    assert "kube-apiserver" not in caught.value.what
    assert "exited with code 1 (Error), 3 restarts" in caught.value.why
    assert "unknown flag: --mood" in caught.value.why
    assert bench.reports("health")["kube-scheduler"]["answer"] == "500: no lease"


def test_a_sick_kubelet_is_told_with_its_last_words(tmp_path: Path) -> None:
    """The kubelet's own journal is the cause; nothing else is waited for."""
    bench = master(tmp_path, init="timeouts: {kubeletHealthCheck: 1s}")
    bench.fakes.host.serve("http://127.0.0.1:10248", OSError(111, "Connection refused"))
    bench.fakes.host.answer("journalctl --unit kubelet", stdout="failed to load config\n")
    with pytest.raises(PhaseError, match="failed to load config") as caught:
        bench.run(wait_control_plane.PHASE)
    assert caught.value.code == "kubelet-unhealthy"
    assert bench.fakes.clock.monotonic() < 2


def test_a_dead_runtime_hides_no_cause(tmp_path: Path) -> None:
    """When the runtime can't be asked either, the error says that too."""
    bench = master(tmp_path, init="timeouts: {controlPlaneComponentHealthCheck: 1s}")
    bench.fakes.host.serve("https://127.0.0.1:10259", OSError(111, "Connection refused"))
    bench.fakes.runtime.down = "no socket"
    with pytest.raises(PhaseError, match="no socket"):
        bench.run(wait_control_plane.PHASE)


def test_a_token_is_made_once(bench: Bench) -> None:
    """Without a given token one is generated, reused by the next run, and replaced when it ran out."""
    bench.run(bootstrap_token.PHASE)
    first = set(secrets(bench))
    assert len(first) == 1
    bench.run(bootstrap_token.PHASE)
    assert set(secrets(bench)) == first
    bench.fakes.clock.wait(timedelta(hours=25).total_seconds())
    bench.run(bootstrap_token.PHASE)
    assert len(set(secrets(bench)) - first) == 1


@pytest.mark.parametrize(
    ("ttl", "hours"),
    [("ttl: 2h0m0s", 2), ("", 24), ("ttl: 0s", None)],
    ids=["2h", "default", "ever"],
)
def test_a_given_token_lives_as_long_as_asked(tmp_path: Path, ttl: str, hours: int | None) -> None:
    """A given token is made as given, with its lifetime; it is signed before the phase ends."""
    bench = master(tmp_path, init=f"bootstrapTokens:\n- token: {TOKEN}\n  {ttl}\n")
    bench.run(bootstrap_token.PHASE)
    from phases.engine.tokens import live_tokens

    (token,) = live_tokens(bench.fakes.cluster)
    lasting = token.expires and token.expires - bench.fakes.clock.now()
    assert token.token == Secret(TOKEN)
    assert lasting == (None if hours is None else timedelta(hours=hours))
    info = bench.fakes.cluster.get(bootstrap_token.CLUSTER_INFO)
    assert info
    assert "jws-kubeconfig-q1w2e3" in info["data"]


def test_a_given_token_is_made_beside_another(bench: Bench) -> None:
    """A token that serves as well doesn't stand in for the one that was given."""
    bench.run(bootstrap_token.PHASE)
    (asked,) = bench.configuration.init.bootstrap_tokens
    given = replace(
        bench.configuration.init, bootstrap_tokens=(replace(asked, token=Secret(TOKEN)),)
    )
    bench.configuration = replace(bench.configuration, init=given)
    bench.run(bootstrap_token.PHASE)
    assert len(secrets(bench)) == 2
    assert "bootstrap-token-q1w2e3" in secrets(bench)


def test_nobody_is_told_of_a_token_that_is_not_signed(bench: Bench) -> None:
    """Without the signer's signature the phase fails instead of printing a command that won't work."""
    bench.fakes.cluster._sign = lambda: None  # type: ignore[method-assign]
    with pytest.raises(PhaseError) as caught:
        bench.run(bootstrap_token.PHASE)
    assert caught.value.code == "unsigned-cluster-info"


def uploading(bench: Bench, key: str = "") -> Bench:
    bench.options = replace(bench.options, upload_certs=True)
    if key:
        init = replace(bench.configuration.init, certificate_key=Secret(key))
        bench.configuration = replace(bench.configuration, init=init)
    return bench


def opened(bench: Bench, key: str) -> bytes:
    from base64 import b64decode

    sealed = b64decode(secrets(bench)[sealing.NAME]["data"]["ca.key"])
    return sealing.decrypted(sealed, bytes.fromhex(key))


def test_certificates_are_uploaded_when_asked(bench: Bench) -> None:
    """Only with --upload-certs, and then sealed with the given key."""
    assert upload_certs.skip(bench.context()) == "--upload-certs wasn't asked for"
    uploading(bench, KEY)
    assert upload_certs.skip(bench.context()) is None
    bench.run(upload_certs.PHASE)
    assert opened(bench, KEY) == bench.fakes.host.read("/etc/kubernetes/pki/ca.key")


def test_an_upload_is_kept_replaced_or_renewed(bench: Bench) -> None:
    """Kept with the same key; uploaded anew with another one, or when a file has changed."""
    bench.run(upload_certs.PHASE) if uploading(bench, KEY) else None
    assert bench.run(upload_certs.PHASE) == 0
    other = "cd" * 32
    assert uploading(bench, other).run(upload_certs.PHASE) > 0
    assert opened(bench, other)
    bench.fakes.host.write("/etc/kubernetes/pki/sa.pub", b"changed", mode=0o600)
    assert bench.run(upload_certs.PHASE) > 0


def test_an_external_authority_cannot_be_uploaded(bench: Bench) -> None:
    """Without the authority's key the phase refuses before it writes anything."""
    bench.fakes.host.remove("/etc/kubernetes/pki/front-proxy-ca.key")
    with pytest.raises(PhaseError) as caught:
        uploading(bench, KEY).run(upload_certs.PHASE)
    assert caught.value.code == "external-authority"
    assert secrets(bench) == {}


def handed_over(bench: Bench, *phases: Phase) -> Mapping[str, Any]:
    """What one run of several phases hands over."""
    context = bench.context()
    for phase in phases:
        phase.run(context)
    return context.handed_over()


JOINING = (bootstrap_token.PHASE, show_join_command.PHASE)


def test_the_worker_command_is_always_there(tmp_path: Path) -> None:
    """Without an endpoint it names this node's address, and says why no control plane can join."""
    data = handed_over(master(tmp_path, ""), *JOINING)
    assert data["worker"].startswith("kubeadm join 192.0.2.10:6443 --token ")
    assert "controlPlaneEndpoint" in data["no_control_plane"]
    assert "control_plane" not in data


def test_a_control_plane_joins_with_the_key(bench: Bench) -> None:
    """With uploaded certificates the second command carries the key and no excuse."""
    data = handed_over(uploading(bench, KEY), upload_certs.PHASE, *JOINING)
    assert data["control_plane"] == f"{data['worker']} --control-plane --certificate-key {KEY}"
    assert "no_control_plane" not in data


def test_without_an_upload_files_must_be_copied(bench: Bench) -> None:
    """With an endpoint and no upload the command comes with what to do first."""
    data = handed_over(bench, *JOINING)
    assert data["control_plane"].endswith("--control-plane")
    note = data["no_control_plane"]
    assert note.startswith("copy the shared certificates")
    for name in ("ca.crt", "ca.key", "sa.key", "sa.pub", "front-proxy-ca.key", "etcd/ca.key"):
        assert f"/etc/kubernetes/pki/{name}" in note
    assert "--upload-certs" in note


def test_an_external_etcd_has_files_of_its_own_to_copy() -> None:
    """There the files that etcd.external names are shared, and no authority of ours for etcd."""
    etcd = Etcd(external=ExternalEtcd(("https://e:2379",), ca_file="/x/ca.crt", key_file="/x/k"))
    cluster = ClusterConfiguration(etcd=etcd, certificates_dir="/pki")
    context = SimpleNamespace(
        configuration=Configuration(cluster=cluster), pki=lambda name: f"/pki/{name}"
    )
    note = show_join_command.to_copy(context)  # type: ignore[arg-type]
    assert "/pki/sa.pub" in note
    assert "/x/ca.crt, /x/k)" in note
    assert "/pki/etcd" not in note


def test_the_configurations_own_token_is_in_the_command(tmp_path: Path) -> None:
    """The first of the given tokens goes before one that lasts longer."""
    bench = master(
        tmp_path,
        init=f"bootstrapTokens:\n- token: {TOKEN}\n- token: aaaaaa.{'b' * 16}\n  ttl: 0s\n",
    )
    assert f"--token {TOKEN} " in handed_over(bench, *JOINING)["worker"]


def test_no_token_is_a_warning(bench: Bench) -> None:
    """When there is no token a node could join with, nothing is handed over."""
    bench.run(show_join_command.PHASE)
    assert bench.told(e.HandoverWritten) == []
    assert len(bench.told(e.Warned)) == 1


@pytest.mark.parametrize(
    ("given", "taints"),
    [("", ["node-role.kubernetes.io/control-plane"]), ("nodeRegistration: {taints: []}", [])],
)
def test_the_node_is_marked(tmp_path: Path, given: str, taints: list[str]) -> None:
    """Labels and taints as the configuration has them; others' taints stay."""
    bench = master(tmp_path, init=given)
    theirs = {"key": "theirs", "effect": "NoExecute"}
    bench.fakes.cluster.patch(NODE, {"spec": {"taints": [theirs]}})
    bench.run(mark_control_plane.PHASE)
    node = bench.fakes.cluster.get(NODE)
    assert node
    assert "node-role.kubernetes.io/control-plane" in node["metadata"]["labels"]
    assert [taint["key"] for taint in node["spec"]["taints"]] == [*taints, "theirs"]


def test_a_node_that_never_comes_is_told(bench: Bench) -> None:
    """The kubelet's failure to register ends in an error that names the node."""
    init = bench.configuration.init
    registration = replace(init.node_registration, name="nobody")
    bench.configuration = replace(
        bench.configuration, init=replace(init, node_registration=registration)
    )
    with pytest.raises(PhaseError, match="nobody") as caught:
        bench.run(mark_control_plane.PHASE)
    assert caught.value.code == "node-missing"


def test_coredns_keeps_its_size(bench: Bench) -> None:
    """A Deployment that was scaled stays as it is."""
    bench.run(addon_coredns.PHASE)
    bench.fakes.cluster.patch(addon_coredns.DEPLOYMENT, {"spec": {"replicas": 5}})
    assert bench.run(addon_coredns.PHASE) == 0
    live = bench.fakes.cluster.get(addon_coredns.DEPLOYMENT)
    assert live
    assert live["spec"]["replicas"] == 5


def test_disabled_addons_are_left_out(tmp_path: Path) -> None:
    """What the configuration disables is skipped with that reason."""
    off, on = (
        Bench(tmp_path / "1", "dns: {disabled: true}\nproxy: {disabled: true}"),
        Bench(tmp_path / "2"),
    )
    assert addon_coredns.skip(off.context()) == "dns.disabled is set"
    assert addon_kube_proxy.skip(off.context()) == "proxy.disabled is set"
    assert addon_coredns.skip(on.context()) is addon_kube_proxy.skip(on.context()) is None
