"""A fresh master becomes a control plane, and the real kubeadm joins nodes to it.

One cluster of three nodes serves all tests of this file, in their order: the tutorial's
configuration on node one, a worker, a second control plane; then the real kubeadm's own verbs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from phases.model.versions import releases

from . import podnet, program
from .lab import Lab
from .node import Node
from .test_dry_run import objects
from .wait import until

SEED = (
    """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: {address}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
controlPlaneEndpoint: "{address}:6443"
networking:
  podSubnet: 10.244.0.0/16
controllerManager:
  extraArgs:
  - name: horizontal-pod-autoscaler-use-rest-clients
    value: "true"
  - name: horizontal-pod-autoscaler-sync-period
    value: 10s
  - name: node-monitor-grace-period
    value: 10s
apiServer:
  extraArgs:
  - name: runtime-config
    value: api/all=true
"""
    + program.KUBELET
    + """\
nodeLeaseDurationSeconds: 8
"""
)
"""The tutorial's file in its v1beta4 form. The kubelet's lease is renewed every 2 s here, because
with the default of 10 s the tutorial's grace period of 10 s makes healthy nodes flap."""

NOW, NEXT = "v1.37.2", "v1.37.3"
RELEASE = releases()[37]
CONFIGURED = {"kubelet": "v1beta1", "kubeproxy": "v1alpha1"}
COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")

REMOVED = """\
  - name: horizontal-pod-autoscaler-use-rest-clients
    value: "true"
"""
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      nodeName: WORKER
      containers:
      - name: web
        image: registry.k8s.io/kubeboot-test:1
        command:
        - sh
        - -c
        - mkdir /www; echo hello from web >/www/index.html; echo serving; exec httpd -f -p 8080 -h /www
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Pod
metadata: {name: visitor}
spec:
  nodeName: MASTER
  tolerations: [{operator: Exists}]
  containers:
  - name: visitor
    image: registry.k8s.io/kubeboot-test:1
    command: [sh, -c, "echo visiting; exec sleep 3600"]
"""


@dataclass(frozen=True)
class Cluster:
    """The three nodes, by what they become."""

    master: Node
    worker: Node
    second: Node

    def nodes(self) -> tuple[Node, Node, Node]:
        return self.master, self.worker, self.second

    def kubectl(self, *words: str) -> str:
        return self.master.check(*podnet.KUBECTL, *words).stdout


@pytest.fixture(scope="module")
def cluster(lab: Lab) -> Iterator[Cluster]:
    """Three fresh nodes; the program lies on the first."""
    with lab.nodes(3, ready=True) as (master, worker, second):
        program.install(master)
        yield Cluster(master, worker, second)


def joined(node: Node, command: str) -> str:
    """Runs a join command as it was printed; the lab's own waiver is all that is added."""
    words = [*command.split(), f"--ignore-preflight-errors={program.LAB_IGNORES}"]
    return node.check(*words, timeout=240).stdout


def test_removed_flag_is_refused_with_its_remedy(cluster: Cluster) -> None:
    """The tutorial's flag that no component knows any more is named before anything is touched."""
    master = cluster.master
    master.write(program.CONFIG, SEED.format(address=master.address))
    result = master.run("kubeboot-tui", "init", "--config", program.CONFIG)
    assert result.returncode == 2
    assert "horizontal-pod-autoscaler-use-rest-clients" in result.stderr
    assert "Remove it" in result.stderr
    assert not master.exists("/etc/kubernetes/pki")
    assert not master.exists("/var/lib/kubeboot")


def test_fresh_master_becomes_a_control_plane(cluster: Cluster) -> None:
    """init ends with 0 and prints both join commands, each whole on a line of its own."""
    master = cluster.master
    master.write(program.CONFIG, SEED.format(address=master.address).replace(REMOVED, ""))
    result = master.run("kubeboot-tui", "init", "--config", program.CONFIG, "--upload-certs")
    assert result.returncode == 0, result.stdout + result.stderr
    commands = [line for line in result.stdout.splitlines() if line.startswith("kubeadm join ")]
    given = program.handover(master)
    assert commands == [given["worker"], given["control_plane"]]
    assert "--certificate-key" in given["control_plane"]


def test_worker_joins(cluster: Cluster) -> None:
    """The real kubeadm joins a worker with the printed command."""
    printed = joined(cluster.worker, program.handover(cluster.master)["worker"])
    assert "This node has joined the cluster" in printed


def test_second_control_plane_joins(cluster: Cluster) -> None:
    """The real kubeadm joins a second control plane, with its etcd, through the certificate key."""
    printed = joined(cluster.second, program.handover(cluster.master)["control_plane"])
    assert "a new control plane instance was created" in printed
    members = cluster.kubectl(
        "exec", "-n", "kube-system", f"etcd-{cluster.master.name}", "--", "etcdctl",
        "--cacert=/etc/kubernetes/pki/etcd/ca.crt",
        "--cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt",
        "--key=/etc/kubernetes/pki/etcd/healthcheck-client.key", "member", "list",
    )  # fmt: skip
    assert cluster.second.name in members


