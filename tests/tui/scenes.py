"""Scenes for pictures: each brings the app to a page, from recordings and a made-up machine alone."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from textual.events import Paste
from textual.pilot import Pilot

from phases.engine import asked
from phases.engine.request import Request
from phases.render import manifest
from tests.tui.arriving import arriving
from tests.tui.damaged import ARTICLE, DOUBTFUL, INIT, TWOFOLD
from tests.tui.stage import (
    HANDOVER,
    RECORDINGS,
    app_of,
    copied,
    cut,
    engine_at,
    seen,
    text_of,
    until,
    watched,
)
from tui import presets as preset_files
from tui.checkup import Checkup
from tui.facts import Route
from tui.launch import Engine
from tui.machine import Kind, Look
from tui.plugin import Plugin
from tui.screens import checks as checks_page
from tui.screens import review as review_page
from tui.screens.checks import Checks
from tui.screens.choice import Choice
from tui.screens.configure import Configure
from tui.screens.importing import Import
from tui.screens.mend import Mend
from tui.screens.review import Review
from tui.screens.welcome import Welcome
from tui.sections import SECTIONS
from tui.session import Session
from tui.widgets.check_list import CheckList
from tui.widgets.prompts import Ask
from tui.widgets.section_list import SectionList

ROUTES = (Route("172.30.99.0/24", "eth0"), Route("172.17.0.0/16", "docker0"))
TYPED = {
    "clusterName": "harbour",
    "controlPlaneEndpoint": "k8s.lan:6443",
    "networking.podSubnet": "10.244.0.0/16",
}

STARTING = seen('"health"', '"kube-apiserver"', "500")
"""The API server answers, and says what it still lacks."""

CRASHING = seen('"last-words"', '"kube-apiserver"')
"""The API server's container has ended, and what it said is known."""


def halfway(record: Mapping[str, Any]) -> bool:
    """The largest image has come half of its way."""
    done, total = record.get("items", {}).get(LARGEST, (0, 0))
    return bool(total) and done > total / 2


LARGEST = "registry.k8s.io/kube-proxy:v1.37.2"
NEWCOMER = seen('"node6"', "NotReady")

NETWORK = """\
apiVersion: v1
kind: Namespace
metadata: {name: net}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: net-agent}
rules: [{apiGroups: [""], resources: [nodes, pods], verbs: [get, list, watch]}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: net-agent, namespace: net}
spec:
  template:
    spec:
      hostNetwork: true
      containers:
      - {name: agent, image: "registry.example.com/net/agent:v1.4.2", securityContext: {privileged: true}}
"""

Scene = Callable[[Pilot[int], Path], Awaitable[None]]


async def welcome(pilot: Pilot[int], _folder: Path) -> None:
    """The first page of a fresh machine."""


async def waiting(pilot: Pilot[int], folder: Path) -> None:
    """A run in the middle of its wait for the control plane."""
    app = app_of(pilot)
    journal, app.now = cut("good", STARTING, folder)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    await watched(pilot, journal)


async def crashing(pilot: Pilot[int], folder: Path) -> None:
    """A run that still waits for an API server which has ended already."""
    app = app_of(pilot)
    journal, app.now = cut("failed", CRASHING, folder)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    await watched(pilot, journal)


async def pulling(pilot: Pilot[int], folder: Path) -> None:
    """The panel of the images while the largest of them is on its way."""
    app = app_of(pilot)
    journal, app.now = cut("pulled", halfway, folder, 0.6)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    page = await watched(pilot, journal)
    page._select("images")


async def failed(pilot: Pilot[int], folder: Path) -> None:
    """A run whose API server never became healthy, opened by somebody who may try again."""
    journal = copied("failed", folder)
    asked.keep(Request(), journal.parent)
    await watched(pilot, journal)


async def refused(pilot: Pilot[int], _folder: Path) -> None:
    """A run that was refused by its checks."""
    await watched(pilot, RECORDINGS / "refused.jsonl")


