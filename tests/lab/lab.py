"""The lab as tests see it: nodes that are this session's own, and the programs it built."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from . import bare, build, content, internet, network, registry, reserve, versions
from .errors import LabError
from .internet import Internet
from .node import Node

SERVICES = (registry.SERVICE, internet.SERVICE)


class Lab:
    """A session's nodes. All are gone when it is closed, or when its process dies."""

    def __init__(self) -> None:
        self._nodes: list[tuple[Node, reserve.Seat]] = []
        self._internet: Internet | None = None

    @contextmanager
    def nodes(
        self,
        count: int,
        *,
        ready: bool = False,
        images: bool = False,
        registry: bool = False,
        bare: bool = False,
    ) -> Iterator[tuple[Node, ...]]:
        """The first free nodes, booted side by side; gone at the end of the `with`."""
        taken = self.take(count, ready=ready, images=images, registry=registry, bare=bare)
        try:
            yield taken
        finally:
            for node in taken:
                self.give_back(node)

    def node(self, *, ready: bool = False, images: bool = False, registry: bool = False) -> Node:
        """One node, until the lab is closed or the node given back."""
        return self.take(1, ready=ready, images=images, registry=registry)[0]

    def take(
        self,
        count: int,
        *,
        ready: bool = False,
        images: bool = False,
        registry: bool = False,
        bare: bool = False,
    ) -> tuple[Node, ...]:
        if bare and self._internet is None:
            self._internet = Internet()
        seats = reserve.take_free(count)
        nodes = tuple(Node(seat.number, seat) for seat in seats)
        self._nodes += zip(nodes, seats, strict=True)

        def boot(node: Node) -> None:
            node.boot(images=images or ready, registry=registry, bare=bare)
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
            reserve.sweep(node.number)  # the kernel takes its time to let go of the link
            entry[1].leave()

    def close(self) -> None:
        for node, _ in list(self._nodes):
            self.give_back(node)
        if self._internet:
            self._internet.close()

    def binary(self, name: str) -> Path:
        """A program the lab built; it runs on this machine too."""
        return build.binary(name)

    def kubeadm(self, minor: str) -> Path:
        """The kubeadm of a minor version, such as 1.36."""
        known = {versions.MINOR: versions.KUBERNETES}
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
    internet.prepare()
    bare.layers()


def clean() -> None:
    """Remove what dead sessions left, and the nodes and registry of the command line."""
    for number in network.NUMBERS:
        remove(Node(number)) if Node(number).is_detached else sweep(number)
    for service in SERVICES:
        service.stop()
    network.remove_bridge(unless=_in_use)


def _in_use() -> bool:
    served = any(service.is_up() for service in SERVICES)
    return served or any(map(reserve.is_taken, network.NUMBERS))


def remove(node: Node) -> None:
    """Switch off a node, whoever booted it, and leave nothing of it."""
    node.stop()
    sweep(node.number)


def sweep(number: int) -> None:
    """Remove what is left of a node, unless somebody has it."""
    if seat := reserve.take(number):
        seat.leave()
