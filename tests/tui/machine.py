"""A machine as the form sees it, and the app with a page shown first."""

from __future__ import annotations

from pathlib import Path

from tui.app import KubebootApp
from tui.facts import Address, Facts, Route
from tui.machine import Look
from tui.preferences import Preferences
from tui.session import Session

FACTS = Facts(
    hostname="master",
    default_address="192.0.2.10",
    addresses=(Address("192.0.2.10", "eth0"), Address("172.17.0.1", "docker0")),
    cri_sockets=("unix:///var/run/containerd/containerd.sock",),
    routes=(Route("192.0.2.0/24", "eth0"), Route("172.17.0.0/16", "docker0")),
    cpus=4,
    memory=8 << 30,
    euid=0,
    system="Debian 12",
)


class Installer(KubebootApp):
    """The app with a session of its own, opened at a page; which pages it was sent to is kept."""

    def __init__(
        self, page: str, home: Path, session: Session | None = None, theme: str = "harbour"
    ) -> None:
        super().__init__(Preferences(theme, "en"), seen=Look("fresh"), home=home)
        self._session = session or Session(FACTS)
        self._page = page
        self.visited: list[str] = []

    def go_to(self, name: str) -> None:
        self.visited.append(name)
        if name in ("configure", "review"):
            super().go_to(name)
        elif len(self.visited) == 1:
            super().go_to(self._page)
