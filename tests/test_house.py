"""The law of the house where no other tool can see it. What phases do isn't tested here."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("phases", "tui")
MODULES = sorted(path for name in PRODUCT for path in (ROOT / name).rglob("*.py"))
PHASES = sorted(path for path in (ROOT / "phases").glob("*.py") if path.stem != "__init__")
LONGEST_FUNCTION = 50
# the one place that may catch whatever a phase raises
BOUNDARY = ("phases/engine/runner.py",)
HEAVY = {"textual", "kubernetes", "cryptography"}
HEX_COLOUR = re.compile(r"(?<![\w&])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?!\w)")


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_opens_with_its_docstring(path: Path) -> None:
    """Every module says in its first sentence what lives there."""
    assert ast.get_docstring(parsed(path))


@pytest.mark.parametrize("path", PHASES, ids=named)
def test_a_file_in_phases_is_a_phase(path: Path) -> None:
    """Every module directly in phases/ exposes PHASE, named as its file."""
    phase = import_module(f"phases.{path.stem}").PHASE
    assert re.sub("[-/]", "_", phase.name) == path.stem


@pytest.mark.parametrize("path", PHASES, ids=named)
def test_a_phase_imports_no_phase(path: Path) -> None:
    """Of phases/, a phase imports only the machinery in its folders."""
    assert names_of_phases().isdisjoint(imported(parsed(path)))


def test_nobody_imports_a_phase() -> None:
    """Phases are found, never named: neither the machinery nor a front end imports one."""
    importers = {
        named(path)
        for path in MODULES
        if path not in PHASES and not names_of_phases().isdisjoint(imported(parsed(path)))
    }
    assert importers == set()


def names_of_phases() -> set[str]:
    return {f"phases.{path.stem}" for path in PHASES}


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_function_is_short(path: Path) -> None:
    """No function is longer than fifty lines."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    lengths = {
        node.name: (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(parsed(path))
        if isinstance(node, functions)
    }
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION}


def test_only_the_engines_boundary_catches_everything() -> None:
    """One place catches Exception; what catches it elsewhere raises it again."""
    assert {named(path) for path in MODULES if swallows_everything(parsed(path))} == set(BOUNDARY)


def swallows_everything(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ExceptHandler) and is_broad(node) and not raises_again(node)
        for node in ast.walk(tree)
    )


def is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return not names.isdisjoint({"Exception", "BaseException"})


def raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


@pytest.mark.parametrize("arguments", [(), ("--version",)], ids=["import", "version"])
def test_the_command_line_starts_light(arguments: tuple[str, ...]) -> None:
    """Neither importing the command line nor its --version loads any of the heavy packages."""
    script = (
        "import contextlib, io, json, sys, tui.cli\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    sys.argv[1:] and tui.cli.main(sys.argv[1:])\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    command = [sys.executable, "-c", script, *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    loaded = set(json.loads(ended.stdout))
    assert "tui" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_colours_live_in_themes() -> None:
    """No hexadecimal colour stands outside themes/, neither in code nor in a style sheet."""
    files = (path for ending in ("*.py", "*.tcss") for path in (ROOT / "tui").rglob(ending))
    assert not {
        named(path) for path in files if HEX_COLOUR.search(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_is_hashed_and_names_no_place(name: str) -> None:
    """Every package is pinned and hashed; no address or path of any machine is in the file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.findall(r"^\S+==\S+(?: ;[^\\\n]*)? \\\n {4}--hash=sha256:", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^\w", text, re.MULTILINE)) > 0
    assert not re.search(r"https?:|file:|index-url|find-links|/home/|/root/|/tmp/", text)
