"""Interfaces, gateways, routes, VIPs and DHCP."""

from __future__ import annotations

from pfha_tui.lab.configxml import material
from pfha_tui.lab.configxml.facts import AnyInterface, NodeFacts, PairFacts, Port, VipFacts
from pfha_tui.lab.configxml.tree import Tree, Value


def interfaces_section(facts: PairFacts, node: NodeFacts) -> Tree:
    """`<interfaces>` of one node."""
    section: Tree = {}
    for port in sorted(node.ports, key=_order):
        made: Tree = {
            "enable": "", "if": port.device, "descr": port.description, "spoofmac": "",
            "ipaddr": str(port.address.ip), "subnet": str(port.address.network.prefixlen),
        }  # fmt: skip
        if port.key == "wan":
            made.update({"gateway": facts.gateways[0].name, "blockpriv": "", "blockbogons": ""})
        if port.address6 is not None:
            prefix = str(port.address6.network.prefixlen)
            made.update({"ipaddrv6": str(port.address6.ip), "subnetv6": prefix})
        section[port.key] = made
    return section


def vlans_section(node: NodeFacts) -> Tree:
    """`<vlans>` of one node; the same on both, though never synced."""
    vlans: list[Value] = []
    for port in node.ports:
        if port.vlan is not None:
            parent, tag = port.vlan
            vlans.append(
                {"if": parent, "tag": tag, "pcp": "", "descr": port.description, "vlanif": port.device}
            )  # fmt: skip
    return {"vlan": vlans}


def laggs_section(facts: PairFacts) -> Tree:
    """`<laggs>`."""
    laggs: list[Value] = [
        {"members": ",".join(members), "descr": "Commutateurs", "proto": "lacp", "laggif": device}
        for device, members in facts.laggs
    ]
    return {"lagg": laggs}


def gateways_section(facts: PairFacts) -> Tree:
    """`<gateways>`: the provider's router, the router of the practical work, and a group."""
    gateways: list[Value] = [
        {
            "interface": gateway.port, "gateway": gateway.address, "name": gateway.name, "weight": "1",
            "ipprotocol": "inet6" if ":" in gateway.address else "inet", "monitor": gateway.monitor,
            "descr": gateway.description,
        }
        for gateway in facts.gateways
    ]  # fmt: skip
    gateways.append({
        "interface": "lan", "gateway": "192.168.1.253", "name": "TPGW", "weight": "1",
        "ipprotocol": "inet", "monitor_disable": "", "descr": "Routeur des travaux pratiques",
    })  # fmt: skip
    group: Tree = {
        "name": "SORTIE", "item": [f"{facts.gateways[0].name}|1|{_address(facts.vip('wan'))}"], "trigger": "downloss",
        "descr": "Way out",
    }  # fmt: skip
    return {
        "gateway_item": gateways, "gateway_group": [group], "defaultgw4": facts.gateways[0].name, "defaultgw6": "-",
    }  # fmt: skip


def staticroutes_section() -> Tree:
    """`<staticroutes>`."""
    routes: list[Value] = [
        {"network": network, "gateway": "TPGW", "descr": descr}
        for network, descr in (("10.200.0.0/16", "Travaux pratiques"), ("10.201.0.0/24", "Examens"))
    ]
    return {"route": routes}


def vip_uniqid(vip: VipFacts) -> str:
    """The `uniqid` of a CARP VIP: services and stacked aliases name it `_vip<uniqid>`."""
    return material.uniqid("carp", vip.port, str(vip.vhid), str(vip.address.ip))


def virtualip_section(facts: PairFacts) -> Tree:
    """`<virtualip>` of the primary: CARP VIPs, aliases stacked on them, and the node's own aliases."""
    vips: list[Value] = []
    for vip in facts.vips:
        vips.append({
            "mode": "carp", "interface": vip.port, "vhid": str(vip.vhid), "advskew": str(vip.advskew),
            "advbase": str(vip.advbase), "password": vip.password, "uniqid": vip_uniqid(vip),
            "descr": vip.description, "type": "single", "subnet_bits": str(vip.address.network.prefixlen),
            "subnet": str(vip.address.ip),
        })  # fmt: skip
        for alias, name in vip.aliases:
            vips.append(_alias(f"_vip{vip_uniqid(vip)}", alias, name))
    return {"vip": [*vips, *own_aliases(facts.nodes[0])]}


