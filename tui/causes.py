"""From a failure back to the form: which section holds what probably caused it. A guess, said as one."""

from __future__ import annotations

import re

from phases.engine.events import Failure

BAD_FLAG = re.compile(r"unknown flag|invalid argument|flag provided but not defined")
"""What a component says of a flag that it doesn't take; flags come from extraArgs."""

BY_CODE = {
    "ImagePull": "images",
    "kubelet-start": "runtime",
    "kubelet-unhealthy": "runtime",
    "external-authority": "certificates",
    "foreign-certificate": "certificates",
    "foreign-kubeconfig": "certificates",
    "foreign-sa": "certificates",
    "missing-authority": "certificates",
    "unsigned-cluster-info": "tokens",
    "node-missing": "node",
    "runtime-failed": "runtime",
}
BY_PHASE = {
    "certs": "certificates",
    "images": "images",
    "etcd": "etcd",
    "control-plane": "control-plane",
    "kubelet-start": "runtime",
    "bootstrap-token": "tokens",
    "addon": "addons",
}


def section(failure: Failure) -> str:
    """The section to open; empty where there is no telling."""
    if BAD_FLAG.search(failure.why):
        return "control-plane"
    if failure.code in BY_CODE:
        return BY_CODE[failure.code]
    if home := _of_path(failure.where):
        return home
    return BY_PHASE.get(failure.where.partition("/")[0], "")


def _of_path(where: str) -> str:
    """For an error of the configuration: the section of the field that it names."""
    from tui import sections

    for word in re.findall(r"[A-Za-z][\w.\[\]]+", where):
        if sections.field_of(word) is not None:
            return sections.home_of(word)
    return ""
