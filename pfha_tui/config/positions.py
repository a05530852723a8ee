"""TOML text to plain values, with the line on which each key stands for whoever asks."""

import tomllib
from functools import cached_property, lru_cache
from typing import Any

Path = tuple[str | int, ...]


class NotToml(Exception):
    """The text is not TOML; `line` counts from 1, None when unknown."""

    def __init__(self, line: int | None, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


class Document:
    """The plain values of a text, and where they stand in it."""

    def __init__(self, text: str, values: dict[str, Any]) -> None:
        self.values = values
        self._text = text

    @cached_property
    def lines(self) -> dict[Path, int]:
        """The line (from 1) of each key, table header and array-of-tables header; empty where unknown."""
        from pfha_tui.config import lines

        try:
            return lines.read(self._text)[1]
        except NotToml:
            return {}

    def line(self, path: Path) -> int | None:
        """The line of a key, or of the nearest thing around it that has one."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return None


@lru_cache(maxsize=1)
def parse(text: str) -> Document:
    """Read TOML. The last document is kept, to be read only: a start asks for it three times.

    Raises NotToml, whose sentence never quotes a value.
    """
    try:
        return Document(text, tomllib.loads(text))
    # Deep nesting and dates out of range raise other errors than TOMLDecodeError; the careful reader has the
    # last word on all of them, and the line.
    except Exception:
        from pfha_tui.config import lines

        return Document(text, lines.read(text)[0])
