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


VLANS = (
    (10, "CLASSES"), (20, "PROFS"), (30, "ADMINISTRATION"), (40, "SERVEURS"), (50, "DMZ"), (60, "WIFI_ELEVES"),
    (70, "WIFI_PERSONNEL"), (80, "VOIP"), (90, "VIDEO"), (100, "INTERNAT"),
)  # fmt: skip
"""The VLANs of the school: tag and name."""


def school_pair(
    *,
    version: str = OLDEST,
    vlans: int = 0,
    ipv6: bool = False,
    lagg: bool = False,
    aliases: int = 0,
    own_aliases: bool = False,
    rules: int = 60,
) -> PairFacts:
    """The pair of the lab's world: WAN, LAN, SYNC, MGMT, and as many VLANs (at most 10) with a VIP each as asked for.

    `aliases` IP aliases are stacked on the WAN's VIP; `own_aliases` gives each node one of its own. With `lagg` the
    VLANs run over lagg0 instead of vtnet1.
    """
    parent = "lagg0" if lagg else "vtnet1"
    chosen = VLANS[:vlans]
    vips = [
        VipFacts("wan", 1, IPv4Interface("203.0.113.1/24"), "WAN", tuple(
            (IPv4Interface(f"203.0.113.{10 + place}/24"), f"Service {place + 1}") for place in range(aliases)
        )),
        VipFacts("lan", 2, IPv4Interface("192.168.1.1/24"), "LAN"),
    ]  # fmt: skip
    for place, (tag, name) in enumerate(chosen):
        address = IPv4Interface(f"10.{tag}.0.1/24")
        vips.append(VipFacts(f"opt{place + 3}", len(vips) + 1, address, name))
    if ipv6:
        for key, network, name in (("wan", 0, "WAN IPv6"), ("lan", 1, "LAN IPv6")):
            address6 = IPv6Interface(f"2001:db8:{network}::1/64")
            vips.append(VipFacts(key, len(vips) + 1, address6, name))
    nodes = tuple(_school_node(number, chosen, parent, ipv6, own_aliases) for number in (1, 2))
    return PairFacts(
        (nodes[0], nodes[1]),
        tuple(vips),
        version=version,
        rules=rules,
        laggs=(("lagg0", ("vtnet4", "vtnet5")),) if lagg else (),
    )


def _school_node(
    number: int, vlans: tuple[tuple[int, str], ...], parent: str, ipv6: bool, own_aliases: bool
) -> NodeFacts:
    def port(key: str, device: str, name: str, network: str, place: int) -> Port:
        address6 = None
        if ipv6 and place < 2:
            address6 = IPv6Interface(f"2001:db8:{place}::{number + 1}/64")
        return Port(key, device, name, IPv4Interface(f"{network}.{number + 1}/24"), address6)

    ports = [
        port("wan", "vtnet0", "WAN", "203.0.113", 0),
        port("lan", "vtnet1", "LAN", "192.168.1", 1),
        port("opt1", "vtnet2", "SYNC", "172.16.1", 2),
        port("opt2", "vtnet3", "MGMT", "192.168.99", 3),
    ]
    for place, (tag, name) in enumerate(vlans):
        ports.append(port(f"opt{place + 3}", f"{parent}.{tag}", name, f"10.{tag}.0", place + 4))
    own = (("opt2", IPv4Interface(f"192.168.99.{number + 11}/24")),) if own_aliases else ()
    return NodeFacts(f"fw{number}", tuple(ports), own)
