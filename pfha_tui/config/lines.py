"""On which line of a TOML text each key stands, and what is wrong with a text that is none.

Apart from the values, for tomlkit takes longer to load and to read a file than the rest of a start: only who has
a fault to tell, or shows where a value came from, needs it.
"""

from collections.abc import Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError
from tomlkit.items import AoT, Item, Key, Table, Whitespace

from pfha_tui.config.positions import NotToml, Path
from pfha_tui.domain.language import tr


def read(text: str) -> tuple[dict[str, Any], dict[Path, int]]:
    """The values, and the line (from 1) of each key, table header and array-of-tables header.

    Line numbers are left out where tomlkit's own rendering does not add up to the text. Raises NotToml, whose
    sentence never quotes a value.
    """
    try:
        document = tomlkit.parse(text)
        values = document.unwrap()
    except ParseError as error:
        raise NotToml(error.line, _without_place(error)) from None
    # tomlkit lets builtin errors of many kinds through on odd input (deep nesting, repeated keys of
    # inline tables, dates out of range); all of them mean the same to whoever wrote the file.
    except Exception as error:
        raise NotToml(
            None, tr("cannot be read as TOML ({error})").format(error=type(error).__name__)
        ) from None
    walker = _Walker()
    walker.body(document.body, ())
    complete = walker.line - 1 in (text.count("\n"), text.count("\n") + 1)
    return values, walker.lines if complete else {}


def _without_place(error: ParseError) -> str:
    return str(error).split(" at line ")[0]


class _Walker:
    """Goes through tomlkit's items in the order of the text and counts the line ends of each."""

    def __init__(self) -> None:
        self.line = 1
        self.lines: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}

    def body(self, body: Sequence[tuple[Key | None, Item]], at: Path) -> None:
        for key, item in body:
            if isinstance(item, Whitespace):
                self.line += item.as_string().count("\n")
            elif key is None:
                self._plain(item, None)
            elif isinstance(item, AoT):
                self._array(item, (*at, key.key))
            elif isinstance(item, Table):
                self._table(item, (*at, key.key))
            else:
                self._plain(item, (*at, key.key))

    def _plain(self, item: Item, path: Path | None) -> None:
        trivia = item.trivia
        self.line += trivia.indent.count("\n")
        if path is None:
            self.line += f"{trivia.comment}{trivia.trail}".count("\n")
            return
        self._mark(path)
        self.line += f"{item.as_string()}{trivia.comment}{trivia.trail}".count("\n")

    def _table(self, table: Table, path: Path) -> None:
        if not table.is_super_table():
            self._header(table, path)
        self.body(table.value.body, path)

    def _array(self, array: AoT, path: Path) -> None:
        for table in array.body:
            index = self._elements.get(path, 0)
            self._elements[path] = index + 1
            self._header(table, (*path, index))
            self.body(table.value.body, (*path, index))

    def _header(self, table: Table, path: Path) -> None:
        self.line += table.trivia.indent.count("\n")
        self._mark(path)
        self.line += f"{table.trivia.comment}{table.trivia.trail}".count("\n")

    def _mark(self, path: Path) -> None:
        """Note the line of a path, and of whatever encloses it and has no header of its own."""
        while path and path not in self.lines:
            self.lines[path] = self.line
            path = path[:-1]
