"""What netstat -s counts of CARP and of pfsync: the names of its JSON with their values, and its text."""

from collections.abc import Iterator
from typing import Any

from pfha_tui.lab.counters import Counters
from pfha_tui.lab.node import Node

Pairs = list[tuple[str, Any]]

_CARP = (
    "packet{} received (IPv4)", "packet{} received (IPv6)", "\tpacket{} discarded for wrong TTL",
    "\tpacket{} shorter than header", "\tdiscarded for bad checksum{}", "\tdiscarded packet{} with a bad version",
    "\tdiscarded because packet too short", "\tdiscarded for bad authentication", "\tdiscarded for bad vhid",
    "\tdiscarded because of a bad address list", "packet{} sent (IPv4)", "packet{} sent (IPv6)",
    "\tsend failed due to mbuf memory error",
)  # fmt: skip
"""The words of CARP's lines in order; {} is the plural."""

_PFSYNC = {
    "received-inet-packets": "packet{} received (IPv4)",
    "received-inet6-packets": "packet{} received (IPv6)",
    "dropped-bad-interface": "\tpacket{} discarded for bad interface",
    "dropped-bad-ttl": "\tpacket{} discarded for bad ttl",
    "dropped-short-header": "\tpacket{} shorter than header",
    "dropped-bad-version": "\tpacket{} discarded for bad version",
    "dropped-bad-auth": "\tpacket{} discarded for bad HMAC",
    "dropped-bad-action": "\tpacket{} discarded for bad action",
    "dropped-short": "\tpacket{} discarded for short packet",
    "dropped-bad-values": "\tstate{} discarded for bad values",
    "dropped-stale-state": "\tstale state{}",
    "dropped-failed-lookup": "\tfailed state lookup/insert{}",
    "sent-inet-packets": "packet{} sent (IPv4)",
    "send-inet6-packets": "packet{} sent (IPv6)",
    "discarded-no-memory": "\tfailure{} due to mbuf memory error",
    "send-errors": "\tsend error{}",
}


def carp(node: Node) -> Pairs:
    """`netstat -s -p carp`."""
    counters = node.counters
    return [
        ("received-inet-packets", counters.carp_received), ("received-inet6-packets", counters.carp_received6),
        ("dropped-wrong-ttl", 0), ("dropped-short-header", 0), ("dropped-bad-checksum", 0), ("dropped-bad-version", 0),
        ("dropped-short-packet", 0), ("dropped-bad-authentication", counters.carp_bad_authentication),
        ("dropped-bad-vhid", counters.carp_bad_vhid), ("dropped-bad-address-list", 0),
        ("sent-inet-packets", counters.carp_sent), ("sent-inet6-packets", counters.carp_sent6),
        ("send-failed-memory-error", 0),
    ]  # fmt: skip


def pfsync(node: Node) -> Pairs:
    """`netstat -s -p pfsync`; the histograms are lists of name and count."""
    c: Counters = node.counters
    received = _histogram(
        node, packets=c.sync_received_packets, insert=c.sync_received_inserts, update=c.sync_received_full,
        compressed=c.sync_received_updates, request=c.sync_received_requests, delete=c.sync_received_deletes,
        mark=c.sync_received_marks,
    )  # fmt: skip
    sent = _histogram(
        node, packets=c.sync_sent_packets, insert=c.sync_sent_inserts, update=c.sync_sent_full,
        compressed=c.sync_sent_updates, request=c.sync_sent_requests, delete=c.sync_sent_deletes,
        mark=c.sync_sent_marks,
    )  # fmt: skip
    return [
        ("received-inet-packets", c.sync_received_packets), ("received-inet6-packets", 0),
        ("input-histogram", received),
        ("dropped-bad-interface", 0), ("dropped-bad-ttl", 0), ("dropped-short-header", 0), ("dropped-bad-version", 0),
        ("dropped-bad-auth", 0), ("dropped-bad-action", c.sync_bad_actions), ("dropped-short", 0),
        ("dropped-bad-values", 0), ("dropped-stale-state", 0), ("dropped-failed-lookup", 0),
        ("sent-inet-packets", c.sync_sent_packets), ("send-inet6-packets", 0), ("output-histogram", sent),
        ("discarded-no-memory", 0), ("send-errors", c.sync_send_errors),
    ]  # fmt: skip


def text(node: Node, protocol: str, counters: Pairs) -> str:
    """The text of `netstat -s -p PROTOCOL`, below its heading."""
    lines = _carp_lines(counters) if protocol == "carp" else _pfsync_lines(node, counters)
    return "".join(f"\t{line}\n" for line in lines)


def _carp_lines(counters: Pairs) -> Iterator[str]:
    for words, (_, value) in zip(_CARP, counters, strict=True):
        yield _line(words, value)


def _pfsync_lines(node: Node, counters: Pairs) -> Iterator[str]:
    for name, value in counters:
        if name.endswith("-histogram"):
            way = "received" if name.startswith("input") else "sent"
            for (words, _), row in zip(node.generation.actions, value, strict=True):
                yield _line(f"\t{words}{{}} {way}", dict(row)["count"])
        elif name == "dropped-bad-interface" and node.generation.kernel < 15:
            # A slip in inet.c, mended later: the blank of the format is a slash.
            yield _line(_PFSYNC[name], value).replace("\t", "\t/", 1)
        else:
            yield _line(_PFSYNC[name], value)


def _line(words: str, value: float) -> str:
    indent, words = ("\t", words[1:]) if words.startswith("\t") else ("", words)
    return f"{indent}{int(value)} {words.format('' if int(value) == 1 else 's')}"


def _histogram(
    node: Node,
    *,
    packets: float,
    insert: float,
    update: float,
    compressed: float,
    request: float,
    delete: float,
    mark: float,
) -> list[Pairs]:
    inserted = node.generation.insert
    known = {
        inserted: insert,
        inserted.replace("insert", "update"): update,
        "compressed-state-update": compressed,
        "uncompressed-state-request": request,
        "compressed-state-delete": delete,
        "bulk-update-mark": mark,
        "end-of-frame-mark": packets,
    }
    return [
        [("name", name), ("count", int(known.get(name, 0)))] for _, name in node.generation.actions
    ]