def test_all_nodes_become_ready(cluster: Cluster) -> None:
    """With a network plugin in place all three nodes are Ready and CoreDNS runs."""
    podnet.connect(cluster.master, cluster.nodes())
    cluster.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=120s")
    cluster.kubectl(
        "wait", "--for=condition=Available", "-n", "kube-system", "deployment/coredns",
        "--timeout=120s",
    )  # fmt: skip


def test_workload_is_reached_by_name_from_another_node(cluster: Cluster) -> None:
    """A Service on the worker answers a pod on the master by its name, so DNS and proxy work."""
    text = WORKLOAD.replace("WORKER", cluster.worker.name).replace("MASTER", cluster.master.name)
    cluster.master.write("/root/workload.yaml", text)
    cluster.kubectl("apply", "-f", "/root/workload.yaml")
    cluster.kubectl("rollout", "status", "deployment/web", "--timeout=120s")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/visitor", "--timeout=120s")
    url = "http://web.default.svc.cluster.local/"
    answer = until(lambda: cluster.kubectl("exec", "visitor", "--", "wget", "-qO-", "-T", "5", url))
    assert "hello from web" in answer


def test_logs_and_exec_reach_every_node(cluster: Cluster) -> None:
    """The API server may read logs from, and run commands in, pods on other nodes."""
    assert "serving" in cluster.kubectl("logs", "deployment/web")
    assert "visiting" in cluster.kubectl("logs", "visitor")
    name = cluster.kubectl("exec", "deployment/web", "--", "hostname").strip()
    assert name.startswith("web-")


def test_the_tutorials_arguments_are_in_force(cluster: Cluster) -> None:
    """The controller manager and the API server run with what the tutorial asked for."""
    manifest = cluster.master.read("/etc/kubernetes/manifests/kube-controller-manager.yaml")
    assert "--horizontal-pod-autoscaler-sync-period=10s" in manifest
    assert "--node-monitor-grace-period=10s" in manifest
    manifest = cluster.master.read("/etc/kubernetes/manifests/kube-apiserver.yaml")
    assert "--runtime-config=api/all=true" in manifest


def test_real_token_list_agrees(cluster: Cluster) -> None:
    """kubeadm token list shows the token of the join command, with its usages and group."""
    printed = cluster.master.check("kubeadm", "token", "list").stdout
    token = program.handover(cluster.master)["worker"].split("--token ")[1].split()[0]
    line = next(line for line in printed.splitlines() if line.startswith(token))
    assert "authentication,signing" in line
    assert "system:bootstrappers:kubeadm:default-node-token" in line


def test_real_certs_check_expiration_agrees(cluster: Cluster) -> None:
    """kubeadm certs check-expiration reads every certificate and misses none."""
    printed = cluster.master.check("kubeadm", "certs", "check-expiration").stdout
    assert "MISSING" not in printed.upper()
    assert printed.count("364d") == 11
    assert printed.count(" 9y ") == 3


