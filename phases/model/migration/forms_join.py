"""Forms for how a node of old found its cluster and joined it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from phases.model import yaml_source
from phases.model.migration.step import Lost, Put, Step, is_true
from phases.model.network import join_host_port
from phases.model.yaml_source import Scalar, Sequence


def first(step: Step) -> Iterator[Put | Lost]:
    """The first of several; the others have no place any more."""
    items = step.node.items if isinstance(step.node, Sequence) else ()
    yield from (Put(step.move.to, item) for item in items[:1])
    for index, item in enumerate(items[1:], 1):
        advice = "Remove it; there is one address, so let it lead to all control planes"
        yield Lost(f"[{index}]", item.place, advice, stops=False)


def master(step: Step) -> Iterator[Put | Lost]:
    """The address of a master, with the port that stood beside it."""
    port = step.other("apiPort")
    number = port.text if isinstance(port, Scalar) and port.text.isdecimal() else "6443"
    for found in first(step):
        if isinstance(found, Put) and isinstance(found.node, Scalar):
            address = join_host_port(found.node.text, int(number))
            yield Put(found.to, replace(found.node, text=address))
        else:
            yield found


def both_tokens(step: Step) -> Iterator[Put | Lost]:
    """One token for finding the cluster and for joining it, where neither has one of its own."""
    finding = step.other("discoveryToken") is not None or step.other("discoveryFile") is not None
    if not finding:
        yield Put("join.discovery.bootstrapToken.token", step.node)
    elif step.other("tlsBootstrapToken") is None:
        yield Put("join.discovery.tlsBootstrapToken", step.node)
    else:
        advice = "Remove it; it had no effect beside the tokens that have a field of their own"
        yield Lost("", step.node.place, advice, stops=False)


def control_plane(step: Step) -> Iterator[Put | Lost]:
    """True made the node a control plane; a block of its own does so now."""
    if is_true(step.node):
        yield Put(step.move.to, yaml_source.Mapping((), step.node.place))
