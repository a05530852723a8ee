"""What the comparison must find, and what it must pass over: written before the comparison was.

Each entry changes one node of a healthy pair and says what is to be reported of it: section, words of the item,
field and verdict. The changes are made on the lab's own model, which knows nothing of the comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pfha_tui.lab.configxml import tree
from pfha_tui.lab.configxml.tree import Tree, Value, entries, text

Change = Callable[[Tree], Tree]


def put(path: str, value: Value) -> Change:
    """A value at a path; `|` parts the steps, for a network has slashes."""

    def change(root: Tree) -> Tree:
        made = tree.put(root, path.split("|"), value)
        assert isinstance(made, dict)
        return made

    return change


def drop(path: str) -> Change:
    def change(root: Tree) -> Tree:
        made = tree.drop(root, path.split("|"))
        assert isinstance(made, dict)
        return made

    return change


def rule(description: str, field: str, value: Value | None) -> Change:
    """A field of the filter rule with this description; None removes it, and no field the rule."""

    def change(root: Tree) -> Tree:
        one = next(
            one for one in entries(root, "filter", "rule") if text(one, "descr") == description
        )
        path = ["filter", "rule", f"tracker={text(one, 'tracker')}", *field.split("|")]
        if not field:
            path.pop()
        made = tree.drop(root, path) if value is None else tree.put(root, path, value)
        assert isinstance(made, dict)
        return made

    return change


def move_rule(description: str, places: int) -> Change:
    def change(root: Tree) -> Tree:
        rules = list(entries(root, "filter", "rule"))
        index = next(n for n, one in enumerate(rules) if text(one, "descr") == description)
        rules.insert(index + places, rules.pop(index))
        return put("filter|rule", [*rules])(root)

    return change


def reverse(path: str) -> Change:
    """The entries of a list the other way round."""

    def change(root: Tree) -> Tree:
        value = tree.find(root, path.split("|"))
        assert isinstance(value, list)
        return put(path, value[::-1])(root)

    return change


def vip(address: str, field: str, value: Value | None) -> Change:
    path = f"virtualip|vip|subnet={address}" + (f"|{field}" if field else "")
    return drop(path) if value is None else put(path, value)


def both(*changes: Change) -> Change:
    def change(root: Tree) -> Tree:
        for each in changes:
            root = each(root)
        return root

    return change


def same(root: Tree) -> Tree:
    return root


@dataclass(frozen=True)
class Drift:
    """A change and what is to be said of it; `item` is a part of the item's words."""

    name: str
    section: str
    item: str
    field: str
    verdict: str
    secondary: Change = same
    primary: Change = same


NEW_RULE: Tree = {
    "id": "", "tracker": "1790000001", "type": "pass", "interface": "lan", "ipprotocol": "inet", "protocol": "tcp",
    "source": {"any": ""}, "destination": {"any": "", "port": "23"}, "descr": "Telnet of a stranger",
}  # fmt: skip

