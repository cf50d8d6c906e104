"""Whether the images that are missing here can be had: each is asked for at its registry, none is pulled.

Mirrors are those that containerd is told of in /etc/containerd/certs.d. What a runtime is told of
proxies and credentials isn't known here: so only a registry's plain word that it has no such image
refuses, and only where no mirror may have it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from phases.checks.check import Finding, error, warning
from phases.checks.files import shortened
from phases.checks.proxy import is_local, proxy_to
from phases.engine.context import Context
from phases.model.images import Image, control_plane_images
from phases.model.network import split_host_port
from phases.system.ports import RuntimeFailure

HOSTS = "/etc/containerd/certs.d"
DOCKER = {"docker.io": "registry-1.docker.io"}
SECONDS = 3.0
AT_ONCE = 8
NO_NAME = (2, 124)
"""How getent ends without an address: there is none, or nobody said so in time."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an image may come from: `url` ends before the image's name, `query` goes behind its tag."""

    url: str
    query: str = ""

    def manifest(self, image: Image) -> str:
        name = image.repository.partition("/")[2]
        return f"{self.url}/{name}/manifests/{image.tag}{self.query}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking for one image: an HTTP status, or 0 and why there is none."""

    image: Image
    status: int = 0
    reason: str = ""


def images(context: Context) -> Iterator[Finding]:
    """Every missing image is there to be pulled. Facts: registry, images.

    A rehearsal pulls nothing; with imagePullPolicy Never nobody does. What archives bring is known once
    they are imported, and what a login opens is for the runtime to find out.
    """
    missing = lacking(context)
    by_registry: dict[str, list[Image]] = {}
    for image in missing:
        by_registry.setdefault(image.repository.partition("/")[0], []).append(image)
    for registry, wanted in by_registry.items():
        yield from judge(registry, list(ask(context, registry, wanted)))


def lacking(context: Context) -> list[Image]:
    policy = context.configuration.init.node_registration.image_pull_policy
    if context.options.mode == "rehearsal" or policy == "Never" or context.options.image_archives:
        return []
    here: set[str] = set()
    with suppress(RuntimeFailure, OSError):
        here = {tag for image in context.open_runtime().images() for tag in image.tags}
    return [
        each
        for each in control_plane_images(context.configuration)
        if str(each) not in here and context.options.logins.of(str(each)) is None
    ]


def ask(context: Context, registry: str, wanted: Sequence[Image]) -> Iterator[Answer]:
    """All images of a registry side by side; nobody without a way out of this machine is asked."""
    mirrors, sources = sources_of(context, registry)
    host, _ = split_host_port(registry)
    way = proxy_to(host, context.options.environment) or context.host.machine().default_address
    if not (mirrors or way or is_local(host)):
        yield from (Answer(image, reason="there is no default route") for image in wanted)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(lambda image: best(context, image, (*mirrors, *sources)), wanted)


def sources_of(context: Context, registry: str) -> tuple[list[Source], list[Source]]:
    """The mirrors of a registry, and the registry itself, as containerd would try them."""
    for folder in (registry, "_default"):
        if content := context.read(f"{HOSTS}/{folder}/hosts.toml"):
            with suppress(ValueError):
                return from_file(registry, tomllib.loads(content.decode()))
    return [], [Source(f"{scheme(registry)}://{DOCKER.get(registry, registry)}/v2")]


def from_file(registry: str, read: Mapping[str, object]) -> tuple[list[Source], list[Source]]:
    """Hosts that can resolve; a path of their own stands for /v2 where the file says so."""
    hosts = read.get("host")
    query = f"?ns={registry}"
    mirrors = [
        Source(url.rstrip("/") + ("" if told.get("override_path") else "/v2"), query)
        for url, told in (hosts.items() if isinstance(hosts, dict) else ())
        if "resolve" in told.get("capabilities", ("resolve",))
    ]
    server = str(read.get("server") or f"{scheme(registry)}://{DOCKER.get(registry, registry)}")
    return mirrors, [Source(f"{server.rstrip('/').removesuffix('/v2')}/v2")]


def scheme(registry: str) -> str:
    """A registry on this machine itself is spoken to without TLS, as runtimes do."""
    return "http" if is_local(split_host_port(registry)[0]) else "https"


def best(context: Context, image: Image, sources: Sequence[Source]) -> Answer:
    """That of the first source that has it. A source that says nothing might: then none is certain."""
    answers = []
    for source in sources:
        answers.append(one(context, image, source))
        if answers[-1].status == HTTPStatus.OK:
            return answers[-1]
    return next((each for each in answers if not each.status), answers[-1])


def one(context: Context, image: Image, source: Source) -> Answer:
    """A name is resolved by a command first, which can be cut short where the resolver can't."""
    host = urlsplit(source.url).hostname or ""
    proxy = proxy_to(host, context.options.environment)
    ended = 0 if proxy else context.host.probe(["getent", "ahosts", host], timeout=SECONDS).code
    if ended in NO_NAME:
        return Answer(image, reason=f"{host} can't be resolved")
    try:
        status = context.host.has_image(source.manifest(image), proxy=proxy, timeout=SECONDS)
    except OSError as refusal:
        return Answer(image, reason=str(refusal))
    return Answer(image, status)


def judge(registry: str, answers: Sequence[Answer]) -> Iterator[Finding]:
    """One finding for each thing that is wrong, however many images it is wrong with."""
    silent = [each for each in answers if not each.status]
    if silent:
        names = [str(each.image) for each in silent]
        yield warning(
            f"{registry} can't be reached ({silent[0].reason}), and {len(names)} images are missing",
            "a registry to pull them from",
            "Mend the way there, name a mirror as imageRepository, or import the images",
            registry=registry,
            images=names,
        )
    absent = [str(each.image) for each in answers if each.status == HTTPStatus.NOT_FOUND]
    if absent:
        yield error(
            f"{registry} has no {shortened(tuple(absent))}",
            "images that are there",
            "Name another version or imageRepository, or import the images",
            registry=registry,
            images=absent,
        )
    fine = (0, HTTPStatus.OK, HTTPStatus.NOT_FOUND)
    for status in dict.fromkeys(each.status for each in answers if each.status not in fine):
        names = [str(each.image) for each in answers if each.status == status]
        yield warning(
            f"{registry} answers {status} when asked for {shortened(tuple(names))}",
            "a registry that gives them",
            "Give the runtime credentials for it, or wait where it is overloaded",
            registry=registry,
            images=names,
        )