async def certificates(pilot: Pilot[int], _folder: Path) -> None:
    """The panel of the certificates, after a good run."""
    page = await watched(pilot, RECORDINGS / "good.jsonl")
    page._select("certs")


async def manifests(pilot: Pilot[int], _folder: Path) -> None:
    """The panel of the static pods, after a good run."""
    page = await watched(pilot, RECORDINGS / "good.jsonl")
    page._select("control-plane")


async def kubeconfigs(pilot: Pilot[int], _folder: Path) -> None:
    """The panel of the kubeconfigs, after a good run."""
    page = await watched(pilot, RECORDINGS / "good.jsonl")
    page._select("kubeconfig")


async def objects(pilot: Pilot[int], _folder: Path) -> None:
    """The panel of what was applied for tokens, after a good run."""
    page = await watched(pilot, RECORDINGS / "good.jsonl")
    page._select("bootstrap-token")


async def join(pilot: Pilot[int], folder: Path) -> None:
    """The join desk."""
    page = await watched(pilot, RECORDINGS / "good.jsonl")
    handover = folder / "handover.json"
    handover.write_text(json.dumps(HANDOVER))
    app = app_of(pilot)
    app.show_join(replace(page.story.state, handover=str(handover)))
    await until(pilot, lambda: type(app.screen).__name__ == "Join")


async def arrived(pilot: Pilot[int], folder: Path) -> None:
    """The join desk with its nodes."""
    journal, app_of(pilot).now = cut("arrived", NEWCOMER, folder)
    app_of(pilot)._starter = lambda _request: engine_at(journal)[0]
    await join(pilot, folder)
    await until(pilot, lambda: "node6" in text_of(app_of(pilot)))


async def networking(pilot: Pilot[int], _folder: Path) -> None:
    """The networks of a cluster that is nearly ready to be made."""
    await configured(pilot, "networking")


async def ahead(pilot: Pilot[int], folder: Path) -> None:
    """Images that are pulled while the form is still filled in."""
    app = app_of(pilot)
    journal, app.now = arriving(folder)
    app._starter = lambda _request: engine_at(journal)[0]
    await configured(pilot, "images")
    await pilot.press("f5")
    await until(pilot, lambda: isinstance(app.screen, Ask))
    await pilot.press("right", "enter")
    await until(pilot, lambda: "a second" in text_of(app) or "每秒" in text_of(app))


def section(name: str) -> Scene:
    """The form at a section, one of its fields being stood in."""

    async def scene(pilot: Pilot[int], _folder: Path) -> None:
        await configured(pilot, name)

    return scene


def found(kind: Kind, **more: str) -> Scene:
    """The first page of a machine on which something is there already."""

    async def scene(pilot: Pilot[int], folder: Path) -> None:
        app = app_of(pilot)
        app.seen = Look(kind, journal=copied("failed", folder), **more)  # type: ignore[arg-type]
        app.go_to("welcome")
        await until(pilot, lambda: isinstance(app.screen, Welcome))

    return scene


async def plugin(pilot: Pilot[int], _folder: Path) -> None:
    """A network plugin that was read, with what it brings."""
    app = app_of(pilot)
    app._session = filled_in(app.session)
    app.session.set_field("--network-plugin", "manifest")
    app.session.set_field("--network-manifest", "/root/network.yaml")
    brings = manifest.summary(manifest.parse(NETWORK, name="network.yaml"))
    app.session.take_plugin(Plugin("/root/network.yaml", NETWORK, brings))
    app.session.section = "addons"
    app.go_to("configure")
    await shown(pilot)
    await pilot.press("tab", "tab")


async def flag(pilot: Pilot[int], _folder: Path) -> None:
    """A flag that is being typed, with those that are known."""
    await configured(pilot, "control-plane")
    await pilot.press("a", "u", "d", "i", "t", "minus", "l", "o", "g", "minus", "m")
    await judged(pilot)


