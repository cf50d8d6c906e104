"""What a pull tells while it is under way, on a fresh master that pulls over a slow link."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from . import network, program
from .lab import Lab
from .registry import Registry

CONFIG = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration: {{imagePullSerial: {serial}}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
"""
PULL = ("kubeboot-tui", "init", "--config", program.CONFIG, "--only", "images", "--json")


def pulled(lab: Lab, serial: str) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """What is told of the bytes, and the last word on each image."""
    with lab.nodes(1, registry=True) as (node,):
        program.install(node)
        node.write(program.CONFIG, CONFIG.format(serial=serial))
        network.shape(node.number, "200mbit")
        printed = node.check(*PULL, timeout=300).stdout
    records = [json.loads(line) for line in printed.splitlines()]
    images = {r["item"]: r["data"] for r in records if r.get("topic") == "image"}
    return [r for r in records if r["event"] == "Progress"], images


def is_true(told: list[dict[str, Any]], images: dict[str, dict[str, Any]]) -> None:
    """Bytes rise, a total stays what it is, and in the end all that came is what the images weigh."""
    assert len(told) > 5
    assert all(before["done"] <= after["done"] for before, after in pairwise(told))
    for image in images:
        amounts = [one["items"][image] for one in told if image in one["items"]]
        assert len({total for _done, total in amounts}) == 1, image
        assert amounts[-1][0] == amounts[-1][1]
    last = told[-1]
    assert last["done"] == last["total"]
    assert sum(data["size"] for data in images.values()) >= last["done"]
    largest = max(data["size"] for data in images.values())
    assert largest < last["done"]


def test_bytes_are_told_while_images_come(lab: Lab, registry: Registry) -> None:
    """One after the other: each image is told apart, and all of them at the end."""
    told, images = pulled(lab, "true")
    is_true(told, images)
    assert {data["state"] for data in images.values()} == {"pulled"}


def test_side_by_side_they_are_told_apart_too(lab: Lab, registry: Registry) -> None:
    """Several at once: the whole has a total before the end."""
    told, images = pulled(lab, "false")
    is_true(told, images)
    assert any(0 < one["done"] < one["total"] for one in told)
