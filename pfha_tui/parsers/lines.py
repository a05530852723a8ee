"""What the line-wise parsers share: splitting, and numbers that are never guessed."""

import re
from collections.abc import Iterator

_INTEGER = re.compile(r"-?[0-9]{1,20}")

MAX_COUNTER = 2**64 - 1


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their 1-based number.

    Only a line feed ends a line: str.splitlines would also break at characters which a description may hold.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        yield number, line.removesuffix("\r")


def integer(text: str, low: int = 0, high: int = MAX_COUNTER) -> int | None:
    """The decimal number that is the whole text, or None when it is not one within low..high."""
    if _INTEGER.fullmatch(text) is None:
        return None
    value = int(text)
    return value if low <= value <= high else None
