"""How the two firewalls are wired and addressed: the recorded pair, and a rich one."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from pfha_tui.lab.gateway import Gateway
from pfha_tui.lab.interface import Address, Interface, Kind
from pfha_tui.lab.vip import CarpVip

SKEW = 100
"""What pfSense's configuration sync adds to the skew of the second node."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one node of a topology is made of; `vips` in the order of the configuration."""

    interfaces: list[Interface]
    vips: list[CarpVip]
    gateways: list[Gateway]


@dataclass(frozen=True, slots=True)
class Topology:
    """A way to wire the pair. `segments` are the broadcast domains; WAN, LAN, SYNC and MGMT are always among them.

    `plan` makes what the first (1) or the second (2) node is made of, anew each time.
    """

    name: str
    segments: tuple[str, ...]
    plan: Callable[[int], Plan]


def _plain(number: int) -> Plan:
    """The addresses and MACs of the recorded pair."""
    interfaces = [
        _untagged(1, "WAN", f"203.0.113.{number + 1}/24", "wan", number),
        _untagged(2, "LAN", f"192.168.1.{number + 1}/24", "lan", number),
        _untagged(3, "SYNC", f"172.16.1.{number + 1}/24", "opt1", number),
        _untagged(4, "MGMT", f"192.168.99.{number + 1}/24", "opt2", number),
        *_pseudo(),
    ]
    skew = SKEW * (number - 1)
    vips = [
        CarpVip("vtnet0", 1, ipaddress.IPv4Interface("203.0.113.1/24"), skew, "WAN"),
        CarpVip("vtnet1", 2, ipaddress.IPv4Interface("192.168.1.1/24"), skew, "LAN"),
    ]
    gateways = [Gateway("WANGW", "vtnet0", ipaddress.IPv4Address("203.0.113.254"))]
    return Plan(interfaces, vips, gateways)


_VLANS = (
    (10, "WAN", "wan", "203.0.113.{}/24", "2001:db8:113::{}/64"),
    (20, "LAN", "lan", "192.168.1.{}/24", "2001:db8:1::{}/64"),
    (30, "DMZ", "opt3", "198.51.100.{}/26", None),
    (40, "GUEST", "opt4", "10.40.0.{}/22", None),
    (50, "VOICE", "opt5", "10.50.0.{}/24", None),
    (60, "SERVERS", "opt6", "10.60.0.{}/24", "2001:db8:60::{}/64"),
)
"""Tag, segment and description, name in the configuration, own address of each family."""

_VIPS = (
    (10, 1, "203.0.113.1/24", "WAN"),
    (10, 1, "2001:db8:113::1/64", "WAN IPv6"),
    (10, 8, "203.0.113.10/24", "Web shop"),
    (20, 3, "192.168.1.1/24", "LAN"),
    (20, 3, "2001:db8:1::1/64", "LAN IPv6"),
    (30, 4, "198.51.100.1/26", "DMZ"),
    (10, 10, "203.0.113.20/24", "Mail"),
    (10, 2, "203.0.113.30/24", "VPN"),
    (40, 7, "10.40.0.1/22", "Guests"),
    (50, 5, "10.50.0.1/24", "Voice"),
    (60, 12, "10.60.0.1/24", "Servers"),
    (60, 12, "2001:db8:60::1/64", "Servers IPv6"),
    (20, 11, "192.168.1.254/24", "LAN, old gateway"),
    (60, 6, "10.60.0.254/24", "Backup network"),
    (30, 1, "198.51.100.62/26", "DMZ proxy"),
)
"""The CARP VIPs: tag, VHID, address, description. VHIDs come in no order, and 1 is used on two interfaces."""

_STACKED = (
    (10, 8, "203.0.113.11/24", "Web shop, staging"),
    (10, 8, "203.0.113.12/24", "Web shop, images"),
    (30, 4, "198.51.100.5/26", "DMZ, name service"),
)
"""IP aliases that stand on a CARP VIP, and share its VHID."""


def _rich(number: int) -> Plan:
    """Six VLANs on an aggregation of two ports, SYNC and MGMT on ports of their own, and a tunnel."""
    first, second = _mac(number, 1), _mac(number, 2)
    ports = [
        Interface("vtnet0", 1, Kind.PORT, mac=first),
        Interface("vtnet1", 2, Kind.PORT, mac=first, hwaddr=second),
    ]
    lagg = Interface("lagg0", 8, Kind.LAGG, mac=first, below=ports)
    vlans = [
        Interface(
            f"lagg0.{tag}", 9 + position, Kind.VLAN, name, name, first, below=[lagg], tag=tag, config_id=config_id,
            addresses=[Address(ipaddress.ip_interface(own.format(number + 1))) for own in (four, six) if own],
        )
        for position, (tag, name, config_id, four, six) in enumerate(_VLANS)
    ]  # fmt: skip
    tunnel = Address(
        ipaddress.IPv4Interface("10.8.0.1/24"), remote=ipaddress.IPv4Address("10.8.0.2")
    )
    interfaces = [
        *ports,
        _untagged(3, "SYNC", f"172.16.1.{number + 1}/24", "opt1", number),
        _untagged(4, "MGMT", f"192.168.99.{number + 1}/24", "opt2", number),
        *_pseudo(),
        lagg,
        *vlans,
        Interface("ovpns1", 15, Kind.TUNNEL, addresses=[tunnel]),
    ]
    skew = SKEW * (number - 1)
    vips = [
        CarpVip(
            f"lagg0.{tag}",
            vhid,
            ipaddress.ip_interface(address),
            skew,
            description,
            stacked=stacked,
        )
        for rows, stacked in ((_VIPS, False), (_STACKED, True))
        for tag, vhid, address, description in rows
    ]
    gateways = [
        Gateway("WANGW", "lagg0.10", ipaddress.IPv4Address("203.0.113.254")),
        Gateway("WANGW6", "lagg0.10", ipaddress.IPv6Address("2001:db8:113::fe"), 0.0047, 0.0009),
        Gateway("BRANCH_VPN", "ovpns1", ipaddress.IPv4Address("10.8.0.2"), 0.0214, 0.0032),
    ]
    return Plan(interfaces, vips, gateways)


def _untagged(index: int, name: str, address: str, config_id: str, number: int) -> Interface:
    own = Address(ipaddress.ip_interface(address))
    return Interface(
        f"vtnet{index - 1}", index, Kind.PORT, name, name, _mac(number, index), addresses=[own], config_id=config_id
    )  # fmt: skip


def _pseudo() -> list[Interface]:
    loopback = Address(ipaddress.IPv4Interface("127.0.0.1/8"))
    return [
        Interface("lo0", 5, Kind.LOOPBACK, mtu=16384, addresses=[loopback]),
        Interface("pflog0", 6, Kind.PSEUDO, mtu=33160),
        Interface("pfsync0", 7, Kind.PSEUDO),
    ]


def _mac(number: int, index: int) -> str:
    return f"52:54:00:{number:02x}:00:{index - 1:02x}"


PLAIN = Topology("plain", ("WAN", "LAN", "SYNC", "MGMT"), _plain)
"""The recorded pair: a port for each of WAN, LAN, SYNC and MGMT, and a CARP VIP on the first two."""
RICH = Topology("rich", (*(name for _, name, *_ in _VLANS), "SYNC", "MGMT"), _rich)
"""VLANs on an aggregation, IPv6, aliases stacked on CARP VIPs, twelve virtual hosts in no order, a tunnel."""
