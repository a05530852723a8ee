"""Entries that their key cannot tell apart are paired by what they hold."""

from __future__ import annotations

import pytest
from diff_pairs import compared
from drifts import put

from pfha_tui.configdiff import identity
from pfha_tui.lab.configxml.tree import Tree
from pfha_tui.parsers.configxml import Value

STAMP: Tree = {"time": "1790000500", "username": "api"}
NETWORKS = ("10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16")


def forward(port: str, target: str) -> Tree:
    return {
        "source": {"any": ""}, "destination": {"network": "wanip", "port": port}, "protocol": "tcp", "target": target,
        "local-port": port, "interface": "wan", "descr": "", "created": STAMP,
    }  # fmt: skip


def outbound(network: str) -> Tree:
    return {
        "source": {"network": network}, "sourceport": "", "descr": "Auto created rule - LAN to WAN", "target": "",
        "interface": "wan", "destination": {"any": ""}, "created": STAMP,
    }  # fmt: skip


FORWARDS = [forward("80", "192.168.1.10"), forward("443", "192.168.1.11"), forward("25", "192.168.1.12")]  # fmt: skip
HOSTS: list[Value] = [
    {"host": "", "domain": "example.net", "ip": f"10.0.0.{number}", "descr": "d"}
    for number in (1, 2, 3)
]


@pytest.mark.parametrize("gone", (0, 1, 2))
@pytest.mark.parametrize(
    ("path", "entries"),
    [
        ("nat|rule", FORWARDS),
        ("nat|outbound|rule", [outbound(network) for network in NETWORKS]),
        ("unbound|hosts", HOSTS),
    ],
    ids=("port forwards", "outbound", "hosts"),
)
def test_one_that_is_gone_is_one_difference(path: str, entries: list[Value], gone: int) -> None:
    rest = [each for place, each in enumerate(entries) if place != gone]
    (one,) = compared(put(path, rest), put(path, [*entries])).differences
    assert one.field == "" and one.secondary is None


def test_the_one_that_changed_is_paired_with_what_is_left() -> None:
    changed = [forward("443", "192.168.1.11"), forward("25", "192.168.1.99")]
    found = compared(put("nat|rule", changed), put("nat|rule", FORWARDS)).differences
    assert {(each.field, each.primary) for each in found} == {
        ("", "present"),
        ("target", "192.168.1.12"),
    }


def test_very_many_alike_are_not_compared_each_with_each() -> None:
    left: list[Value] = [{"descr": "same", "a": str(number)} for number in range(3000)]
    right: list[Value] = [{"descr": "same", "a": str(-number)} for number in range(3000)]
    pairs = identity.match("filter/rule", left, right)
    assert len(pairs) == 3000
    assert all(pair.left is not None and pair.right is not None for pair in pairs)
