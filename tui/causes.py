"""From a failure back to the form: which field holds what probably caused it. A guess, said as one.

What the cause is, judges the engine (`phases.engine.causes`); here each has its field.
"""

from __future__ import annotations

import re

from phases.engine.events import Failure
from tui.fields.extras import KUBECONFIG, MANIFEST

BAD_FLAG = re.compile(r"unknown flag|invalid argument|flag provided but not defined")
"""What a component says of a flag that it doesn't take; flags come from extraArgs."""

FLAG_CAUSES = ("unknown-flag", "bad-flag-value", "unknown-gate")
SOCKET = "nodeRegistration.criSocket"
FLAGS = {
    "kube-apiserver": "apiServer.extraArgs",
    "kube-controller-manager": "controllerManager.extraArgs",
    "kube-scheduler": "scheduler.extraArgs",
    "kubelet": "nodeRegistration.kubeletExtraArgs",
    "etcd": "etcd.local.extraArgs",
}
"""Where the flags of each program come from."""

BY_CAUSE = {
    "cgroup-v1": "KubeletConfiguration.failCgroupV1",
    "swap-on": "KubeletConfiguration.failSwapOn",
    "cgroup-driver": "KubeletConfiguration.cgroupDriver",
    "runtime-down": SOCKET,
    "cri-disabled": SOCKET,
    "node-name": "nodeRegistration.name",
    "port-in-use": "localAPIEndpoint.bindPort",
    "address-not-here": "localAPIEndpoint.advertiseAddress",
    "etcd-leftover": "etcd.local.dataDir",
    "etcd-damaged": "etcd.local.dataDir",
    "etcd-unreachable": "etcd",
    "certificate-names": "apiServer.certSANs",
    "other-authority": "certificatesDir",
    "no-such-image": "imageRepository",
    "missing-in-container": "apiServer.extraVolumes",
}
NO_FIELD = ("clock", "no-space", "read-only", "killed", "too-many-files", "no-kubelet-unit")
"""Causes that no field mends: the form is opened where one was."""

BY_CODE = {
    "ImagePull": "imageRepository",
    "kubelet-start": "KubeletConfiguration.cgroupDriver",
    "kubelet-unhealthy": "KubeletConfiguration.cgroupDriver",
    "external-authority": "certificatesDir",
    "foreign-certificate": "certificatesDir",
    "foreign-kubeconfig": "certificatesDir",
    "foreign-sa": "certificatesDir",
    "missing-authority": "certificatesDir",
    "unsigned-cluster-info": "bootstrapTokens",
    "node-missing": "nodeRegistration.name",
    "runtime-failed": SOCKET,
    "unknown-kind": MANIFEST,
    "unserved-kind": MANIFEST,
    "no-such-user": KUBECONFIG,
}
BY_PHASE = {
    "certs": "certificatesDir",
    "images": "imageRepository",
    "etcd": "etcd",
    "control-plane": "apiServer.extraArgs",
    "kubelet-start": "KubeletConfiguration.cgroupDriver",
    "bootstrap-token": "bootstrapTokens",
    "addon": "KubeProxyConfiguration.mode",
    "network": MANIFEST,
    "user-kubeconfig": KUBECONFIG,
}


IGNORE = "nodeRegistration.ignorePreflightErrors"
BY_CHECK = {
    "AdvertiseAddress": "localAPIEndpoint.advertiseAddress",
    "NetworkRanges": "networking.podSubnet",
    "ControlPlaneEndpoint": "controlPlaneEndpoint",
    "Hostname": "nodeRegistration.name",
    "Swap": "KubeletConfiguration.failSwapOn",
    "Resolver": "KubeletConfiguration.resolvConf",
    "CRI": SOCKET,
    "ContainerRuntimeVersion": SOCKET,
    "CgroupDriver": "KubeletConfiguration.cgroupDriver",
    "KubernetesVersion": "kubernetesVersion",
    "KubeletVersion": "kubernetesVersion",
    "Registry": "imageRepository",
    "DirAvailable": "etcd.local.dataDir",
    "ExternalEtcdVersion": "etcd.external.endpoints",
    "ExternalEtcdClientCertificates": "etcd.external.certFile",
}
"""The field of what a check looks at, by its name up to the first dash; the others can only be waived."""

FIXED_PORTS = ("10250", "10257", "10259", "2379", "2380")
"""Ports that no field moves; any other is the API server's."""


def path(failure: Failure) -> str:
    """The path of the field to go to; empty where there is no telling."""
    if failure.code == "preflight":
        return _of_check(failure.why)
    if failure.cause_code in BY_CAUSE:
        return BY_CAUSE[failure.cause_code]
    if failure.cause_code in FLAG_CAUSES:
        return _flags_of(failure.cause)
    if failure.cause_code in NO_FIELD:
        return ""
    if BAD_FLAG.search(failure.why):
        return _flags_of(f"{failure.what} {failure.why}")
    if failure.code in BY_CODE:
        return BY_CODE[failure.code]
    return _named(failure.where) or BY_PHASE.get(failure.where.partition("/")[0], "")


def _of_check(why: str) -> str:
    """The field of the first failed check that has one; else where checks are let only warn."""
    for name, detail in re.findall(r"^\[(\w+)(?:-(\S+))?\]", why, re.MULTILINE):
        if name == "Port" and detail not in FIXED_PORTS:
            return "localAPIEndpoint.bindPort"
        if name in BY_CHECK:
            return BY_CHECK[name]
    return IGNORE


def _flags_of(words: str) -> str:
    """The flags of the program that is named first."""
    named = re.search("|".join(sorted(FLAGS, key=len, reverse=True)), words)
    return FLAGS[named[0]] if named else "apiServer.extraArgs"


def _named(where: str) -> str:
    """For an error of the configuration: the path that it names."""
    from tui import sections

    words = re.findall(r"[A-Za-z][\w.\[\]]+", where)
    return next((word for word in words if sections.field_of(word) is not None), "")
