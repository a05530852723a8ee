"""What the line-wise parsers share: splitting, and numbers that are never guessed."""

import re
from collections.abc import Iterator

from pfha_tui.domain.language import tr
from pfha_tui.parsers.errors import ParseError

_INTEGER = re.compile(r"-?[0-9]{1,20}")

MAX_COUNTER = 2**64 - 1
MAX_LINES = 50_000
MAX_LINE = 64 * 1024
"""Characters of a line."""
MAX_ROWS = 4096
"""Interfaces of a node, and rows of a table, that are read."""


def numbered(text: str, section: str) -> Iterator[tuple[int, str]]:
    """Lines with their 1-based number.

    Only a line feed ends a line: str.splitlines would also break at characters which a description may hold.
    Raises ParseError at a line that no tool of the firewall prints (MAX_LINE), and after MAX_LINES lines.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if number > MAX_LINES:
            raise too_many(section, MAX_LINES)
        if len(line) > MAX_LINE:
            raise ParseError(
                section, tr("a line of {count} characters").format(count=len(line)), number, line
            )
        yield number, line.removesuffix("\r")


def too_many(section: str, limit: int) -> ParseError:
    """The error for a table that is larger than any firewall has."""
    return ParseError(section, tr("more than {limit} rows are not read").format(limit=limit))


def integer(text: str, low: int = 0, high: int = MAX_COUNTER) -> int | None:
    """The decimal number that is the whole text, or None when it is not one within low..high."""
    if _INTEGER.fullmatch(text) is None:
        return None
    value = int(text)
    return value if low <= value <= high else None
