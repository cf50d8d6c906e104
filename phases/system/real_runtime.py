"""The Runtime port on a real container runtime, spoken to over its CRI socket, without any tool."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from phases.system import content, cri, wire
from phases.system.grpc_unix import (
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    NOTHING,
    OK,
    UNIMPLEMENTED,
    GrpcError,
    unary,
)
from phases.system.ports import (
    BlobFact,
    ContainerFact,
    ImageFact,
    PodFact,
    RuntimeFact,
    RuntimeFailure,
)

TIMEOUT = 10.0
PULL_TIMEOUT = 1800.0
REMOVE_TIMEOUT = 60.0
ASIDE = 2.0
"""For questions that are asked beside a pull, and that nothing may have to wait for."""
ENABLE = "enable its CRI plugin (containerd: disabled_plugins in /etc/containerd/config.toml)"


class RealRuntime:
    """`socket` is a path or a unix:// address; setting `stop` cancels a pull."""

    def __init__(
        self,
        socket: str,
        *,
        timeout: float = TIMEOUT,
        pull_timeout: float = PULL_TIMEOUT,
        stop: threading.Event | None = None,
    ) -> None:
        self._path = socket.removeprefix("unix://")
        self._timeout = timeout
        self._pull_timeout = pull_timeout
        self._stop = stop
        self._manifests: dict[str, tuple[BlobFact, ...]] = {}

    def about(self) -> RuntimeFact:
        version = self._call(cri.VERSION)
        status = self._call(cri.STATUS, {"verbose": True})
        ready, reason = readiness(status["status"]["conditions"])
        return RuntimeFact(
            name=version["runtime_name"],
            version=version["runtime_version"],
            ready=ready,
            sandbox_image=sandbox_image(status["info"]) or self._pinned_image(),
            cgroup_driver=self._cgroup_driver(),
            reason=reason,
        )

    def images(self) -> tuple[ImageFact, ...]:
        found = self._call(cri.LIST_IMAGES)["images"]
        return tuple(image_fact(one) for one in found)

    def pull(self, image: str) -> ImageFact:
        asked = {"image": {"image": image}}
        pulled = self._call(cri.PULL_IMAGE, asked, timeout=self._pull_timeout, stop=self._stop)
        with suppress(RuntimeFailure):
            found = image_fact(self._call(cri.IMAGE_STATUS, asked)["image"])
            if found.id:
                return found
        return ImageFact((image,), pulled["image_ref"], 0)

    def arriving(self) -> tuple[BlobFact, ...] | None:
        """By containerd's own API, which it serves at the same socket; nobody else does."""
        try:
            return content.arriving(self._content(content.LIST_STATUSES))
        except RuntimeFailure as failure:
            if getattr(failure.__cause__, "code", OK) == UNIMPLEMENTED:
                return None
            raise

    def parts(self, image: str) -> tuple[BlobFact, ...]:
        if not (wanted := content.of_repository(image)):
            return ()
        stored = self._content(content.LIST, {"filters": wanted.filter})["info"]
        here = content.blobs(one for one in stored if wanted.has(one["labels"]))
        made = [self._manifest(one["digest"]) for one in stored if wanted.is_manifest(one)]
        return content.chosen(made, here)

    def _manifest(self, digest: str) -> tuple[BlobFact, ...]:
        """What a manifest says; it never says anything else."""
        if digest not in self._manifests:
            asked = {"digest": digest}
            read = self._content(content.READ, asked)["data"]
            try:
                self._manifests[digest] = content.listed(read)
            except ValueError as error:
                raise self._failure(f"a manifest that can't be read: {error}") from error
        return self._manifests[digest]

    def _content(self, call: cri.Call, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self._call(call, values, timeout=ASIDE, headers=content.NAMESPACE)

    def containers(self, *, namespace: str = "kube-system") -> tuple[ContainerFact, ...]:
        """All containers of a namespace's pods, the newest attempt of each name last."""
        pods = {
            pod["id"]: pod["metadata"]["name"]
            for pod in self._call(cri.LIST_PODS)["items"]
            if pod["metadata"]["namespace"] == namespace
        }
        found = sorted(self._call(cri.LIST_CONTAINERS)["containers"], key=age)
        here = [one for one in found if one["pod_sandbox_id"] in pods]
        return tuple(self._fact(one, pods[one["pod_sandbox_id"]]) for one in here)

    def pods(self) -> tuple[PodFact, ...]:
        found = self._call(cri.LIST_PODS)["items"]
        return tuple(
            PodFact(pod["id"], pod["metadata"]["namespace"], pod["metadata"]["name"])
            for pod in found
        )

    def remove_pod(self, pod: PodFact) -> None:
        """Stopped first, as the runtime demands where it still runs."""
        asked = {"pod_sandbox_id": pod.id}
        self._call(cri.STOP_POD, asked, timeout=REMOVE_TIMEOUT, but=NOT_FOUND)
        self._call(cri.REMOVE_POD, asked, timeout=REMOVE_TIMEOUT, but=NOT_FOUND)

    def remove_image(self, image: str) -> None:
        self._call(
            cri.REMOVE_IMAGE, {"image": {"image": image}}, timeout=REMOVE_TIMEOUT, but=NOT_FOUND
        )

    def _fact(self, container: Mapping[str, Any], pod: str) -> ContainerFact:
        status = self._status(container["id"])
        state = status["state"] if status["id"] else container["state"]
        return ContainerFact(
            id=container["id"],
            name=container["metadata"]["name"],
            pod=pod,
            state=cri.CONTAINER_STATES[min(state, 3)],
            attempt=container["metadata"]["attempt"],
            exit_code=status["exit_code"],
            reason=status["message"] or status["reason"],
            log_path=status["log_path"],
        )

    def _status(self, container: str) -> dict[str, Any]:
        """Empty for a container that has gone since it was listed."""
        asked = {"container_id": container}
        status: dict[str, Any] = self._call(cri.CONTAINER_STATUS, asked, but=NOT_FOUND)["status"]
        return status

    def _cgroup_driver(self) -> str:
        """Empty for a runtime that is too old to tell."""
        linux = self._call(cri.RUNTIME_CONFIG, but=UNIMPLEMENTED)["linux"]
        return cri.CGROUP_DRIVERS[linux[0]["cgroup_driver"]] if linux else ""

    def _pinned_image(self) -> str:
        """containerd 2 no longer tells its pause image, but pins it; empty before it is there."""
        pinned = [one for one in self._call(cri.LIST_IMAGES)["images"] if one["pinned"]]
        return pinned[0]["repo_tags"][0] if len(pinned) == 1 and pinned[0]["repo_tags"] else ""

    def _call(
        self,
        call: cri.Call,
        values: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        stop: threading.Event | None = None,
        but: int = OK,
        headers: Mapping[str, str] = NOTHING,
    ) -> dict[str, Any]:
        """The answer; an empty one for the status `but`. Raises RuntimeFailure."""
        request = wire.encode(call.request, values or {})
        seconds = timeout or self._timeout
        try:
            raw = unary(
                self._path,
                call.path,
                request,
                timeout=seconds,
                stop=stop,
                headers=headers,
                streams=call.streams,
            )
            return wire.decode(call.response, raw)
        except GrpcError as error:
            if but and error.code == but:
                return wire.decode(call.response, b"")
            raise self._failure(answered(error, seconds)) from error
        except OSError as error:
            raise self._failure(unreachable(error)) from error
        except ValueError as error:
            raise self._failure(f"an answer to {call.name} that can't be read: {error}") from error

    def _failure(self, words: str) -> RuntimeFailure:
        return RuntimeFailure(f"{self._path}: {words}")


def answered(error: GrpcError, seconds: float) -> str:
    """What a call's status means to an operator."""
    if error.code == DEADLINE_EXCEEDED:
        return f"the container runtime gave no answer within {seconds:g} s: it hangs"
    if error.code == UNIMPLEMENTED and "unknown service" in error.message:
        return f"the container runtime doesn't serve CRI v1 ({error.message}): {ENABLE}"
    return error.message


def unreachable(error: OSError) -> str:
    """Why the socket couldn't be spoken to."""
    match error:
        case FileNotFoundError():
            return "no such socket: the container runtime isn't installed, or isn't running"
        case ConnectionRefusedError():
            return "nothing listens at this socket: the container runtime isn't running"
        case PermissionError():
            return "permission denied: only root may speak to the container runtime"
        case BlockingIOError() | TimeoutError():
            return "the container runtime takes no more connections: it hangs"
    return error.strerror or str(error)


def readiness(conditions: Sequence[Mapping[str, Any]]) -> tuple[bool, str]:
    """The runtime's own word; the network's doesn't count, there is none before its add-on."""
    for condition in conditions:
        if condition["type"] == "RuntimeReady":
            words = condition["message"] or condition["reason"]
            return condition["status"], "" if condition["status"] else words
    return False, "the container runtime doesn't say whether it is ready"


def sandbox_image(info: Mapping[str, str]) -> str:
    """The pause image in the runtime's verbose status; empty where it isn't told."""
    try:
        config = json.loads(info.get("config", "{}"))
    except ValueError:
        return ""
    return str(config.get("sandboxImage", "")) if isinstance(config, dict) else ""


def image_fact(image: Mapping[str, Any]) -> ImageFact:
    return ImageFact(tuple(image["repo_tags"]), image["id"], image["size"])


def age(container: Mapping[str, Any]) -> tuple[int, str]:
    return container["created_at"], container["id"]
