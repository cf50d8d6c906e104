"""The real runtime against a scripted CRI socket: facts, pulls, and each way to fail told apart."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from phases.model.registry_login import Login
from phases.model.secret import Secret
from phases.system import cri, wire
from phases.system.ports import ContainerFact, ImageFact, RuntimeFact, RuntimeFailure
from phases.system.real_runtime import RealRuntime
from tests.system.cri_server import Refusal, Script, serving

READY = {"type": "RuntimeReady", "status": True}
NO_NETWORK = {"type": "NetworkReady", "status": False, "message": "cni plugin not initialized"}
PAUSE = {"id": "sha256:p", "repo_tags": ["registry.k8s.io/pause:3.10"], "size": 1, "pinned": True}
ETCD = {"id": "sha256:e", "repo_tags": ["registry.k8s.io/etcd:3.7"], "size": 41544352}


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Script]:
    with serving(tmp_path / "cri.sock") as found:
        found.on(cri.VERSION, {"runtime_name": "containerd", "runtime_version": "2.4.2"})
        found.on(cri.STATUS, status([READY, NO_NETWORK], sandboxImage="registry.k8s.io/pause:3.9"))
        found.on(cri.RUNTIME_CONFIG, {"linux": [{"cgroup_driver": 1}]})
        found.on(cri.LIST_IMAGES, {"images": [ETCD, PAUSE]})
        yield found


def status(conditions: list[dict[str, Any]], **config: Any) -> dict[str, Any]:
    return {"status": {"conditions": conditions}, "info": {"config": json.dumps(config)}}


def runtime(script: Script, **how: Any) -> RealRuntime:
    return RealRuntime(f"unix://{script.path}", **how)


def test_about(script: Script) -> None:
    """Name, version, readiness, pause image and cgroup driver; a missing network doesn't matter."""
    assert runtime(script).about() == RuntimeFact(
        "containerd", "2.4.2", True, "registry.k8s.io/pause:3.9", "cgroupfs", ""
    )


def test_the_plain_path_will_do(script: Script) -> None:
    """The socket may be given as a path."""
    assert RealRuntime(str(script.path)).about().name == "containerd"


def test_the_systemd_driver(script: Script) -> None:
    """The driver whose number is 0 isn't on the wire, but is told from none."""
    script.on(cri.RUNTIME_CONFIG, {"linux": [{}]})
    assert runtime(script).about().cgroup_driver == "systemd"
    script.on(cri.RUNTIME_CONFIG, {})
    assert runtime(script).about().cgroup_driver == ""


def test_an_old_runtime_does_not_tell_its_driver(script: Script) -> None:
    """A call that isn't there yet is no failure."""
    script.refuse(cri.RUNTIME_CONFIG, 12, "unknown method RuntimeConfig")
    assert runtime(script).about().cgroup_driver == ""


def test_an_unready_runtime_says_why(script: Script) -> None:
    """The runtime's own condition decides, with its own words."""
    script.on(cri.STATUS, status([{"type": "RuntimeReady", "status": False, "message": "ill"}]))
    fact = runtime(script).about()
    assert (fact.ready, fact.reason) == (False, "ill")
    script.on(cri.STATUS, status([NO_NETWORK]))
    assert not runtime(script).about().ready


@pytest.mark.parametrize("config", ["{}", "[]", "not json"])
def test_the_pinned_image_is_the_pause_image(script: Script, config: str) -> None:
    """Where the status doesn't tell the pause image, the one image that is pinned is it."""
    script.on(cri.STATUS, {"status": {"conditions": [READY]}, "info": {"config": config}})
    assert runtime(script).about().sandbox_image == "registry.k8s.io/pause:3.10"
    script.on(cri.LIST_IMAGES, {"images": [ETCD]})
    assert runtime(script).about().sandbox_image == ""
    script.on(cri.LIST_IMAGES, {"images": [PAUSE, {**ETCD, "pinned": True}]})
    assert runtime(script).about().sandbox_image == ""


def test_images(script: Script) -> None:
    """Tags, id and size of each image."""
    assert runtime(script).images() == (
        ImageFact(("registry.k8s.io/etcd:3.7",), "sha256:e", 41544352),
        ImageFact(("registry.k8s.io/pause:3.10",), "sha256:p", 1),
    )


def test_many_images(script: Script) -> None:
    """An answer far larger than HTTP/2's windows arrives whole."""
    many = [{**ETCD, "id": f"sha256:{k:064}"} for k in range(40000)]
    script.on(cri.LIST_IMAGES, {"images": many})
    found = runtime(script).images()
    assert [one.id for one in found] == [one["id"] for one in many]


