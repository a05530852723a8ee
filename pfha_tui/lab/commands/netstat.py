"""netstat: interfaces as JSON, and the statistics of CARP and pfsync as JSON and as text."""

import json
from collections.abc import Iterable
from typing import Any

from pfha_tui.lab.commands import statistics
from pfha_tui.lab.commands.ifconfig import flags
from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.commands.statistics import Pairs
from pfha_tui.lab.interface import Address, Interface, Kind
from pfha_tui.lab.node import Node


def answer(node: Node, words: list[str], uid: int) -> Reply:
    """Answer `netstat WORDS`: -s -p carp|pfsync with and without `--libxo json`, and with it -i with any of b d n W."""
    as_json = words[:2] == ["--libxo", "json"]
    rest = words[2:] if as_json else words
    match rest:
        case ["-s", "-p", ("carp" | "pfsync") as name]:
            counters = statistics.carp(node) if name == "carp" else statistics.pfsync(node)
            if not as_json:
                return Reply(f"{name}:\n{statistics.text(node, name, counters)}")
            return Reply(f'{{"statistics": {{"{name}": {_object(counters)}}}\n}}\n')
        case [letters] if as_json and letters.startswith("-i") and set(letters) <= set("-ibdnW"):
            rows = ", ".join(_object(row) for row in _interfaces(node, "d" in letters))
            return Reply(f'{{"statistics": {{"interface": [{rows}]}}\n}}\n')
    return usage("netstat", "{[--libxo json] -s -p {carp | pfsync} | --libxo json -i[bdnW]}")


def _object(pairs: Pairs) -> str:
    """A JSON object the way libxo spaces it, duplicate keys and all."""
    parts = [f"{json.dumps(key)}:{_value(value)}" for key, value in pairs]
    text = ",".join(parts)
    # libxo puts a blank before a list that follows another member.
    return (
        "{"
        + text.replace(',"input-histogram":[', ', "input-histogram": [').replace(
            ',"output-histogram":[', ', "output-histogram": ['
        )
        + "}"
    )


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_object(item) for item in value) + "]"
    return json.dumps(int(value) if isinstance(value, float) else value)


def _interfaces(node: Node, drops: bool) -> Iterable[Pairs]:
    for interface in node.interfaces:
        common: Pairs = [("name", interface.name), ("flags", f"0x{flags(interface)[0]:x}")]
        yield [
            *common, ("mtu", interface.mtu), ("network", f"<Link#{interface.index}>"),
            ("address", interface.mac or interface.name),
            ("received-packets", interface.ipackets), ("received-errors", 0), ("dropped-packets", 0),
            ("received-bytes", interface.ibytes), ("sent-packets", interface.opackets), ("send-errors", 0),
            ("sent-bytes", interface.obytes), ("collisions", 0), *([("dropped-packets", 0)] if drops else []),
        ]  # fmt: skip
        for network, address, counters in _addresses(interface):
            yield [
                *common, ("network", network), ("address", address),
                ("received-packets", counters.ipackets), ("received-bytes", counters.ibytes),
                ("sent-packets", counters.opackets), ("sent-bytes", counters.obytes),
            ]  # fmt: skip


def _addresses(interface: Interface) -> Iterable[tuple[str, str, Address]]:
    if not interface.addresses:
        return
    silent = Address(interface.addresses[0].ip)
    if interface.kind is Kind.LOOPBACK:
        yield "::1/128", "::1", silent
        yield "fe80::%lo0/64", "fe80::1%lo0", silent
    elif interface.ethernet:
        yield f"fe80::%{interface.name}/64", f"{interface.link_local}%{interface.name}", silent
    for address in interface.addresses:
        yield str(address.ip.network), str(address.ip.ip), address
