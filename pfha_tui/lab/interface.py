"""Network interfaces of a simulated node, with the counters that netstat and the MIB show."""

import ipaddress
from dataclasses import dataclass, field
from enum import Enum

ETHER = 14
"""Bytes of an Ethernet header, counted on the link row but not on an address row."""
TAG = 4
"""Bytes of a VLAN tag, counted on the parent."""

Inet = ipaddress.IPv4Interface | ipaddress.IPv6Interface


class Kind(Enum):
    """What sort of device an interface is; it decides which lines ifconfig has for it."""

    PORT = "a network card"
    LAGG = "a link aggregation"
    VLAN = "a VLAN"
    LOOPBACK = "the loopback"
    TUNNEL = "a tunnel, without media and without carrier"
    PSEUDO = "a device of pf"


@dataclass(slots=True)
class Address:
    """One address with its counters; `vhid` is the virtual host that it belongs to, `remote` a tunnel's other end."""

    ip: Inet
    vhid: int | None = None
    remote: ipaddress.IPv4Address | None = None
    ipackets: float = 0.0
    ibytes: float = 0.0
    opackets: float = 0.0
    obytes: float = 0.0


@dataclass(slots=True, eq=False)
class Interface:
    """One interface; counters are floats because traffic accrues continuously, and are shown as integers.

    `segment` names the wire of an interface that has addresses of its own on it; `plugged` tells of the cable of a
    network card. `below` are the ports of an aggregation, or the parent of a VLAN; `above` is what stands on this one.
    """

    name: str
    index: int
    kind: Kind
    description: str = ""
    segment: str | None = None
    mac: str = ""
    mtu: int = 1500
    addresses: list[Address] = field(default_factory=list)
    below: list["Interface"] = field(default_factory=list)
    above: list["Interface"] = field(default_factory=list)
    hwaddr: str = ""
    """The burnt-in MAC address, where it differs from `mac`."""
    tag: int = 0
    config_id: str = ""
    """What pfSense's configuration calls it: wan, lan, opt1; empty where it is not assigned."""
    plugged: bool = True
    admin_up: bool = True
    ipackets: float = 0.0
    ibytes: float = 0.0
    opackets: float = 0.0
    obytes: float = 0.0
    imulticasts: float = 0.0

    def __post_init__(self) -> None:
        for lower in self.below:
            lower.above.append(self)

    @property
    def ethernet(self) -> bool:
        """Whether it has a MAC address, media and a carrier."""
        return self.kind in (Kind.PORT, Kind.LAGG, Kind.VLAN)

    @property
    def link(self) -> bool:
        """Whether the carrier is there: the cable's, or that of any port below."""
        if not self.below:
            return self.plugged
        for lower in self.below:  # noqa: SIM110 (any() takes twice the time, and this is asked for each packet)
            if lower.admin_up and lower.link:
                return True
        return False

    @property
    def promiscuous(self) -> bool:
        """CARP puts the parent of a virtual host, and all that carries it, into promiscuous mode."""
        own = any(address.vhid is not None for address in self.addresses)
        return own or any(upper.promiscuous for upper in self.above)

    @property
    def own(self) -> Address:
        """The interface's own, first address."""
        return self.addresses[0]

    @property
    def link_local(self) -> str:
        """The EUI-64 link-local address, without scope."""
        octets = bytes.fromhex(self.mac.replace(":", ""))
        eui = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
        return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + eui))

    def stack(self) -> list["Interface"]:
        """This interface and all that carries it, network cards first, each once."""
        found: list[Interface] = []
        for lower in self.below:
            found += [each for each in lower.stack() if each not in found]
        return [*found, self]

    def tower(self) -> list["Interface"]:
        """This interface and all that stands on it, this one first, each once."""
        found = [self]
        for upper in self.above:
            found += [each for each in upper.tower() if each not in found]
        return found

    def received(self, packets: float, size: float, own: bool = False) -> None:
        """Count packets of `size` bytes (IP length) as they come in, here and on what carries this interface."""
        self.ipackets += packets
        self.ibytes += packets * (size + (ETHER if self.ethernet else 0))
        if own:
            self.own.ipackets += packets
            self.own.ibytes += packets * size
        for lower, share in self._carriers():
            lower.received(packets * share, size + (TAG if self.kind is Kind.VLAN else 0))

    def sent(self, packets: float, size: float, own: bool = False) -> None:
        """Count packets of `size` bytes (IP length) as they go out, here and on what carries this interface."""
        self.opackets += packets
        self.obytes += packets * (size + (ETHER if self.ethernet else 0))
        if own:
            self.own.opackets += packets
            self.own.obytes += packets * size
        for lower, share in self._carriers():
            lower.sent(packets * share, size + (TAG if self.kind is Kind.VLAN else 0))

    def clear(self) -> None:
        """Counters restart at zero (boot)."""
        self.ipackets = self.ibytes = self.opackets = self.obytes = self.imulticasts = 0.0
        for address in self.addresses:
            address.ipackets = address.ibytes = address.opackets = address.obytes = 0.0

    def _carriers(self) -> list[tuple["Interface", float]]:
        """The interfaces below that have a carrier, and the share of the traffic that each takes."""
        if not self.below:
            return []
        live = [lower for lower in self.below if lower.link and lower.admin_up]
        return [(lower, 1 / len(live)) for lower in live]
