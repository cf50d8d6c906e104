"""The phases that write files on this node: kubeconfigs, manifests, the kubelet's; and its start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from phases import certs, control_plane, etcd, kubeconfig, kubelet_finalize, kubelet_start
from phases.engine.errors import ForeignState, PhaseError
from phases.render.kubeconfig import finalized
from phases.system import units
from phases.system.ports import CommandResult
from tests.engine.bench import Bench

ETC = "/etc/kubernetes"
KUBELET = "/var/lib/kubelet"
STOP = "systemctl stop kubelet"
RESTART = ("systemctl daemon-reload", "systemctl restart kubelet")
ROTATED = f"{KUBELET}/pki/kubelet-client-current.pem"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.run(certs.PHASE)
    return bench


def put(bench: Bench, path: str, content: bytes) -> None:
    bench.fakes.host.make_directory(path.rpartition("/")[0], mode=0o755)
    bench.fakes.host.write(path, content, mode=0o600)


def states(bench: Bench, topic: str) -> dict[str, object]:
    return {name: data["state"] for name, data in bench.reports(topic).items()}


NAMES = ("admin", "super-admin", "kubelet", "controller-manager", "scheduler")


def test_five_kubeconfigs_are_made_and_kept(bench: Bench) -> None:
    """All five are made for root alone; a second run writes nothing."""
    assert bench.run(kubeconfig.PHASE) == 5
    assert states(bench, "kubeconfig") == dict.fromkeys(NAMES, "created")
    for name in NAMES:
        fact = bench.fakes.host.stat(f"{ETC}/{name}.conf")
        assert fact
        assert fact.mode == 0o600
    assert bench.run(kubeconfig.PHASE) == 0
    assert states(bench, "kubeconfig") == dict.fromkeys(NAMES, "kept")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.97])
def test_a_torn_kubeconfig_of_ours_is_made_anew(bench: Bench, name: str, share: float) -> None:
    """Cut anywhere, also inside its key, it is written whole again, and no other is."""
    bench.run(kubeconfig.PHASE)
    path = f"{ETC}/{name}.conf"
    content = bench.fakes.host.read(path)
    put(bench, path, content[: int(len(content) * share)])
    bench.run(kubeconfig.PHASE)
    assert bench.effects() == [f"write {path}"]
    assert bench.run(kubeconfig.PHASE) == 0


def test_anothers_kubeconfig_is_refused(bench: Bench) -> None:
    """One that isn't ours and isn't this cluster's ends the phase and stays."""
    put(bench, f"{ETC}/admin.conf", b"theirs")
    with pytest.raises(ForeignState, match=r"admin\.conf"):
        bench.run(kubeconfig.PHASE)
    assert bench.fakes.host.read(f"{ETC}/admin.conf") == b"theirs"


def test_a_finalized_kubelet_conf_is_kept(bench: Bench) -> None:
    """The form that rotation gives kubelet.conf is as good as the first one."""
    bench.run(kubeconfig.PHASE)
    path = f"{ETC}/kubelet.conf"
    user = yaml.safe_load(bench.fakes.host.read(path))["users"][0]["user"]
    from base64 import b64decode

    pem = b64decode(user["client-certificate-data"]) + b64decode(user["client-key-data"])
    put(bench, ROTATED, pem)
    bench.run(kubelet_finalize.PHASE)
    assert bench.fakes.host.read(path) == finalized(bench.fakes.host.read(path), ROTATED)
    assert bench.effects() == [f"write {path}", "run systemctl restart kubelet"]
    assert bench.run(kubelet_finalize.PHASE) == 0
    assert bench.run(kubeconfig.PHASE) == 0


def test_without_a_rotated_certificate_nothing_is_finalized(bench: Bench) -> None:
    """A kubelet that keeps no such file doesn't rotate, and its kubeconfig stays."""
    bench.run(kubeconfig.PHASE)
    assert bench.run(kubelet_finalize.PHASE) == 0


def test_without_the_authoritys_key_no_kubeconfig_is_made(bench: Bench) -> None:
    """An external authority needs finished kubeconfigs, or --csr-only, which leaves requests."""
    bench.fakes.host.remove(f"{ETC}/pki/ca.key")
    with pytest.raises(PhaseError) as caught:
        bench.run(kubeconfig.PHASE)
    assert caught.value.code == "external-authority"
    bench.options = replace(bench.options, csr_only=True)
    bench.run(kubeconfig.PHASE)
    assert states(bench, "kubeconfig") == dict.fromkeys(NAMES, "requested")
    assert f"{ETC}/admin.conf.csr" in bench.fakes.host.files


