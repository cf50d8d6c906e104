"""The pictures of the README, drawn from the scenes of the picture tests.

Not a test: `make pictures` runs it. `test_gallery` tells when a picture is no longer true.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.tui.program import ROOT
from tests.tui.scenes import SCENES, settled
from tests.tui.stage import make_app
from tui import text
from tui.preferences import Preferences

PICTURES = ROOT / "docs" / "pictures"
FONTS = '"DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace'
SIZE = (120, 34)


@dataclass(frozen=True, slots=True)
class Shot:
    """A scene in a theme and a language; `name` is the picture's."""

    name: str
    scene: str
    theme: str = "harbour"
    language: str = "en"


SHOTS = (
    Shot("welcome", "welcome"),
    Shot("configure", "networking"),
    Shot("review", "review"),
    Shot("run", "waiting"),
    Shot("join", "arrived", theme="paper"),
    Shot("chinese", "certificates", language="zh_CN"),
)


async def draw(shot: Shot, folder: Path) -> str:
    """The picture, with nothing in it of where and when it was drawn."""
    app = make_app(folder, chosen=Preferences(shot.theme, shot.language))
    async with app.run_test(size=SIZE) as pilot:
        await SCENES[shot.scene](pilot, folder)
        await pilot.pause()
        await pilot.pause()
        return lean(settled(app.export_screenshot()))


def lean(svg: str) -> str:
    """Without fonts of other hosts, and without the clipping of each line, which nothing needs."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s*<clipPath id="terminal-line-\d+">.*?</clipPath>', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#terminal-line-\d+\)"', "", svg)
    svg = svg.replace("Fira Code, monospace", FONTS).replace(
        "<svg ", '<svg xml:space="preserve" ', 1
    )
    return "\n".join(filter(None, map(str.rstrip, svg.splitlines()))) + "\n"


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for shot in SHOTS:
        with tempfile.TemporaryDirectory() as folder:
            (PICTURES / f"{shot.name}.svg").write_text(await draw(shot, Path(folder)), "utf-8")
        text.use("en")
        sys.stdout.write(f"docs/pictures/{shot.name}.svg\n")


if __name__ == "__main__":
    asyncio.run(main())
