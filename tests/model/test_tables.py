"""The tables of the components' own configurations."""

from __future__ import annotations

import pytest

from phases.model import schema, tables


@pytest.mark.parametrize(
    ("kind", "count"), [("KubeletConfiguration", 126), ("KubeProxyConfiguration", 24)]
)
def test_every_field_of_go_is_there(kind: str, count: int) -> None:
    """As many fields as the Go types of release 1.37 have."""
    assert len(tables.record(kind).fields) == count


def test_the_notation_is_understood() -> None:
    """Pointers, lists, maps, always-written fields and later ones come out of their words."""
    kubelet, proxy = tables.record("KubeletConfiguration"), tables.record("KubeProxyConfiguration")
    max_pods, taints = kubelet.field("maxPods"), kubelet.field("registerWithTaints")
    curves, addresses = kubelet.field("tlsCurvePreferences"), proxy.field("nodePortAddresses")
    assert max_pods == schema.Field("maxPods", "maxPods", schema.Whole())
    assert taints
    assert isinstance(taints.shape, schema.Items)
    assert isinstance(taints.shape.of, schema.Record)
    assert curves
    assert curves.since == 36
    assert addresses
    assert addresses.always
    enabled = kubelet.field("enableServer")
    assert enabled
    assert enabled.pointer


def test_an_unknown_table_is_an_error() -> None:
    """A name that no table has raises KeyError."""
    with pytest.raises(KeyError):
        tables.record("PodConfiguration")