@pytest.mark.parametrize(
    ("phase", "names"),
    [
        (etcd.PHASE, ("etcd",)),
        (control_plane.PHASE, ("kube-apiserver", "kube-controller-manager", "kube-scheduler")),
    ],
    ids=["etcd", "control-plane"],
)
def test_manifests_are_written_kept_and_mended(
    bench: Bench, phase: object, names: tuple[str, ...]
) -> None:
    """Written for root alone in a folder for root alone; one that was changed is written again."""
    bench.run(phase)  # type: ignore[arg-type]
    assert states(bench, "manifest") == dict.fromkeys(names, "written")
    fact = bench.fakes.host.stat(f"{ETC}/manifests")
    assert fact
    assert fact.mode == 0o700
    assert bench.fakes.host.list(f"{ETC}/manifests") == tuple(sorted(f"{n}.yaml" for n in names))
    assert bench.run(phase) == 0  # type: ignore[arg-type]
    path = f"{ETC}/manifests/{names[0]}.yaml"
    whole = bench.fakes.host.read(path)
    put(bench, path, whole[:50])
    bench.fakes.host.make_directory(f"{ETC}/manifests", mode=0o700)
    assert bench.run(phase) == 1  # type: ignore[arg-type]
    assert bench.fakes.host.read(path) == whole


def test_an_external_etcd_has_no_pod_here(tmp_path: Path) -> None:
    """The phase says why it has nothing to do."""
    external = "{endpoints: [https://e:2379], caFile: /c, certFile: /c, keyFile: /k}"
    bench = Bench(tmp_path, f"etcd: {{external: {external}}}")
    assert etcd.skip(bench.context()) == "etcd is external"
    assert etcd.skip(Bench(tmp_path / "local").context()) is None


@pytest.fixture
def managed(bench: Bench) -> Bench:
    """A machine whose systemd remembers what it was told; the kubelet doesn't run yet."""
    host = bench.fakes.host

    def asked(argv: tuple[str, ...]) -> CommandResult:
        code, told = units.reply([line.split() for line in host.ran], argv) or (3, "")
        return CommandResult(argv, code, told, "")

    host.answer("systemctl is-active", by=asked)
    return bench


def test_the_kubelet_is_started_once(managed: Bench) -> None:
    """Three files, then the restart; a second run with a running kubelet does nothing."""
    managed.run(kubelet_start.PHASE)
    assert managed.fakes.host.ran == RESTART
    assert managed.fakes.host.list(KUBELET) == (
        "config.yaml",
        "instance-config.yaml",
        "kubeadm-flags.env",
    )
    assert managed.run(kubelet_start.PHASE) == 0


@pytest.mark.parametrize("name", ["config.yaml", "instance-config.yaml", "kubeadm-flags.env"])
def test_a_changed_file_restarts_the_kubelet(managed: Bench, name: str) -> None:
    """A file that was damaged is mended while the kubelet is stopped, and it gets to read it."""
    managed.run(kubelet_start.PHASE)
    put(managed, f"{KUBELET}/{name}", b"damaged")
    managed.run(kubelet_start.PHASE)
    mended = (f"run {STOP}", f"write {KUBELET}/{name}", *(f"run {line}" for line in RESTART))
    assert managed.effects() == [*mended]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("k", range(1, 7))
def test_a_run_cut_short_still_leads_to_the_restart(managed: Bench, k: int, after: bool) -> None:
    """Wherever a run dies around new files, the kubelet ends up running with what was written last."""
    managed.run(kubelet_start.PHASE)
    for name in ("config.yaml", "instance-config.yaml", "kubeadm-flags.env"):
        put(managed, f"{KUBELET}/{name}", b"of another configuration")
    host = managed.fakes.host
    host.fail_at(len(host.effects) + k, OSError(5, "Input/output error"), after=after)
    with pytest.raises(OSError, match="Input/output"):
        managed.run(kubelet_start.PHASE)
    managed.run(kubelet_start.PHASE)
    told = [effect.target for effect in host.effects]
    last_write = max(n for n, target in enumerate(told) if target.startswith(f"{KUBELET}/"))
    assert RESTART[1] in told[last_write:]
    assert managed.run(kubelet_start.PHASE) == 0


def test_a_stopped_kubelet_is_started(managed: Bench) -> None:
    """Good files and a kubelet that doesn't run: it is started, nothing is written."""
    managed.run(kubelet_start.PHASE)
    managed.fakes.host.answer("systemctl is-active --quiet kubelet", code=3)
    managed.run(kubelet_start.PHASE)
    assert managed.effects() == [f"run {line}" for line in RESTART]


def test_a_kubelet_that_cannot_be_started_is_told(bench: Bench) -> None:
    """systemd's own words are the cause."""
    bench.fakes.host.answer("systemctl restart kubelet", code=5, stderr="Unit kubelet not found.")
    with pytest.raises(PhaseError, match="Unit kubelet not found"):
        bench.run(kubelet_start.PHASE)
