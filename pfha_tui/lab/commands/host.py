"""uptime, df, dmesg and arp: the machine itself, as recorded."""

import time
from collections.abc import Iterator

from pfha_tui.lab import system
from pfha_tui.lab.carp import State
from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.interface import Interface, Kind
from pfha_tui.lab.node import Node

_DISK = (
    ("/dev/md0", "70M", "48M", "19M", "71%", "/"),
    ("devfs", "1.0K", "1.0K", "0B", "100%", "/dev"),
)
_POOL = (
    ("pfSense/ROOT/default", "14G", "1.1G", "13G", "8%", "/"),
    ("devfs", "1.0K", "0B", "1.0K", "0%", "/dev"),
    ("pfSense/var", "13G", "3.6M", "13G", "0%", "/var"),
    ("tmpfs", "4.0M", "168K", "3.8M", "4%", "/var/run"),
)
_ARP_LIFE = 1200
"""Seconds that an entry of the ARP table lives."""


def uptime(node: Node, words: list[str], uid: int) -> Reply:
    """`uptime`, on a node whose clock is on UTC."""
    if words:
        return usage("uptime", "")
    stamp = time.gmtime(node.world.now)
    hour = stamp.tm_hour % 12 or 12
    clock = f"{hour:2d}:{stamp.tm_min:02d}{'PM' if stamp.tm_hour >= 12 else 'AM'}"
    loads = ", ".join(f"{load:.2f}" for load in system.load_averages(node))
    return Reply(f"{clock}  up{_since(node)} 0 users, load averages: {loads}\n")


def df(node: Node, words: list[str], uid: int) -> Reply:
    """`df -h`: a memory disk as recorded, and ZFS since pfSense 2.7."""
    if words != ["-h"]:
        return usage("df", "-h")
    rows = _POOL if node.generation.modern else _DISK
    width = max(10, *(len(row[0]) for row in rows))
    lines = [
        f"{name:<{width}} {size:>7} {used:>7} {free:>7} {share:>6}    {place}\n"
        for name, size, used, free, share, place in rows
    ]
    heading = f"{'Filesystem':<{width}} {'Size':>7} {'Used':>7} {'Avail':>7} Capacity  Mounted on\n"
    return Reply(heading + "".join(lines))


def dmesg(node: Node, words: list[str], uid: int) -> Reply:
    """`dmesg`: the kernel's message buffer."""
    if words:
        return usage("dmesg", "")
    return Reply("".join(f"{text}\n" for text in node.messages))


def arp(node: Node, words: list[str], uid: int) -> Reply:
    """`arp -an`."""
    if words not in (["-an"], ["-a", "-n"], ["-n", "-a"]):
        return usage("arp", "-an")
    return Reply("".join(line + "\n" for line in _neighbours(node)))


def _since(node: Node) -> str:
    """How long the node is up, as w(1) puts it."""
    seconds = int(max(0.0, node.world.now - node.boottime))
    if seconds > 60:
        seconds += 30
    days, rest = divmod(seconds, 86400)
    hours, minutes = rest // 3600, rest // 60 % 60

    def plural(number: int, unit: str) -> str:
        return f" {number} {unit}{'' if number == 1 else 's'},"

    text = plural(days, "day") if days else ""
    if hours and minutes:
        return f"{text} {hours:2d}:{minutes:02d},"
    if hours:
        return text + plural(hours, "hr")
    if minutes:
        return text + plural(minutes, "min")
    return text if days else plural(seconds, "sec")


def _neighbours(node: Node) -> Iterator[str]:
    for interface in reversed(node.interfaces):
        if not interface.ethernet or interface.segment is None or not interface.link:
            continue
        medium = "vlan" if interface.kind is Kind.VLAN else "ethernet"
        for ip, mac, permanent in _entries(node, interface, interface.segment):
            left = _ARP_LIFE - int(node.world.now) % 300
            life = "permanent" if permanent else f"expires in {left} seconds"
            yield f"? ({ip}) at {mac} on {interface.name} {life} [{medium}]"


def _entries(node: Node, interface: Interface, segment: str) -> Iterator[tuple[str, str, bool]]:
    """Address, MAC and whether it is the node's own; a VIP of another MASTER goes by its virtual MAC."""
    peer = node.world.peer(node)
    reached = node.world.joined(segment)
    if reached:
        theirs = peer.interface(segment)
        yield str(theirs.own.ip.ip), theirs.mac, False
    for address in interface.addresses:
        if address.ip.version == 6:
            continue
        if address.vhid is None:
            yield str(address.ip.ip), interface.mac, True
        elif reached and _held(peer, segment, address.vhid):
            yield str(address.ip.ip), f"00:00:5e:00:01:{address.vhid:02x}", False


def _held(node: Node, segment: str, number: int) -> bool:
    vhid = node.vhid(node.interface(segment).name, number)
    return vhid is not None and vhid.state is State.MASTER
