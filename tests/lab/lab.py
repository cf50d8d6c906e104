"""The lab as tests see it: nodes that are this session's own, and the programs it built."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from . import build, content, network, registry, reserve, versions
from .errors import LabError
from .node import Node


class Lab:
    """A session's nodes. All are gone when it is closed, or when its process dies."""

    def __init__(self) -> None:
        self._nodes: list[tuple[Node, reserve.Seat]] = []

    @contextmanager
    def nodes(
        self, count: int, *, ready: bool = False, images: bool = False, registry: bool = False
    ) -> Iterator[tuple[Node, ...]]:
        """The first free nodes, booted side by side; gone at the end of the `with`."""
        taken = self.take(count, ready=ready, images=images, registry=registry)
        try:
            yield taken
        finally:
            for node in taken:
                self.give_back(node)

    def node(self, *, ready: bool = False, images: bool = False, registry: bool = False) -> Node:
        """One node, until the lab is closed or the node given back."""
        return self.take(1, ready=ready, images=images, registry=registry)[0]

    def take(
        self, count: int, *, ready: bool = False, images: bool = False, registry: bool = False
    ) -> tuple[Node, ...]:
        seats = reserve.take_free(count)
        nodes = tuple(Node(seat.number, seat) for seat in seats)
        self._nodes += zip(nodes, seats, strict=True)

        def boot(node: Node) -> None:
            node.boot(images=images or ready, registry=registry)
            if ready:
                node.get_ready()

        try:
            with ThreadPoolExecutor(count) as pool:
                list(pool.map(boot, nodes))
        except BaseException:
            for node in nodes:
                self.give_back(node)
            raise
        return nodes

    def give_back(self, node: Node) -> None:
        """Switch a node off for good; its number is free again."""
        for entry in [entry for entry in self._nodes if entry[0] is node]:
            self._nodes.remove(entry)
            node.stop()
            entry[1].leave()

    def close(self) -> None:
        for node, _ in list(self._nodes):
            self.give_back(node)

    def binary(self, name: str) -> Path:
        """A program the lab built; it runs on this machine too."""
        return build.binary(name)

    def kubeadm(self, minor: str) -> Path:
        """The kubeadm of a minor version, such as 1.36."""
        known = {versions.KUBERNETES.rpartition(".")[0]: versions.KUBERNETES}
        version = {**known, **versions.OLDER_KUBEADM}.get(minor)
        if version is None:
            raise LabError(f"the lab has no kubeadm {minor}")
        return build.binary("kubeadm", version)


def setup() -> None:
    """Make everything that isn't there yet."""
    for module in versions.MODULES:
        build.module_programs(module)
    network.ensure_bridge()
    content.template()
    registry.storage()


def clean() -> None:
    """Remove what dead sessions left, and the nodes and registry of the command line."""
    for number in network.NUMBERS:
        remove(Node(number)) if Node(number).is_detached else sweep(number)
    registry.stop()
    network.remove_bridge(unless=_in_use)


def _in_use() -> bool:
    return registry.is_up() or any(map(reserve.is_taken, network.NUMBERS))


def remove(node: Node) -> None:
    """Switch off a node, whoever booted it, and leave nothing of it."""
    node.stop()
    sweep(node.number)


def sweep(number: int) -> None:
    """Remove what is left of a node, unless somebody has it."""
    if seat := reserve.take(number):
        seat.leave()