def test_pull(script: Script) -> None:
    """A pull asks for the image by name and tells what it is."""
    script.on(cri.PULL_IMAGE, {"image_ref": "registry.k8s.io/etcd@sha256:d"})
    script.on(cri.IMAGE_STATUS, {"image": ETCD})
    found = runtime(script).pull("registry.k8s.io/etcd:3.7")
    assert found == ImageFact(("registry.k8s.io/etcd:3.7",), "sha256:e", 41544352)
    path, headers, request = script.heard[0]
    assert path == "/runtime.v1.ImageService/PullImage"
    assert wire.decode(cri.PULL_IMAGE.request, request) == {
        "image": {"image": "registry.k8s.io/etcd:3.7"},
        "auth": {"username": "", "password": "", "identity_token": ""},
    }
    assert len(request) == len("registry.k8s.io/etcd:3.7") + 4  # nothing of a login at all
    assert (headers["content-type"], headers["te"]) == ("application/grpc", "trailers")


def test_a_pull_with_a_login(script: Script) -> None:
    """A login travels in the pull itself; a runtime that refuses it is told with its number."""
    script.on(cri.PULL_IMAGE, {"image_ref": "sha256:d"})
    login = Login("anna", Secret("hunter2"))
    runtime(script).pull("registry.example/etcd", login)
    asked = wire.decode(cri.PULL_IMAGE.request, script.heard[0][2])["auth"]
    assert asked == {"username": "anna", "password": "hunter2", "identity_token": ""}
    script.refuse(cri.PULL_IMAGE, 16, "401 Unauthorized")
    with pytest.raises(RuntimeFailure, match="401") as caught:
        runtime(script).pull("registry.example/etcd", login)
    assert (caught.value.code, "hunter2" in str(caught.value)) == (16, False)


def test_what_is_there_under_a_name(script: Script) -> None:
    """The image with its names by digest, or none."""
    script.on(
        cri.IMAGE_STATUS, {"image": {**ETCD, "repo_digests": ["registry.k8s.io/etcd@sha256:d"]}}
    )
    found = runtime(script).image("registry.k8s.io/etcd:3.7")
    assert found is not None
    assert (found.size, found.digests) == (41544352, ("registry.k8s.io/etcd@sha256:d",))
    script.on(cri.IMAGE_STATUS, {})
    assert runtime(script).image("registry.k8s.io/etcd:3.7") is None


def test_a_pull_without_a_size(script: Script) -> None:
    """What can't be asked afterwards fails no pull: the id is the one that the pull gave."""
    script.on(cri.PULL_IMAGE, {"image_ref": "sha256:d"})
    script.refuse(cri.IMAGE_STATUS, 14, "busy")
    assert runtime(script).pull("etcd") == ImageFact(("etcd",), "sha256:d", 0)
    script.on(cri.IMAGE_STATUS, {})
    assert runtime(script).pull("etcd") == ImageFact(("etcd",), "sha256:d", 0)


def test_a_pull_that_fails_says_why(script: Script) -> None:
    """The runtime's sentence comes through, with whatever characters it has."""
    script.refuse(
        cri.PULL_IMAGE, 5, 'not found: "nope" 100% \N{LATIN SMALL LETTER U WITH DIAERESIS}'
    )
    with pytest.raises(RuntimeFailure, match='not found: "nope" 100% ü'):
        runtime(script).pull("nope")


def test_a_pull_can_be_stopped(script: Script) -> None:
    """A request to stop ends a pull within a moment, and the runtime hears of it."""
    script.hang = True
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    with pytest.raises(RuntimeFailure, match="cancelled"):
        runtime(script, stop=stop).pull("big")
    assert time.monotonic() - began < 2
    assert script.cancelled.wait(2)


def test_a_stopped_run_may_still_ask(script: Script) -> None:
    """Only pulls are cut short: what went wrong can be looked at after a stop."""
    stop = threading.Event()
    stop.set()
    assert len(runtime(script, stop=stop).images()) == 2


def pods(script: Script) -> None:
    """Two pods, three containers, one of them in another namespace."""
    script.on(
        cri.LIST_PODS,
        {
            "items": [
                {"id": "p1", "metadata": {"name": "etcd-master", "namespace": "kube-system"}},
                {"id": "p2", "metadata": {"name": "web", "namespace": "default"}},
            ]
        },
    )
    etcd = {"pod_sandbox_id": "p1", "metadata": {"name": "etcd"}}
    script.on(
        cri.LIST_CONTAINERS,
        {
            "containers": [
                {
                    **etcd,
                    "id": "c2",
                    "metadata": {"name": "etcd", "attempt": 1},
                    "state": 1,
                    "created_at": 20,
                },
                {**etcd, "id": "c1", "state": 2, "created_at": 10},
                {"id": "c3", "pod_sandbox_id": "p2", "metadata": {"name": "web"}, "state": 1},
            ]
        },
    )


