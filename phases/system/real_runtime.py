"""The Runtime port on a real container runtime, spoken to over its CRI socket, without any tool."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from phases.model.registry_login import Login
from phases.system import content, cri, image_archive
from phases.system.calls import Caller
from phases.system.grpc_unix import NOT_FOUND, UNIMPLEMENTED
from phases.system.image_layouts import ArchivedImage
from phases.system.image_store import ImageStore
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

BY_HAND = {
    "cri-o": "`skopeo copy docker-archive:FILE:NAME containers-storage:NAME`, or `podman load -i FILE`",
    "docker": "`docker load -i FILE`",
}
"""What imports an archive where this program can't."""


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
        self._caller = Caller(socket.removeprefix("unix://"), timeout)
        self._ask = self._caller.ask
        self._pull_timeout = pull_timeout
        self._stop = stop
        self._manifests: dict[str, tuple[BlobFact, ...]] = {}
        self._archives: dict[str, tuple[ArchivedImage, ...]] = {}

    def about(self) -> RuntimeFact:
        version = self._ask(cri.VERSION)
        status = self._ask(cri.STATUS, {"verbose": True})
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
        found = self._ask(cri.LIST_IMAGES)["images"]
        return tuple(image_fact(one) for one in found)

    def image(self, name: str) -> ImageFact | None:
        found = image_fact(self._ask(cri.IMAGE_STATUS, {"image": {"image": name}})["image"])
        return found if found.id else None

    def pull(self, image: str, login: Login | None = None) -> ImageFact:
        asked = {"image": {"image": image}} | ({"auth": credentials(login)} if login else {})
        pulled = self._ask(cri.PULL_IMAGE, asked, timeout=self._pull_timeout, stop=self._stop)
        with suppress(RuntimeFailure):
            if found := self.image(image):
                return found
        return ImageFact((image,), pulled["image_ref"], 0)

    def archived(self, archive: str) -> tuple[str, ...]:
        return image_archive.names(self._archived(archive))

    def load(self, archive: str, tell: Callable[[int, int], None]) -> None:
        """By containerd's own API, which it serves at the same socket; nobody else does."""
        images = self._archived(archive)
        try:
            ImageStore(self._caller, self._stop).load(archive, images, tell)
        except RuntimeFailure as failure:
            if failure.code == UNIMPLEMENTED:
                raise self._cannot_load() from failure
            raise

    def _archived(self, archive: str) -> tuple[ArchivedImage, ...]:
        if archive not in self._archives:
            self._archives[archive] = image_archive.read(archive)
        return self._archives[archive]

    def _cannot_load(self) -> RuntimeFailure:
        name = self._ask(cri.VERSION)["runtime_name"]
        instead = BY_HAND.get(name, "its own tool")
        return self._caller.failure(
            f"{name} takes no image archives from here: import it yourself by {instead}",
            UNIMPLEMENTED,
        )

    def arriving(self) -> tuple[BlobFact, ...] | None:
        """By containerd's own API, which it serves at the same socket; nobody else does."""
        try:
            return content.arriving(self._content(content.LIST_STATUSES))
        except RuntimeFailure as failure:
            if failure.code == UNIMPLEMENTED:
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
                raise self._caller.failure(f"a manifest that can't be read: {error}") from error
        return self._manifests[digest]

    def _content(self, call: cri.Call, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self._ask(call, values, timeout=ASIDE, headers=content.NAMESPACE)

    def containers(self, *, namespace: str = "kube-system") -> tuple[ContainerFact, ...]:
        """All containers of a namespace's pods, the newest attempt of each name last."""
        pods = {
            pod["id"]: pod["metadata"]["name"]
            for pod in self._ask(cri.LIST_PODS)["items"]
            if pod["metadata"]["namespace"] == namespace
        }
        found = sorted(self._ask(cri.LIST_CONTAINERS)["containers"], key=age)
        here = [one for one in found if one["pod_sandbox_id"] in pods]
        return tuple(self._fact(one, pods[one["pod_sandbox_id"]]) for one in here)

    def pods(self) -> tuple[PodFact, ...]:
        found = self._ask(cri.LIST_PODS)["items"]
        return tuple(
            PodFact(pod["id"], pod["metadata"]["namespace"], pod["metadata"]["name"])
            for pod in found
        )

    def remove_pod(self, pod: PodFact) -> None:
        """Stopped first, as the runtime demands where it still runs."""
        asked = {"pod_sandbox_id": pod.id}
        self._ask(cri.STOP_POD, asked, timeout=REMOVE_TIMEOUT, but=NOT_FOUND)
        self._ask(cri.REMOVE_POD, asked, timeout=REMOVE_TIMEOUT, but=NOT_FOUND)

    def remove_image(self, image: str) -> None:
        self._ask(
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
        status: dict[str, Any] = self._ask(cri.CONTAINER_STATUS, asked, but=NOT_FOUND)["status"]
        return status

    def _cgroup_driver(self) -> str:
        """Empty for a runtime that is too old to tell."""
        linux = self._ask(cri.RUNTIME_CONFIG, but=UNIMPLEMENTED)["linux"]
        return cri.CGROUP_DRIVERS[linux[0]["cgroup_driver"]] if linux else ""

    def _pinned_image(self) -> str:
        """containerd 2 no longer tells its pause image, but pins it; empty before it is there."""
        pinned = [one for one in self._ask(cri.LIST_IMAGES)["images"] if one["pinned"]]
        return pinned[0]["repo_tags"][0] if len(pinned) == 1 and pinned[0]["repo_tags"] else ""


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
    tags, digests = tuple(image["repo_tags"]), tuple(image["repo_digests"])
    return ImageFact(tags, image["id"], image["size"], digests)


def credentials(login: Login) -> dict[str, str]:
    """A login as CRI takes it."""
    return {
        "username": login.username,
        "password": login.password.reveal(),
        "identity_token": login.identity_token.reveal(),
    }


def age(container: Mapping[str, Any]) -> tuple[int, str]:
    return container["created_at"], container["id"]
