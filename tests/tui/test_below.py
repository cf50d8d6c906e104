"""Where an address goes, as the form tells it: held against what is made of the same configuration."""

from __future__ import annotations

import pytest
from rich.console import Console

from phases.render.endpoints import local_endpoint
from phases.render.kubeconfig import KUBECONFIGS
from tests.tui.machine import FACTS
from tui.fields.cluster import EITHER, EXTERNAL
from tui.session import Session
from tui.widgets import below

ADDRESS = "192.0.2.10"


def told(session: Session, section: str) -> str:
    session.section = section
    console = Console(width=100)
    with console.capture() as captured:
        console.print(below.explanation(session))
    return captured.get()


def test_without_an_endpoint_everything_goes_to_the_address() -> None:
    """All kubeconfigs have it, and so do the join command and what nodes are told."""
    session = Session(FACTS)
    configuration = session.verdict.configuration
    assert {row.server(configuration) for row in KUBECONFIGS} == {f"https://{ADDRESS}:6443"}
    text = told(session, "node")
    for words in (
        "Kubeconfigs    https://192.0.2.10:6443",
        "Joining nodes  192.0.2.10:6443: join command, cluster-info, kube-proxy",
        "etcd           192.0.2.10:2379, :2380",
        "of the API server and of etcd",
        "annotations of the API server and of etcd",
    ):
        assert words in text


def test_with_an_endpoint_only_what_stays_here_goes_to_the_address() -> None:
    """The kubeconfigs of kubelet, controller manager and scheduler do; the others use the endpoint."""
    session = Session(FACTS)
    session.set_field("controlPlaneEndpoint", "k8s.lan")
    configuration = session.verdict.configuration
    local = [
        row.name
        for row in KUBECONFIGS
        if row.server(configuration) == local_endpoint(configuration)
    ]
    assert local == ["kubelet", "controller-manager", "scheduler"]
    text = told(session, "node")
    assert "Kubeconfigs   of kubelet, controller manager and scheduler here" in text
    assert "not to        admin.conf, kube-proxy and joining nodes: k8s.lan:6443" in text
    assert "https://" not in text
    text = told(session, "endpoint")
    assert (
        "admin.conf, kube-proxy, joining nodes and further control planes use k8s.lan:6443" in text
    )
    assert "controller manager and scheduler of this machine keep to 192.0.2.10" in " ".join(
        text.split()
    )


@pytest.mark.parametrize("endpoint", ["", "k8s.lan"])
def test_with_an_external_etcd_nothing_of_etcd_is_here(endpoint: str) -> None:
    """Neither ports nor certificates nor a manifest."""
    session = Session(FACTS)
    session.set_field(EITHER, EXTERNAL[1])
    session.set_field("controlPlaneEndpoint", endpoint)
    assert "etcd" not in told(session, "node")


def test_what_is_no_endpoint_yet_breaks_nothing() -> None:
    """While it is typed, it is shown as it stands."""
    session = Session(FACTS)
    for text in ("h", "https://", "[", "a:b:c"):
        session.set_field("controlPlaneEndpoint", text)
        assert text in told(session, "node")
        assert text in told(session, "endpoint")
