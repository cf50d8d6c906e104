"""Data only: which programs the lab builds, of which version, and which images hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KUBERNETES = "1.37.2"
CONTAINERD = "2.4.2"
ETCD = "3.7.3"
COREDNS = "1.14.6"
PAUSE = "3.10.2"

# the newest published patch of each older minor: what its kubeadm writes is what we compare with
OLDER_KUBEADM = {"1.36": "1.36.3", "1.35": "1.35.4"}

REGISTRY = "registry.k8s.io"
DEBIAN = "bookworm"
GO = (1, 26)


@dataclass(frozen=True, eq=False)
class GoModule:
    """A published Go module, and the programs to build from it (name -> package)."""

    name: str
    path: str
    version: str
    programs: dict[str, str]
    flags: tuple[str, ...] = ()


def kubernetes(version: str, *programs: str) -> GoModule:
    """Programs of one release of Kubernetes."""
    stamps = {
        "k8s.io/component-base/version.gitVersion": f"v{version}",
        "k8s.io/component-base/version.gitMajor": "1",
        "k8s.io/component-base/version.gitMinor": version.split(".")[1],
        "k8s.io/component-base/version.gitTreeState": "clean",
        "k8s.io/client-go/pkg/version.gitVersion": f"v{version}",
    }
    ldflags = " ".join(["-s -w", *(f"-X {name}={value}" for name, value in stamps.items())])
    return GoModule(
        name=f"kubernetes-{version}",
        path="k8s.io/kubernetes",
        version=version,
        programs={name: f"k8s.io/kubernetes/cmd/{name}" for name in programs},
        flags=("-ldflags", ldflags),
    )


_STRIPPED = ("-ldflags", "-s -w")
_CONTAINERD = "github.com/containerd/containerd/v2"

MODULES = (
    kubernetes(
        KUBERNETES,
        "kubeadm",
        "kubectl",
        "kubelet",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kube-proxy",
    ),
    GoModule(
        "etcd", "go.etcd.io/etcd/server/v3", ETCD, {"etcd": "go.etcd.io/etcd/server/v3"}, _STRIPPED
    ),
    GoModule(
        "etcdctl",
        "go.etcd.io/etcd/etcdctl/v3",
        ETCD,
        {"etcdctl": "go.etcd.io/etcd/etcdctl/v3"},
        _STRIPPED,
    ),
    GoModule(
        "containerd",
        _CONTAINERD,
        CONTAINERD,
        {
            name: f"{_CONTAINERD}/cmd/{name}"
            for name in ("containerd", "ctr", "containerd-shim-runc-v2")
        },
        ("-tags", "no_btrfs", "-ldflags", f"-s -w -X {_CONTAINERD}/version.Version={CONTAINERD}"),
    ),
    GoModule(
        "coredns",
        "github.com/coredns/coredns",
        COREDNS,
        {"coredns": "github.com/coredns/coredns"},
        _STRIPPED,
    ),
    *(kubernetes(version, "kubeadm") for version in OLDER_KUBEADM.values()),
)


@dataclass(frozen=True, eq=False)
class Image:
    """A container image: programs of ours on a base, each at one or more paths."""

    reference: str
    programs: Mapping[str, tuple[str, ...]]
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    base: str = "empty"


def _component(name: str, tag: str = f"v{KUBERNETES}", *more: str, base: str = "empty") -> Image:
    programs = {program: (f"usr/local/bin/{program}",) for program in (name, *more)}
    return Image(f"{REGISTRY}/{name}:{tag}", programs, base=base)


TEST_IMAGE = f"{REGISTRY}/kubeboot-test:1"

IMAGES = (
    # a pause image without an entrypoint fails only when the first pod starts
    Image(f"{REGISTRY}/pause:{PAUSE}", {"pause": ("pause",)}, entrypoint=("/pause",)),
    _component("etcd", "3.7.0-0", "etcdctl"),
    _component("kube-apiserver"),
    _component("kube-controller-manager"),
    _component("kube-scheduler"),
    _component("kube-proxy", base="proxy"),
    Image(
        f"{REGISTRY}/coredns/coredns:v{COREDNS}",
        {"coredns": ("coredns",)},
        entrypoint=("/coredns",),
    ),
    Image(
        TEST_IMAGE,
        {"web": ("bin/web", "bin/wget", "bin/nslookup")},
        command=("/bin/web",),
        base="busybox",
    ),
)
