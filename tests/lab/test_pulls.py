"""How images come onto a fresh master: over a slow link, by a login, from an archive, ahead of an init."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from tui.sections import SECTIONS

from . import command, image, network, program, versions
from .gate import HOSTS, Gate, gate
from .lab import Lab
from .node import Node
from .registry import Registry
from .terminal import terminal

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
    for name in images:
        amounts = [one["items"][name] for one in told if name in one["items"]]
        assert len({total for _done, total in amounts}) == 1, name
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


OWN = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: {version}
imageRepository: {address}
dns: {{imageRepository: {address}/coredns}}
"""
NAME, PASSWORD = "anna", "correct-horse-battery"
AUTH = "/root/login.json"
ONLY_IMAGES = ("kubeboot-tui", "init", "--config", program.CONFIG, "--only", "images", "--json")


def login(address: str, password: str = PASSWORD) -> str:
    pair = base64.b64encode(f"{NAME}:{password}".encode()).decode()
    return json.dumps({"auths": {address: {"auth": pair}}})


@contextmanager
def behind(lab: Lab, version: str = "v1.37.2", **how: Any) -> Iterator[tuple[Node, Gate]]:
    """A node whose images come through a gate, under the gate's own name."""
    with gate(**how) as found, lab.nodes(1) as (node,):
        program.install(node)
        found.open_on(node)
        node.write(program.CONFIG, OWN.format(address=found.address, version=version))
        yield node, found


