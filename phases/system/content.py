"""containerd's own content API as data: what is on its way, what is there, and what an image is made of.

Pure functions over its answers; asking is the business of `real_runtime`. Names and numbers are those
of containerd's services/content/v1. What is said of an image is what can be known for certain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from phases.system.cri import TEXT, Call
from phases.system.ports import BlobFact
from phases.system.wire import Field, Message

NAMESPACE = {"containerd-namespace": "k8s.io"}
"""Where CRI keeps its images."""

PACKAGE = "containerd.services.content.v1"
TIME: Message = {"seconds": Field(1, "int"), "nanos": Field(2, "int")}
STATUS: Message = {
    "ref": Field(3, TEXT),
    "offset": Field(4, "int"),
    "total": Field(5, "int"),
}
INFO: Message = {
    "digest": Field(1, TEXT),
    "size": Field(2, "int"),
    "created_at": Field(3, TIME),
    "labels": Field(5, "map"),
}
LIST_STATUSES = Call(
    "Content", "ListStatuses", {}, {"statuses": Field(1, STATUS, many=True)}, package=PACKAGE
)
LIST = Call(
    "Content",
    "List",
    {"filters": Field(1, TEXT)},
    {"info": Field(1, INFO, many=True)},
    package=PACKAGE,
    streams=True,
)
READ = Call(
    "Content", "Read", {"digest": Field(1, TEXT)}, {"data": Field(2, TEXT)}, PACKAGE, streams=True
)
"""Of a content that fits into one message, as manifests do; a longer one can't be read as JSON."""

REFERENCE = re.compile(r"(?:layer|config)-(\w+:[0-9a-f]+)")
SOURCE = "containerd.io/distribution.source."
CHILD = "containerd.io/gc.ref.content.config"


@dataclass(frozen=True, slots=True)
class Repository:
    """Where an image comes from; all that came from there bears a label that says so."""

    host: str
    path: str

    @property
    def filter(self) -> str:
        """Chooses at the runtime; `has` chooses exactly."""
        return f'labels."{SOURCE}{self.host}"~="(^|,){self.path}(,|$)"'

    def has(self, labels: Mapping[str, str]) -> bool:
        return self.path in labels.get(f"{SOURCE}{self.host}", "").split(",")

    def is_manifest(self, info: Mapping[str, Any]) -> bool:
        return self.has(info["labels"]) and CHILD in info["labels"]


def of_repository(image: str) -> Repository | None:
    """None for a name without a registry, which each runtime completes in its own way."""
    host, _, rest = image.partition("/")
    path = re.sub(r"(:[^:/]*)?(@.*)?$", "", rest)
    return Repository(host, path) if path and re.search(r"[.:]", host) else None


def arriving(answer: Mapping[str, Any]) -> tuple[BlobFact, ...]:
    """The layers and configurations that are on their way; manifests are small and soon there."""
    found = ((REFERENCE.fullmatch(one["ref"]), one) for one in answer["statuses"])
    return tuple(BlobFact(ref[1], one["offset"], one["total"]) for ref, one in found if ref)


def blobs(stored: Iterable[Mapping[str, Any]]) -> dict[str, BlobFact]:
    """What is there, by digest."""
    return {
        one["digest"]: BlobFact(one["digest"], one["size"], one["size"], moment(one["created_at"]))
        for one in stored
    }


def moment(stamp: Mapping[str, int]) -> datetime:
    return datetime.fromtimestamp(stamp["seconds"], UTC).replace(microsecond=stamp["nanos"] // 1000)


def listed(manifest: str) -> tuple[BlobFact, ...]:
    """An image's configuration and layers, as its manifest lists them. Raises ValueError."""
    try:
        told = json.loads(manifest)
        return tuple(
            BlobFact(str(one["digest"]), 0, int(one["size"]))
            for one in (told["config"], *told["layers"])
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no manifest of an image: {error!r}") from error


def chosen(
    manifests: Sequence[tuple[BlobFact, ...]], here: Mapping[str, BlobFact]
) -> tuple[BlobFact, ...]:
    """The parts of the one image that it must be: the only one, or the only one that isn't whole."""
    lacking = [one for one in manifests if any(part.digest not in here for part in one)]
    candidates = manifests if len(manifests) == 1 else lacking
    if len(candidates) != 1:
        return ()
    return tuple(here.get(part.digest, part) for part in candidates[0])
