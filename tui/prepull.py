"""Images pulled ahead of an init: headless as kubeadm's own verb does it, and beside the form.

The engine's workflow `images` does the work; it may outlive this program, and an init may begin beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from phases.engine.errors import InstallerError
from phases.engine.request import Request
from phases.engine.state import PhaseState, RunState, fold
from tui.fields.documents import get, parse, put, write

if TYPE_CHECKING:
    from tui.launch import Engine
    from tui.session import Session

WORKFLOW, PHASE = "images", "images"
NEEDED = (
    "kubernetesVersion",
    "imageRepository",
    "dns",
    "proxy",
    "etcd",
    "nodeRegistration.criSocket",
    "nodeRegistration.imagePullPolicy",
    "nodeRegistration.imagePullSerial",
    "KubeletConfiguration.maxParallelImagePulls",
)
"""The fields that say which images are needed, and how they are pulled."""

THERE = ("present", "pulled", "imported")


def pull(request: Request, *, as_json: bool = False, detail: int = 0) -> int:
    """What `kubeadm config images pull` does, for a request as `init` would make it; the exit code."""
    from tui.init import see_through, started, view_for

    asked = replace(request, workflow=WORKFLOW, only=(), start_from="", network_manifest=None)
    return see_through(started(asked), view_for(as_json=as_json, detail=detail))


def request_of(session: Session) -> Request:
    """What an engine is asked for while the rest of the form may still be wrong."""
    whole = session.request()
    return Request(
        workflow=WORKFLOW,
        config=_part(session),
        config_name=whole.config_name,
        image_archives=whole.image_archives,
        registry_auth=whole.registry_auth,
    )


def _part(session: Session) -> str:
    """The draft's own text, less all that has nothing to do with images."""
    from tui.session import NAME, START

    documents, given = parse(START, NAME)[0], session.documents
    for path in NEEDED:
        if (value := get(given, path)) is not None:
            documents = put(documents, path, value)
    return write(documents)


class Prepull:
    """One engine at a time that pulls images ahead. Its thread adds up what it tells; a page draws it.

    `refusal` says why none could begin. `is_stopped` where a person has ended it.
    """

    def __init__(self) -> None:
        self.state = RunState()
        self.refusal: InstallerError | None = None
        self.is_stopped = False
        self._engine: Engine | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def was_begun(self) -> bool:
        return self._thread is not None

    @property
    def phase(self) -> PhaseState | None:
        return self.state.phases.get(PHASE)

    @property
    def counted(self) -> tuple[int, int]:
        """How many of the images are there, of how many."""
        told = self.phase.reports.get("image", {}) if self.phase else {}
        images = [data for data in told.values() if "images" not in data]  # not the archives
        return sum(data.get("state") in THERE for data in images), len(images)

    @property
    def why(self) -> str:
        """Why not all images are there; empty where nothing speaks against it."""
        if self.refusal is not None:
            return str(self.refusal)
        failure = self.state.finished.failure if self.state.finished else None
        return (failure.cause or failure.why.partition("\n")[0] or failure.what) if failure else ""

    def begin(self, request: Request, start: Callable[[Request], Engine]) -> None:
        """Returns at once; a second one while the first is under way is passed over."""
        if self.is_running:
            return
        self.state, self.refusal, self.is_stopped, self._engine = RunState(), None, False, None
        self._thread = threading.Thread(
            target=self._watch, args=(request, start), name="prepull", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Asks the engine to stop; what was pulled by then stays."""
        self.is_stopped = True
        if self._engine is not None:
            self._engine.process.terminate()

    def _watch(self, request: Request, start: Callable[[Request], Engine]) -> None:
        from tui.follow import follow

        try:
            self._engine = engine = start(request)
        except InstallerError as refusal:
            self.refusal = refusal
            return
        if self.is_stopped:
            engine.process.terminate()
        for record in follow(engine.journal, lambda: engine.process.poll() is None):
            if record is not None:
                self.state = fold(self.state, record)
