"""The lab's bare machine proves itself: nothing of Kubernetes is there, what is made wrong is wrong for the
real kubeadm too, and everything it takes to mend it by hand is within reach."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from . import faults, internet, old_cluster, podnet, program, repository, versions
from .errors import LabError
from .lab import Lab
from .node import Node
from .snapshot import SECTIONS, Snapshot, difference, snapshot
from .wait import until

CONFIG = (
    """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {{advertiseAddress: {address}}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
networking: {{podSubnet: 10.244.0.0/16}}
"""
    + program.KUBELET
)
LACKING = {
    "CRI", "ContainerRuntimeVersion", "KubeletVersion", "Service-kubelet", "SystemVerification",
    "FileContent--proc-sys-net-ipv4-ip_forward",
}  # fmt: skip
"""What kubeadm says against a bare node with nothing wrong."""

SAID = {
    "swap": {"Swap"},
    "kubelet-port": {"Port-10250"},
    "old-cluster": {
        "DirAvailable--var-lib-etcd",
        *(
            f"FileAvailable--etc-kubernetes-manifests-{name}.yaml"
            for name in ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
        ),
    },
}
"""What it says more, by the faults it has an eye for."""

REPOSITORY = """\
mkdir -p /etc/apt/keyrings
python3 -c 'import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1]).read().decode())' \
  https://{host}/core:/stable:/v1.37/deb/Release.key >/etc/apt/keyrings/kubernetes.asc
echo "deb [signed-by=/etc/apt/keyrings/kubernetes.asc] https://{host}/core:/stable:/v1.37/deb/ /" \
  >/etc/apt/sources.list.d/kubernetes.list
apt-get --quiet update
"""
INSTALL = """\
apt-get --quiet --yes install kubelet={version} kubeadm={version} kubectl={version} containerd conntrack
apt-mark hold kubelet kubeadm kubectl
sed -i 's#/usr/lib/cni#/opt/cni/bin#' /etc/containerd/config.toml  # Debian keeps its own plugins there
systemctl restart containerd
"""
PURGE = """\
apt-mark unhold kubelet kubeadm kubectl
apt-get --quiet --yes purge kubelet kubeadm kubectl kubernetes-cni containerd runc conntrack
rm -r /etc/apt/sources.list.d/kubernetes.list /etc/apt/keyrings/kubernetes.asc /var/lib/containerd
mkdir -p /opt
"""
MEND = """\
swapoff --all
sed -i '/ swap /d' /etc/fstab
rm /etc/sysctl.d/99-hardening.conf
echo 'net.ipv4.ip_forward = 1' >/etc/sysctl.d/k8s.conf
sysctl --quiet --system
ufw allow 6443/tcp
ufw allow 10250/tcp
sed -i 's/tcp dport 22 accept/tcp dport { 22, 6443, 10250 } accept/' /etc/nftables.conf
systemctl reload nftables
ufw reload
systemctl disable --now fleet-agent
rm -r /etc/containerd /etc/kubernetes /etc/cni /var/lib/cni /var/lib/etcd /var/lib/kubelet
ip link delete cni0
ip link delete flannel.1
"""
PREFLIGHT = ("/root/kubeadm", "init", "phase", "preflight", "--config=/root/kubeadm.yaml")


@pytest.fixture(scope="class")
def broken(lab: Lab) -> Iterator[Node]:
    """A node on which everything is wrong at once."""
    with lab.nodes(1, bare=True) as (node,):
        faults.plant(node, *faults.FAULTS)
        yield node


def complaints(lab: Lab, node: Node) -> set[str]:
    """The names of the checks by which the real kubeadm finds something wrong."""
    node.copy_in(lab.binary("kubeadm"), "/root/kubeadm")
    node.write("/root/kubeadm.yaml", CONFIG.format(address=node.address))
    return set(re.findall(r"\[(?:ERROR|WARNING) (\S+)\]:", node.run(*PREFLIGHT).stderr))


def apt(node: Node, script: str) -> str:
    return node.shell(f"export DEBIAN_FRONTEND=noninteractive\n{script}", timeout=300).stdout


def install(node: Node) -> None:
    apt(node, REPOSITORY.format(host="pkgs.k8s.io"))
    apt(node, INSTALL.format(version=f"{versions.KUBERNETES}-1.1"))


class TestBareNode:
    def test_has_nothing_of_kubernetes(self, lab: Lab, bare_node: Node) -> None:
        """No program, no file and no package; kubeadm says so, and says no more."""
        for program_name in ("containerd", "runc", "kubelet", "kubeadm", "kubectl", "crictl"):
            assert not bare_node.run("sh", "-c", f"command -v {program_name}").ok, program_name
        for path in ("/etc/containerd", "/etc/kubernetes", "/var/lib/kubelet", "/opt/cni"):
            assert not bare_node.exists(path), path
        assert bare_node.run("systemctl", "is-system-running").stdout == "running\n"
        assert complaints(lab, bare_node) == LACKING

    def test_stays_what_it_is_through_a_power_cycle(self, bare_node: Node) -> None:
        """It boots from its own disk again, with what was installed meanwhile."""
        faults.plant(bare_node, "swap", "kubelet-port")
        bare_node.power_cycle()
        assert "/swapfile" in bare_node.read("/proc/swaps")
        assert bare_node.check("systemctl", "is-active", faults.AGENT).stdout == "active\n"
        assert bare_node.run("apt-get", "update").ok


class TestFaults:
    def test_kubeadm_says_what_is_wrong(self, lab: Lab, broken: Node) -> None:
        """Everything at once, and nothing that wasn't made wrong."""
        assert complaints(lab, broken) == LACKING.union(*SAID.values())

    def test_the_port_has_a_process_a_unit_and_a_package(self, broken: Node) -> None:
        """Whoever looks for the owner of the port finds it by each of the three."""
        listening = broken.check("ss", "--listening", "--tcp", "--processes", "sport = :10250")
        process = re.search(r'"fleet-agent",pid=(\d+)', listening.stdout)
        assert process is not None
        assert "/fleet-agent.service" in broken.read(f"/proc/{process[1]}/cgroup")
        owner = broken.check("dpkg", "--search", "/usr/bin/fleet-agent").stdout
        assert owner == "fleet-agent: /usr/bin/fleet-agent\n"

    def test_swap_is_off_and_on_as_a_person_would_switch_it(self, broken: Node) -> None:
        """swapoff and swapon do what they say to /proc/swaps."""
        assert "/swapfile" in broken.check("swapon", "--show").stdout
        broken.check("swapoff", "-a")
        assert "/swapfile" not in broken.read("/proc/swaps")
        broken.check("swapon", "-a")
        assert "/swapfile" in broken.read("/proc/swaps")

    def test_the_old_cluster_can_be_told_from_a_new_one(self, broken: Node) -> None:
        """Its authority has a name of its own, its admin.conf another server."""
        assert old_cluster.ENDPOINT in broken.read("/etc/kubernetes/admin.conf")
        subject = broken.check(
            "openssl", "x509", "-noout", "-subject", "-in", "/etc/kubernetes/pki/ca.crt"
        )
        assert old_cluster.NAME in subject.stdout
        assert "KUBE-SERVICES" in broken.check("iptables-save").stdout

    def test_the_firewalls_keep_others_out(self, lab: Lab, broken: Node) -> None:
        """A neighbour can't reach the kubelet's port as long as one of the two is there."""
        with lab.nodes(1) as (neighbour,):
            ask = ("curl", "--silent", "--max-time", "2", f"http://{broken.address}:10250/")
            assert neighbour.run(*ask).returncode == 28
            broken.check("ufw", "disable")
            assert neighbour.run(*ask).returncode == 28
            broken.check("nft", "delete", "table", "inet", "filter")
            assert neighbour.run(*ask).ok


class TestPackages:
    def test_are_installed_held_and_gone_again(self, bare_node: Node) -> None:
        """Offline, with apt, from the names the world knows; afterwards the machine is as before."""
        before = snapshot(bare_node)
        install(bare_node)
        after = difference(before, snapshot(bare_node))
        assert f"packages: kubelet: nothing -> {versions.KUBERNETES}-1.1 hi hold" in after
        assert "units: kubelet.service: nothing -> enabled" in after
        assert "units: containerd.service now: nothing -> loaded active running" in after
        assert bare_node.check("kubeadm", "version", "-o", "short").stdout == "v1.37.2\n"
        assert bare_node.exists("/opt/cni/bin/portmap")
        apt(bare_node, PURGE)
        assert difference(before, snapshot(bare_node)) == []

    def test_a_repository_that_somebody_else_signed_is_refused(self, bare_node: Node) -> None:
        """apt takes nothing from it, and says why."""
        with pytest.raises(LabError, match="NO_PUBKEY"):
            apt(bare_node, REPOSITORY.format(host=internet.FORGED))
        assert not bare_node.run("apt-get", "--yes", "install", "kubelet").ok
        apt(bare_node, REPOSITORY.format(host=internet.MIRROR))
        assert "kubelet" in apt(bare_node, "apt-cache policy kubelet")

    def test_keys_are_known_by_their_fingerprints(self, bare_node: Node) -> None:
        """All mirrors offer the community's key but one, which offers, and signs with, its own."""
        apt(bare_node, "apt-get --quiet update; apt-get --quiet --yes install gpg")
        offered = {}
        for host in ("pkgs.k8s.io", internet.MIRROR, internet.FORGED, internet.IMPOSTOR):
            bare_node.run("sh", "-ec", REPOSITORY.format(host=host))
            shown = bare_node.check("gpg", "--show-keys", "/etc/apt/keyrings/kubernetes.asc").stdout
            offered[host] = "".join(re.findall(r"^ +([0-9A-F]{40})$", shown, re.MULTILINE))
        community, stranger = map(repository.fingerprint, ("community", "stranger"))
        assert list(offered.values()) == [community, community, community, stranger]
        assert community != stranger
        assert "kubelet" in apt(bare_node, "apt-get --quiet update; apt-cache policy kubelet")

    def test_release_binaries_have_checksums(self, bare_node: Node) -> None:
        """They are where dl.k8s.io has them; those of the forged mirror don't match."""
        fetch = """
import hashlib, sys, urllib.request
where = f"https://{sys.argv[1]}/release"
def read(path): return urllib.request.urlopen(f"{where}/{path}").read()
version = read("stable-1.37.txt").decode()
program = f"{version}/bin/linux/amd64/kubeadm"
print(version, hashlib.sha256(read(program)).hexdigest() == read(program + ".sha256").decode())
"""
        for host, matches in (("dl.k8s.io", True), (internet.FORGED, False)):
            said = bare_node.check("python3", "-c", fetch, host).stdout
            assert said == f"v1.37.2 {matches}\n"


class TestSnapshots:
    def test_nothing_changes_by_itself(self, bare_node: Node) -> None:
        """Two snapshots of a machine that nobody touches are the same."""
        before = snapshot(bare_node)
        assert difference(before, snapshot(bare_node)) == []

    def test_each_kind_of_change_shows(self, bare_node: Node) -> None:
        """One line for what was done to each section, and none for what is to be ignored."""
        before = snapshot(bare_node)
        bare_node.shell(
            "chmod 600 /etc/fstab; ln -s x /etc/new; echo >>/var/log/new; "
            "sysctl -qw net.ipv4.ip_forward=1; systemctl -q mask dbus.service; "
            "apt-mark hold tmux; iptables -N MINE; ip link add mine type bridge; "
            "mount -t tmpfs mine /srv"
        )
        lines = difference(before, snapshot(bare_node))
        changed = {line.partition(" -> ")[0].rpartition(": ")[0] for line in lines}
        assert changed >= {
            "files: /etc/fstab", "files: /etc/new", "sysctls: net.ipv4.ip_forward",
            "units: dbus.service", "packages: tmux", "firewall: table ip filter chain MINE",
            "links: mine", "mounts: /srv",
        }  # fmt: skip
        assert "files: /var/log/new" not in changed

    def test_what_came_went_and_changed_is_told_apart(self) -> None:
        """A line says what was there before and what is there now."""
        rest: dict[str, dict[str, str]] = {name: {} for name in SECTIONS}
        before = Snapshot({**rest, "links": {"a": "1", "b": "1", "c": "1"}})
        after = Snapshot({**rest, "links": {"a": "1", "b": "2", "d": "1"}})
        assert difference(before, after) == [
            "links: b: 1 -> 2", "links: c: 1 -> nothing", "links: d: nothing -> 1",
        ]  # fmt: skip

    def test_what_changes_by_itself_is_left_out(self) -> None:
        """By section and pattern: a name that is ignored among the units counts among the links."""
        rest: dict[str, dict[str, str]] = {name: {} for name in SECTIONS}
        unit = {"session-1.scope now": "loaded active running"}
        assert difference(Snapshot(rest), Snapshot({**rest, "units": unit})) == []
        assert len(difference(Snapshot(rest), Snapshot({**rest, "links": unit}))) == 1
        assert len(difference(Snapshot(rest), Snapshot({**rest, "units": unit}), ())) == 1


class TestByHand:
    def test_a_person_gets_from_all_wrong_to_a_cluster(self, lab: Lab, broken: Node) -> None:
        """Shell commands mend it, apt installs, and the real kubeadm makes a cluster that works."""
        broken.shell(MEND)
        install(broken)
        assert complaints(lab, broken) <= {program.LAB_IGNORES}
        init = ("kubeadm", "init", "--config=/root/kubeadm.yaml")
        ignored = f"--ignore-preflight-errors={program.LAB_IGNORES}"
        broken.check(*init, ignored, timeout=600)
        until(lambda: podnet.connect(broken, (broken,)))
        until(lambda: is_ready(broken), seconds=120)
        until(lambda: dns_runs(broken), seconds=120)


def is_ready(node: Node) -> None:
    where = "jsonpath={.status.conditions[?(@.type=='Ready')].status}"
    said = node.check(*podnet.KUBECTL, "get", "node", node.name, "-o", where).stdout
    if said != "True":
        raise LabError(f"{node.name} isn't ready")


def dns_runs(node: Node) -> None:
    rollout = ("rollout", "status", "deployment/coredns", "--namespace=kube-system", "--timeout=5s")
    node.check(*podnet.KUBECTL, *rollout)
