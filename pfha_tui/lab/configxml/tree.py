"""The configuration as PHP holds it: arrays and strings, never changed in place.

An element with children is a dict, an element that pfSense treats as a list is a list even with one entry, and
everything else is a string. The empty string is an empty element, which is how pfSense writes `true`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Value: TypeAlias = "str | dict[str, Value] | list[Value]"
"""What an element holds."""

Tree: TypeAlias = dict[str, Value]
"""An element with children, in file order."""

Path: TypeAlias = Sequence[str]
"""Names from the root down; in a list `name=value`, a position, or `+` for a new last entry."""


def find(node: Value | None, path: Path) -> Value | None:
    """The value at a path, or None where there is none."""
    for step in path:
        if isinstance(node, dict):
            node = node.get(step)
        elif isinstance(node, list):
            place = _place(node, step)
            node = None if place is None else node[place]
        else:
            return None
    return node


def text(node: Value | None, *path: str) -> str:
    """The text at a path; empty where there is none, or something with children."""
    value = find(node, path)
    return value if isinstance(value, str) else ""


def entries(node: Value | None, *path: str) -> list[Tree]:
    """The entries with children of the list at a path; empty where there is none."""
    value = find(node, path)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def children(node: Value | None, *path: str) -> Tree:
    """The children of the element at a path; empty where there are none."""
    value = find(node, path)
    return value if isinstance(value, dict) else {}


def put(node: Value | None, path: Path, value: Value) -> Value:
    """A copy with this value at the path, making what is missing on the way. KeyError for no such list entry."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if step == "+":
        return [*(node if isinstance(node, list) else ()), put(None, rest, value)]
    if isinstance(node, list):
        place = _place(node, step)
        if place is None:
            raise KeyError(step)
        return [*node[:place], put(node[place], rest, value), *node[place + 1 :]]
    if node and not isinstance(node, dict):
        raise KeyError(step)
    tree = dict(node) if isinstance(node, dict) else {}
    tree[step] = put(tree.get(step), rest, value)
    return tree


def drop(node: Value | None, path: Path) -> Value:
    """A copy without the element at the path. KeyError when it is not there."""
    step, rest = path[0], path[1:]
    if isinstance(node, list):
        place = _place(node, step)
        if place is None:
            raise KeyError(step)
        kept = [drop(node[place], rest)] if rest else []
        return [*node[:place], *kept, *node[place + 1 :]]
    if not isinstance(node, dict) or step not in node:
        raise KeyError(step)
    if rest:
        return {**node, step: drop(node[step], rest)}
    return {name: value for name, value in node.items() if name != step}


def reread(value: Value) -> Value:
    """What pfSense holds after writing and reading it back: empty arrays are empty elements, or gone from lists."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        kept = [reread(entry) for entry in value]
        same = all(new is old for new, old in zip(kept, value, strict=True))
        return value if same else kept
    tree = {name: reread(child) for name, child in value.items() if child != []}
    if not tree:
        return ""
    same = len(tree) == len(value) and all(tree[name] is value[name] for name in tree)
    return value if same else tree


def _place(nodes: list[Value], step: str) -> int | None:
    """Where a step of a path points in a list."""
    name, equals, wanted = step.partition("=")
    if not equals:
        place = int(step) if step.isdecimal() else len(nodes)
        return place if place < len(nodes) else None
    for place, node in enumerate(nodes):
        if isinstance(node, dict) and node.get(name) == wanted:
            return place
    return None
