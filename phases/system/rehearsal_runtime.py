"""The Runtime port of rehearsals and dry runs: images are 'pulled' in no time, nothing runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from phases.model.registry_login import Login
from phases.system import image_archive
from phases.system.ports import BlobFact, ContainerFact, ImageFact, PodFact, Runtime, RuntimeFact
from phases.system.rehearsal_state import RehearsalState

STAND_IN = RuntimeFact(
    name="rehearsal stand-in",
    version="",
    ready=True,
    sandbox_image="",
    cgroup_driver="systemd",
    reason="a rehearsal speaks to no container runtime",
)


class RehearsalRuntime:
    """Remembers in the rehearsal's folder what would have been pulled."""

    def __init__(self, state: RehearsalState) -> None:
        self._state = state

    def about(self) -> RuntimeFact:
        return STAND_IN

    def images(self) -> tuple[ImageFact, ...]:
        return tuple(ImageFact((name,), image_id(name), 0) for name in self._state.images)

    def image(self, name: str) -> ImageFact | None:
        return ImageFact((name,), image_id(name), 0) if name in self._state.images else None

    def pull(self, image: str, login: Login | None = None) -> ImageFact:  # noqa: ARG002
        self._state.pulled(image)
        return ImageFact((image,), image_id(image), 0)

    def archived(self, archive: str) -> tuple[str, ...]:
        return image_archive.names(image_archive.read(archive))

    def load(self, archive: str, tell: Callable[[int, int], None]) -> None:  # noqa: ARG002
        for name in self.archived(archive):
            self._state.pulled(name)

    def arriving(self) -> tuple[BlobFact, ...] | None:
        return None

    def parts(self, image: str) -> tuple[BlobFact, ...]:  # noqa: ARG002
        return ()

    def containers(self, *, namespace: str = "kube-system") -> tuple[ContainerFact, ...]:  # noqa: ARG002
        return ()

    def pods(self) -> tuple[PodFact, ...]:
        return ()

    def remove_pod(self, pod: PodFact) -> None:
        """Nothing runs in a rehearsal."""

    def remove_image(self, image: str) -> None:
        """What was never pulled stays remembered."""


class DryRunRuntime:
    """The real runtime for every question; pulls are only remembered."""

    def __init__(self, real: Runtime, state: RehearsalState) -> None:
        self._real = real
        self._stand_in = RehearsalRuntime(state)

    def about(self) -> RuntimeFact:
        return self._real.about()

    def images(self) -> tuple[ImageFact, ...]:
        return (*self._real.images(), *self._stand_in.images())

    def image(self, name: str) -> ImageFact | None:
        return self._real.image(name) or self._stand_in.image(name)

    def pull(self, image: str, login: Login | None = None) -> ImageFact:
        return self._stand_in.pull(image, login)

    def archived(self, archive: str) -> tuple[str, ...]:
        return self._real.archived(archive)

    def load(self, archive: str, tell: Callable[[int, int], None]) -> None:
        self._stand_in.load(archive, tell)

    def arriving(self) -> tuple[BlobFact, ...] | None:
        return self._stand_in.arriving()

    def parts(self, image: str) -> tuple[BlobFact, ...]:
        return self._stand_in.parts(image)

    def containers(self, *, namespace: str = "kube-system") -> tuple[ContainerFact, ...]:
        return self._real.containers(namespace=namespace)

    def pods(self) -> tuple[PodFact, ...]:
        return self._real.pods()

    def remove_pod(self, pod: PodFact) -> None:
        """Nothing is changed."""

    def remove_image(self, image: str) -> None:
        """Nothing is changed."""


def image_id(image: str) -> str:
    """An id that no registry gave: the hash of the image's name."""
    return "sha256:" + hashlib.sha256(image.encode()).hexdigest()
