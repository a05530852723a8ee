"""What bsnmpd would answer: the MIB of a simulated node, with bsnmpd's own way of seeing things.

Modules mibII, hostres and pf. Interfaces have bsnmpd's private numbers, which here equal the kernel's; an unplugged
cable is `dormant`; there is nothing about CARP. As recorded on FreeBSD 12.1, every interface has 64-bit counters.
"""

import time
from collections.abc import Callable, Iterable

from pfha_tui.lab import system, traffic
from pfha_tui.lab.commands.pfctl import runtime
from pfha_tui.lab.interface import Interface, Kind
from pfha_tui.lab.node import Node

Oid = tuple[int, ...]
Value = tuple[str, object]

SYSTEM = (1, 3, 6, 1, 2, 1, 1)
INTERFACES = (1, 3, 6, 1, 2, 1, 2)
IP_ADDRESSES = (1, 3, 6, 1, 2, 1, 4, 20, 1)
HOST = (1, 3, 6, 1, 2, 1, 25)
IF_X = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
PF = (1, 3, 6, 1, 4, 1, 12325, 1, 200, 1)

UP, DOWN, DORMANT = 1, 2, 5
AGENT_START = 8.0
"""Seconds from boot until bsnmpd runs."""

_TIMEOUTS = (120, 30, 86400, 900, 45, 90, 60, 30, 60, 20, 10, 60, 30, 60, 30, 10, 24000, 48000, 0)
_PROCESSOR_INDEX = 40


def values(node: Node) -> dict[Oid, Value]:
    """Every instance with its type, as net-snmp names it, and its value; a live world is brought up to date first."""
    node.world.catch_up()
    return {
        **_system(node), **_interfaces(node), **_addresses(node), **_extended(node), **_host(node), **_pf(node),
    }  # fmt: skip


def _system(node: Node) -> dict[Oid, Value]:
    up = max(0, int((node.world.now - node.boottime - AGENT_START) * 100))
    return {
        (*SYSTEM, 1, 0): (
            "STRING",
            f"pfSense {node.hostname} {node.generation.version} FreeBSD {node.generation.release} amd64",
        ),
        (*SYSTEM, 2, 0): ("OID", "1.3.6.1.4.1.12325.1.1.2.1.1"),
        (*SYSTEM, 3, 0): ("Timeticks", up),
        (*SYSTEM, 4, 0): ("STRING", "ops@example.net"),
        (*SYSTEM, 5, 0): ("STRING", node.hostname),
        (*SYSTEM, 6, 0): ("STRING", "lab"),
        (*SYSTEM, 7, 0): ("INTEGER", 76),
    }


def _columns(
    base: Oid, rows: Iterable[Interface], columns: dict[int, Callable[[Interface], Value]]
) -> dict[Oid, Value]:
    rows = list(rows)
    return {
        (*base, column, row.index): cell(row) for column, cell in columns.items() for row in rows
    }


def _interfaces(node: Node) -> dict[Oid, Value]:
    zero: Value = ("Counter32", 0)
    table: dict[int, Callable[[Interface], Value]] = {
        1: lambda i: ("INTEGER", i.index),
        2: lambda i: ("STRING", i.name),
        3: lambda i: ("INTEGER", _type(i)),
        4: lambda i: ("INTEGER", i.mtu),
        # 10 Gb/s does not fit: the agent truncates.
        5: lambda i: ("Gauge32", 10_000_000_000 % 2**32 if i.ethernet else 0),
        6: lambda i: ("Hex-STRING", bytes.fromhex(i.mac.replace(":", ""))) if i.mac else ("STRING", ""),
        7: lambda i: ("INTEGER", UP if i.admin_up else DOWN),
        8: lambda i: ("INTEGER", _operational(i)),
        9: lambda i: ("Timeticks", 0),
        10: lambda i: ("Counter32", int(i.ibytes)),
        11: lambda i: ("Counter32", int(i.ipackets - i.imulticasts)),
        12: lambda i: ("Counter32", int(i.imulticasts)),
        16: lambda i: ("Counter32", int(i.obytes)),
        17: lambda i: ("Counter32", int(i.opackets)),
        21: lambda i: ("Gauge32", 0),
        22: lambda i: ("OID", "0.0"),
        **{column: (lambda _: zero) for column in (13, 14, 15, 18, 19, 20)},
    }  # fmt: skip
    number: dict[Oid, Value] = {(*INTERFACES, 1, 0): ("INTEGER", len(node.interfaces))}
    return number | _columns((*INTERFACES, 2, 1), node.interfaces, table)


def _type(interface: Interface) -> int:
    """ifType: the kernel's; a card in an aggregation has the aggregation's."""
    if interface.kind is Kind.PORT:
        return 161 if interface.above else 6
    if interface.kind is Kind.PSEUDO:
        return {"pflog0": 246, "pfsync0": 247}[interface.name]
    return {Kind.LAGG: 6, Kind.VLAN: 135, Kind.LOOPBACK: 24, Kind.TUNNEL: 23}[interface.kind]


def _operational(interface: Interface) -> int:
    if not interface.admin_up:
        return DOWN
    if interface.ethernet:
        return UP if interface.link else DORMANT
    return UP if interface.name == "lo0" else DORMANT


