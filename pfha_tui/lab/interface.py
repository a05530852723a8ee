"""Network interfaces of a simulated node, with the counters that netstat and the MIB show."""

import ipaddress
from dataclasses import dataclass, field

ETHER = 14
"""Bytes of an Ethernet header, counted on the link row but not on an address row."""


@dataclass(slots=True)
class Address:
    """One IPv4 address with its counters; `vhid` is the virtual host that it belongs to."""

    ip: ipaddress.IPv4Interface
    vhid: int | None = None
    ipackets: float = 0.0
    ibytes: float = 0.0
    opackets: float = 0.0
    obytes: float = 0.0


@dataclass(slots=True)
class Interface:
    """One interface; counters are floats because traffic accrues continuously, and are shown as integers.

    `segment` is None for interfaces without a wire.
    """

    name: str
    index: int
    description: str = ""
    segment: str | None = None
    mac: str = ""
    mtu: int = 1500
    addresses: list[Address] = field(default_factory=list)
    link: bool = True
    admin_up: bool = True
    ipackets: float = 0.0
    ibytes: float = 0.0
    opackets: float = 0.0
    obytes: float = 0.0
    imulticasts: float = 0.0

    @property
    def ethernet(self) -> bool:
        """Whether it has a MAC address, media and a carrier."""
        return self.segment is not None

    @property
    def promiscuous(self) -> bool:
        """CARP puts the parent of a virtual host into promiscuous mode."""
        return any(address.vhid is not None for address in self.addresses)

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

    def received(self, packets: float, size: float, own: bool = False) -> None:
        """Count packets of `size` bytes (IP length) as they come in."""
        self.ipackets += packets
        self.ibytes += packets * (size + (ETHER if self.ethernet else 0))
        if own:
            self.own.ipackets += packets
            self.own.ibytes += packets * size

    def sent(self, packets: float, size: float, own: bool = False) -> None:
        """Count packets of `size` bytes (IP length) as they go out."""
        self.opackets += packets
        self.obytes += packets * (size + (ETHER if self.ethernet else 0))
        if own:
            self.own.opackets += packets
            self.own.obytes += packets * size

    def clear(self) -> None:
        """Counters restart at zero (boot)."""
        self.ipackets = self.ibytes = self.opackets = self.obytes = self.imulticasts = 0.0
        for address in self.addresses:
            address.ipackets = address.ibytes = address.opackets = address.obytes = 0.0
