"""What the configuration must agree with: the pair's addresses, interfaces and VIPs."""

from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv6Interface
from typing import TypeAlias

AnyInterface: TypeAlias = IPv4Interface | IPv6Interface

OLDEST, NEWEST = "21.7", "24.0"
"""The configuration versions that the model covers: pfSense 2.5.2 to 2.8.x."""


@dataclass(frozen=True, slots=True)
class Port:
    """An assigned interface of one node: `key` is pfSense's name for it (wan, lan, opt1, ...)."""

    key: str
    device: str
    description: str
    address: IPv4Interface
    address6: IPv6Interface | None = None

    @property
    def vlan(self) -> tuple[str, str] | None:
        """Parent device and tag, when the device is a VLAN (`vtnet1.20`)."""
        parent, dot, tag = self.device.partition(".")
        return (parent, tag) if dot else None


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One node: its host name, interfaces, and the IP aliases of its own that no sync touches."""

    name: str
    ports: tuple[Port, ...]
    own_aliases: tuple[tuple[str, AnyInterface], ...] = ()
    """Interface key and address."""
    host_id: int | None = None
    """pf's host ID where the administrator set one (2.7.0 and later)."""

    def port(self, key: str) -> Port:
        """The interface with this key; KeyError when there is none."""
        for port in self.ports:
            if port.key == key:
                return port
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class VipFacts:
    """A CARP VIP: `advskew` is the primary's, and `aliases` are stacked on it."""

    port: str
    vhid: int
    address: AnyInterface
    description: str
    aliases: tuple[tuple[AnyInterface, str], ...] = ()
    """Address and description of each."""
    advskew: int = 0
    advbase: int = 1
    password: str = field(default="lab-carp", repr=False)


@dataclass(frozen=True, slots=True)
class GatewayFacts:
    """A router: its name, the interface key it is behind, its address, and what dpinger watches in its place."""

    name: str
    port: str
    address: str
    monitor: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class PairFacts:
    """The pair: primary first."""

    nodes: tuple[NodeFacts, NodeFacts]
    vips: tuple[VipFacts, ...]
    version: str = OLDEST
    domain: str = "example.net"
    rules: int = 60
    """How many filter rules at least; 5000 make a file of about five megabytes."""
    gateways: tuple[GatewayFacts, ...] = (
        GatewayFacts("WANGW", "wan", "203.0.113.254", "192.0.2.1", "Provider's router"),
    )
    """The first is the default gateway."""
    sync_port: str = "opt1"
    mgmt_port: str = "opt2"
    laggs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """LAGG device and its members."""

    @property
    def client_ports(self) -> tuple[Port, ...]:
        """The interfaces behind which clients are: all but WAN, LAN, SYNC and MGMT."""
        known = ("wan", "lan", self.sync_port, self.mgmt_port)
        return tuple(port for port in self.nodes[0].ports if port.key not in known)

    def vip(self, port: str) -> VipFacts | None:
        """The first IPv4 CARP VIP on an interface."""
        here = (vip for vip in self.vips if vip.port == port and vip.address.version == 4)
        return next(here, None)
