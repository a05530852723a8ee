"""Reads, renews and compiles the catalogues of the package."""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.messages import source

LOCALES = source.PACKAGE / "locale"
HEADER = "# Texts of pfha-tui. `make messages` brings this file up to the code and compiles it."


def files() -> list[Path]:
    """The .po file of every language."""
    return sorted(LOCALES.glob("*/LC_MESSAGES/pfha_tui.po"))


def template() -> Catalog:
    """Every text of the code, untranslated."""
    found = Catalog(project="pfha-tui", header_comment=HEADER)
    for text in source.texts():
        id = text.id if text.plural is None else (text.id, text.plural)
        found.add(id, locations=[(text.file, 1)], context=text.context)
    return found


def read(path: Path) -> Catalog:
    """The catalogue of a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def renewed(catalogue: Catalog) -> str:
    """The text of the .po file after taking in what the code says now; what it says no more is dropped."""
    catalogue.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.header_comment = HEADER
    catalogue.obsolete.clear()
    out = io.BytesIO()
    write_po(
        out, catalogue, width=96, include_lineno=False, ignore_obsolete=True, sort_by_file=True
    )
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith('"Generated-By:'))


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()
