"""Where Kubernetes' packages and programs come from: the community, a mirror by name, or an operator's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from phases.engine.context import Context
from phases.engine.errors import ConfigurationError, PhaseError
from phases.model.versions import Version
from phases.system.openpgp import fingerprints

Format = Literal["deb", "rpm"]
COMMUNITY = "community"
PAUSES = (1.0, 4.0)
"""Seconds before a second and a third try."""
KEYS: Mapping[Format, str] = {"deb": "Release.key", "rpm": "repodata/repomd.xml.key"}


@dataclass(frozen=True, slots=True)
class Source:
    """The addresses end in a slash; `key` is the fingerprint of the key that signs the packages."""

    title: str
    deb: str
    rpm: str
    programs: str
    key: str

    def repository(self, kind: Format, version: Version) -> str:
        return filled(self.deb if kind == "deb" else self.rpm, version)


def chosen(context: Context) -> Source:
    """The source that the operator chose. A ConfigurationError for a name that isn't known."""
    name = context.options.packages or COMMUNITY
    key = normal(context.options.package_key) or str(known()["key"])
    if "://" in name:
        base = name.rstrip("/") + "/"
        return Source(base, base, base, f"{base}{{version}}/bin/linux/{{arch}}/", key)
    table = known().get(name)
    if not isinstance(table, dict):
        raise ConfigurationError(
            "unknown-source",
            f"no package source is called {name}",
            remedy=f"Use {', '.join(names())}, or the address of a repository",
        )
    return Source(**{"programs": known()[COMMUNITY]["programs"], **table, "key": key})


def names() -> tuple[str, ...]:
    """The names by which sources are known."""
    return tuple(name for name, table in known().items() if isinstance(table, dict))


@cache
def known() -> Mapping[str, Any]:
    text = files("phases.fixes.packages").joinpath("sources.toml").read_text()
    return tomllib.loads(text)


def normal(key: str) -> str:
    """A fingerprint as keys have it, however it was typed."""
    return "".join(key.split()).replace(":", "").upper()


def filled(address: str, version: Version, arch: str = "") -> str:
    minor = f"{version.major}.{version.minor}"
    return address.format(minor=minor, version=version, arch=arch)


def verified_key(context: Context, source: Source, address: str, kind: Format) -> bytes:
    """The key that a repository offers, once its fingerprint is the one that is expected of it."""
    url = address + KEYS[kind]
    content = fetched(context, url)
    try:
        found = fingerprints(content)
    except ValueError as error:
        raise wrong_key(context, url, str(error)) from error
    if found != (source.key,):
        raise wrong_key(context, url, f"its fingerprint is {', '.join(found)}, not {source.key}")
    return content


def fetched(context: Context, url: str) -> bytes:
    """A small file from the web; what may pass, such as a name server that is late, is tried again."""
    for pause in PAUSES:
        with suppress(OSError):
            return context.host.get(url)
        context.pause(pause)
    return context.host.get(url)


def wrong_key(context: Context, url: str, why: str) -> PhaseError:
    return PhaseError(
        "wrong-key",
        f"the key at {url} can't be trusted",
        where=context.phase,
        why=why,
        remedy="Nothing was installed. Choose another package source, or give the fingerprint of its "
        "key (--package-key) if you know it",
    )
