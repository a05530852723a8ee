"""The configurations of a healthy pair, with a past of some weeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pfha_tui.lab.configxml import edits, firewall, network, rules, services, system
from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.dump import version_number
from pfha_tui.lab.configxml.facts import NEWEST, OLDEST, NodeFacts, PairFacts
from pfha_tui.lab.configxml.history import History
from pfha_tui.lab.configxml.operations import SYSTEM, Edit, edit, set_maintenance
from pfha_tui.lab.configxml.sync import synchronise
from pfha_tui.lab.configxml.tree import Tree

DAY = 86400.0
CLAIRE = "claire.martin@192.168.99.21 (Local Database)"


def pair_histories(facts: PairFacts, now: float) -> tuple[History, History]:
    """Primary and secondary at `now` (epoch seconds), in sync; the last change was made a day before.

    ValueError for a configuration version that the model does not cover.
    """
    if not version_number(OLDEST) <= version_number(facts.version) <= version_number(NEWEST):
        raise ValueError(
            f"configuration version {facts.version} is not one of {OLDEST} to {NEWEST}"
        )
    began = now - 60 * DAY
    primary = History(_installed(facts, facts.nodes[0], began))
    secondary = History(_installed(facts, facts.nodes[1], began + 3600))
    secondary = synchronise(primary, secondary, began + 7200).secondary
    for event in _PAST:
        when = now - event.days_ago * DAY
        primary, secondary = event.happen(primary, secondary, when)
        secondary = synchronise(primary, secondary, when + 2).secondary
    return primary, secondary


def _installed(facts: PairFacts, node: NodeFacts, when: float) -> Config:
    """A node before its past: the primary with everything, the secondary with what is its own."""
    primary = node is facts.nodes[0]
    certificates = services.certificates() if primary else dict.fromkeys(("ca", "cert", "crl"), "")
    root: Tree = {
        "version": facts.version, "lastchange": "",
        "system": system.system_section(facts, node, synced=primary),
        "interfaces": network.interfaces_section(facts, node),
        "staticroutes": network.staticroutes_section() if primary else "",
        "dhcpd": network.dhcpd_section(facts) if primary else "",
        "dhcpdv6": {"lan": {"ramode": "disabled", "rapriority": "medium"}},
        "snmpd": services.snmpd_section(facts), "diag": {"ipv6nat": {"ipaddr": ""}},
        "syslog": services.syslog_section(facts),
        "nat": firewall.nat_section(facts) if primary else {"outbound": {"mode": "automatic"}},
        "filter": rules.filter_section(facts) if primary else "", "shaper": "",
        "ipsec": services.ipsec_section(facts) if primary else "",
        "aliases": firewall.aliases_section() if primary else "", "proxyarp": "", "cron": services.cron_section(),
        "wol": "", "rrd": {"enable": ""},
        "widgets": {"sequence": "system_information:col1:show,carp_status:col2:show,interfaces:col2:show"},
        "openvpn": services.openvpn_section(facts) if primary else "", "dnshaper": "",
        "unbound": services.unbound_section(facts) if primary else {"enable": ""},
        "vlans": network.vlans_section(node), "laggs": network.laggs_section(facts), "qinqs": "", "bridges": "",
        "ppps": "", "gifs": "", "gres": "", "gateways": network.gateways_section(facts) if primary else "",
        "virtualip": network.virtualip_section(facts) if primary else {"vip": network.own_aliases(node)},
        "hasync": system.hasync_section(facts, node), **certificates,
        "schedules": firewall.schedules_section() if primary else "",
        "installedpackages": services.packages_section(),
        "ntpd": {"interface": f"lan,{facts.mgmt_port}", "gps": ""}, "sysctl": "",
    }  # fmt: skip
    if version_number(facts.version) >= _WITH_BACKEND:
        root["dhcpbackend"] = "isc"
    return History(Config({})).written(root, when, SYSTEM, "Configuration restored").current


_WITH_BACKEND = (23, 3)
"""pfSense 2.7.1, which brought the choice between ISC and Kea."""

_Change = Callable[[History, History, float], tuple[History, History]]


@dataclass(frozen=True, slots=True)
class _Event:
    """Something of the past, and how long ago."""

    days_ago: float
    happen: _Change


def _by(user: str, make: Callable[[Config], Edit]) -> _Change:
    """An edit on the primary."""

    def happen(primary: History, secondary: History, when: float) -> tuple[History, History]:
        return edit(primary, make(primary.current), when, user).history, secondary

    return happen


def _maintenance(on: bool, *, primary_node: bool) -> _Change:
    """Maintenance mode on one node."""

    def happen(primary: History, secondary: History, when: float) -> tuple[History, History]:
        if primary_node:
            return set_maintenance(primary, on, when).history, secondary
        return primary, set_maintenance(secondary, on, when).history

    return happen


_PAST = (
    _Event(52.31, _by(rules.ADMIN, lambda _: edits.add_alias("TABLETTES", "192.168.1.70 192.168.1.71", "Tablets"))),
    _Event(52.30, _by(rules.ADMIN, lambda _: edits.add_rule("Tablets: web only", "TABLETTES", "any:PORTS_WEB"))),
    _Event(45.07, _by(CLAIRE, lambda _: edits.add_reservation(
        "52:54:00:aa:00:2b", "192.168.1.43", "imp-cdi", "Imprimante du CDI"))),
    _Event(38.52, _by(CLAIRE, lambda _: edits.add_host("zabbix", "example.net", "192.168.99.30", "Supervision"))),
    _Event(31.00, _maintenance(True, primary_node=False)),
    _Event(30.99, _maintenance(False, primary_node=False)),
    _Event(30.98, _maintenance(True, primary_node=True)),
    _Event(30.96, _maintenance(False, primary_node=True)),
    _Event(23.61, _by(rules.ADMIN, lambda config: edits.add_user(
        config, "stagiaire", "Stagiaire d'été", "page-dashboard-all"))),
    _Event(16.44, _by(CLAIRE, lambda config: edits.describe_rule(config, "Teachers", "Professeurs: tout"))),
    _Event(8.27, _by(rules.ADMIN, lambda _: edits.change_alias("SRV_TP", "192.168.1.30 192.168.1.31 192.168.1.32"))),
    _Event(1.12, _by(rules.ADMIN, lambda config: edits.disable_rule(config, "STUN of the video room"))),
)  # fmt: skip
"""Twelve changes; the primary pushed each of them two seconds later."""
