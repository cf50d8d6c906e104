"""New join commands from a finished master: a new token, a new certificate key, the cluster's own configuration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from phases import (
    bootstrap_token,
    certs,
    control_plane,
    kubeconfig,
    show_join_command,
    upload_certs,
    upload_config,
)
from phases.engine import finished
from phases.engine.context import Options
from phases.engine.errors import ConfigurationError, PreflightRefused
from phases.engine.phase import Phase
from phases.engine.plan import Selection, make_plan
from phases.engine.registry import discover
from phases.engine.request import Request
from phases.engine.resolve import resolve
from phases.engine.tokens import live_tokens
from phases.engine.workshop import new_place
from phases.model.secret import Secret
from phases.system.ports import ClusterError, Ref
from tests.engine.bench import Bench

ENDPOINT = "controlPlaneEndpoint: cp.example:6443"
WORKFLOW = (bootstrap_token.PHASE, upload_certs.PHASE, show_join_command.PHASE)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A master on which init has come to its end."""
    bench = Bench(tmp_path, ENDPOINT)
    bench.options = Options(upload_certs=True)
    bench.fakes.host.make_directory("/etc/kubernetes/manifests", mode=0o700)
    for phase in (certs.PHASE, kubeconfig.PHASE, control_plane.PHASE, upload_config.PHASE):
        bench.run(phase)
    together(bench, *WORKFLOW)
    return bench


def together(bench: Bench, *phases: Phase) -> dict[str, Any]:
    """Runs phases as one run would, one after the other; what was handed over."""
    context = bench.context(phases[0].name)
    for phase in phases:
        if phase.skip is None or not phase.skip(context):
            phase.run(replace(context, phase=phase.name))
    return dict(context.handed_over())


def renewed(bench: Bench, *, upload: bool = True) -> dict[str, Any]:
    bench.options = Options(upload_certs=upload, renew=True)
    return together(bench, *WORKFLOW)


def test_the_workflow_has_three_phases() -> None:
    """Certificates, token, commands, in kubeadm's order, and no other."""
    plan = make_plan(discover(), "token", Selection())
    assert [one.phase.name for one in plan.phases] == [
        "upload-certs",
        "bootstrap-token",
        "show-join-command",
    ]


def test_a_new_token_is_made_where_a_good_one_is(bench: Bench) -> None:
    """The commands are those of the new token; the old one stays good."""
    before = live_tokens(bench.fakes.cluster)
    given = renewed(bench, upload=False)
    after = {token.id for token in live_tokens(bench.fakes.cluster)}
    assert after == {given["token_id"], *(token.id for token in before)}
    assert f"--token {given['token_id']}." in given["worker"]
    assert given["token_id"] not in {token.id for token in before}


def test_the_new_token_is_shown_though_another_lasts_longer(bench: Bench) -> None:
    """A token that never ends doesn't hide the one that was asked for."""
    cluster = bench.fakes.cluster
    oldest = live_tokens(cluster)[0]
    secret = dict(
        cluster.get(Ref("v1", "Secret", f"bootstrap-token-{oldest.id}", "kube-system")) or {}
    )
    secret["data"] = {key: value for key, value in secret["data"].items() if key != "expiration"}
    cluster.replace(secret)
    given = renewed(bench, upload=False)
    assert f"--token {given['token_id']}." in given["worker"]
    assert given["token_id"] != oldest.id


def test_certificates_are_uploaded_anew(bench: Bench) -> None:
    """A new key each time, even where an earlier run's is known; the Secret opens with the newest."""
    first, second = renewed(bench), renewed(bench)
    assert first["certificate_key"] != second["certificate_key"]
    assert second["control_plane"].endswith(f"--certificate-key {second['certificate_key']}")
    live = bench.fakes.cluster.get(upload_certs.SECRET) or {}
    context = bench.context("upload-certs")
    contents = {name: context.read(path) for name, path in upload_certs.files(context).items()}
    opens = [
        upload_certs.holds(live["data"], contents, Secret(one["certificate_key"]))
        for one in (first, second)
    ]
    assert opens == [False, True]


def test_without_certificates_the_command_says_what_is_missing(bench: Bench) -> None:
    """Certificates aren't uploaded unasked, and the command for control planes has no key."""
    given = renewed(bench, upload=False)
    assert "certificate_key" not in given
    assert "--certificate-key" not in given["control_plane"]
    assert "copy the shared certificates" in given["no_control_plane"]


