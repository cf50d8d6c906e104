"""CRI v1 as data: the calls that the installer makes, and the fields of their messages it reads.

Names and numbers are those of the Kubernetes project's runtime/v1 API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from phases.system.wire import Field, Kind, Message

Service = Literal["RuntimeService", "ImageService", "Content", "Images", "Leases"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where it goes, what it takes, what it gives, in one message unless it `streams`."""

    service: Service
    name: str
    request: Message
    response: Message
    package: str = "runtime.v1"
    streams: bool = False

    @property
    def path(self) -> str:
        return f"/{self.package}.{self.service}/{self.name}"


TEXT: Kind = "string"
IMAGE_SPEC: Message = {"image": Field(1, TEXT)}
IMAGE: Message = {
    "id": Field(1, TEXT),
    "repo_tags": Field(2, TEXT, many=True),
    "repo_digests": Field(3, TEXT, many=True),
    "size": Field(4, "int"),
    "pinned": Field(8, "bool"),
}
CONDITION: Message = {
    "type": Field(1, TEXT),
    "status": Field(2, "bool"),
    "reason": Field(3, TEXT),
    "message": Field(4, TEXT),
}
SANDBOX_NAME: Message = {
    "name": Field(1, TEXT),
    "uid": Field(2, TEXT),
    "namespace": Field(3, TEXT),
    "attempt": Field(4, "int"),
}
SANDBOX: Message = {
    "id": Field(1, TEXT),
    "metadata": Field(2, SANDBOX_NAME),
    "state": Field(3, "int"),
    "created_at": Field(4, "int"),
}
CONTAINER_NAME: Message = {"name": Field(1, TEXT), "attempt": Field(2, "int")}
CONTAINER: Message = {
    "id": Field(1, TEXT),
    "pod_sandbox_id": Field(2, TEXT),
    "metadata": Field(3, CONTAINER_NAME),
    "state": Field(6, "int"),
    "created_at": Field(7, "int"),
}
STATUS_OF_ONE: Message = {
    "id": Field(1, TEXT),
    "metadata": Field(2, CONTAINER_NAME),
    "state": Field(3, "int"),
    "exit_code": Field(7, "int"),
    "reason": Field(10, TEXT),
    "message": Field(11, TEXT),
    "log_path": Field(15, TEXT),
}

VERSION = Call(
    "RuntimeService",
    "Version",
    {"version": Field(1, TEXT)},
    {
        "version": Field(1, TEXT),
        "runtime_name": Field(2, TEXT),
        "runtime_version": Field(3, TEXT),
        "runtime_api_version": Field(4, TEXT),
    },
)
STATUS = Call(
    "RuntimeService",
    "Status",
    {"verbose": Field(1, "bool")},
    {"status": Field(1, {"conditions": Field(1, CONDITION, many=True)}), "info": Field(2, "map")},
)
RUNTIME_CONFIG = Call(
    "RuntimeService",
    "RuntimeConfig",
    {},
    {"linux": Field(1, {"cgroup_driver": Field(1, "int")}, many=True)},
)
LIST_PODS = Call("RuntimeService", "ListPodSandbox", {}, {"items": Field(1, SANDBOX, many=True)})
LIST_CONTAINERS = Call(
    "RuntimeService", "ListContainers", {}, {"containers": Field(1, CONTAINER, many=True)}
)
CONTAINER_STATUS = Call(
    "RuntimeService",
    "ContainerStatus",
    {"container_id": Field(1, TEXT)},
    {"status": Field(1, STATUS_OF_ONE)},
)
LIST_IMAGES = Call("ImageService", "ListImages", {}, {"images": Field(1, IMAGE, many=True)})
IMAGE_STATUS = Call(
    "ImageService", "ImageStatus", {"image": Field(1, IMAGE_SPEC)}, {"image": Field(1, IMAGE)}
)
AUTH: Message = {
    "username": Field(1, TEXT),
    "password": Field(2, TEXT),
    "identity_token": Field(5, TEXT),
}
PULL_IMAGE = Call(
    "ImageService",
    "PullImage",
    {"image": Field(1, IMAGE_SPEC), "auth": Field(2, AUTH)},
    {"image_ref": Field(1, TEXT)},
)

POD_ID: Message = {"pod_sandbox_id": Field(1, TEXT)}
STOP_POD = Call("RuntimeService", "StopPodSandbox", POD_ID, {})
REMOVE_POD = Call("RuntimeService", "RemovePodSandbox", POD_ID, {})
REMOVE_IMAGE = Call("ImageService", "RemoveImage", {"image": Field(1, IMAGE_SPEC)}, {})

CONTAINER_STATES: tuple[Literal["created", "running", "exited", "unknown"], ...] = (
    "created",
    "running",
    "exited",
    "unknown",
)
CGROUP_DRIVERS = ("systemd", "cgroupfs")
