"""What no sync covers and yet is not each node's own, and what is wrong though it is equal on both nodes."""

from __future__ import annotations

from drifts import Change, Drift, Lawful, both, put, same, vip


def track6(prefix: str) -> Change:
    return both(
        put("interfaces|lan|ipaddrv6", "track6"),
        put("interfaces|lan|track6-interface", "wan"),
        put("interfaces|lan|track6-prefix-id", prefix),
    )


def gif(remote: str) -> Change:
    return put("gifs", {"gif": [{"if": "wan", "gifif": "gif0", "remote-addr": remote}]})


def bridge(members: str) -> Change:
    return put("bridges", {"bridged": [{"members": members, "descr": "B", "bridgeif": "bridge0"}]})


def ppp(password: str) -> Change:
    link = {"ptpid": "0", "type": "pppoe", "if": "pppoe0", "ports": "vtnet0", "password": password}
    return put("ppps", {"ppp": [link]})


LOCAL = (
    Drift("domain", "system", "", "domain", "must-match", put("system|domain", "other.example")),
    Drift("sticky connections", "system", "", "lb_use_sticky", "must-match",
          primary=put("system|lb_use_sticky", "")),
    Drift("states of schedules", "system", "", "schedule_states", "must-match",
          primary=put("system|schedule_states", "")),
    Drift("part of a delegated prefix", "interfaces", "lan", "track6-prefix-id", "must-match", track6("2"),
          track6("1")),
    Drift("length of a delegated prefix", "interfaces", "wan", "dhcp6-ia-pd-len", "must-match",
          put("interfaces|wan|dhcp6-ia-pd-len", "8"), put("interfaces|wan|dhcp6-ia-pd-len", "0")),
    Drift("medium of a port", "interfaces", "wan", "mediaopt", "unsynced",
          put("interfaces|wan|mediaopt", ""), put("interfaces|wan|mediaopt", "full-duplex")),
    Drift("a setting of an interface that nobody knows", "interfaces", "wan", "newflag", "unsynced",
          put("interfaces|wan|newflag", "1")),
    Drift("a setting of the system that nobody knows", "system", "", "newflag", "unsynced",
          put("system|newflag", "1")),
    Drift("no lock against being shut out", "system", "webgui", "noantilockout", "unsynced",
          put("system|webgui|noantilockout", "")),
    Drift("time servers", "system", "", "timeservers", "unsynced", put("system|timeservers", "192.0.2.1")),
    Drift("GRE tunnel missing", "gres", "", "", "unsynced",
          primary=put("gres", {"gre": [{"if": "wan", "greif": "gre0", "remote-addr": "198.51.100.9"}]})),
    Drift("other end of a GIF tunnel", "gifs", "GIF tunnel gif0", "remote-addr", "unsynced", gif("198.51.100.9"),
          gif("198.51.100.8")),
    Drift("members of a bridge", "bridges", "bridge0", "members", "unsynced", bridge("opt3"), bridge("opt3,opt4")),
    Drift("password of a PPP link", "ppps", "PPP link pppoe0", "password", "unsynced", ppp("b"), ppp("c")),
    Drift("dynamic DNS missing", "dyndnses", "", "", "unsynced",
          primary=put("dyndnses", {"dyndns": [{"host": "vpn.example.net", "interface": "wan"}]})),
    Drift("IGMP proxy missing", "igmpproxy", "", "", "unsynced",
          primary=put("igmpproxy", {"igmpentry": [{"ifname": "wan", "type": "upstream"}]})),
    Drift("server for L2TP", "l2tp", "", "localip", "unsynced", put("l2tp", {"localip": "10.0.0.1"}),
          put("l2tp", {"localip": "10.0.0.2"})),
    Drift("box not there at all", "pppoes", "", "", "unsynced", same, put("pppoes", {"pppoe": [{"mode": "server"}]})),
)  # fmt: skip


LAN = "192.168.1.1"


def unicast(peer: str) -> Change:
    return both(vip(LAN, "carp_mode", "ucast"), vip(LAN, "carp_peer", peer))


def on_both(
    name: str, section: str, item: str, field: str, change: Change, verdict: str = "must-match"
) -> Drift:
    return Drift(name, section, item, field, verdict, change, change)


EQUAL = (
    on_both("one MAC for both", "interfaces", "wan", "spoofmac", put("interfaces|wan|spoofmac", "00:11:22:33:44:55")),
    on_both("CARP without a password", "virtualip", LAN, "password", vip(LAN, "password", "")),
    on_both("outbound NAT to the primary", "nat", "LAN to WAN", "target",
            put("nat|outbound|rule|descr=LAN to WAN|target", "203.0.113.2")),
    on_both("clients go out by the primary", "dhcpd", "lan", "gateway", put("dhcpd|lan|gateway", "192.168.1.2")),
    on_both("clients ask the primary alone", "dhcpd", "lan", "dnsserver",
            put("dhcpd|lan|dnsserver", ["192.168.1.2"])),
    on_both("clients ask the secondary alone", "dhcpd", "lan", "dnsserver",
            put("dhcpd|lan|dnsserver", ["192.168.1.3"])),
    on_both("one unicast peer for both", "virtualip", LAN, "carp_peer", unicast("192.168.1.3"), "drift"),
    on_both("one VHID for two VIPs", "virtualip", "192.168.1.250", "vhid", put("virtualip|vip|+", {
        "mode": "carp", "interface": "lan", "vhid": "2", "advskew": "0", "advbase": "1", "password": "x",
        "uniqid": "6ec7e5e35c000", "type": "single", "subnet_bits": "24", "subnet": "192.168.1.250"})),
    Drift("unicast on one node only", "virtualip", LAN, "carp_mode", "drift", primary=unicast("192.168.1.3")),
)  # fmt: skip

LAWFUL_RELATIONS = (
    Lawful("unicast peers mirrored", unicast("192.168.1.2"), unicast("192.168.1.3")),
    Lawful("clients ask both nodes", *[put("dhcpd|lan|dnsserver", ["192.168.1.2", "192.168.1.3"])] * 2),
    Lawful("clients ask the VIP and another", *[put("dhcpd|lan|dnsserver", [LAN, "192.0.2.53"])] * 2),
    Lawful("DHCP that is off", *[put("dhcpd|opt4", {"gateway": "10.20.0.2", "range": {"from": "10.20.0.9"}})] * 2),
)  # fmt: skip