def own_aliases(node: NodeFacts) -> list[Value]:
    """The IP aliases that belong to one node and are neither sent nor overwritten."""
    return [_alias(key, alias, f"Console of {node.name}") for key, alias in node.own_aliases]


def _alias(interface: str, address: AnyInterface, description: str) -> Tree:
    return {
        "mode": "ipalias", "interface": interface, "uniqid": material.uniqid("alias", str(address)),
        "descr": description, "type": "single", "subnet_bits": str(address.network.prefixlen),
        "subnet": str(address.ip),
    }  # fmt: skip


_RESERVED = (
    ("52:54:00:aa:00:10", 10, "dc1", "Domain controller 1"), ("52:54:00:aa:00:11", 11, "dc2", "Domain controller 2"),
    ("52:54:00:aa:00:12", 12, "fichiers", "File server"), ("52:54:00:aa:00:15", 15, "mail", "Mail server"),
    ("52:54:00:aa:00:16", 16, "www", "Web server"), ("52:54:00:aa:00:17", 17, "moodle", "Moodle"),
    ("52:54:00:aa:00:29", 41, "imp-accueil", "Imprimante de l'accueil"),
    ("52:54:00:aa:00:2a", 42, "imp-profs", "Imprimante de la salle des profs"),
)  # fmt: skip


def dhcpd_section(facts: PairFacts) -> Tree:
    """`<dhcpd>` of the primary: LAN with reservations, and every VLAN; failover with the secondary."""
    section: Tree = {}
    for port in (facts.nodes[0].port("lan"), *facts.client_ports):
        section[port.key] = _scope(facts, port)
    return section


def reservation(mac: str, address: str, name: str, description: str) -> Tree:
    """A DHCP reservation, as its page saves it."""
    return {
        "mac": mac, "cid": "", "ipaddr": address, "hostname": name, "descr": description, "filename": "",
        "rootpath": "", "defaultleasetime": "", "maxleasetime": "", "gateway": "", "domain": "",
        "domainsearchlist": "", "ddnsdomain": "", "tftp": "", "ldap": "",
    }  # fmt: skip


def _scope(facts: PairFacts, port: Port) -> Tree:
    network = port.address.network
    vip = _address(facts.vip(port.key))
    served: list[Value] = [vip] if vip else []
    reserved: list[Value] = []
    if port.key == "lan":
        for mac, host, name, description in _RESERVED:
            reserved.append(reservation(mac, str(network[host]), name, description))
    first, last = min(100, network.num_addresses // 2), network.num_addresses - 6
    return {
        "enable": "", "range": {"from": str(network[first]), "to": str(network[last])},
        "failover_peerip": str(facts.nodes[1].port(port.key).address.ip), "dhcpleaseinlocaltime": "",
        "defaultleasetime": "7200", "maxleasetime": "86400", "netmask": "", "gateway": vip,
        "domain": facts.domain, "domainsearchlist": "", "dnsserver": served, "ntpserver": served,
        "ddnsdomain": "", "mac_allow": "", "mac_deny": "", "tftp": "", "ldap": "", "nextserver": "",
        "filename": "", "rootpath": "", "numberoptions": "", "staticmap": reserved,
    }  # fmt: skip


def _order(port: Port) -> tuple[int, int]:
    """wan, lan, opt1, opt2, ..."""
    named = {"wan": 0, "lan": 1}
    return (named[port.key], 0) if port.key in named else (2, int(port.key.removeprefix("opt")))


def _address(vip: VipFacts | None) -> str:
    return str(vip.address.ip) if vip is not None else ""
