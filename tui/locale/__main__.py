"""Brings every catalogue up to date: new messages in, gone ones out, and the compiled form beside it.

For those who work on this program; it needs Babel, which the program itself doesn't.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from themes import skins

HERE = Path(__file__).parent
ROOTS = (HERE.parent, HERE.parents[1] / "themes")
KEYWORDS = {"_": None, "mark": None, "Binding": (3,)}
DOMAIN = "kubeboot"


def messages() -> Iterator[tuple[str, str]]:
    """Every message of the sources with the file it stands in."""
    for root in ROOTS:
        for path in sorted(root.rglob("*.py")):
            place = path.relative_to(root.parent).as_posix()
            for _line, message, _comments, _context in extract_from_file(
                "python", path, keywords=KEYWORDS
            ):
                if isinstance(message, str) and message:
                    yield message, place
    for skin in skins().values():
        yield skin.title, f"themes/{skin.name}.toml"


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
