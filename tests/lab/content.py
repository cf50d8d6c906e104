"""A containerd store with all images in it, made once and copied to every node that wants them.

Importing them takes a node many seconds; linking the unpacked layers takes a part of one.
"""

from __future__ import annotations

from contextlib import closing
from functools import cache as once
from pathlib import Path

from . import cache, command, image, rootfs


@once
def template() -> Path:
    """A /var/lib/containerd as a node leaves it after importing every image."""
    recipe = (image.archive(), rootfs.node_layers())
    return cache.artefact("containerd-store", recipe, _fill)


def _fill(draft: Path) -> None:
    from . import lab  # a node makes this, and nodes are made with this

    with closing(lab.Lab()) as own:
        node = own.node()
        node.load_images()
        node.check("systemctl", "stop", "containerd")
        command.check("cp", "--archive", node.root / "var/lib/containerd", draft)