async def fault(pilot: Pilot[int], _folder: Path) -> None:
    """The kubeadm.yaml edited in place, with a fault at its line."""
    await configured(pilot, "cluster")
    await pilot.press("ctrl+y", *["down"] * 9, "end", "x", "colon", "space", "left_square_bracket")
    await until(pilot, lambda: app_of(pilot).session.is_broken)
    await judged(pilot)


async def repair(pilot: Pilot[int], _folder: Path) -> None:
    """The article of the seed, pasted: what came and what was meant."""
    await pasted(pilot, ARTICLE)


async def readings(pilot: Pilot[int], _folder: Path) -> None:
    """A file that lost its indentation and can be read in two ways."""
    await pasted(pilot, TWOFOLD)


async def doubts(pilot: Pilot[int], _folder: Path) -> None:
    """One in which not everything can be told."""
    await pasted(pilot, DOUBTFUL)


async def line(pilot: Pilot[int], _folder: Path) -> None:
    """A kubeadm line, in a form that holds another pod range already."""
    await pasted(pilot, INIT.replace("10.244", "10.8"))


async def presets(pilot: Pilot[int], _folder: Path) -> None:
    """The presets that there are."""
    with patch.object(preset_files, "FOLDERS", ()):
        await configured(pilot, "cluster")
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, Choice))


async def preset(pilot: Pilot[int], folder: Path) -> None:
    """What one of them sets."""
    await presets(pilot, folder)
    await pilot.press("down", "down", "down", "down", "enter")
    await until(pilot, lambda: "ECDSA" in text_of(app_of(pilot)))


async def pasted(pilot: Pilot[int], text: str) -> None:
    """On the list of sections; until the question stands."""
    await configured(pilot, "cluster")
    await pilot.press("escape")
    app_of(pilot).post_message(Paste(text))
    await until(pilot, lambda: isinstance(app_of(pilot).screen, Import))


async def help_(pilot: Pilot[int], folder: Path) -> None:
    """What F1 tells of the form."""
    await networking(pilot, folder)
    await pilot.press("f1")


async def leaving(pilot: Pilot[int], folder: Path) -> None:
    """The question before a run is left."""
    await waiting(pilot, folder)
    await pilot.press("ctrl+c")


async def ended(pilot: Pilot[int], _folder: Path) -> None:
    """A good run at its end."""
    await watched(pilot, RECORDINGS / "good.jsonl")


async def review(pilot: Pilot[int], folder: Path) -> None:
    """What a run would do here, as the good run has done it."""
    app = app_of(pilot)
    app._session = filled_in(app.session)
    with patch.object(review_page, "start", lambda request: foreseen(request, folder)):
        app.go_to("review")
        await until(pilot, lambda: isinstance(app.screen, Review) and app.screen.foreseen.ended)


async def checks(pilot: Pilot[int], folder: Path) -> None:
    """A bare machine on which everything is wrong; the check of a port that is taken is chosen."""
    app = app_of(pilot)
    app._session = filled_in(app.session)
    with patch.object(checks_page, "start", lambda request: told_by(request, folder)):
        app.go_to("checks")
        await until(pilot, lambda: isinstance(app.focused, CheckList) and bool(app.focused.chosen))
    page = app.screen
    assert isinstance(page, Checks)
    await until(pilot, lambda: not page.looks)
    await pilot.press(*["down"] * 4)


async def looking(pilot: Pilot[int], folder: Path) -> None:
    """The checks while they are made."""
    app = app_of(pilot)
    app._session = filled_in(app.session)
    journal, _now = cut("checks", seen("Hostname"), folder)
    with patch.object(checks_page, "start", lambda _request: engine_at(journal)[0]):
        app.go_to("checks")
        await until(
            pilot,
            lambda: isinstance(app.screen, Checks) and "Hostname" in app.screen.checkup.checks,
        )


