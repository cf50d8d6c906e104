"""The lab's image registry at 172.30.98.1:5000, with every image in it.

Which nodes pull from it is decided when they boot (node.py). The same images under the registry's
real name, as a machine on the internet finds them, are in internet.py.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache as once
from functools import partial
from pathlib import Path

from . import cache, command, image, machine, network, versions
from .service import Service, await_answer

CONFIG = """version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {folder}}}
  maintenance: {{readonly: {{enabled: {readonly}}}}}
http: {{addr: "{address}"{more}}}
"""


class Registry:
    """A hold on the registry: it answers until this is closed."""

    def __init__(self) -> None:
        self.address = machine.REGISTRY_ADDRESS
        self._hold = SERVICE.hold()

    def close(self) -> None:
        os.close(self._hold)


@once
def storage() -> Path:
    """The registry's folder with every image, filled once and then only read."""
    return cache.artefact("registry", str(image.archive()), _fill)


@contextmanager
def serving(name: str, address: str, more: str = "") -> Iterator[Callable[[], bool]]:
    """Serve every image, read-only, at an address; `more` are words of docker-registry's `http`."""
    config = cache.home() / f"{name}.yml"
    config.write_text(_config(storage(), address, readonly=True, more=more))
    with _running(config) as server:
        yield lambda: server.poll() is None


@contextmanager
def _running(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        ["setpriv", "--pdeathsig=KILL", "docker-registry", "serve", config]
    ) as server:
        try:
            yield server
        finally:
            server.kill()


def _fill(draft: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    config = draft.with_suffix(".yml")
    config.write_text(_config(draft, address, readonly=False))
    with _running(config):
        await_answer("registry", partial(_ask, address))
        for each in versions.IMAGES:
            target = each.reference.replace(versions.REGISTRY, address)
            command.check(
                "skopeo", "copy", "--quiet", "--dest-tls-verify=false",
                f"docker-archive:{image.archive()}:{each.reference}", f"docker://{target}",
            )  # fmt: skip
    config.unlink()


def _config(folder: Path, address: str, *, readonly: bool, more: str = "") -> str:
    return CONFIG.format(folder=folder, address=address, readonly=str(readonly).lower(), more=more)


def _prepare() -> None:
    network.ensure_bridge()
    storage()


def _ask(address: str) -> None:
    with urllib.request.urlopen(f"http://{address}/v2/", timeout=1):
        return


SERVICE = Service("registry", _prepare, partial(_ask, machine.REGISTRY_ADDRESS))


if __name__ == "__main__":
    SERVICE.serve(sys.argv[1], serving("registry", machine.REGISTRY_ADDRESS))
