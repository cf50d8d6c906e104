"""A master in memory that is ready for init, to be spoilt one thing at a time by the tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from phases.checks.check import Check, Finding
from phases.checks.kernel_config import BY_GROUPS, REQUIRED
from phases.checks.modules import BRIDGED
from phases.checks.runtime import BASIC_PLUGINS
from phases.checks.table import IS_ROOT, TABLES, Kind
from phases.engine.context import Context, Options
from phases.engine.events import Event, Report, Warned
from phases.model.types import (
    APIEndpoint,
    ClusterConfiguration,
    Configuration,
    Etcd,
    ExternalEtcd,
    InitConfiguration,
    LocalEtcd,
    Networking,
    NodeRegistration,
)
from phases.model.versions import parse_version
from phases.system.ports import Runtime
from tests.fakes import FakeClock, FakeHost, FakeRuntime

KERNEL = "6.12.1-generic"
OPTIONS = "".join(f"CONFIG_{name.partition('|')[0]}=y\n" for name in (*REQUIRED, *BY_GROUPS[2]))
UNIT = """\
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/boot.conf --kubeconfig=/k.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS
"""
FILES = {
    "/proc/swaps": "Filename Type Size Used Priority\n",
    "/proc/sys/net/ipv4/ip_forward": "1\n",
    "/proc/sys/net/ipv6/conf/default/forwarding": "1\n",
    "/proc/sys/kernel/osrelease": f"{KERNEL}\n",
    f"/boot/config-{KERNEL}": OPTIONS,
    "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma\n",
    "/proc/filesystems": "nodev\tsysfs\nnodev\toverlay\n\text4\n",
    BRIDGED[4]: "1\n",
    "/proc/sys/fs/inotify/max_user_instances": "8192\n",
    "/proc/sys/fs/inotify/max_user_watches": "524288\n",
    "/proc/mounts": "/dev/vda1 / ext4 rw,relatime 0 0\n",
    "/etc/machine-id": "4a1bb33f2fbd4e1f9a3f0f1f2b7d9c10\n",
    "/etc/resolv.conf": "search example.org\nnameserver 192.0.2.53\n",
    **{f"/opt/cni/bin/{name}": "" for name in BASIC_PLUGINS},
}
PROGRAMS = ("mount", "cp", "losetup", "runc", "apparmor_parser")
PAUSE = "registry.k8s.io/pause:3.10.2"
LOCAL = Configuration(
    InitConfiguration(
        node_registration=NodeRegistration(name="master", cri_socket="unix:///run/containerd.sock"),
        local_api_endpoint=APIEndpoint("192.0.2.10", 6443),
    ),
    ClusterConfiguration(
        etcd=Etcd(local=LocalEtcd(data_dir="/var/lib/etcd")),
        networking=Networking("10.96.0.0/12", "10.244.0.0/16", "cluster.local"),
        kubernetes_version="v1.37.2",
        certificates_dir="/etc/kubernetes/pki",
        image_repository="registry.k8s.io",
    ),
)
EXTERNAL = replace(
    LOCAL,
    cluster=replace(
        LOCAL.cluster,
        etcd=Etcd(
            external=ExternalEtcd(
                ("https://192.0.2.7:2379",),
                ("http://192.0.2.7:2381",),
                ca_file="/etcd/ca.crt",
                cert_file="/etcd/client.crt",
                key_file="/etcd/client.key",
            )
        ),
    ),
)


STRANGER = "kubeboot-"
"""How a name begins that no search domain knows."""


def ready_runtime() -> FakeRuntime:
    runtime = FakeRuntime()
    runtime.fact = replace(runtime.fact, sandbox_image=PAUSE)
    return runtime


def ready_host() -> FakeHost:
    host = FakeHost(FILES)
    for name in PROGRAMS:
        host.write(f"/usr/bin/{name}", b"", mode=0o755)
    host.answer("kubelet --version", stdout="Kubernetes v1.37.2\n")
    host.answer("kubeadm version", stdout="v1.37.2\n")
    host.answer("kubectl version", stdout="Client Version: v1.37.2\nKustomize Version: v5.8.0\n")
    host.answer("systemctl cat kubelet", stdout=UNIT)
    host.answer(f"getent ahosts {STRANGER}", code=2)
    host.answer("systemctl is-active firewalld", code=3, stdout="inactive\n")
    host.answer("ip -j", stdout='[{"dst": "default"}, {"dst": "192.0.2.0/24"}]')
    return host


@dataclass
class Bench:
    """The parts of a context, in the open."""

    host: FakeHost = field(default_factory=ready_host)
    runtime: FakeRuntime = field(default_factory=ready_runtime)
    kind: Kind = "init"
    configuration: Configuration = LOCAL
    options: Options = field(default_factory=Options)
    ours: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)

    def context(self) -> Context:
        def nowhere(*_: Any) -> Any:
            raise AssertionError("a check talks to no cluster and hands nothing over")

        def runtime() -> Runtime:
            return self.runtime

        return Context(
            phase="preflight",
            configuration=self.configuration,
            version=parse_version(self.configuration.cluster.kubernetes_version),
            options=self.options,
            host=self.host,
            clock=FakeClock(),
            emit=self.events.append,
            hand_over=nowhere,
            handed_over=nowhere,
            connect=nowhere,
            open_runtime=runtime,
            ours=frozenset(self.ours),
        )

    def check(self, name: str) -> Check:
        """The check of this name."""
        checks = (IS_ROOT, *TABLES[self.kind])
        return {check.called(self.configuration): check for check in checks}[name]

    def findings(self, name: str) -> list[Finding]:
        """What the check of this name finds; empty as well when it doesn't apply."""
        check = self.check(name)
        return list(check.look(self.context())) if check.applies(self.configuration) else []

    def finding(self, name: str) -> Finding:
        """The one thing that a check finds."""
        (found,) = self.findings(name)
        return found

    def level(self, name: str) -> str:
        return self.finding(name).level

    def facts(self, **changes: Any) -> None:
        """Changes what the machine says of itself."""
        self.host.facts = replace(self.host.facts, **changes)

    def cluster(self, **changes: Any) -> None:
        cluster = replace(self.configuration.cluster, **changes)
        self.configuration = replace(self.configuration, cluster=cluster)

    def init(self, **changes: Any) -> None:
        init = replace(self.configuration.init, **changes)
        self.configuration = replace(self.configuration, init=init)

    def kubelet(self, **document: Any) -> None:
        self.configuration = replace(self.configuration, kubelet=document)

    def plant(self, path: str, content: str = "", *, ours: bool = False) -> None:
        """Puts a file on the machine, by us or by somebody else."""
        self.host.make_directory(path.rpartition("/")[0], mode=0o755)
        self.host.write(path, content.encode(), mode=0o644)
        if ours:
            self.ours.add(path)

    @property
    def states(self) -> dict[str, str]:
        """The latest state reported for each check."""
        reports = (event for event in self.events if isinstance(event, Report))
        return {report.item: report.data["state"] for report in reports}

    @property
    def warnings(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Warned)]
