"""On which line of a TOML text each key stands.

Apart from the values, for tomlkit takes longer to load and to read a file than the rest of a start: only who has
a fault to tell, or shows where a value came from, needs it.
"""

from collections.abc import Sequence

import tomlkit
from tomlkit.items import AoT, Item, Key, Table, Whitespace

from pfha_tui.config.problems import KeyPath


def of(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of each key, table header and array-of-tables header of a TOML text.

    Empty where tomlkit cannot read the text, or its own rendering does not add up to it.
    """
    try:
        document = tomlkit.parse(text)
    # tomlkit has its own view of odd input that tomllib takes, and lets builtin errors of many kinds through; a
    # fault without its line is still told.
    except Exception:
        return {}
    walker = _Walker()
    walker.body(document.body, ())
    complete = walker.line - 1 in (text.count("\n"), text.count("\n") + 1)
    return walker.lines if complete else {}


class _Walker:
    """Goes through tomlkit's items in the order of the text and counts the line ends of each."""

    def __init__(self) -> None:
        self.line = 1
        self.lines: dict[KeyPath, int] = {}
        self._elements: dict[KeyPath, int] = {}

    def body(self, body: Sequence[tuple[Key | None, Item]], at: KeyPath) -> None:
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

    def _plain(self, item: Item, path: KeyPath | None) -> None:
        trivia = item.trivia
        self.line += trivia.indent.count("\n")
        if path is None:
            self.line += f"{trivia.comment}{trivia.trail}".count("\n")
            return
        self._mark(path)
        self.line += f"{item.as_string()}{trivia.comment}{trivia.trail}".count("\n")

    def _table(self, table: Table, path: KeyPath) -> None:
        if not table.is_super_table():
            self._header(table, path)
        self.body(table.value.body, path)

    def _array(self, array: AoT, path: KeyPath) -> None:
        for table in array.body:
            index = self._elements.get(path, 0)
            self._elements[path] = index + 1
            self._header(table, (*path, index))
            self.body(table.value.body, (*path, index))

    def _header(self, table: Table, path: KeyPath) -> None:
        self.line += table.trivia.indent.count("\n")
        self._mark(path)
        self.line += f"{table.trivia.comment}{table.trivia.trail}".count("\n")

    def _mark(self, path: KeyPath) -> None:
        """Note the line of a path, and of whatever encloses it and has no header of its own."""
        while path and path not in self.lines:
            self.lines[path] = self.line
            path = path[:-1]