def _extended(node: Node) -> dict[Oid, Value]:
    table: dict[int, Callable[[Interface], Value]] = {
        1: lambda i: ("STRING", i.name),
        2: lambda i: ("Counter32", int(i.imulticasts)),
        6: lambda i: ("Counter64", int(i.ibytes)),
        7: lambda i: ("Counter64", int(i.ipackets - i.imulticasts)),
        8: lambda i: ("Counter64", int(i.imulticasts)),
        10: lambda i: ("Counter64", int(i.obytes)),
        11: lambda i: ("Counter64", int(i.opackets)),
        14: lambda i: ("INTEGER", 1 if i.ethernet else 2),
        15: lambda i: ("Gauge32", 10_000 if i.ethernet else 0),
        16: lambda i: ("INTEGER", 1 if i.ethernet and i.promiscuous else 2),
        17: lambda i: ("INTEGER", 1 if i.ethernet else 2),
        18: lambda i: ("STRING", i.description),
        19: lambda i: ("Timeticks", 0),
        **{column: (lambda _: ("Counter32", 0)) for column in (3, 4, 5)},
        **{column: (lambda _: ("Counter64", 0)) for column in (9, 12, 13)},
    }
    return _columns(IF_X, node.interfaces, table)


def _addresses(node: Node) -> dict[Oid, Value]:
    """ipAddrTable: also VIPs, but for those that the node was MASTER of and is BACKUP; IPv6 never."""
    rows = [("0.0.0.0", 1, "0.0.0.0", 0)]
    for interface in node.interfaces:
        for address in (each for each in interface.addresses if each.ip.version == 4):
            vhid = None if address.vhid is None else node.vhid(interface.name, address.vhid)
            if vhid is None or vhid.listed:
                rows.append((str(address.ip.ip), interface.index, str(address.ip.netmask), 1))
    found: dict[Oid, Value] = {}
    for ip, number, mask, broadcast in rows:
        cells: tuple[Value, ...] = (
            ("IpAddress", ip), ("INTEGER", number), ("IpAddress", mask), ("INTEGER", broadcast), ("INTEGER", 65535),
        )  # fmt: skip
        for column, cell in enumerate(cells, 1):
            found[(*IP_ADDRESSES, column, *map(int, ip.split(".")))] = cell
    return found


def _host(node: Node) -> dict[Oid, Value]:
    now = time.gmtime(node.world.now)
    date = now.tm_year.to_bytes(2, "big") + bytes(
        (now.tm_mon, now.tm_mday, now.tm_hour, now.tm_min, now.tm_sec, int(node.world.now % 1 * 10))
    )
    busy = min(99, int(2 + 8 * traffic.load(node.world.now) * node.counters.states / 12_000))
    found: dict[Oid, Value] = {
        (*HOST, 1, 1, 0): ("Timeticks", int(max(0.0, node.world.now - node.boottime) * 100)),
        (*HOST, 1, 2, 0): ("Hex-STRING", date + b"+\x00\x00"),
        (*HOST, 1, 5, 0): ("Gauge32", 0),
        (*HOST, 1, 6, 0): ("Gauge32", 61),
        (*HOST, 1, 7, 0): ("INTEGER", 3444),
        (*HOST, 2, 2, 0): ("INTEGER", system.PHYSICAL_MEMORY // 1024),
    }
    for processor in range(system.PROCESSORS):
        found[(*HOST, 3, 3, 1, 1, _PROCESSOR_INDEX + processor)] = ("OID", "0.0")
        found[(*HOST, 3, 3, 1, 2, _PROCESSOR_INDEX + processor)] = ("INTEGER", busy)
    return found


def _pf(node: Node) -> dict[Oid, Value]:
    counters, lan = node.counters, node.interface("LAN")
    blocked = int(counters.blocked)
    groups: dict[int, list[Value]] = {
        1: [
            ("INTEGER", 1), ("Timeticks", int(runtime(node)) * 100), ("INTEGER", 1),
            ("STRING", f"0x{node.host_id:08x}"),
        ],
        2: [("Counter64", int(counters.matches)), *[("Counter64", 0)] * 5],
        3: [
            ("Gauge32", int(counters.states)), ("Counter64", int(counters.searches)),
            ("Counter64", int(counters.inserts)), ("Counter64", int(counters.removals)),
        ],
        4: [("Gauge32", 0), *[("Counter64", 0)] * 3],
        5: [("Gauge32", limit) for limit in (system.STATE_LIMIT, system.STATE_LIMIT, system.FRAGMENT_LIMIT)],
        6: [("INTEGER", seconds) for seconds in _TIMEOUTS],
        7: [
            ("STRING", lan.name),
            *(("Counter64", max(0, int(number))) for number in (
                lan.ibytes - 14 * lan.ipackets, lan.obytes - 14 * lan.opackets,
                lan.ipackets - blocked, blocked, lan.opackets, 0, 112, 0, 0, 2, 0, 0,
            )),
        ],
    }  # fmt: skip
    return {
        (*PF, group, number, 0): value
        for group, members in groups.items()
        for number, value in enumerate(members, 1)
    }