def told(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def states(records: list[dict[str, Any]], name: str = "") -> list[str]:
    """What was told of images whose names hold a word, in order."""
    return [r["data"]["state"] for r in records if r.get("topic") == "image" and name in r["item"]]


def failure(records: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = next(r for r in records if r["event"] == "PhaseFailed")["failure"]
    return found


def test_a_registry_that_asks_for_a_login(lab: Lab, registry: Registry) -> None:
    """Without one it fails at once with the cause; with one all comes, and the password is nowhere."""
    with behind(lab, login=(NAME, PASSWORD)) as (node, found):
        refused = node.run(*ONLY_IMAGES, timeout=120)
        assert refused.returncode == 4
        assert failure(told(refused.stdout))["cause_code"] == "image-refused"
        assert "pausing" not in states(told(refused.stdout))
        node.write(AUTH, login(found.address, "wrong"))
        wrong = node.run(*ONLY_IMAGES, "--registry-auth", AUTH, timeout=120)
        assert (wrong.returncode, "pausing" in states(told(wrong.stdout))) == (4, False)
        node.write(AUTH, login(found.address))
        good = node.check(*ONLY_IMAGES, "--registry-auth", AUTH, timeout=300)
        assert states(told(good.stdout)).count("pulled") == 7
        node.check("rm", AUTH)
        kept = node.run(
            "grep", "-rlE", f"{PASSWORD}|{encoded()}", "/var/lib/kubeboot", "/root", "/run"
        )
        assert kept.stdout == ""


def encoded() -> str:
    return base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode().rstrip("=")


def test_a_registry_that_has_had_enough(lab: Lab, registry: Registry) -> None:
    """Too many requests: it waits, says so, and comes to a good end."""
    with behind(lab, busy=14) as (node, found):
        records = told(node.check(*ONLY_IMAGES, timeout=400).stdout)
        assert "pausing" in states(records)
        assert states(records).count("pulled") == 7
        assert found.busy == 0


def test_an_image_that_is_not_there(lab: Lab, registry: Registry) -> None:
    """It fails at once, names each image, and pulls those that are there."""
    with behind(lab, version="v1.37.99") as (node, _found):
        ended = node.run(*ONLY_IMAGES, timeout=120)
        records = told(ended.stdout)
        assert (ended.returncode, failure(records)["cause_code"]) == (4, "no-such-image")
        assert "pausing" not in states(records)
        assert states(records, "kube-")[-1] == "failed"
        assert states(records, "pause")[-1] == "pulled"


FULL = OWN.split("imageRepository")[0] + "networking: {{podSubnet: 10.244.0.0/16}}\n"


def test_an_archive_instead_of_a_registry(lab: Lab) -> None:
    """A node without images and without a way to any becomes a control plane from an archive."""
    with lab.nodes(1) as (node,):
        program.install(node)
        node.get_ready()
        shutil.copyfile(image.archive(), node.root / "root/images.tar")
        config = FULL.format(version="v1.37.2") + program.KUBELET
        node.write(program.CONFIG, config)
        printed = node.check(
            "kubeboot-tui", "init", "--config", program.CONFIG, "--json", "--yes",
            "--ignore-preflight-errors", program.LAB_IGNORES, "--image-archive", "/root/images.tar",
            timeout=400,
        ).stdout  # fmt: skip
        records = told(printed)
        assert states(records, "/root/images.tar") == ["importing", "imported"]
        assert states(records, "registry.k8s.io/").count("imported") == 7
        assert "pulling" not in states(records)
        amounts = [r for r in records if r["event"] == "Progress" and r["phase"] == "images"]
        assert amounts[-1]["done"] == amounts[-1]["total"] > 100_000_000
        leases = node.check("ctr", "--namespace=k8s.io", "leases", "list", "--quiet").stdout
        assert "kubeboot" not in leases
        running = node.check(
            "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "get", "nodes"
        ).stdout
        assert node.name in running


def test_an_archive_that_is_packed_or_of_another_kind(lab: Lab) -> None:
    """An OCI layout and a packed tar go in as well; what they lack is told."""
    with lab.nodes(1) as (node,):
        program.install(node)
        node.write(
            program.CONFIG,
            CONFIG.format(serial="true").replace("true", "true, imagePullPolicy: Never"),
        )
        pause = f"registry.k8s.io/pause:{versions.PAUSE}"
        archive = f"docker-archive:{image.archive()}:{pause}"
        with tempfile.TemporaryDirectory() as folder:
            layout = Path(folder) / "oci.tar"
            command.check("skopeo", "copy", "--quiet", archive, f"oci-archive:{layout}:{pause}")
            command.check("gzip", layout)
            shutil.copyfile(f"{layout}.gz", node.root / "root/oci.tar.gz")
        ended = node.check(*ONLY_IMAGES, "--image-archive", "/root/oci.tar.gz", timeout=120)
        records = told(ended.stdout)
        assert states(records, pause) == ["imported"]
        assert any("not in the image archives" in r.get("text", "") for r in records)
        node.check("ctr", "--namespace=k8s.io", "run", "--rm", pause, "try", "/pause", "-v")


def test_images_pulled_while_the_form_is_filled_in(lab: Lab, registry: Registry) -> None:
    """By a key and a yes; an init beside it fetches nothing twice, and finds all there afterwards."""
    with gate() as found, lab.nodes(1, registry=True) as (node,):
        program.install(node)
        node.write(
            "/etc/containerd/certs.d/registry.k8s.io/hosts.toml", HOSTS.format(found.address)
        )
        node.write(program.CONFIG, CONFIG.format(serial="false"))
        network.shape(node.number, "100mbit")
        with terminal(node, "kubeboot-tui", "--config", program.CONFIG, size=(120, 40)) as screen:
            screen.expect(r"Configure and start", seconds=60)
            screen.press("Down", "Enter")
            screen.expect(r"\^o Open", seconds=60)
            for _ in range(len(SECTIONS)):
                if "Take images from" not in screen.settled():
                    screen.press("C-n")
            screen.press("F5")
            screen.expect(r"Pull the images now\?")
            screen.press("Right", "Enter")
            screen.expect(r"\A.* pulling \d/7 · [\d.]+ MB", seconds=60)
            records = told(node.check(*ONLY_IMAGES, timeout=300).stdout)
            assert states(records).count("pulled") >= 1
            screen.expect(r"All 7 images are there", seconds=60)
            screen.press("C-c")
            assert screen.expect_end() == 0
        weights = node.check("ctr", "--namespace=k8s.io", "content", "list", "--quiet").stdout
        assert len(weights.split()) > 7
        stored = node.shell(
            "du -sb /var/lib/containerd/io.containerd.content.v1.content/blobs"
        ).stdout
        assert found.given < 1.1 * int(stored.split()[0])
        again = told(node.check(*ONLY_IMAGES, timeout=60).stdout)
        assert set(states(again)) == {"present"}