def test_init_without_renew_keeps_what_is_good(bench: Bench) -> None:
    """Nothing of this changes a second init."""
    before = {token.id for token in live_tokens(bench.fakes.cluster)}
    bench.options = Options(upload_certs=True)
    assert bench.run(bootstrap_token.PHASE) == 0
    assert {token.id for token in live_tokens(bench.fakes.cluster)} == before


# the configuration of a finished master


def test_the_clusters_own_configuration_is_used(bench: Bench) -> None:
    """What was stored, with this node's address, and flags laid over it."""
    stored = finished.configuration("token", bench.fakes.ports)
    request = Request(workflow="token", flags={"token-ttl": "1h"})
    found = resolve(request, bench.fakes.host, stored)
    assert found.warnings == ()
    assert found.configuration.cluster == bench.configuration.cluster
    assert (
        found.configuration.init.local_api_endpoint == bench.configuration.init.local_api_endpoint
    )
    (token,) = found.configuration.init.bootstrap_tokens
    assert (token.token, token.ttl and token.ttl.total_seconds()) == (None, 3600)
    assert token.description == ""


def test_what_the_kubelet_was_told_is_used(bench: Bench) -> None:
    """The node's name and its runtime come from the kubelet's own files."""
    host = bench.fakes.host
    host.make_directory("/var/lib/kubelet", mode=0o755)
    host.write(finished.FLAGS, b'KUBELET_KUBEADM_ARGS="--hostname-override=n7"\n', mode=0o644)
    host.write(finished.INSTANCE, b"containerRuntimeEndpoint: unix:///run/x.sock\n", mode=0o644)
    own = finished.init_configuration(host)
    assert own["nodeRegistration"] == {"name": "n7", "criSocket": "unix:///run/x.sock"}


def test_an_ipv6_address_is_read(bench: Bench) -> None:
    """Brackets around the address don't get into the configuration."""
    host = bench.fakes.host
    manifest = yaml.safe_load(host.read(finished.API_SERVER))
    manifest["metadata"]["annotations"][finished.ADVERTISED] = "[2001:db8::1]:7443"
    host.write(finished.API_SERVER, yaml.safe_dump(manifest).encode(), mode=0o600)
    endpoint = finished.init_configuration(host)["localAPIEndpoint"]
    assert endpoint == {"advertiseAddress": "2001:db8::1", "bindPort": 7443}


@pytest.mark.parametrize("path", [finished.ADMIN, finished.API_SERVER])
def test_no_finished_master_is_told(bench: Bench, path: str) -> None:
    """Without its files this machine is none, whatever answers elsewhere."""
    bench.fakes.host.remove(path)
    with pytest.raises(PreflightRefused) as caught:
        finished.configuration("token", bench.fakes.ports)
    assert (caught.value.code, caught.value.exit_code) == ("no-master", 3)
    assert path in str(caught.value.why)


@pytest.mark.parametrize("content", [b"", b"a: [", b"[]", b"metadata: {}", b"\xff"])
def test_a_broken_manifest_is_told(bench: Bench, content: bytes) -> None:
    """Nor with an API server's manifest that tells no address."""
    bench.fakes.host.write(finished.API_SERVER, content, mode=0o600)
    with pytest.raises(PreflightRefused):
        finished.configuration("token", bench.fakes.ports)


def test_a_silent_api_server_is_told(bench: Bench) -> None:
    """With the server's own words as the reason; the desk does without it."""
    bench.fakes.cluster.errors = [ClusterError(0, "Unreachable", "connection refused")]
    with pytest.raises(PreflightRefused) as caught:
        finished.configuration("token", bench.fakes.ports)
    assert caught.value.why == "connection refused"
    bench.fakes.cluster.errors = [ClusterError(0, "Unreachable", "connection refused")]
    text = finished.configuration("desk", bench.fakes.ports)
    assert resolve(Request(workflow="desk"), bench.fakes.host, text).configuration


def test_a_cluster_without_its_configuration(bench: Bench) -> None:
    """kubeadm-config was deleted: said so."""
    bench.fakes.cluster.delete(finished.STORED)
    with pytest.raises(PreflightRefused, match="no finished control plane"):
        finished.configuration("token", bench.fakes.ports)


def test_bad_flags_are_problems(bench: Bench) -> None:
    """What is asked for beside the stored configuration is checked like init's flags."""
    stored = finished.configuration("token", bench.fakes.ports)
    with pytest.raises(ConfigurationError, match="token-ttl"):
        resolve(Request(workflow="token", flags={"token-ttl": "soon"}), bench.fakes.host, stored)


def test_places_of_runs_are_found_by_others(tmp_path: Path) -> None:
    """A token's run lies with the runs, so that `watch` shows it."""
    assert new_place(tmp_path).run.parent == tmp_path / "runs"