def test_real_upgrade_plan_agrees(cluster: Cluster) -> None:
    """kubeadm upgrade plan passes its checks, its test Job too, and finds every component on every node."""
    result = cluster.master.run(
        "kubeadm", "upgrade", "plan", NEXT,
        f"--ignore-preflight-errors={program.LAB_IGNORES}", timeout=180,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    rows = {tuple(line.split()) for line in result.stdout.splitlines()}
    masters = (cluster.master.name, cluster.second.name)
    expected: set[tuple[str, ...]] = {("kubelet", node.name, NOW, NEXT) for node in cluster.nodes()}
    expected |= {(name, node, NOW, NEXT) for name in COMPONENTS for node in masters}
    expected |= {("etcd", node, RELEASE.etcd, RELEASE.etcd) for node in masters}
    expected |= {("kube-proxy", NOW[1:], NEXT), ("CoreDNS", RELEASE.coredns, RELEASE.coredns)}
    expected |= {(f"{name}.config.k8s.io", v, v, "no") for name, v in CONFIGURED.items()}
    assert expected - rows == set(), result.stdout


def test_real_config_agrees(cluster: Cluster) -> None:
    """What is stored in kubeadm-config passes the real kubeadm's own validation."""
    stored = cluster.kubectl(
        "get", "-n", "kube-system", "configmap", "kubeadm-config",
        "-o", "jsonpath={.data.ClusterConfiguration}",
    )  # fmt: skip
    cluster.master.write("/root/stored.yaml", stored)
    cluster.master.check("kubeadm", "config", "validate", "--config", "/root/stored.yaml")
    images = cluster.master.check(
        "kubeadm", "config", "images", "list", "--config", "/root/stored.yaml"
    )
    manifest = cluster.master.read("/etc/kubernetes/manifests/etcd.yaml")
    etcd = next(line for line in images.stdout.splitlines() if "/etcd:" in line)
    assert etcd in manifest


def test_second_run_changes_nothing(cluster: Cluster) -> None:
    """A second init on the finished master takes no change and says so."""
    before = fingerprint(cluster.master), kept_objects(cluster.master)
    result = cluster.master.check(
        "kubeboot-tui", "init", "--config", program.CONFIG, "--upload-certs"
    )
    assert "Nothing to do: everything is as it should be." in result.stdout
    assert (fingerprint(cluster.master), kept_objects(cluster.master)) == before


PKI = "/etc/kubernetes/pki"
CERTIFICATE = f"{PKI}/front-proxy-client.crt"
SCHEDULER = "/etc/kubernetes/manifests/kube-scheduler.yaml"
GONE = ("ClusterRoleBinding", "<none>", "kubeadm:get-nodes")
EDITED = ("Role", "kube-system", "kubeadm:nodes-kubeadm-config")
EDIT = '[{"op": "replace", "path": "/rules/0/verbs", "value": ["list"]}]'


def test_third_run_repairs_exactly_what_was_damaged(cluster: Cluster) -> None:
    """A certificate, a manifest and two objects, one gone and one edited, are repaired, and no others."""
    master = cluster.master
    whole = fingerprint(master)
    key = CERTIFICATE.replace(".crt", ".key")
    master.write(CERTIFICATE, "not a certificate\n", mode=0o644)
    master.shell(f"sed -i s/--leader-elect=true/--leader-elect=false/ {SCHEDULER}")
    cluster.kubectl("delete", "clusterrolebinding", GONE[2])
    cluster.kubectl("patch", "role", "-n", EDITED[1], EDITED[2], "--type=json", "-p", EDIT)
    damaged, left = fingerprint(master), kept_objects(master)
    printed = master.check(
        "kubeboot-tui", "init", "--config", program.CONFIG, "--upload-certs", "--json", timeout=300
    ).stdout
    mended, after = fingerprint(master), kept_objects(master)
    assert {path for path in mended if mended[path] != damaged.get(path)} == {
        CERTIFICATE,
        key,
        SCHEDULER,
    }
    assert mended.keys() == damaged.keys()
    assert mended[SCHEDULER].content == whole[SCHEDULER].content
    assert {tuple(line.split()[:3]) for line in after ^ left} == {GONE, EDITED}
    verbs = ("-o", "jsonpath={.rules[0].verbs}")
    assert cluster.kubectl("get", "role", "-n", EDITED[1], EDITED[2], *verbs) == '["get"]'
    assert sorted(program.effects(printed)) == sorted(
        [
            ("create", f"ClusterRoleBinding {GONE[2]}"),
            ("update", f"Role {EDITED[1]}/{EDITED[2]}"),
            ("write", CERTIFICATE),
            ("write", key),
            ("write", SCHEDULER),
        ]
    )


def test_the_certificate_made_anew_is_good(cluster: Cluster) -> None:
    """It is signed by the authority that there was, belongs to its key, and the API server lives on."""
    master = cluster.master
    made, authority = (
        x509.load_pem_x509_certificate(master.read(path).encode())
        for path in (CERTIFICATE, f"{PKI}/front-proxy-ca.crt")
    )
    made.verify_directly_issued_by(authority)
    key = load_pem_private_key(master.read(CERTIFICATE.replace(".crt", ".key")).encode(), None)
    assert made.public_key() == key.public_key()
    assert cluster.kubectl("get", "--raw", "/livez") == "ok"
    again = master.check("kubeboot-tui", "init", "--config", program.CONFIG)
    assert "Nothing to do" in again.stdout


LEFT_BEHIND = "find /etc/kubernetes /var/lib/etcd /var/lib/kubelet -type f 2>/dev/null || true"


def test_real_reset_leaves(cluster: Cluster) -> None:
    """kubeadm reset -f takes the files of all three nodes away, certificates, etcd's data and the kubelet's."""
    for node in (cluster.worker, cluster.second, cluster.master):
        assert "/var/lib/kubelet/config.yaml" in node.shell(LEFT_BEHIND).stdout
        node.check("kubeadm", "reset", "-f", timeout=240)
        assert node.shell(LEFT_BEHIND).stdout == ""


@dataclass(frozen=True)
class Print:
    """What tells whether a file was touched; its inode changes with every atomic write."""

    facts: str
    content: str


def fingerprint(node: Node) -> dict[str, Print]:
    """Content, mode, owner and inode of every file that a run could touch, by path."""
    lines = node.shell(
        "find /etc/kubernetes /var/lib/kubelet/*.yaml /var/lib/kubelet/*.env -type f "
        "-printf '%m %U %G %i ' -exec sha256sum {} \\;"
    ).stdout.splitlines()
    parts = (line.rsplit(maxsplit=2) for line in lines)
    return {path: Print(facts, content) for facts, content, path in parts}


def kept_objects(node: Node) -> set[str]:
    """Every object that a run could write; Nodes aside, which the controllers keep tainting."""
    return set(objects(node, "deployments,daemonsets").splitlines())
