"""How things are laid out: what hangs, lines up, is told first, and is never cut without a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from textual.content import Content

from phases.engine.journal import Reader
from phases.engine.state import RunState, fold
from tests.tui.machine import FACTS, Installer
from tests.tui.stage import LATER, RECORDINGS, text_of, until
from themes import skins
from tui import portrait, sections, signs
from tui.facts import Facts
from tui.fields import texts
from tui.planner import plan
from tui.screens.configure import Configure
from tui.screens.welcome import Welcome
from tui.session import Session
from tui.widgets import drawing as d
from tui.widgets.heading import Heading
from tui.widgets.hung import hung
from tui.widgets.network_plan import NetworkPlan
from tui.widgets.panels import whole
from tui.widgets.panels.scene import Scene


@pytest.fixture(autouse=True)
def _unicode_again() -> Iterator[None]:
    yield
    signs.use_ascii(False)


def printed(thing: object, width: int) -> list[str]:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(thing)
    return [line.rstrip() for line in captured.get().splitlines()]


def test_sentences_hang_behind_their_sign() -> None:
    """Neither a folded line nor one of its own begins below the sign."""
    lines = printed(hung("✗ Cluster · Cluster name\n  it is empty and can't be"), 16)
    assert lines == ["✗ Cluster ·", "  Cluster name", "  it is empty", "  and can't be"]
    assert printed(hung("[xx] one two"), 9) == ["[xx] one", "     two"]


def test_bars_of_both_families_line_up() -> None:
    """A label of IPv6 is longer, and all bars begin where it ends."""
    drawing = NetworkPlan(
        plan(
            [("192.0.2.0/24", "eth0")],
            "10.244.0.0/16,fd00:10:244::/56",
            "10.96.0.0/12,fd00:10:96::/108",
        )
    )
    drawing._style = lambda name: ""  # type: ignore[method-assign]
    lines = [line.plain for line in drawing._lines(70) if "/" in line.plain]
    assert len(lines) == 5
    begins = {
        line.index(name)
        for line, name in zip(lines, ("services", "pods", "eth0", "services", "pods"), strict=True)
    }
    assert len(begins) == 1


@pytest.mark.parametrize(
    ("path", "text", "section"),
    [("clusterName", "prod-eu", "cluster"), ("nodeRegistration.name", "master-7", "node")],
)
def test_what_was_typed_comes_first_in_a_summary(path: str, text: str, section: str) -> None:
    """Where there is room for one value, it isn't the default."""
    session = Session(FACTS)
    before = portrait._summary(session, sections.section(section))
    session.set_field(path, text)
    after = portrait._summary(session, sections.section(section))
    assert after.startswith(text)
    assert not before.startswith(text)


@pytest.mark.parametrize(
    ("text", "short"),
    [("87600h0m0s", "87600h"), ("4m0s", "4m"), ("1h30m0s", "1h30m"), ("30s", "30s"),
     ("10s", "10s"), ("0s", "0s"), ("1h0m5s", "1h0m5s"), ("", "")],
)  # fmt: skip
def test_a_default_duration_is_told_in_short(text: str, short: str) -> None:
    """Minutes and seconds that are none aren't told; what remains means the same."""
    assert texts.shorter_duration(text) == short


def test_no_default_of_the_form_ends_in_nothing() -> None:
    """The authority's ten years are 87600h."""
    session = Session(FACTS)
    assert session.placeholder("caCertificateValidityPeriod") == "87600h"
    assert session.placeholder("timeouts.kubernetesAPICall") == "1m"


@pytest.mark.parametrize(
    ("memory", "words"), [(24 * 2**30, "24"), (47 * 2**29, "23.5"), (2**29, "0.5")]
)
async def test_all_pages_tell_the_hardware_alike(tmp_path: Path, memory: int, words: str) -> None:
    """The same unit, the same number."""
    app = Installer("welcome", tmp_path, Session(replace(FACTS, memory=memory)))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Welcome))
        assert isinstance(app.screen, Welcome)
        assert any(f"4 CPUs, {words} GiB memory" in line.plain for line in app.screen._facts())
        app.go_to("configure")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        assert f"4 CPUs, {words} GiB" in str(app.screen.query_one(Heading).render())
    assert Facts(memory=memory).gibibytes == words


