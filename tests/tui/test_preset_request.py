"""`--preset` without a screen: under a file, under flags, refused where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases.engine.errors import ConfigurationError
from phases.engine.request import Request
from phases.engine.resolve import resolve
from phases.model.load import load
from phases.model.types import Configuration
from tests.fakes import FakeHost
from tui import cli
from tui.init import make_request

CLUSTER = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"


def asked(*words: str) -> Request:
    return make_request(cli.parser().parse_args(["init", *words]))


def configured(request: Request) -> Configuration:
    return load(request.config or "", name="k")


def test_a_preset_alone_is_the_configuration() -> None:
    """Its documents, and how to run."""
    request = asked("--preset", "ha", "--control-plane-endpoint", "k8s.lan")
    cluster = configured(request).cluster
    assert (cluster.networking.pod_subnet, cluster.control_plane_endpoint) == (
        "10.244.0.0/16",
        "k8s.lan",
    )
    assert request.upload_certs
    assert request.flags == {}


def test_flags_go_over_it() -> None:
    """All flags may: a preset is no file, beside which kubeadm would refuse most of them."""
    request = asked("--preset", "lab", "--pod-network-cidr", "10.9.0.0/16")
    configuration = configured(request)
    assert configuration.cluster.networking.pod_subnet == "10.9.0.0/16"
    assert configuration.init.node_registration.taints == ()
    assert configuration.kubelet == {"failSwapOn": False}


def test_a_file_goes_over_it(tmp_path: Path) -> None:
    """What the file says stays; the preset fills in the rest, and the name tells of both."""
    file = tmp_path / "k.yaml"
    file.write_text(f"{CLUSTER}networking: {{podSubnet: 10.9.0.0/16}}\nclusterName: mine\n")
    request = asked("--preset", "edge", "--config", str(file))
    cluster = configured(request).cluster
    assert (cluster.networking.pod_subnet, cluster.cluster_name) == ("10.9.0.0/16", "mine")
    assert cluster.encryption_algorithm == "ECDSA-P256"
    assert request.config_name == f"{file} (edge)"


def test_beside_a_file_flags_are_refused_as_ever(tmp_path: Path) -> None:
    """The rule is kubeadm's, and a preset doesn't lift it."""
    file = tmp_path / "k.yaml"
    file.write_text(CLUSTER)
    request = asked("--preset", "lab", "--config", str(file), "--pod-network-cidr", "10.9.0.0/16")
    with pytest.raises(ConfigurationError, match="can't stand beside --config"):
        resolve(request, FakeHost())


def test_what_is_wrong_in_the_file_is_told_with_the_files_own_line(tmp_path: Path) -> None:
    """Not with the line that it would have once the preset is laid under it."""
    file = tmp_path / "k.yaml"
    file.write_text(f"{CLUSTER}\n\nclusterNam: x\n")
    with pytest.raises(ConfigurationError) as refused:
        asked("--preset", "lab", "--config", str(file))
    assert f"{file}:5:1" in str(refused.value)


def test_an_unknown_preset_is_refused() -> None:
    """With the names of those that there are; a bad flag is refused as it is without one."""
    with pytest.raises(ConfigurationError, match=r"there is no preset 'labb'.*lab, production"):
        asked("--preset", "labb")
    with pytest.raises(ConfigurationError, match="token-ttl"):
        asked("--preset", "lab", "--token-ttl", "1day")
