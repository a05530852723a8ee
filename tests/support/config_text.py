"""Reading config.xml as a careful stranger would, and comparing two of them path by path."""

import html
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

LISTS = frozenset({
    "alias", "authserver", "ca", "cert", "config", "crl", "dnsserver", "domainoverrides",
    "encryption-algorithm-option", "gateway_group", "gateway_item", "group", "hash-algorithm-option", "hosts", "item",
    "lagg", "member", "menu", "ntpserver", "openvpn-client", "openvpn-csc", "openvpn-server", "package", "phase1",
    "phase2", "priv", "route", "row", "rule", "schedule", "staticmap", "timerange", "user", "vip", "vlan",
})  # fmt: skip
"""Names that pfSense's xmlparse.inc (listtags) reads as lists, as far as these files have them."""

KEYS = ("tracker", "uniqid", "refid", "gid", "name", "host", "mac", "network", "command")
"""What tells the entries of a list apart."""

XML_ENTITIES = ("amp", "lt", "gt", "quot", "apos")

Node = str | dict[str, "Node"] | list["Node"]  # type: ignore[misc]


def read(data: bytes) -> dict[str, Node]:
    """The file as a tree, by a strict parser once the HTML entities outside CDATA are replaced."""
    pieces = re.split(r"(<!\[CDATA\[.*?\]\]>)", data.decode(), flags=re.DOTALL)
    text = "".join(
        piece if piece.startswith("<![CDATA[") else re.sub(r"&(\w+);", _replace, piece)
        for piece in pieces
    )
    root = ElementTree.fromstring(text)
    assert root.tag == "pfsense"
    tree = _node(root)
    assert isinstance(tree, dict)
    return tree


def flat(tree: Node, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text with its path; list entries go by their key, so that order does not count."""
    if isinstance(tree, str):
        if tree:
            yield path, tree
        return
    pairs = tree.items() if isinstance(tree, dict) else _keyed(tree)
    for name, child in pairs:
        below = f"{path}/{name}" if path else name
        if child == "":
            yield below, "present"
        yield from flat(child, below)


def differences(first: bytes, second: bytes) -> dict[str, tuple[str | None, str | None]]:
    """What differs between two files: path, and the text in each."""
    one, two = dict(flat(read(first))), dict(flat(read(second)))
    return {
        path: (one.get(path), two.get(path))
        for path in one.keys() | two.keys()
        if one.get(path) != two.get(path)
    }


def _node(element: ElementTree.Element) -> Node:
    if len(element) == 0:
        return html.unescape(element.text or "")
    tree: dict[str, Node] = {}
    for child in element:
        value = _node(child)
        if child.tag in LISTS:
            entries = tree.setdefault(child.tag, [])
            assert isinstance(entries, list)
            entries.append(value)
        else:
            assert child.tag not in tree, f"{child.tag} cannot occur more than once"
            tree[child.tag] = value
    return tree


def _keyed(entries: list[Node]) -> Iterator[tuple[str, Node]]:
    for place, entry in enumerate(entries):
        key = str(place)
        if isinstance(entry, dict):
            key = next((f"{name}={entry[name]}" for name in KEYS if name in entry), key)
        yield f"[{key}]", entry


def _replace(match: re.Match[str]) -> str:
    return match[0] if match[1] in XML_ENTITIES else html.unescape(match[0])
