"""netstat --libxo json: interfaces, and the statistics of CARP and pfsync."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from pfha_tui.lab.commands.ifconfig import flags
from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.counters import Counters
from pfha_tui.lab.interface import Address, Interface
from pfha_tui.lab.node import Node

ACTIONS = (
    "clear all request", "state insert", "state inserted ack", "state update", "compressed state update",
    "uncompressed state request", "state delete", "compressed state delete", "fragment insert", "fragment delete",
    "bulk update mark", "TDB replay counter update", "end of frame mark",
)  # fmt: skip
"""pfsync's actions in FreeBSD 12, in the order of the histograms."""

Pairs = list[tuple[str, Any]]


def answer(node: Node, words: list[str], uid: int) -> Reply:
    """Answer `netstat WORDS`: `--libxo json` with -s -p carp, -s -p pfsync, or -i with any of b d n W."""
    statistics: dict[tuple[str, ...], Callable[[Node], Pairs]] = {
        ("-s", "-p", "carp"): _carp,
        ("-s", "-p", "pfsync"): _pfsync,
    }
    if words[:2] == ["--libxo", "json"]:
        rest = tuple(words[2:])
        if rest in statistics:
            name = rest[-1]
            return Reply(f'{{"statistics": {{"{name}": {_object(statistics[rest](node))}}}\n}}\n')
        letters = "".join(rest).replace("-", "")
        if len(rest) == 1 and rest[0].startswith("-i") and set(letters) <= set("ibdnW"):
            rows = ", ".join(_object(row) for row in _interfaces(node, "d" in letters))
            return Reply(f'{{"statistics": {{"interface": [{rows}]}}\n}}\n')
    return usage("netstat", "--libxo json {-s -p carp | -s -p pfsync | -i[bdnW]}")


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
    silent = Address(interface.addresses[0].ip) if interface.addresses else None
    if silent is None:
        return
    if interface.name == "lo0":
        yield "::1/128", "::1", silent
        yield "fe80::%lo0/64", "fe80::1%lo0", silent
    else:
        yield f"fe80::%{interface.name}/64", f"{interface.link_local}%{interface.name}", silent
    for address in interface.addresses:
        yield str(address.ip.network), str(address.ip.ip), address


def _carp(node: Node) -> Pairs:
    counters = node.counters
    return [
        ("received-inet-packets", counters.carp_received), ("received-inet6-packets", 0),
        ("dropped-wrong-ttl", 0), ("dropped-short-header", 0), ("dropped-bad-checksum", 0), ("dropped-bad-version", 0),
        ("dropped-short-packet", 0), ("dropped-bad-authentication", counters.carp_bad_authentication),
        ("dropped-bad-vhid", counters.carp_bad_vhid), ("dropped-bad-address-list", 0),
        ("sent-inet-packets", counters.carp_sent), ("sent-inet6-packets", 0), ("send-failed-memory-error", 0),
    ]  # fmt: skip


def _histogram(packets: float, **counts: float) -> list[Pairs]:
    known = {name.replace("_", " "): count for name, count in counts.items()} | {
        "end of frame mark": packets
    }
    return [
        [("name", action.replace(" ", "-")), ("count", int(known.get(action, 0)))]
        for action in ACTIONS
    ]


def _pfsync(node: Node) -> Pairs:
    c: Counters = node.counters
    received = _histogram(
        c.sync_received_packets, state_insert=c.sync_received_inserts, compressed_state_update=c.sync_received_updates,
        compressed_state_delete=c.sync_received_deletes, bulk_update_mark=c.sync_received_marks,
    )  # fmt: skip
    sent = _histogram(
        c.sync_sent_packets, state_insert=c.sync_sent_inserts, compressed_state_update=c.sync_sent_updates,
        compressed_state_delete=c.sync_sent_deletes, bulk_update_mark=c.sync_sent_marks,
    )  # fmt: skip
    return [
        ("received-inet-packets", c.sync_received_packets), ("received-inet6-packets", 0),
        ("input-histogram", received),
        ("dropped-bad-interface", 0), ("dropped-bad-ttl", 0), ("dropped-short-header", 0), ("dropped-bad-version", 0),
        ("dropped-bad-auth", 0), ("dropped-bad-action", 0), ("dropped-short", 0), ("dropped-bad-values", 0),
        ("dropped-stale-state", 0), ("dropped-failed-lookup", 0),
        ("sent-inet-packets", c.sync_sent_packets), ("send-inet6-packets", 0), ("output-histogram", sent),
        ("discarded-no-memory", 0), ("send-errors", c.sync_send_errors),
    ]  # fmt: skip
