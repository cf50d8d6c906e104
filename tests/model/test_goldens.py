"""What the real kubeadm 1.37.2 makes of whole files, byte for byte.

`*_migrated.yaml` came from `kubeadm config migrate`, `kubelet.yaml` and `kube_proxy.yaml` from dry runs
of its phases with `components.yaml`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from phases.model.component_defaults import kube_proxy_configuration, kubelet_configuration
from phases.model.defaults import Surroundings, complete
from phases.model.dump import to_documents, to_yaml
from phases.model.load import load
from phases.model.types import Configuration
from phases.model.validate import problems

GOLDEN = Path(__file__).parent / "golden"


def text(name: str) -> str:
    return (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")


def completed(name: str) -> Configuration:
    return complete(load(text(name), name=name), Surroundings("unused", "10.0.0.5"))


@pytest.mark.parametrize("name", ["local_etcd", "external_etcd"])
def test_a_file_is_completed_and_written_as_kubeadm_does(name: str) -> None:
    """Every field of both documents, their order and their quotes agree."""
    assert to_documents(completed(name)) == text(f"{name}_migrated")


@pytest.mark.parametrize("name", ["local_etcd", "external_etcd", "components"])
def test_what_kubeadm_accepts_has_no_problems(name: str) -> None:
    """These files are sound for kubeadm, so they are for us."""
    assert problems(completed(name)) == ()


def test_a_kubelets_configuration_is_normalised_as_go_does() -> None:
    """Durations, quantities, numbers, empty values and the order of keys agree."""
    found = kubelet_configuration(
        completed("components"), 37, resolv_conf="", cri_socket="unix:///run/x.sock"
    )
    assert to_yaml(found) == text("kubelet")


def test_kube_proxys_configuration_is_normalised_as_go_does() -> None:
    """The same for kube-proxy, whose fields are all written."""
    assert to_yaml(kube_proxy_configuration(completed("components"), 37)) == text("kube_proxy")