DRIFTS = (
    Drift("rule switched off", "filter", "Professeurs: tout", "disabled", "drift",
          rule("Professeurs: tout", "disabled", "")),
    Drift("rule deleted", "filter", "Printing", "", "drift", rule("Printing", "", None)),
    Drift("rule only on the secondary", "filter", "Telnet", "", "drift", put("filter|rule|+", NEW_RULE)),
    Drift("rules in another order", "filter", "No other resolver", "order", "drift",
          move_rule("No other resolver", 6)),
    Drift("rule with another port", "filter", "SSH of the teachers", "destination/port", "drift",
          rule("SSH of the teachers", "destination|port", "2222")),
    Drift("rule became a block", "filter", "Web for everyone", "type", "drift",
          rule("Web for everyone", "type", "block")),
    Drift("alias with another address", "aliases", "SRV_MAIL", "address", "drift",
          put("aliases|alias|name=SRV_MAIL|address", "192.168.1.99")),
    Drift("alias deleted", "aliases", "DOH", "", "drift", drop("aliases|alias|name=DOH")),
    Drift("port forward to another server", "nat", "mail of the school", "target", "drift",
          put("nat|rule|descr=mail of the school|target", "SRV_WEB")),
    Drift("outbound NAT automatic", "nat", "outbound", "mode", "drift", put("nat|outbound|mode", "automatic")),
    Drift("outbound NAT to the own address", "nat", "LAN to WAN", "target", "drift",
          put("nat|outbound|rule|descr=LAN to WAN|target", "wanip")),
    Drift("equal skews", "virtualip", "203.0.113.1", "advskew", "drift", vip("203.0.113.1", "advskew", "0")),
    Drift("VIP password", "virtualip", "192.168.1.1", "password", "drift", vip("192.168.1.1", "password", "other")),
    Drift("VHID", "virtualip", "192.168.1.1", "vhid", "drift", vip("192.168.1.1", "vhid", "77")),
    Drift("VIP missing", "virtualip", "192.168.1.1", "", "drift", vip("192.168.1.1", "", None)),
    Drift("VIP with another prefix", "virtualip", "203.0.113.1", "subnet_bits", "drift",
          vip("203.0.113.1", "subnet_bits", "25")),
    Drift("VIP with another uniqid", "virtualip", "192.168.1.1", "uniqid", "drift",
          vip("192.168.1.1", "uniqid", "feedfacecafe0")),
    Drift("DHCP range", "dhcpd", "lan", "range/to", "drift", put("dhcpd|lan|range|to", "192.168.1.120")),
    Drift("DHCP off", "dhcpd", "lan", "enable", "drift", drop("dhcpd|lan|enable")),
    Drift("reservation deleted", "dhcpd", "52:54:00:aa:00:15", "", "drift",
          drop("dhcpd|lan|staticmap|mac=52:54:00:aa:00:15")),
    Drift("DHCP peer is itself", "dhcpd", "lan", "failover_peerip", "drift",
          put("dhcpd|lan|failover_peerip", "192.168.1.3")),
    Drift("host override", "unbound", "mail.example.net", "ip", "drift",
          put("unbound|hosts|host=mail|ip", "192.0.2.7")),
    Drift("gateway monitor", "gateways", "WANGW", "monitor", "drift",
          put("gateways|gateway_item|name=WANGW|monitor", "192.0.2.77")),
    Drift("route deleted", "staticroutes", "10.201.0.0/24", "", "drift",
          drop("staticroutes|route|network=10.201.0.0/24")),
    Drift("certificate missing", "cert", "OpenVPN", "", "drift", drop("cert|descr=OpenVPN")),
    Drift("OpenVPN port", "openvpn", "Accès du personnel", "local_port", "drift",
          put("openvpn|openvpn-server|0|local_port", "1195")),
    Drift("IPsec key", "ipsec", "Site de Grenoble", "pre-shared-key", "drift",
          put("ipsec|phase1|0|pre-shared-key", "not the same")),
    Drift("privileges of a user", "system/user", "claire.martin", "priv", "drift",
          put("system|user|name=claire.martin|priv", ["page-all"])),
    Drift("members of a group", "system/group", "professeurs", "member", "drift",
          put("system|group|name=professeurs|member", ["2003", "2000"])),
    Drift("schedule", "schedules", "COURS", "hour", "drift",
          put("schedules|schedule|name=COURS|timerange|0|hour", "8:00-11:15")),
    Drift("interface name", "interfaces", "lan", "descr", "must-match", put("interfaces|lan|descr", "INTERNE")),
    Drift("interface missing", "interfaces", "opt4", "", "must-match", drop("interfaces|opt4")),
    Drift("interface off", "interfaces", "opt3", "enable", "must-match", drop("interfaces|opt3|enable")),
    Drift("interface network", "interfaces", "lan", "subnet", "must-match", put("interfaces|lan|subnet", "25")),
    Drift("interface in another network", "interfaces", "opt3", "ipaddr", "must-match",
          put("interfaces|opt3|ipaddr", "10.99.0.3")),
    Drift("the same address twice", "interfaces", "lan", "ipaddr", "must-match",
          put("interfaces|lan|ipaddr", "192.168.1.2")),
    Drift("VLAN tag", "vlans", "lagg0.10", "tag", "must-match", put("vlans|vlan|tag=10|tag", "11")),
    Drift("LAGG members", "laggs", "lagg0", "members", "must-match", put("laggs|lagg|0|members", "vtnet4")),
    Drift("DHCP server", "dhcpbackend", "", "", "must-match", put("dhcpbackend", "kea")),
    Drift("GUI port", "system", "webgui", "port", "must-match", put("system|webgui|port", "8443")),
    Drift("size of the state table", "system", "", "maximumstates", "must-match", put("system|maximumstates", "1000")),
    Drift("time zone", "system", "", "timezone", "must-match", put("system|timezone", "Etc/UTC")),
    Drift("DNS servers in another order", "system", "", "dnsserver", "must-match", reverse("system|dnsserver")),
    Drift("package version", "installedpackages", "Cron", "version", "must-match",
          put("installedpackages|package|name=Cron|version", "0.3.8_4")),
    Drift("package missing", "installedpackages", "System_Patches", "", "must-match",
          drop("installedpackages|package|name=System_Patches")),
    Drift("tunable", "sysctl", "net.inet.carp.preempt", "", "must-match",
          put("sysctl", {"item": [{"tunable": "net.inet.carp.preempt", "value": "0", "descr": ""}]})),
    Drift("pfsync off", "hasync", "", "pfsyncenabled", "must-match", drop("hasync|pfsyncenabled")),
    Drift("pfsync on another interface", "hasync", "", "pfsyncinterface", "must-match",
          put("hasync|pfsyncinterface", "opt2")),
    Drift("the secondary syncs too", "hasync", "", "synchronizetoip", "must-match",
          put("hasync|synchronizetoip", "172.16.1.2")),
    Drift("box not ticked", "unbound", "mail.example.net", "ip", "unsynced",
          put("unbound|hosts|host=mail|ip", "192.0.2.7"), drop("hasync|synchronizednsforwarder")),
    Drift("settings of a package", "installedpackages", "haproxy", "", "unsynced",
          put("installedpackages|haproxy", {"config": [{"enable": "on"}]})),
    Drift("configuration version", "version", "", "", "must-match", put("version", "24.5")),
)  # fmt: skip


