"""TOML text to plain values, with the line on which each key stands for whoever asks."""

import re
import tomllib
from functools import cached_property, lru_cache
from typing import Any, Final

from pfha_tui.config.problems import KeyPath
from pfha_tui.domain.language import mark, tr

_SECOND = mark("a key or a table stands there for the second time")
_OPEN = mark("a text, a list or a table is not closed")
_FAULTS: Final = {
    "Cannot ": _SECOND,
    "Duplicate ": _SECOND,
    "Illegal character '\\n'": mark("a text has no closing quote on its line"),
    "Illegal character": mark("a control character stands there"),
    "Found invalid character": mark("a control character stands there"),
    "Unescaped": mark(
        "a backslash in double quotes must be doubled; in single quotes it need not be"
    ),
    "Un": _OPEN,
    "Expected ']": _OPEN,
    'Expected "': _OPEN,
    "Expected '='": mark('a key has no "=" after it'),
    "Expected newline": mark("something more follows the value on its line"),
    "Invalid value": mark("there is no value; a text stands in quotes"),
    "Invalid date": mark("there is no such date or time"),
    "Invalid": mark("there is neither a key nor a table"),
}
"""How the messages of tomllib begin, and our words for them, the first that fits."""


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
    def lines(self) -> dict[KeyPath, int]:
        """The line (from 1) of each key, table header and array-of-tables header; empty where unknown."""
        from pfha_tui.config import lines

        return lines.of(self._text)

    def line(self, path: KeyPath) -> int | None:
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
    except tomllib.TOMLDecodeError as error:
        raise NotToml(_line(text, str(error)), _words(str(error))) from None
    except RecursionError:
        raise NotToml(None, tr("lists or tables stand in one another too deep")) from None
    # tomllib lets builtin errors of many kinds through on odd numbers and dates; all of them mean the same to
    # whoever wrote the file.
    except Exception as error:
        raise NotToml(
            None, tr("cannot be read as TOML ({error})").format(error=type(error).__name__)
        ) from None


def _line(text: str, message: str) -> int:
    """tomllib names the place at the end of its message: "(at line 3, column 5)", or "(at end of document)"."""
    found = re.search(r"\(at line (\d+), ", message)
    return int(found[1]) if found else text.rstrip("\n").count("\n") + 1


def _words(message: str) -> str:
    fitting = (tr(words) for start, words in _FAULTS.items() if message.startswith(start))
    return next(fitting, tr("that is not how TOML is written"))
