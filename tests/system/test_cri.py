"""The names and numbers of CRI v1, written down a second time from the API's own definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from phases.system import cri
from phases.system.wire import Message

IMAGE = "id=1 repo_tags=2 repo_digests=3 size=4 pinned=8"
PUBLISHED = [
    (
        cri.VERSION,
        "/runtime.v1.RuntimeService/Version",
        "version=1",
        "version=1 runtime_name=2 runtime_version=3 runtime_api_version=4",
    ),
    (
        cri.STATUS,
        "/runtime.v1.RuntimeService/Status",
        "verbose=1",
        "status=1 conditions=1 type=1 status=2 reason=3 message=4 info=2",
    ),
    (
        cri.RUNTIME_CONFIG,
        "/runtime.v1.RuntimeService/RuntimeConfig",
        "",
        "linux=1 cgroup_driver=1",
    ),
    (
        cri.LIST_PODS,
        "/runtime.v1.RuntimeService/ListPodSandbox",
        "",
        "items=1 id=1 metadata=2 name=1 uid=2 namespace=3 attempt=4 state=3 created_at=4",
    ),
    (
        cri.LIST_CONTAINERS,
        "/runtime.v1.RuntimeService/ListContainers",
        "",
        "containers=1 id=1 pod_sandbox_id=2 metadata=3 name=1 attempt=2 state=6 created_at=7",
    ),
    (
        cri.CONTAINER_STATUS,
        "/runtime.v1.RuntimeService/ContainerStatus",
        "container_id=1",
        "status=1 id=1 metadata=2 name=1 attempt=2 state=3 exit_code=7 reason=10 message=11"
        " log_path=15",
    ),
    (cri.LIST_IMAGES, "/runtime.v1.ImageService/ListImages", "", f"images=1 {IMAGE}"),
    (
        cri.IMAGE_STATUS,
        "/runtime.v1.ImageService/ImageStatus",
        "image=1 image=1",
        f"image=1 {IMAGE}",
    ),
    (
        cri.PULL_IMAGE,
        "/runtime.v1.ImageService/PullImage",
        "image=1 image=1 auth=2 username=1 password=2 identity_token=5",
        "image_ref=1",
    ),
    (cri.STOP_POD, "/runtime.v1.RuntimeService/StopPodSandbox", "pod_sandbox_id=1", ""),
    (cri.REMOVE_POD, "/runtime.v1.RuntimeService/RemovePodSandbox", "pod_sandbox_id=1", ""),
    (cri.REMOVE_IMAGE, "/runtime.v1.ImageService/RemoveImage", "image=1 image=1", ""),
]


def outline(message: Message) -> Iterator[str]:
    """Each field as name=number, followed by those of the message in it."""
    for name, field in message.items():
        yield f"{name}={field.number}"
        if isinstance(field.kind, Mapping):
            yield from outline(field.kind)


@pytest.mark.parametrize(("call", "path", "request_", "response"), PUBLISHED)
def test_calls_are_as_published(call: cri.Call, path: str, request_: str, response: str) -> None:
    """Path, request and response of each call have the published names and numbers."""
    assert call.path == path
    assert " ".join(outline(call.request)) == request_
    assert " ".join(outline(call.response)) == response


def test_no_call_is_left_out() -> None:
    """Every call of the module stands in the table above."""
    calls = [one for one in vars(cri).values() if isinstance(one, cri.Call)]
    assert [known[0].path for known in PUBLISHED] == [one.path for one in calls]


def test_states_and_drivers() -> None:
    """The words stand at their published numbers."""
    assert cri.CONTAINER_STATES == ("created", "running", "exited", "unknown")
    assert cri.CGROUP_DRIVERS == ("systemd", "cgroupfs")
