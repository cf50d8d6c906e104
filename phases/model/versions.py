"""Kubernetes versions: how they are read and compared, and what each supported release brings.

The facts stand in versions.toml. Nothing here asks the network; a label such as `stable` means the
newest release this table knows.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, total_ordering
from importlib.resources import files

from phases.model.problem import Problem, Problems

_EXACT = re.compile(
    r"v?(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?",
    re.ASCII,
)
_LABEL = re.compile(r"(?:release/)?(latest|stable)(?:-1(?:\.([1-9]\d?))?)?", re.ASCII)
_PATH = "kubernetesVersion"


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """An exact version; ordered as semantic versions are, build metadata aside."""

    major: int
    minor: int
    patch: int
    pre: str = ""
    build: str = ""

    def __str__(self) -> str:
        pre, build = self.pre and f"-{self.pre}", self.build and f"+{self.build}"
        return f"v{self.major}.{self.minor}.{self.patch}{pre}{build}"

    def __lt__(self, other: Version) -> bool:
        return self._rank() < other._rank()

    def _rank(self) -> tuple[object, ...]:
        numbers = (self.major, self.minor, self.patch, not self.pre)
        parts = (_pre_rank(part) for part in self.pre.split(".") if part)
        return (*numbers, *parts)


def _pre_rank(part: str) -> tuple[bool, int, str]:
    return (False, int(part), "") if part.isdigit() else (True, 0, part)


def parse_version(text: str) -> Version:
    """Reads `v1.37.2`, the v optional, perhaps with pre-release and build; ValueError otherwise."""
    match = _EXACT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a version such as v1.37.2")
    major, minor, patch, pre, build = match.groups()
    return Version(int(major), int(minor), int(patch), pre or "", build or "")


@dataclass(frozen=True, slots=True)
class Release:
    """What one minor release brings; the fields are explained in versions.toml."""

    minor: int
    newest: Version
    etcd: str
    coredns: str
    pause: str
    external_etcd: str
    named_kubelet_client: int
    flexvolume_mount: bool
    explicit_proxy_mode: bool
    cri_socket_gate: bool
    feature_gates: tuple[str, ...]

    def kubelet_client_is_named(self, version: Version) -> bool:
        """Whether the API server's kubelet client relies on its name instead of an organisation."""
        return version.patch >= self.named_kubelet_client


@cache
def releases() -> Mapping[int, Release]:
    """The supported releases by minor number, newest first."""
    table = tomllib.loads(files("phases.model").joinpath("versions.toml").read_text("utf-8"))
    found = (_release(int(name.partition(".")[2]), facts) for name, facts in table.items())
    return {release.minor: release for release in sorted(found, key=lambda r: -r.minor)}


def _release(minor: int, facts: dict[str, object]) -> Release:
    newest = parse_version(str(facts.pop("newest")))
    gates = tuple(sorted(facts.pop("feature_gates")))  # type: ignore[call-overload]
    return Release(minor=minor, newest=newest, feature_gates=gates, **facts)  # type: ignore[arg-type]


def newest_version() -> Version:
    """The version that is installed when nobody names one."""
    return next(iter(releases().values())).newest


def release_of(version: str | Version) -> Release:
    """The release that a version belongs to; Problems when it isn't supported."""
    exact = parse_version(version) if isinstance(version, str) else version
    release = releases().get(exact.minor) if exact.major == 1 else None
    if release is None:
        oldest, newest = min(releases()), max(releases())
        old = (exact.major, exact.minor) < (1, oldest)
        reason = f"it is older than 1.{oldest}" if old else f"it is newer than 1.{newest}"
        raise Problems(
            [Problem(_PATH, f"{exact} is not supported: {reason}", nearest(exact.minor))]
        )
    return release


def nearest(minor: int) -> str:
    """What can be had instead of a release, the nearest one first, for messages."""
    versions = [
        str(releases()[found].newest) for found in sorted(releases(), key=lambda m: abs(m - minor))
    ]
    return f"Use {', '.join(versions[:-1])} or {versions[-1]}"


def label_minor(text: str) -> int | None:
    """The minor release that a label names, the newest one where it names none; None for no label."""
    label = _LABEL.fullmatch(text or "stable-1")
    return label and (int(label[2]) if label[2] else next(iter(releases())))


@dataclass(frozen=True, slots=True)
class Resolution:
    """An exact version, and a notice where it was not the operator who chose it."""

    version: Version
    notice: Problem | None = None


def resolve_version(text: str, labels: Mapping[str, str] | None = None) -> Resolution:
    """The version a text stands for: exact ones as they are, labels by the table; raises Problems.

    kubeadm asks the network what a label means. Here somebody else may have asked and knows it, in
    `labels`; otherwise a label means the newest release in the table.
    """
    known = (labels or {}).get(text or "stable-1", "")
    exact = (known or text).removeprefix("release/")
    if _EXACT.fullmatch(exact):
        version = parse_version(exact)
        release_of(version)
        message = f"{text or 'stable-1'} is {version}, as the version source says"
        return Resolution(version, Problem(_PATH, message) if known else None)
    minor = label_minor(text)
    if minor is None:
        raise Problems([_not_a_version(text)])
    return _bundled(text or "stable-1", minor)


def _bundled(label: str, minor: int) -> Resolution:
    release = releases().get(minor)
    if release is None:
        message = f"{label} names release 1.{minor}, which is not supported"
        raise Problems([Problem(_PATH, message, nearest(minor))])
    message = f"{label} is taken as {release.newest}, the newest known here"
    return Resolution(release.newest, Problem(_PATH, message, "Name an exact version to be sure"))


def _not_a_version(text: str) -> Problem:
    if text.startswith(("ci/", "ci-cross/")):
        message = f"{text} is a build of the day, which only the network can tell the version of"
    else:
        message = f"{text!r} is neither a version nor a label"
    return Problem(_PATH, message, f"Write a version such as {newest_version()}, or stable-1")


def image_tag(version: str) -> str:
    """A version as an image tag: whatever a tag may not hold becomes an underscore."""
    return re.sub(r"[^-\w.]", "_", version, flags=re.ASCII)
