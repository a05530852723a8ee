"""What no sync covers and yet is not each node's own: shown, though mostly not as a fault."""

from __future__ import annotations

from drifts import Change, Drift, both, put, same


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
