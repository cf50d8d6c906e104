"""What the process of the screens has loaded once all pages have been walked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.tui.program import ROOT

ENGINES_OWN = {"kubernetes", "cryptography", "h2"}
WALK = """
import asyncio, json, sys
from pathlib import Path
from tests.tui.scenes import SCENES
from tests.tui.stage import make_app


async def walk(scene, folder):
    folder.mkdir()
    app = make_app(folder)
    async with app.run_test(size=(120, 40)) as pilot:
        await SCENES[scene](pilot, folder)
        await pilot.pause()
        return type(app.screen).__name__


pages = [asyncio.run(walk(scene, Path(sys.argv[1]) / scene)) for scene in SCENES]
print(json.dumps([pages, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_no_page_loads_what_is_the_engines(tmp_path: Path) -> None:
    """Welcome, form, review, run, join desk, help and dialogs do without the cluster's client and keys."""
    command = [sys.executable, "-c", WALK, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    pages, loaded = json.loads(ended.stdout)
    assert {"Welcome", "Configure", "Review", "Run", "Join", "Help"} <= set(pages)
    assert ENGINES_OWN.isdisjoint(loaded)
