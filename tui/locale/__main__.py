"""Brings every catalogue up to date: new messages in, gone ones out, and the compiled form beside it.

For those who work on this program; it needs Babel, which the program itself doesn't.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from themes import skins
from tui import sections

HERE = Path(__file__).parent
ROOTS = (HERE.parent, HERE.parents[1] / "themes")
ARGUMENT = {"_": 0, "mark": 0, "Binding": 2, "Flag": 2}
"""Which argument of a call is a message."""

DOMAIN = "kubeboot"


def messages() -> Iterator[tuple[str, str]]:
    """Every message of the sources and of the tables with the file it stands in."""
    for root in ROOTS:
        for path in sorted(root.rglob("*.py")):
            place = path.relative_to(root.parent).as_posix()
            yield from ((message, place) for message in drawn(path.read_text("utf-8")))
    for skin in skins().values():
        yield skin.title, f"themes/{skin.name}.toml"
    yield from ((message, "tui/sections.py") for message in sections.messages() if message)


def drawn(source: str) -> Iterator[str]:
    """The messages of a module, also those inside f-strings, which a tokenizer doesn't see everywhere."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            at = ARGUMENT.get(node.func.id, len(node.args))
            yield from (text for argument in node.args[at : at + 1] for text in _texts(argument))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def template() -> Catalog:
    """What is to be translated."""
    catalog = Catalog(project="kubeboot-tui", charset="utf-8")
    for message, place in messages():
        catalog.add(message, locations=[(place, 0)])
    return catalog


def catalogues() -> dict[str, Path]:
    """The .po file of each language."""
    return {path.parts[-3]: path for path in sorted(HERE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))}


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def updated(path: Path) -> Catalog:
    """A catalogue with exactly the messages of the sources; nothing is guessed."""
    catalog = read(path)
    catalog.update(template(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    return catalog


def written(catalog: Catalog) -> bytes:
    place = io.BytesIO()
    write_po(place, catalog, omit_header=False, sort_output=True, include_lineno=False, width=100)
    return place.getvalue()


def compiled(catalog: Catalog) -> bytes:
    place = io.BytesIO()
    write_mo(place, catalog)
    return place.getvalue()


def main() -> None:
    for language, path in catalogues().items():
        catalog = updated(path)
        path.write_bytes(written(catalog))
        path.with_suffix(".mo").write_bytes(compiled(read(path)))
        missing = sum(1 for message in catalog if message.id and not message.string)
        print(f"{language}: {len(catalog)} messages, {missing} without a translation")  # noqa: T201


if __name__ == "__main__":
    main()
