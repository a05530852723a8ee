"""One thing of both configurations as XML, fit to show: texts by the allow-list, of all others only equality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice
from typing import Final, TypeAlias

from pfha_tui.configdiff import identity, visible
from pfha_tui.configdiff.walk import Change, Kind, Path
from pfha_tui.domain.language import tr
from pfha_tui.domain.text import clean
from pfha_tui.parsers.configxml import Value

Row: TypeAlias = tuple[str, str]
"""A sign, and the line, indented."""

MOST: Final = 200
"""Rows of one thing; a whole zone of DHCP may have thousands."""

LONGEST: Final = 2000
"""Characters of one text; an alias may have thousands of addresses."""


def rows(change: Change) -> tuple[str, ...]:
    """The innermost thing that the change is part of, or the setting itself; at most `MOST` rows.

    Each begins with what it is: ` ` on both nodes, `-` of the primary alone, `+` of the secondary alone, `!` differs
    but is hidden. Plain texts, for thousands of differences hold hundreds of thousands of them.
    """
    if change.entries:
        entry = change.entries[-1]
        path, left, right = entry.path, entry.left, entry.right
    elif change.kind is Kind.ORDER:
        return ()
    else:
        path, left, right = change.path, change.left, change.right
    lines = _value(change.section, path, left, right, 0)
    found = tuple(f"{sign} {text}" for sign, text in islice(lines, MOST + 1))
    return found if len(found) <= MOST else (*found[:MOST], "  …")


def _value(
    section: str, path: Path, left: Value | None, right: Value | None, depth: int
) -> Iterator[Row]:
    if isinstance(left, list) or isinstance(right, list):
        yield from _list(section, path, left, right, depth)
    elif isinstance(left, dict) or isinstance(right, dict):
        both = left is not None and right is not None
        if both and not (isinstance(left, dict) and isinstance(right, dict)):
            yield from _value(section, path, left, None, depth)
            yield from _value(section, path, None, right, depth)
            return
        one = left if isinstance(left, dict) else {}
        two = right if isinstance(right, dict) else {}
        mark = " " if both else "+" if left is None else "-"
        name, indent = clean(path[-1]), "  " * depth
        yield mark, f"{indent}<{name}>"
        for child in (*one, *(name for name in two if name not in one)):
            yield from _value(section, (*path, child), one.get(child), two.get(child), depth + 1)
        yield mark, f"{indent}</{name}>"
    else:
        yield from _text(section, path, left, right, depth)


def _list(
    section: str, path: Path, left: Value | None, right: Value | None, depth: int
) -> Iterator[Row]:
    one, two = _entries(left), _entries(right)
    for pair in identity.match(identity.pattern(path), one, two):
        first = None if pair.left is None else one[pair.left]
        second = None if pair.right is None else two[pair.right]
        yield from _value(section, path, first, second, depth)


def _entries(value: Value | None) -> Sequence[Value]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _text(
    section: str, path: Path, left: Value | None, right: Value | None, depth: int
) -> Iterator[Row]:
    one, two = _shown(section, path, left), _shown(section, path, right)
    if one is not None and two is not None:
        one, two = visible.around(one, two, LONGEST)
    one, two = (_element(path, value, depth) for value in (one, two))
    if left == right:
        if one is not None:
            yield " ", one
    elif one is not None and one == two:
        yield "!", f"{one}  {tr('differs')}"
    else:
        if one is not None:
            yield "-", one
        if two is not None:
            yield "+", two


def _shown(section: str, path: Path, value: Value | None) -> str | None:
    """As `visible.shown`, but an empty element stays empty."""
    return "" if value == "" else visible.shown(section, path, value)


def _element(path: Path, value: str | None, depth: int) -> str | None:
    if value is None:
        return None
    name = clean(path[-1])
    shown = escape(visible.short(value, LONGEST + 1), quote=False)
    return f"{'  ' * depth}<{name}>{shown}</{name}>"
