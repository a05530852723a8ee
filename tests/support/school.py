"""The pair of a school, as large as a test asks for, and the configurations of it."""

from ipaddress import IPv4Interface, IPv6Interface

from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.facts import OLDEST, NodeFacts, PairFacts, Port, VipFacts
from pfha_tui.lab.configxml.pair import pair_histories

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


def pair_configs(facts: PairFacts, now: float) -> tuple[Config, Config]:
    """The running configurations of `pair_histories`."""
    primary, secondary = pair_histories(facts, now)
    return primary.current, secondary.current
