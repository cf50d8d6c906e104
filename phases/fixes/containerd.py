"""containerd set up for a kubelet, by a drop-in: what the operator's own file says stays.

Only what no drop-in can take back is changed in that file: a plugin that it switches off. A file that
can't be read, or is of a version that containerd no longer reads, is set aside.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

import tomli_w

from phases.checks.containerd import CONFIG, CRI, OLDEST
from phases.checks.runtime import kubelet_driver
from phases.engine.context import Context
from phases.fixes.fix import Findings, command, edit, set_aside
from phases.model.images import pause_image
from phases.model.mirrors import mirrors

DROP_IN = "/etc/containerd/conf.d/90-kubeboot.toml"
IMPORTS = "/etc/containerd/conf.d/*.toml"
WHY = "# For Kubernetes, by kubeboot-tui.\n"
GRPC = "io.containerd.grpc.v1.cri"
RUNTIME, IMAGES = "io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images"
SWITCHED_OFF = re.compile(r"(?ms)^[ \t]*disabled_plugins[ \t]*=[ \t]*\[.*?\]")

CNI, CERTS = "/opt/cni/bin", "/etc/containerd/certs.d"
NEWEST = 3
"""The newest version of configuration whose names are known here; containerd reads older ones, too."""

Table = dict[str, Any]


def none_here(context: Context, _findings: Findings) -> str | None:
    """Why containerd can't be set up: it isn't there, or isn't the runtime in use."""
    if "containerd" not in context.configuration.init.node_registration.cri_socket:
        return "the configuration names another runtime than containerd"
    found = context.host.probe(("containerd", "--version")).code == 0
    return None if found else "containerd isn't installed: its package comes first"


def configure(context: Context, _findings: Findings) -> None:
    """Stopped while its files change, so that undo finds it the other way round; containers go on."""
    if context.host.probe(("systemctl", "is-active", "--quiet", "containerd")).code == 0:
        service(context, "stop", "start")
    own = operators_own(context, config_version(context))
    text = tomli_w.dumps(drop_in(context, own, min(own["version"], NEWEST)))
    edit(context, DROP_IN, f"{WHY}{text}".encode())
    for registry, mirror in mirrored(context).items():
        ask_first(context, registry, mirror)
    service(context, "start", "stop")


def mirrored(context: Context) -> Mapping[str, str]:
    """The registries that the mirror in use has copies of, each with the name of its copy."""
    repository = context.configuration.cluster.image_repository
    found = (each.hosts for each in mirrors().values() if each.repository == repository)
    return next(found, {})


def ask_first(context: Context, registry: str, mirror: str) -> None:
    """For images of add-ons and workloads; what an operator has said of a registry stays."""
    path = f"{CERTS}/{registry}/hosts.toml"
    if context.exists(path):
        return
    server = "registry-1.docker.io" if registry == "docker.io" else registry
    hosts = {f"https://{mirror}": {"capabilities": ["pull", "resolve"]}}
    text = tomli_w.dumps({"server": f"https://{server}", "host": hosts})
    edit(context, path, f"{WHY}{text}".encode())


def service(context: Context, verb: str, opposite: str) -> None:
    undo = ("systemctl", opposite, "containerd")
    command(context, "systemctl", verb, "containerd", undo=undo, timeout=120)


def config_version(context: Context) -> int:
    """The version of configuration that the installed containerd writes."""
    said = context.host.probe(("containerd", "--version")).stdout
    major = re.search(r"\bv?(\d+)\.\d+", said)
    return OLDEST if major and major[1] == "1" else NEWEST


def operators_own(context: Context, version: int) -> Table:
    """What the operator's file says, once it can be read and lets drop-ins and CRI in."""
    content = context.read(CONFIG)
    if content is not None and not is_usable(content):
        set_aside(context, CONFIG)
        content = None
    before = content.decode() if content is not None else f"{WHY}version = {version}\n"
    edit(context, CONFIG, importing(switched_on(before)).encode())
    return tomllib.loads(before)


def is_usable(content: bytes) -> bool:
    """Whether the file can be read and is of a version that has drop-ins; without one it is of 1."""
    try:
        said = tomllib.loads(content.decode()).get("version", 1)
    except ValueError:
        return False
    return isinstance(said, int) and said >= OLDEST


def switched_on(text: str) -> str:
    """The file without those in `disabled_plugins` that serve CRI."""
    return SWITCHED_OFF.sub(lambda found: without_cri(found[0]), text)


def without_cri(line: str) -> str:
    names = tomllib.loads(line)["disabled_plugins"]
    kept = [name for name in names if name not in CRI]
    return line if kept == names else tomli_w.dumps({"disabled_plugins": kept}).rstrip()


def importing(text: str) -> str:
    """The file with our folder among its imports; names of the top level come before any table."""
    given = tomllib.loads(text).get("imports", [])
    if any(fnmatch(DROP_IN, str(pattern)) for pattern in given):
        return text
    line = f"imports = {[*given, IMPORTS]!r}".replace("'", '"')
    if given:
        return re.sub(r"(?ms)^[ \t]*imports[ \t]*=[ \t]*\[.*?\]", lambda _: line, text, count=1)
    head, table, rest = re.match(r"(?s)(.*?)(^\[|\Z)(.*)", text, re.MULTILINE).groups()  # type: ignore[union-attr]
    return f"{head.rstrip()}\n{line}\n{chr(10) if table else ''}{table}{rest}"


def drop_in(context: Context, own: Mapping[str, Any], version: int) -> Table:
    """Our settings on top of the operator's of the same plugins: some versions replace a plugin's whole."""
    plugins = own.get("plugins", {})
    ours = dict(settings(context, version))
    return {
        "version": version,
        "plugins": {
            name: merged(with_cni(plugins.get(name, {})), table) for name, table in ours.items()
        },
    }


def with_cni(plugin: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with Kubernetes' CNI plugins, where it names a folder of others (as Debian's does)."""
    given = plugin.get("cni", {})
    if given.get("bin_dir", CNI) != CNI:
        return merged(plugin, {"cni": {"bin_dir": CNI}})
    if CNI not in given.get("bin_dirs", [CNI]):
        return merged(plugin, {"cni": {"bin_dirs": [CNI, *given["bin_dirs"]]}})
    return plugin


def settings(context: Context, version: int) -> Iterator[tuple[str, Table]]:
    """By plugin: the kubelet's cgroup driver, the pause image of this version, where mirrors lie."""
    systemd = kubelet_driver(context.configuration) == "systemd"
    runtimes = {"runtimes": {"runc": {**TYPE, "options": {"SystemdCgroup": systemd}}}}
    pause = str(pause_image(context.configuration.cluster))
    registry = {"config_path": CERTS}
    if version == OLDEST:
        yield GRPC, {"sandbox_image": pause, "registry": registry, "containerd": runtimes}
        return
    yield RUNTIME, {"containerd": runtimes}
    yield IMAGES, {"pinned_images": {"sandbox": pause}, "registry": registry}


TYPE = {"runtime_type": "io.containerd.runc.v2"}
"""What containerd wants to be told of a runtime with options."""


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> Table:
    """Both, the second one's values where they meet."""
    result = dict(below)
    for key, value in above.items():
        there = result.get(key)
        both = isinstance(value, Mapping) and isinstance(there, Mapping)
        result[key] = merged(there, value) if both else value  # type: ignore[arg-type]
    return result