@pytest.mark.parametrize(
    "name", [name for name, skin in skins().items() if skin.signs != "ascii" and "ansi" not in name]
)
def test_fields_can_be_seen_in_every_theme(name: str) -> None:
    """A field has another ground than the page, and again another one when one is in it."""
    theme = skins()[name].theme()
    grounds = {theme.background, theme.surface, theme.panel}
    assert len(grounds) == 3


def panel(phase: str, width: int) -> list[str]:
    state = RunState()
    for record in Reader(RECORDINGS / "good.jsonl").new_records():
        state = fold(state, record)
    scene = Scene(state.phases[phase], state, LATER, width)
    return [line.plain for line in whole.draw(scene)]


@pytest.mark.parametrize("width", [72, 76, 120])
def test_every_line_of_a_manifest_has_its_bar(width: int) -> None:
    """Long ones are broken behind a blank or a seam, hang behind their own indentation, and fit."""
    lines = panel("control-plane", width)
    text = lines[lines.index("kube-apiserver") + 1 : lines.index("kube-controller-manager") - 1]
    assert all(line.startswith("│ ") and len(line) <= width for line in text)
    broken = [line for line in text if line.rstrip().endswith(("endpoint:", "endpoint :"))]
    assert bool(broken) == (width < 100)


@pytest.mark.parametrize("ascii_", [False, True])
@pytest.mark.parametrize("width", [71, 76, 100])
def test_subjects_are_whole(width: int, ascii_: bool) -> None:
    """Columns are as wide as what stands in them; how long one lasts gives way first."""
    signs.use_ascii(ascii_)
    lines = panel("certs", width)
    row = next(line for line in lines if "apiserver-kubelet-client " in line)
    assert ("kube-apiserver-kubelet-client" in row) == (width > 71 or not ascii_)
    assert re.search(r" 20\d\d-\d\d-\d\d", row)
    assert ("1 y" in row) == (width == 100)


def test_a_long_name_keeps_its_distance() -> None:
    """What is cut doesn't touch what stands at the right end."""
    line = d.spread(Content("a" * 30), Content("created"), 20).plain
    assert line == "a" * 11 + "… created"
    assert d.spread(Content("a" * 13), Content("created"), 20).plain == "a" * 11 + "… created"
    assert d.spread(Content("a" * 12), Content("created"), 20).plain == "a" * 12 + " created"
    assert len(d.spread(Content("ab"), Content("c"), 10).plain) == 10


async def test_a_long_default_shows_its_end(tmp_path: Path) -> None:
    """Where a socket doesn't fit it is marked as cut, and comes back whole with the room."""
    app = Installer("configure", tmp_path)
    app.session.section = "runtime"
    async with app.run_test(size=(112, 40)) as pilot:
        await until(pilot, lambda: "Socket of" in text_of(app))
        await until(
            pilot,
            lambda: re.search(r"…[\w/:.]*/containerd/containerd\.sock ", text_of(app)) is not None,
        )
        await pilot.resize_terminal(180, 40)
        await until(pilot, lambda: "unix:///var/run/containerd/containerd.sock" in text_of(app))


@pytest.mark.parametrize("width", [60, 76])
def test_the_panel_of_a_plugin_tells_what_it_brings(width: int) -> None:
    """Manifest, objects and node have their headings, and no kind of object is cut."""
    text = "\n".join(panel("network", width))
    for words in ("Manifest  /root/network.yaml", "brings        1 Namespace, 1 Custom", "images        registry",
                  "! privileged  DaemonSet lab-cni: the host's network", "Node\n", "✓ node5",
                  "✓ CustomResourceDefinition"):  # fmt: skip
        assert words in text
