"""Filter rules of the school: floating ones, those that HA needs, and one set per interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, islice

from pfha_tui.lab.configxml.facts import PairFacts, Port
from pfha_tui.lab.configxml.tree import Tree, Value

ADMIN = "admin@192.168.99.20 (Local Database)"
"""The administrator at the management network, as revisions and rules name him."""

_FIRST_TRACKER = 1_693_560_000
_SPECIAL_NETWORKS = frozenset({"(self)", "wan", "lan", "wanip", "lanip"})


def filter_section(facts: PairFacts) -> Tree:
    """`<filter>`: at least as many rules as asked for, and the separators between them."""
    described = [*_floating(), *_wan(), *_sync(facts), *_management(facts), *_lan(facts)]
    for port in facts.client_ports:
        described.extend(_vlan(port))
    described.extend(islice(_seats(), max(0, facts.rules - len(described))))
    rules: list[Value] = [stamped(one, place) for place, one in enumerate(described)]
    return {"rule": rules, "separator": _separators()}


def rule(
    kind: str,
    interface: str,
    protocol: str,
    source: str,
    destination: str,
    description: str,
    *,
    nosync: bool = False,
    disabled: bool = False,
    extra: Mapping[str, str] | None = None,
    **more: str,
) -> Tree:
    """A rule as the GUI saves it; source and destination are `address` or `address:port`, `any` for all."""
    limits = ("max", "max-src-nodes", "max-src-conn", "max-src-states", "statetimeout")
    made: Tree = {
        "id": "", "tracker": "", "type": kind, "interface": interface, "ipprotocol": more.pop("ipprotocol", "inet"),
        "tag": "", "tagged": "", **dict.fromkeys(limits, ""), "statetype": "keep state", "os": "",
    }  # fmt: skip
    if protocol != "any":
        made["protocol"] = protocol
    made["source"] = endpoint(source)
    made["destination"] = endpoint(destination)
    if disabled:
        made["disabled"] = ""
    if nosync:
        made["nosync"] = ""
    made.update(more)
    made.update(extra or {})
    made["descr"] = description
    return made


def endpoint(described: str) -> Tree:
    """A `<source>` or `<destination>` from `what` or `what:port`."""
    what, colon, port = described.partition(":")
    made: Tree
    if what == "any":
        made = {"any": ""}
    elif what in _SPECIAL_NETWORKS or (what.startswith("opt") and what[3:].isdigit()):
        made = {"network": what}
    else:
        made = {"address": what}
    return {**made, "port": port} if colon else made


def stamped(one: Tree, place: int) -> Tree:
    """The rule with its tracker, and by whom it was created and changed."""
    created = _FIRST_TRACKER + place * 97
    one["tracker"] = str(created)
    one["created"] = {"time": str(created), "username": ADMIN}
    one["updated"] = {"time": str(created + 3600 * (place % 7)), "username": ADMIN}
    return one


def _floating() -> Iterator[Tree]:
    base = {"floating": "yes", "quick": "yes", "direction": "any"}
    yield rule(
        "block", "wan,lan", "any", "ADRESSES_BLOQUEES", "any", "Adresses bloquées", extra=base
    )
    yield rule("block", "lan", "udp", "any", "any:5353", "mDNS stays in its room", extra=base)
    yield rule(
        "match", "wan", "tcp", "any", "any:443", "Mark web traffic", disabled=True,
        floating="yes", direction="out",
    )  # fmt: skip


def _wan() -> Iterator[Tree]:
    yield rule("pass", "wan", "carp", "wan", "any", "CARP on WAN", extra={"nopfsync": ""})
    yield rule("pass", "wan", "icmp", "any", "wanip", "Ping", icmptype="echoreq")
    yield rule("pass", "wan", "udp", "any", "203.0.113.1:1194", "OpenVPN for the staff")
    yield rule("pass", "wan", "udp", "SITE_GRENOBLE", "203.0.113.1:500", "IKE with Grenoble")
    yield rule("pass", "wan", "udp", "SITE_GRENOBLE", "203.0.113.1:4500", "NAT-T with Grenoble")
    yield rule("pass", "wan", "esp", "SITE_GRENOBLE", "203.0.113.1", "ESP with Grenoble")
    for place, (name, port, description) in enumerate(FORWARDS):
        yield rule(
            "pass", "wan", "tcp", "any", f"{name}:{port}", f"NAT {description}",
            extra={"associated-rule-id": f"nat_{place:03d}"},
        )  # fmt: skip
    yield rule("pass", "wan", "tcp", "ENTREPRISE_SUPPORT", "(self):22", "Support", disabled=True)
    yield rule("block", "wan", "any", "any", "any", "Everything else", log="")


FORWARDS = (
    ("SRV_WEB", "443", "intranet and website"),
    ("SRV_WEB", "80", "redirect to HTTPS"),
    ("SRV_MAIL", "25", "mail of the school"),
    ("SRV_MAIL", "993", "IMAPS"),
    ("SRV_MOODLE", "443", "Moodle"),
    ("SRV_NEXTCLOUD", "443", "Nextcloud"),
)
"""Port forwards: the alias of the server, the port, and what it is for."""


def _sync(facts: PairFacts) -> Iterator[Tree]:
    key = facts.sync_port
    yield rule("pass", key, "pfsync", key, "any", "pfsync between the nodes")
    yield rule("pass", key, "tcp", key, "(self):443", "XMLRPC between the nodes")
    yield rule("pass", key, "icmp", key, key, "Ping between the nodes")
    yield rule("block", key, "any", "any", "any", "Nothing else on SYNC", log="")


def _management(facts: PairFacts) -> Iterator[Tree]:
    key = facts.mgmt_port
    yield rule("pass", key, "tcp", "POSTES_ADMIN", "(self):PORTS_ADMIN", "Administration")
    yield rule("pass", key, "udp", "SUPERVISION", "(self):161", "SNMP of the supervision")
    yield rule("pass", key, "icmp", key, "any", "Ping")
    yield rule("pass", key, "tcp", "POSTES_ADMIN", "HYPERVISEURS:8006", "Proxmox VE")
    yield rule("block", key, "any", "any", "any", "No way out from MGMT", log="")


def _lan(facts: PairFacts) -> Iterator[Tree]:
    yield rule("pass", "lan", "carp", "lan", "any", "CARP on LAN", extra={"nopfsync": ""})
    yield rule("pass", "lan", "udp", "lan", "192.168.1.1:53", "DNS from the firewall only")
    yield rule("pass", "lan", "tcp", "lan", "192.168.1.1:53", "DNS over TCP")
    yield rule("pass", "lan", "udp", "lan", "192.168.1.1:123", "NTP from the firewall")
    yield rule("block", "lan", "tcp/udp", "lan", "any:53", "No other resolver", log="")
    yield rule("block", "lan", "tcp", "lan", "DOH:443", "No DNS over HTTPS")
    yield rule("pass", "lan", "tcp", "SRV_AD", "any:443", "Updates of the domain controllers")
    yield rule("pass", "lan", "tcp/udp", "lan", "SRV_AD:PORTS_AD", "Active Directory")
    yield rule("pass", "lan", "tcp", "lan", "SRV_FICHIERS:445", "Files: \"commun\" & 'élèves'")
    yield rule("pass", "lan", "tcp", "lan", "IMPRIMANTES:PORTS_IMPRESSION", "Printing")
    yield rule(
        "pass", "lan", "tcp", "SALLE_101", "any:PORTS_WEB", "Salle 101: accès web", sched="COURS"
    )
    yield rule(
        "pass", "lan", "tcp", "SALLE_102", "any:PORTS_WEB", "Salle 102: accès web", sched="COURS"
    )
    yield rule("pass", "lan", "tcp", "PROFESSEURS", "any", "Teachers", gateway="SORTIE")
    yield rule("pass", "lan", "tcp", "PROFESSEURS", "any:22", "SSH of the teachers")
    yield rule("pass", "lan", "udp", "VISIO", "any:3478", "STUN of the video room")
    yield rule("pass", "lan", "udp", "VISIO", "any:10000", "Jitsi of the video room")
    yield rule("reject", "lan", "tcp", "lan", "RESEAUX_SOCIAUX:443", "No social networks", sched="COURS")  # fmt: skip
    yield rule("block", "lan", "any", "lan", facts.mgmt_port, "Not to MGMT", log="")
    yield rule("block", "lan", "any", "lan", facts.sync_port, "Not to SYNC", log="")
    yield rule("pass", "lan", "icmp", "lan", "any", "Ping", icmptype="echoreq")
    yield rule("pass", "lan", "tcp", "192.168.1.77", "any", "Essai de Paul", nosync=True)
    yield rule("pass", "lan", "any", "lan", "any", "Default allow LAN to any rule", disabled=True)
    yield rule(
        "pass", "lan", "any", "lan", "any", "Default allow LAN IPv6 to any rule",
        ipprotocol="inet6", disabled=True,
    )  # fmt: skip
    yield rule("pass", "lan", "tcp", "lan", "any:PORTS_WEB", "Web for everyone")


def _vlan(port: Port) -> Iterator[Tree]:
    key, name = port.key, port.description
    yield rule("pass", key, "carp", key, "any", f"CARP on {name}", extra={"nopfsync": ""})
    yield rule("pass", key, "udp", key, "(self):53", f"DNS from {name}")
    yield rule("block", key, "any", key, "RESEAUX_INTERNES", f"{name} stays apart", log="")
    yield rule("pass", key, "tcp", key, "any:PORTS_WEB", f"Web from {name}")


def _seats() -> Iterator[Tree]:
    """As many more rules as anybody wants: one per seat and service."""
    services = (("443", "web"), ("3389", "remote desktop"), ("5900", "VNC"), ("22", "SSH"))
    for place in count():
        room, seat = divmod(place // len(services), 24)
        port, service = services[place % len(services)]
        source = f"10.{100 + room // 250}.{room % 250}.{10 + seat}"
        yield rule(
            "pass", "lan", "tcp", source, f"SRV_TP:{port}",
            f"Salle {101 + room}, poste {seat + 1:02d}: {service}", disabled=place % 10 == 9,
        )  # fmt: skip


def _separators() -> Tree:
    def separator(interface: str, row: int, words: str, colour: str) -> Tree:
        return {"row": [f"fr{row}"], "text": words, "color": f"bg-{colour}", "if": interface}

    return {
        "floatingrules": "",
        "wan": {
            "sep0": separator("wan", 1, "VPN", "info"),
            "sep1": separator("wan", 6, "Serveurs publiés", "success"),
        },
        "lan": {
            "sep0": separator("lan", 1, "Services du pare-feu", "info"),
            "sep1": separator("lan", 10, "Salles & professeurs", "warning"),
            "sep2": separator("lan", 17, "Interdits", "danger"),
        },
    }