@dataclass(frozen=True)
class Lawful:
    """A difference that a healthy pair may have."""

    name: str
    secondary: Change = same
    primary: Change = same


NOSYNC_RULE: Tree = {**NEW_RULE, "nosync": "", "descr": "Only here"}
OWN_ALIAS: Tree = {
    "mode": "ipalias", "interface": "opt2", "uniqid": "6d2fde96d11ff", "descr": "Mine", "type": "single",
    "subnet_bits": "24", "subnet": "192.168.99.77",
}  # fmt: skip
KEA: Tree = {
    "ha": {
        "enable": "", "role": "primary", "localname": "fw1", "localip": "172.16.1.2", "localport": "8765",
        "remotename": "fw2", "remoteip": "172.16.1.3", "remoteport": "8766", "heartbeatdelay": "10000",
    }
}  # fmt: skip
KEA_MIRRORED: Tree = {
    "ha": {
        "enable": "", "role": "standby", "localname": "fw2", "localip": "172.16.1.3", "localport": "8766",
        "remotename": "fw1", "remoteip": "172.16.1.2", "remoteport": "8765", "heartbeatdelay": "10000",
        "tls": "", "scertref": "5f0000000000a",
    }
}  # fmt: skip

LAWFUL = (
    Lawful("nosync rule on the primary", primary=put("filter|rule|+", NOSYNC_RULE)),
    Lawful("nosync alias on the primary",
           primary=put("aliases|alias|+", {"name": "ZZ", "type": "host", "address": "192.0.2.1", "nosync": ""})),
    Lawful("VIPs in another order", reverse("virtualip|vip")),
    Lawful("an alias address of its own", put("virtualip|vip|+", OWN_ALIAS)),
    Lawful("skew capped", vip("203.0.113.1", "advskew", "254"), vip("203.0.113.1", "advskew", "200")),
    Lawful("another host name", put("system|hostname", "pfsense-b")),
    Lawful("another address in the same network", put("interfaces|opt3|ipaddr", "10.10.0.77"),
           put("dhcpd|opt3|failover_peerip", "10.10.0.77")),
    Lawful("another MAC", put("interfaces|wan|spoofmac", "52:54:00:00:00:01")),
    Lawful("another administrator's password", put("system|user|name=admin|bcrypt-hash", "$2y$10$other")),
    Lawful("group of everybody", put("system|group|name=all|member", ["0", "2000"])),
    Lawful("an entry of maintenance mode", put("virtualip_carp_maintenancemode", "")),
    Lawful("empty section absent", put("wol", ""), drop("wol")),
    Lawful("empty list element", put("dhcpd|lan|winsserver", "")),
    Lawful("alias addresses in another order",
           both(put("aliases|alias|name=SRV_AD|address", "192.168.1.11 192.168.1.10"),
                put("aliases|alias|name=SRV_AD|detail", "dc2||dc1"))),
    Lawful("members in another order", put("system|group|name=admins|member", ["2000", "0"])),
    Lawful("place of SNMP", put("snmpd|syslocation", "Salle B")),
    Lawful("dashboard", put("widgets|sequence", "gateways:col1:show")),
    Lawful("remote log", put("syslog|remoteserver", "192.168.99.31")),
    Lawful("cron", put("cron|item|0|minute", "*/2")),
    Lawful("Kea mirrored", put("kea", KEA_MIRRORED), put("kea", KEA)),
    Lawful("captive portal syncs back",
           put("captiveportal", {"eleves": {"zone": "eleves", "enablebackwardsync": "",
                                            "backwardsyncip": "172.16.1.2", "backwardsyncpassword": "x"}}),
           put("captiveportal", {"eleves": {"zone": "eleves"}})),
    Lawful("revision", put("revision|description", "(system)@172.16.1.2: Merged in config (filter sections) from "
                           "XMLRPC client.")),
    Lawful("interfaces of a floating rule in another order", rule("Adresses bloquées", "interface", "lan,wan")),
    Lawful("round robin database", put("rrd", {"enable": "", "category": "left=system"})),
    Lawful("port of the GUI said and unsaid", put("system|webgui|port", "443")),
    Lawful("login of the secondary", put("system|ssh|port", "2222")),
)  # fmt: skip
