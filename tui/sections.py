"""The sections of the form in their order, and which section a path belongs to: all data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from phases.model.mirrors import mirrors
from tui.fields import cluster, components, extras
from tui.fields.field import FORMS, Field
from tui.fields.notes import notes


@dataclass(frozen=True, slots=True)
class Section:
    """`shows` names the paths whose values, in use or by default, sum the section up."""

    name: str
    title: str
    fields: tuple[Field, ...]
    shows: tuple[str, ...] = ()
    short: str = ""

    @property
    def brief(self) -> str:
        """The title where there is little room."""
        return self.short or self.title


SECTIONS: tuple[Section, ...] = (
    Section("cluster", "Cluster", cluster.CLUSTER, ("kubernetesVersion", "clusterName")),
    Section(
        "node",
        "Node and address",
        cluster.NODE,
        ("localAPIEndpoint.advertiseAddress", "nodeRegistration.name"),
    ),
    Section("endpoint", "Endpoint", cluster.ENDPOINT, ("controlPlaneEndpoint",)),
    Section("networking", "Networking", cluster.NETWORKING, ("networking.podSubnet",)),
    Section(
        "control-plane",
        "Control plane",
        components.CONTROL_PLANE,
        ("apiServer.extraArgs", "controllerManager.extraArgs", "scheduler.extraArgs"),
    ),
    Section(
        "certificates",
        "Certificates",
        cluster.CERTIFICATES,
        ("encryptionAlgorithm",),
    ),
    Section("etcd", "etcd", cluster.ETCD, ("etcd",)),
    Section(
        "runtime",
        "Runtime and kubelet",
        (*components.RUNTIME, *extras.PACKAGES),
        ("nodeRegistration.criSocket",),
    ),
    Section("images", "Images", (*components.IMAGES, *extras.IMAGES), ("imageRepository",)),
    Section(
        "addons",
        "Add-ons and network plugin",
        (*extras.NETWORK, *components.ADDONS, *extras.USER),
        (extras.PLUGIN, "KubeProxyConfiguration.mode"),
        short="Add-ons and plugin",
    ),
    Section("tokens", "Tokens", components.TOKENS, ("bootstrapTokens",)),
    Section("review", "Review", components.RUN),
)

REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Mirror:
    """Another place to take images from: texts for the fields of their repositories."""

    name: str
    title: str
    help: str
    values: Mapping[str, str]


MIRRORS: tuple[Mirror, ...] = tuple(
    Mirror(name, mirror.title, mirror.holds, mirror.values) for name, mirror in mirrors().items()
)
"""Other places to take the images from; choosing one fills in its repositories."""


@cache
def section(name: str) -> Section:
    """The section of that name; KeyError where there is none."""
    return {one.name: one for one in SECTIONS}[name]


@cache
def fields() -> Mapping[str, Field]:
    """Every field by its path."""
    return MappingProxyType({field.path: field for one in SECTIONS for field in one.fields})


@cache
def home_of(path: str) -> str:
    """The section that a path of the model belongs to: that of its field, or of its nearest kin."""
    homes = {field.path: one.name for one in SECTIONS for field in one.fields}
    for candidate in upwards(path):
        if candidate in homes:
            return homes[candidate]
    for candidate in upwards(path):
        kin = (name for known, name in homes.items() if known.startswith(f"{candidate}."))
        if found := next(kin, ""):
            return found
    return REVIEW


@cache
def field_of(path: str) -> Field | None:
    """The field that a path of the model is edited in, None where only the YAML can."""
    known = fields()
    above = next((known[one] for one in upwards(path) if one in known), None)
    if above is None or (above.kind == "either" and path != above.path):
        below = (field for name, field in known.items() if name.startswith(f"{path}."))
        return next(below, None)
    return above


def messages() -> Iterator[str]:
    """Every text of the tables that is drawn through `_`, for the catalogues."""
    for one in SECTIONS:
        yield from (one.title, one.short)
        for field in one.fields:
            yield from (field.label, field.help, field.fixed, *field.words)
    for mirror in MIRRORS:
        yield from (mirror.title, mirror.help)
    yield from FORMS.values()
    yield from (note for program in PROGRAMS for note in notes(program).values())


PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "etcd")


def upwards(path: str) -> Iterator[str]:
    """The path and the paths above it."""
    while path:
        yield path
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
