"""Aliases, NAT and schedules of the school."""

from __future__ import annotations

from pfha_tui.lab.configxml.dump import version_number
from pfha_tui.lab.configxml.facts import PairFacts
from pfha_tui.lab.configxml.rules import ADMIN, FORWARDS, endpoint
from pfha_tui.lab.configxml.tree import Tree, Value

_ALIASES = (
    ("ADRESSES_BLOQUEES", "network", "192.0.2.192/27 192.0.2.66/32", "Bloquées à la main", "scans||phishing"),
    ("DOH", "host", "192.0.2.53 192.0.2.54", "Public DNS over HTTPS", "one||two"),
    ("ENTREPRISE_SUPPORT", "host", "192.0.2.20", "Support company", "office"),
    ("HYPERVISEURS", "host", "192.168.99.11 192.168.99.12", "Proxmox VE", "pve1||pve2"),
    ("IMPRIMANTES", "host", "192.168.1.41 192.168.1.42 192.168.1.43", "Printers", "accueil||salle des profs||CDI"),
    ("PORTS_AD", "port", "53 88 135 389 445 464 636 3268 3269", "Active Directory", "DNS||Kerberos||RPC||LDAP||SMB||"
     "kpasswd||LDAPS||GC||GC over TLS"),
    ("PORTS_ADMIN", "port", "22 443", "Administration of the firewalls", "SSH||webConfigurator"),
    ("PORTS_IMPRESSION", "port", "515 631 9100", "Printing", "LPD||IPP||raw"),
    ("PORTS_WEB", "port", "80 443", "Web", "HTTP||HTTPS"),
    ("POSTES_ADMIN", "host", "192.168.99.20 192.168.99.21", "Administrators' machines", "Claire||Paul"),
    ("PROFESSEURS", "network", "192.168.1.128/26", "Teachers' machines", "salle des profs"),
    ("RESEAUX_INTERNES", "network", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16", "RFC 1918", "A||B||C"),
    ("RESEAUX_SOCIAUX", "network", "192.0.2.128/26", "Not during lessons", "list of 2024"),
    ("SALLE_101", "network", "192.168.1.192/27", "Salle 101", "24 postes"),
    ("SALLE_102", "network", "192.168.1.224/27", "Salle 102", "24 postes"),
    ("SITE_GRENOBLE", "host", "192.0.2.2", "Other site", "pare-feu de Grenoble"),
    ("SRV_AD", "host", "192.168.1.10 192.168.1.11", "Domain controllers", "dc1||dc2"),
    ("SRV_FICHIERS", "host", "192.168.1.12", "File server", "fichiers"),
    ("SRV_MAIL", "host", "192.168.1.15", "Mail server", "mail"),
    ("SRV_MOODLE", "host", "192.168.1.17", "Moodle", "moodle"),
    ("SRV_NEXTCLOUD", "host", "192.168.1.18", "Nextcloud", "cloud"),
    ("SRV_TP", "host", "192.168.1.30 192.168.1.31", "Servers of the practical work", "tp1||tp2"),
    ("SRV_WEB", "host", "192.168.1.16", "Web server", "www"),
    ("SUPERVISION", "host", "192.168.99.30", "Supervision", "zabbix"),
    ("VISIO", "host", "192.168.1.60", "Video room", "barre de visio"),
)  # fmt: skip


def aliases_section() -> Tree:
    """`<aliases>`, sorted by name as the GUI keeps them; one of them stays on the primary (nosync)."""
    aliases: list[Value] = [
        {"name": name, "type": kind, "address": address, "descr": description, "detail": detail}
        for name, kind, address, description, detail in _ALIASES
    ]
    aliases.append(
        {
            "name": "ZZ_ESSAI", "type": "host", "address": "192.168.1.77", "descr": "Essai de Paul",
            "detail": "temporaire", "nosync": "",
        }
    )  # fmt: skip
    return {"alias": aliases}


def nat_section(facts: PairFacts) -> Tree:
    """`<nat>`: port forwards on the WAN's VIP, and outbound NAT to it by hand."""
    vip = facts.vip("wan")
    public = str(vip.address.ip) if vip else "wanip"
    forwards: list[Value] = []
    for place, (name, port, description) in enumerate(FORWARDS):
        made = _stamp(1_693_600_000 + place * 60)
        forwards.append({
            "source": endpoint("any"), "destination": endpoint(f"{public}:{port}"),
            "ipprotocol": "inet", "protocol": "tcp", "target": name, "local-port": port,
            "interface": "wan", "descr": description, "associated-rule-id": f"nat_{place:03d}",
            "created": made, "updated": made,
        })  # fmt: skip
    outbound: list[Value] = [
        _outbound(facts, public, str(port.address.network), port.description, place)
        for place, port in enumerate(facts.nodes[0].ports)
        if port.key not in ("wan", facts.sync_port)
    ]
    outbound.append(_outbound(facts, "", "127.0.0.0/8", "the firewall itself", len(outbound)))
    return {"outbound": {"mode": "advanced", "rule": outbound}, "separator": "", "rule": forwards}


def _outbound(facts: PairFacts, public: str, network: str, name: str, place: int) -> Tree:
    made = _stamp(1_693_610_000 + place * 60)
    rule: Tree = {
        "source": {"network": network}, "sourceport": "", "descr": f"{name} to WAN", "interface": "wan",
        "poolopts": "", "source_hash_key": "",
    }  # fmt: skip
    if version_number(facts.version) >= (23, 0):
        rule.update({"target": public or "wanip", "target_subnet": ""})
    else:
        rule.update({"target": public, "targetip": "", "targetip_subnet": ""})
    rule.update({"destination": {"any": ""}, "created": made, "updated": made})
    return rule


def schedules_section() -> Tree:
    """`<schedules>`: lessons, and the exams."""
    lessons: list[Value] = [
        {"position": "1,2,3,4,5", "hour": "8:00-12:15", "rangedescr": "Matinée"},
        {"position": "1,2,4,5", "hour": "13:30-17:45", "rangedescr": "Après-midi"},
    ]
    exams: list[Value] = [
        {"month": "6,6,6", "day": "9,10,11", "hour": "8:00-18:00", "rangedescr": "BTS"}
    ]
    return {
        "schedule": [
            {"name": "COURS", "descr": "Heures de cours", "timerange": lessons, "schedlabel": "64f1b0c0a1b2c"},
            {"name": "EXAMENS", "descr": "Examens", "timerange": exams, "schedlabel": "64f1b0d3c4d5e"},
        ]
    }  # fmt: skip


def _stamp(time: int) -> Tree:
    return {"time": str(time), "username": ADMIN}
