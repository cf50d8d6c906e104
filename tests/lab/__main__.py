"""The lab by hand: `python -m tests.lab COMMAND`. Nodes booted here stay until `down`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from . import cache, faults, host, internet, lab, network, pythons, registry, reserve
from .errors import LabError
from .node import Node
from .service import STAY

Arguments = argparse.Namespace
Act = Callable[[Arguments], None]


def setup(_: Arguments) -> None:
    lab.setup()


def up(arguments: Arguments) -> None:
    if arguments.bare and not internet.SERVICE.is_up():
        internet.SERVICE.start(STAY)
    _each(arguments.nodes, lambda number: _boot(number, bare=arguments.bare))


def plant(arguments: Arguments) -> None:
    faults.plant(Node(arguments.node), *(arguments.faults or faults.FAULTS))


def ready(arguments: Arguments) -> None:
    _each(arguments.nodes, lambda number: _boot(number, images=True).get_ready())


def images(arguments: Arguments) -> None:
    _each(arguments.nodes, lambda number: Node(number).load_images())


def down(arguments: Arguments) -> None:
    _each(arguments.nodes, lambda number: lab.remove(Node(number)))


def execute(arguments: Arguments) -> None:
    words = Node(arguments.node).command(*arguments.words)
    os.execvp(words[0], words)  # noqa: S606  the node's command gets this terminal


def put(arguments: Arguments) -> None:
    Node(arguments.node).copy_in(Path(arguments.source).absolute(), arguments.target)


def get(arguments: Arguments) -> None:
    Node(arguments.node).copy_out(arguments.source, Path(arguments.target))


def shape(arguments: Arguments) -> None:
    network.shape(arguments.node, arguments.rate)


def serve(_: Arguments) -> None:
    if registry.SERVICE.is_up():
        raise LabError("the registry is up already")
    registry.SERVICE.start(STAY)


def nodes(_: Arguments) -> None:
    for number in filter(reserve.is_taken, network.NUMBERS):
        sys.stdout.write(f"{network.host_name(number)} {network.address(number)}\n")


def python(arguments: Arguments) -> None:
    sys.stdout.write(f"{pythons.folder(arguments.release, arguments.machine)}\n")


def clean(_: Arguments) -> None:
    lab.clean()


def _boot(number: int, *, images: bool = False, bare: bool = False) -> Node:
    seat = reserve.take(number)
    if seat is None:
        raise LabError(f"{network.host_name(number)} is in use")
    node = Node(number, seat)
    node.boot(images=images, registry=registry.SERVICE.is_up(), bare=bare, detached=True)
    return node


def _each(numbers: list[int], act: Callable[[int], object]) -> None:
    with ThreadPoolExecutor(len(numbers)) as pool:
        list(pool.map(act, numbers))


ARGUMENTS: dict[str, dict[str, Any]] = {
    "nodes": {"type": int, "nargs": "+", "metavar": "N"},
    "node": {"type": int, "metavar": "N"},
    "words": {"nargs": argparse.REMAINDER, "metavar": "COMMAND"},
    "--bare": {"action": "store_true", "help": "nothing of Kubernetes; the lab's internet in reach"},
    "faults": {"nargs": "*", "metavar": "FAULT", "help": ", ".join(faults.FAULTS)},
    "release": {}, "machine": {"choices": sorted(pythons.ARCHITECTURES)},
    "source": {}, "target": {}, "rate": {"help": "such as 200mbit"},
}  # fmt: skip

COMMANDS: dict[str, tuple[Act, str, str]] = {
    "setup": (setup, "", "make everything the lab needs"),
    "up": (up, "nodes --bare", "boot nodes that nothing is bootstrapped on"),
    "plant": (plant, "node faults", "make things wrong on a bare node: some or all of the faults"),
    "ready": (ready, "nodes", "boot nodes with images, ip_forward and the kubelet enabled"),
    "images": (images, "nodes", "import all images into running nodes"),
    "exec": (execute, "node words", "run a command in a node; it gets this terminal"),
    "put": (put, "node source target", "copy a file or folder into a node"),
    "get": (get, "node source target", "copy a file out of a node"),
    "shape": (shape, "node rate", "limit what reaches a node"),
    "registry": (serve, "", "serve all images; nodes booted from now on pull from here"),
    "nodes": (nodes, "", "the nodes that somebody has"),
    "python": (python, "release machine", "print a folder for the PATH, with Debian's own python3"),
    "down": (down, "nodes", "switch nodes off and forget them"),
    "clean": (clean, "", "remove all nodes, but those of sessions that are alive"),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (act, takes, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text)
        command.set_defaults(act=act)
        for argument in takes.split():
            command.add_argument(argument, **ARGUMENTS[argument])
    arguments = parser.parse_args()
    host.require()
    arguments.act(arguments)


if __name__ == "__main__":
    try:
        main()
    except LabError as error:
        cache.say(str(error))
        sys.exit(1)