async def mend(pilot: Pilot[int], folder: Path) -> None:
    """All fixes foreseen, with what each would change."""
    with patch.object(checks_page, "start", lambda request: told_by(request, folder)):
        await checks(pilot, folder)
        await pilot.press("a")
        app = app_of(pilot)
        await until(pilot, lambda: isinstance(app.screen, Mend) and app.screen.foreseen.ended)


async def stuck(pilot: Pilot[int], folder: Path) -> None:
    """A fix that the machine refused."""
    await checks(pilot, folder)
    page = app_of(pilot).screen
    assert isinstance(page, Checks)
    page.trouble = (
        "`swapoff /swapfile` failed\nswapoff: /swapfile: swapoff failed: Cannot allocate memory"
    )
    page._draw()


async def green(pilot: Pilot[int], folder: Path) -> None:
    """The same machine when all that can be mended has been, with something to take back."""
    await checks(pilot, folder)
    page = app_of(pilot).screen
    assert isinstance(page, Checks)
    page.checkup = Checkup(
        {
            name: replace(one, state="passed") if one.fixes or one.blocked else one
            for name, one in page.checkup.checks.items()
        }
    )
    page.mended = ("swap",)
    page._draw()


def told_by(request: Request, folder: Path) -> Engine:
    """An engine that has told what was recorded on such a machine."""
    name = "checks" if request.workflow == "preflight" else "mending"
    journal = folder / name / "runs" / "one" / "journal.jsonl"
    journal.parent.mkdir(parents=True)
    journal.write_bytes((RECORDINGS / f"{name}.jsonl").read_bytes())
    engine, process = engine_at(journal)
    process.ended = True
    return engine


async def configured(pilot: Pilot[int], section: str) -> None:
    app = app_of(pilot)
    app._session = filled_in(app.session)
    app.session.section = section
    app.go_to("configure")
    await shown(pilot)
    await pilot.press("tab")


async def shown(pilot: Pilot[int]) -> None:
    """Once the form hears keys and has its section."""
    app = app_of(pilot)
    await until(pilot, lambda: isinstance(app.focused, SectionList))
    await until(pilot, lambda: bool(app.screen.query(".section-title")))


async def judged(pilot: Pilot[int]) -> None:
    """Once the form has judged what was typed, and drawn what it found."""
    form = app_of(pilot).screen
    assert isinstance(form, Configure)
    await until(pilot, lambda: form.settled)


def filled_in(session: Session) -> Session:
    """A session on the same machine, with a cluster typed into it."""
    fresh = Session(replace(session.facts, routes=ROUTES))
    for path, text in TYPED.items():
        fresh.set_field(path, text)
    return fresh


def foreseen(request: Request, folder: Path) -> Engine:
    """A dry run that has found what the good run did."""
    journal = folder / "dry" / "runs" / "one" / "journal.jsonl"
    journal.parent.mkdir(parents=True)
    text = (RECORDINGS / "good.jsonl").read_text()
    journal.write_text(text.replace('"mode":"real"', f'"mode":"{request.mode}"', 1))
    engine, process = engine_at(journal)
    process.ended = True
    return engine


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        *(welcome, waiting, failed, refused, certificates, join),
        *(manifests, kubeconfigs, objects, crashing),
        plugin,
        *(pulling, ahead, arrived, networking, review, flag, fault, help_, leaving, ended),
        *(repair, readings, doubts, line, presets, preset),
        *(checks, looking, mend, stuck, green),
    )
}
SCENES |= {
    f"section_{one.name.replace('-', '_')}": section(one.name)
    for one in SECTIONS
    if one.name != "networking"
}
SCENES |= {
    "busy": found("busy"),
    "half_done": found("half-done", failure="kube-apiserver didn't become healthy"),
    "control_plane_here": found("control-plane", node="node5", version="v1.37.2"),
}


def settled(svg: str) -> str:
    """Without what differs from one drawing to the next."""
    names = re.search(r"terminal-(\d+)", svg)
    return svg.replace(f"terminal-{names[1]}", "terminal") if names else svg
