"""What a phase is given: the configuration, the recorded ports, and the few ways to speak and to converge.

A phase states what should be (`ensure_file`, `ensure_object`); the context compares that with
what is and changes only the difference. What runs phases lives in `runner`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from phases.engine import events as e
from phases.engine.convergence import Change, converge, describe
from phases.engine.errors import Cancelled, PhaseError
from phases.engine.past import NO_PAST, Past
from phases.engine.recorded import RecordedHost
from phases.model.registry_login import NONE as NO_LOGINS
from phases.model.registry_login import Logins
from phases.model.types import Configuration
from phases.model.versions import Version
from phases.render.patches import NONE, PatchError, PatchSet
from phases.render.patches import read as read_patches
from phases.system.ports import Clock, Cluster, ClusterError, Host, Object, Ref, Runtime

P = ParamSpec("P")
R = TypeVar("R")

PASSING = frozenset({0, 429, 500, 502, 503, 504})
"""Answers of an API server that may be better a moment later; 0 is no answer at all."""

LASTING = frozenset({"Untrusted", "Kubeconfig"})
"""Reasons for no answer that no patience mends."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asked of this run beside the configuration; see Request.

    `network` holds the objects of the network plugin's manifest, in the order to apply them.
    `environment` holds the proxy variables of the front end's environment, which go into static
    pods as kubeadm's own do. `becoming` says for what the checks are made, `fix` how far the machine may
    be mended without asking for each fix, `fixes` names those that were agreed to; with `checks`
    preflight looks at these alone.
    `packages` names or addresses the source of Kubernetes' packages, `package_key` is the fingerprint
    of a key that isn't the community's. `regardless` lets a dry run go on where preflight would refuse.
    `image_archives` are paths of archives to import, `logins` those of private registries.
    """

    workflow: str = "init"
    upload_certs: bool = False
    csr_only: bool = False
    renew: bool = False
    network: tuple[Object, ...] = ()
    network_source: str = ""
    user_kubeconfig: str = ""
    becoming: Literal["init", "join", "join-control-plane"] = "init"
    fix: Literal["none", "safe", "all"] = "none"
    fixes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    packages: str = ""
    package_key: str = ""
    mode: Literal["real", "rehearsal", "dry-run"] = "real"
    regardless: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    image_archives: tuple[str, ...] = ()
    logins: Logins = NO_LOGINS


class Tally:
    """How many changes a phase has made so far; its threads may count at the same time."""

    def __init__(self) -> None:
        self.changes = 0
        self._lock = threading.Lock()

    def count(self) -> None:
        with self._lock:
            self.changes += 1


@dataclass(frozen=True, slots=True)
class Context:
    """One phase's view of the run.

    `ours` holds the paths that this installer wrote here before, `changed()` what this run has
    changed so far. `began` is when the run did, one
    moment for all certificates, as kubeadm dates its own.
    """

    phase: str
    configuration: Configuration
    version: Version
    options: Options
    host: Host
    clock: Clock
    emit: Callable[[e.Event], None]
    hand_over: Callable[[Mapping[str, Any]], None]
    handed_over: Callable[[], Mapping[str, Any]]
    connect: Callable[[bytes, str], Cluster]
    open_runtime: Callable[[], Runtime]
    stop_signal: Callable[[], int] = lambda: 0
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    ours: frozenset[str] = frozenset()
    changed: Callable[[], frozenset[str]] = frozenset
    handed_over_before: Mapping[str, Any] = field(default_factory=dict)
    step_skips: Mapping[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    past: Past = NO_PAST

    # speaking

    def report(self, topic: str, item: str, **data: Any) -> None:
        """Shows the latest about an item in the phase's panel; never pass a secret."""
        self.emit(e.Report(self.phase, topic, item, data))

    def warn(self, text: str, *, level: e.Level = "warning") -> None:
        self.emit(e.Warned(self.phase, text, level))

    def output(self, source: str, text: str) -> None:
        """Lines that something else printed."""
        for line in text.splitlines():
            self.emit(e.Output(self.phase, source, line))

    def progress(self, step: str, done: float, total: float, unit: str, detail: str = "") -> None:
        self.emit(e.Progress(self.phase, step, done, total, unit, detail))

    def progress_of_all(
        self, done: float, total: float, unit: str, items: Mapping[str, tuple[float, float]]
    ) -> None:
        """How far the phase as a whole is, and each item that can be told apart: done, total."""
        self.emit(e.Progress(self.phase, "", done, total, unit, items=items))

    def waived(self, check: str) -> bool:
        """Whether the operator takes the risk of a failed check (--ignore-preflight-errors)."""
        return self.configuration.init.node_registration.waives(check)

    # steps

    def step(
        self,
        name: str,
        work: Callable[Concatenate[Context, P], None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Does one step of the phase, unless the plan leaves it out."""
        if reason := self.step_skips.get(name):
            self.emit(e.StepSkipped(self.phase, name, reason))
            return
        self.safe_point()
        self.emit(e.StepStarted(self.phase, name))
        before = self.tally.changes
        try:
            work(self._in_step(name), *args, **kwargs)
        except Cancelled:
            raise  # it stopped, it didn't fail
        except BaseException:
            self.emit(e.StepFailed(self.phase, name))
            raise
        self.emit(e.StepFinished(self.phase, name, self.tally.changes - before))

    def _in_step(self, name: str) -> Context:
        """The same context, whose changes are recorded under the step's name."""
        if isinstance(self.host, RecordedHost):
            return replace(self, host=self.host.of_step(name))
        return self

    # reading

    def read(self, path: str) -> bytes | None:
        """A file's content, None when there is no such file."""
        try:
            return self.host.read(path)
        except FileNotFoundError:
            return None

    def exists(self, path: str) -> bool:
        return self.host.stat(path) is not None

    # converging

    def ensure_file(
        self, path: str, content: bytes, *, mode: int, owner: tuple[int, int] | None = None
    ) -> bool:
        """Makes a file hold this content with this mode; True when that took a change.

        With an `owner` (uid, gid) it is theirs; a rehearsal has no owners but whoever rehearses.
        """
        fact = self.host.stat(path)
        owner = owner if self.options.mode == "real" else None
        theirs = fact is not None and owner in (None, (fact.uid, fact.gid))
        right = fact is not None and (fact.kind, fact.mode) == ("file", mode) and theirs
        if right and self.host.read(path) == content:
            return False
        self.host.write(path, content, mode=mode, owner=owner)
        return True

    def keep_private(self, path: str, content: bytes) -> None:
        """A secret file that stays is root's alone: mended where it is ours, warned of elsewhere."""
        if path in self.ours:
            self.ensure_file(path, content, mode=0o600, owner=(0, 0))
            return
        fact = self.host.stat(path)
        if fact is not None and fact.mode & 0o077:
            self.warn(f"{path} can be read by others than root (mode {fact.mode:04o})")

    def ensure_directory(
        self, path: str, *, mode: int | None = None, owner: tuple[int, int] | None = None
    ) -> bool:
        """Makes a folder be there; with a mode, one that is there keeps its own unless it differs."""
        fact = self.host.stat(path)
        if fact and fact.kind == "directory" and mode in (None, fact.mode):
            return False
        self.host.make_directory(path, mode=0o755 if mode is None else mode, owner=owner)
        return True

    def ensure_object(self, cluster: Cluster, wanted: Object) -> Change:
        """Makes an object hold at least what is wanted, and reports what became of it."""
        change = self.patiently(converge, cluster, wanted)
        self.report("object", str(Ref.of(wanted)), state=change, **describe(wanted))
        return change

    def patches(self) -> PatchSet:
        """The patches of the operator's folder; none without one. A PhaseError for a bad file."""
        given = self.configuration.init.patches
        if not given or not given.directory:
            return NONE
        folder = str(Path(given.directory).absolute())
        if not self.exists(folder):
            raise bad_patch(self.phase, PatchError(f"there is no folder {folder}"))
        try:
            return read_patches(
                {path: self.host.read(f"{folder}/{path}") for path in self.walk(folder)}
            )
        except PatchError as error:
            raise bad_patch(self.phase, error) from error

    def walk(self, folder: str, below: str = "") -> Iterator[str]:
        """The files in a folder and in those below it, as paths relative to it."""
        for name in self.host.list(f"{folder}/{below}"):
            fact = self.host.stat(f"{folder}/{below}{name}")
            if fact and fact.kind == "directory":
                yield from self.walk(folder, f"{below}{name}/")
            else:
                yield f"{below}{name}"

    # waiting

    def safe_point(self) -> None:
        """Obeys a request to stop; called where nothing is half done."""
        if signal := self.stop_signal():
            raise Cancelled(signal)

    def pause(self, seconds: float) -> None:
        self.clock.wait(seconds)
        self.safe_point()

    def patiently(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Calls the API, again and again while its answers may get better (timeouts.kubernetesAPICall)."""
        deadline = self.clock.monotonic() + self.api_timeout()
        while True:
            try:
                return call(*args, **kwargs)
            except ClusterError as error:
                passing = error.status in PASSING and error.reason not in LASTING
                if not passing or self.clock.monotonic() > deadline:
                    raise
                self.pause(0.2)

    def api_timeout(self) -> float:
        timeouts = self.configuration.init.timeouts
        period = timeouts.kubernetes_api_call if timeouts else None
        return period.total_seconds() if period else 60.0

    def wait_for(self, ready: Callable[[], bool], *, seconds: float, pause: float = 0.1) -> bool:
        """Asks until `ready` says yes; False when `seconds` have passed."""
        deadline = self.clock.monotonic() + seconds
        while not ready():
            if self.clock.monotonic() > deadline:
                return False
            self.pause(pause)
        return True

    # where things are

    def pki(self, name: str) -> str:
        """The path of a file in the certificates folder."""
        return f"{self.configuration.cluster.certificates_dir}/{name}"

    def admin(self) -> Cluster:
        """The cluster as admin.conf reaches it, at this node's own API server.

        As kubeadm 1.37 does, so that a load balancer which comes up later doesn't stop a run.
        """
        return self.connect(
            self.needed("/etc/kubernetes/admin.conf", "kubeconfig"), self.local_server()
        )

    def super_admin(self) -> Cluster:
        """The cluster as super-admin.conf reaches it, for what RBAC doesn't allow the admin yet."""
        kubeconfig = self.needed("/etc/kubernetes/super-admin.conf", "kubeconfig")
        return self.connect(kubeconfig, self.local_server())

    def local_server(self) -> str:
        endpoint = self.configuration.init.local_api_endpoint
        address = endpoint.advertise_address
        host = f"[{address}]" if ":" in address else address
        return f"https://{host}:{endpoint.bind_port}"

    def needed(self, path: str, maker: str) -> bytes:
        """The content of a file that the phase `maker` makes; a PhaseError when it isn't there."""
        content = self.read(path)
        if content is None:
            raise PhaseError(
                "missing-input",
                f"{path} is missing",
                where=self.phase,
                why=f"the phase {maker} makes it",
                remedy=f"Run {maker} first, or the same command without --only, --from and --skip-phases",
            )
        return content


def bad_patch(phase: str, error: PatchError) -> PhaseError:
    """A patch that can't be read or applied, as the phase's error."""
    return PhaseError(
        "bad-patch", "a patch can't be used", where=phase, why=str(error), remedy="Mend that file"
    )
