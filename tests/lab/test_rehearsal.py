"""A rehearsal on a real machine touches nothing outside its folder, watched with a file-system diff."""

from __future__ import annotations

from . import program
from .node import Node

CONFIG = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
controlPlaneEndpoint: master.example:6443
"""
FOLDER = "/srv/rehearsal"
VOLATILE = (
    "/var/log/journal",
    "/var/lib/containerd",
    "/var/lib/systemd",
    "/var/cache/kubeboot-tui",
)
"""What a running machine writes by itself, and where the one file unpacks itself once."""
NAMED = ("/run", "/tmp", "/dev/shm", "/var/lib/containerd", "/var/lib/systemd")  # noqa: S108
"""Memory and what services keep writing: there nothing new may appear and nothing go."""
RESTLESS = ("/run/systemd", "/run/log", "/run/udev")
NAMES = (
    f"find {' '.join(NAMED)} -xdev {' '.join(f'-path {path} -prune -o' for path in RESTLESS)} "
    "-printf '%p %y %m %U %G\\n' 2>/dev/null | sort -u"
)


def snapshot(node: Node) -> set[str]:
    """Every file of the node with its change time, mode, owner and size; only FOLDER left out."""
    leave_out = " ".join(f"-path {path} -prune -o" for path in (FOLDER, *VOLATILE))
    script = f"find / /etc /var -xdev {leave_out} -type d -printf 'dir %p %m %U %G\\n' -o "
    script += "-printf '%p %C@ %m %U %G %s\\n' 2>/dev/null | sort -u"
    return set(node.shell(f"{script}; {NAMES}").stdout.splitlines())


def objects_and_services(node: Node) -> str:
    """What else a run could change: units, kernel settings, running containers."""
    return node.shell(
        "systemctl list-unit-files --no-pager; systemctl is-active kubelet || true; "
        "sysctl -a 2>/dev/null | grep -E 'ip_forward|forwarding|bridge-nf'; "
        "ctr -n k8s.io containers list"
    ).stdout


def test_rehearsal_touches_nothing_outside_its_folder(node: Node) -> None:
    """As root, on a machine where it could: two rehearsals leave the rest of the machine as it was."""
    program.install(node)
    node.write(program.CONFIG, CONFIG)
    node.check("kubeboot-tui", "--version")
    services = objects_and_services(node)  # asked first: containerd writes when it is asked
    before = snapshot(node)
    rehearse = ("kubeboot-tui", "init", "--rehearse", FOLDER, "--config", program.CONFIG)
    assert "this machine was not touched" in node.check(*rehearse).stdout
    assert "Nothing to do" in node.check(*rehearse).stdout
    assert snapshot(node) == before
    assert objects_and_services(node) == services
    assert node.exists(f"{FOLDER}/etc/kubernetes/pki/ca.crt")


def test_the_diff_would_see_a_write(node: Node) -> None:
    """The watch itself works: a changed file, a changed mode and new files in memory are seen."""
    before = snapshot(node)
    node.shell("echo changed >>/etc/hosts; chmod 640 /etc/hostname; touch /run/new /tmp/new")
    seen = {line.split()[0] for line in snapshot(node) ^ before}
    assert seen == {"/etc/hosts", "/etc/hostname", "/run/new", "/tmp/new"}  # noqa: S108