def test_containers(script: Script) -> None:
    """The containers of one namespace, oldest first, with exit code, reason and log."""
    pods(script)

    def of_one(request: bytes) -> bytes:
        asked = wire.decode(cri.CONTAINER_STATUS.request, request)["container_id"]
        ended = {"state": 2, "exit_code": 1, "reason": "Error", "log_path": "/var/log/pods/x/0.log"}
        return wire.encode(
            cri.CONTAINER_STATUS.response,
            {"status": {"id": asked, **(ended if asked == "c1" else {"state": 1})}},
        )

    script.answers[cri.CONTAINER_STATUS.path] = of_one
    assert runtime(script).containers() == (
        ContainerFact(
            "c1", "etcd", "etcd-master", "exited", 0, 1, "Error", "/var/log/pods/x/0.log"
        ),
        ContainerFact("c2", "etcd", "etcd-master", "running", 1, 0, "", ""),
    )
    assert [one.pod for one in runtime(script).containers(namespace="default")] == ["web"]


def test_a_container_that_has_just_gone(script: Script) -> None:
    """Between the list and the look a container may vanish: its listed state stands."""
    pods(script)
    script.refuse(cri.CONTAINER_STATUS, 5, "container not found")
    assert [one.state for one in runtime(script).containers()] == ["exited", "running"]


def test_no_socket(tmp_path: Path) -> None:
    """A missing socket: not installed, or not running."""
    with pytest.raises(RuntimeFailure, match="no such socket"):
        RealRuntime(str(tmp_path / "none.sock")).about()


def test_a_dead_socket(tmp_path: Path) -> None:
    """A socket that nobody listens at any more: not running."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead.sock"))
    with pytest.raises(RuntimeFailure, match="nothing listens"):
        RealRuntime(str(tmp_path / "dead.sock")).about()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may do anything")
def test_a_forbidden_socket(script: Script) -> None:
    """A socket of root's: permission denied."""
    script.path.chmod(0)
    with pytest.raises(RuntimeFailure, match="permission denied"):
        runtime(script).about()


def test_permission_is_told(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for whoever runs the tests as root."""

    def refuse(*_args: Any, **_how: Any) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("phases.system.calls.unary", refuse)
    with pytest.raises(RuntimeFailure, match="only root"):
        runtime(script).about()


def test_a_hung_runtime(script: Script) -> None:
    """Accepted, never answered: told as a hang, in the time that was given."""
    script.hang = True
    began = time.monotonic()
    with pytest.raises(RuntimeFailure, match=r"no answer within 0\.3 s: it hangs"):
        runtime(script, timeout=0.3).about()
    assert time.monotonic() - began < 1
    assert script.cancelled.wait(2)


def test_a_runtime_that_takes_no_more_connections(tmp_path: Path) -> None:
    """A listener that never accepts, its queue full, hangs too."""
    path = str(tmp_path / "full.sock")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as first:
        server.bind(path)
        server.listen(0)
        first.connect(path)
        with pytest.raises(RuntimeFailure, match="it hangs"):
            RealRuntime(path, timeout=0.3).about()


def test_cri_disabled(script: Script) -> None:
    """A containerd without its CRI plugin is told apart, with what to do."""
    script.answers.clear()
    with pytest.raises(RuntimeFailure, match=r"doesn't serve CRI v1 .*disabled_plugins"):
        runtime(script).about()


def test_another_refusal(script: Script) -> None:
    """Any other status comes with its message, or with its number where it has none."""
    script.answers[cri.VERSION.path] = Refusal(14, "shutting down")
    with pytest.raises(RuntimeFailure, match="shutting down"):
        runtime(script).about()
    script.answers[cri.VERSION.path] = Refusal(14, "")
    with pytest.raises(RuntimeFailure, match="gRPC status 14"):
        runtime(script).about()


@pytest.mark.parametrize("raw", [b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 64, b"\x00" * 64])
def test_something_else_at_the_socket(script: Script, raw: bytes) -> None:
    """What speaks no HTTP/2 is told so, or as a broken connection."""
    script.raw = raw
    with pytest.raises(RuntimeFailure):
        runtime(script, timeout=2).about()


def test_garbage_in_an_answer(script: Script) -> None:
    """An answer that is no message names the call."""
    script.answers[cri.VERSION.path] = b"\x0a\xff"
    with pytest.raises(RuntimeFailure, match="an answer to Version that can't be read"):
        runtime(script).about()
