"""Drifts and lawful differences as somebody would choose them who wants the comparison to be wrong.

Among them what is equal on both nodes and wrong all the same, what hides behind a rule for lawful differences, and
entries that have no identity.
"""

from __future__ import annotations

from drifts import Change, Drift, Lawful, both, drop, put, reverse, rule, vip

from pfha_tui.lab.configxml.tree import Tree, Value, entries


def limiter(width: str) -> Tree:
    band: Tree = {"item": [{"bw": width, "bwscale": "Mb", "bwsched": "none"}]}
    return {"queue": [{"name": "Eleves", "number": "1", "enabled": "on", "bandwidth": band}]}


def own_alias(address: str, uniqid: str) -> Change:
    """An address of one node alone: an alias that stands on no VIP."""
    alias: Tree = {
        "mode": "ipalias", "interface": "lan", "uniqid": uniqid, "descr": "Spare", "type": "single",
        "subnet_bits": "24", "subnet": address,
    }  # fmt: skip
    return put("virtualip|vip|+", alias)


def local_account(uid: str) -> Change:
    account: Tree = {"name": "atelier", "descr": "Workshop", "scope": "user", "uid": uid}
    return put("system|user|+", account)


def interleaved(root: Tree) -> Tree:
    """The rules of all interfaces in another order, those of each in their own."""
    groups: dict[Value, list[Value]] = {}
    for one in entries(root, "filter", "rule"):
        key = "floating" if "floating" in one else one.get("interface", "")
        groups.setdefault(key, []).append(one)
    order = [each for name in reversed(groups) for each in groups[name]]
    return put("filter|rule", order)(root)


def shuffled_fields(root: Tree) -> Tree:
    """The fields of every port forward the other way round."""
    rules: list[Value] = [dict(reversed(one.items())) for one in entries(root, "nat", "rule")]
    return put("nat|rule", rules)(root)


FLOATING = put("system|statepolicy", "floating")
REVOKED: Tree = {
    "refid": "6b00000000777",
    "descr": "Lost laptop",
    "reason": "1",
    "revoke_time": "1789000000",
}
NOSYNC_ALIAS: Tree = {"name": "LOCAL", "type": "host", "address": "192.0.2.1", "nosync": ""}

HOSTILE = (
    # Everything passes after a failover, for the packet filter is off there; no section of rules differs.
    Drift("packet filter off", "system", "", "disablefilter", "must-match", put("system|disablefilter", "enabled")),
    Drift("IPv6 blocked", "system", "", "ipv6allow", "must-match", drop("system|ipv6allow")),
    Drift("timeouts of states", "system", "", "optimization", "must-match", put("system|optimization", "aggressive")),
    # Own aliases are each node's own, but not with an address that is somebody's already.
    Drift("an own alias with the VIP's address", "virtualip", "192.168.1.1", "", "must-match",
          own_alias("192.168.1.1", "6d00000000aaa")),
    Drift("an own alias with the address of the primary", "virtualip", "192.168.1.2", "", "must-match",
          own_alias("192.168.1.2", "6d00000000aab")),
    Drift("one own alias on both", "virtualip", "192.168.1.60", "subnet", "must-match",
          own_alias("192.168.1.60", "6d00000000aac"), own_alias("192.168.1.60", "6d00000000aac")),
    # The sync caps the skew, and so makes both equal.
    Drift("skews of 254 on both", "virtualip", "203.0.113.1", "advskew", "drift",
          vip("203.0.113.1", "advskew", "254"), vip("203.0.113.1", "advskew", "254")),
    Drift("maintenance on both", "virtualip_carp_maintenancemode", "", "", "must-match",
          put("virtualip_carp_maintenancemode", ""), put("virtualip_carp_maintenancemode", "")),
    # With floating states the names of devices are free, but a VLAN is a VLAN.
    Drift("VLANs under each other's interfaces", "interfaces", "opt3", "if", "must-match",
          both(FLOATING, put("interfaces|opt3|if", "lagg0.20"), put("interfaces|opt4|if", "lagg0.10")), FLOATING),
    # An entry without any identity is named by its field, not as gone and come.
    Drift("width of a limiter", "dnshaper", "Eleves", "bw", "drift",
          put("dnshaper", limiter("50")), put("dnshaper", limiter("100"))),
    Drift("certificate renewed on one node", "cert", "OpenVPN", "crt", "drift", put("cert|descr=OpenVPN|crt", "bmV3")),
    Drift("revoked on one node", "crl", "Revoked", "", "drift",
          primary=put("crl|descr=Revoked|cert", [REVOKED])),
    # The rule for system accounts must not hide one that the sync owns.
    Drift("an account of the system on one node", "system/user", "atelier", "uid", "drift", local_account("2060"),
          local_account("1500")),
    Drift("key of an administrator of the secondary", "system/user", "claire.martin", "authorizedkeys", "drift",
          put("system|user|name=claire.martin|authorizedkeys", "c3NoLWVkMjU1MTkgQUFBQQ==")),
    # Never sent, so the secondary's is a stranger that the next sync deletes.
    Drift("nosync alias with another address there", "aliases", "LOCAL", "address", "drift",
          put("aliases|alias|+", {**NOSYNC_ALIAS, "address": "192.0.2.2"}), put("aliases|alias|+", NOSYNC_ALIAS)),
    Drift("rule became a floating one", "filter", "Printing", "floating", "drift", rule("Printing", "floating", "yes")),
    Drift("resolver off", "unbound", "", "enable", "drift", drop("unbound|enable")),
    Drift("tags of a QinQ", "qinqs", "lagg0.30", "members", "must-match",
          put("qinqs", {"qinqentry": [{"if": "lagg0", "tag": "30", "vlanif": "lagg0.30", "members": "101"}]}),
          put("qinqs", {"qinqentry": [{"if": "lagg0", "tag": "30", "vlanif": "lagg0.30", "members": "101 102"}]})),
)  # fmt: skip

HARMLESS = (
    Lawful("rules of the interfaces in another order among each other", interleaved),
    Lawful("accounts, hosts, aliases and certificates in another order",
           both(reverse("system|user"), reverse("unbound|hosts"), reverse("aliases|alias"), reverse("cert"),
                reverse("dhcpd|lan|staticmap"), reverse("virtualip|vip"))),
    Lawful("fields in another order", shuffled_fields),
    Lawful("boxes of the secondary", put("hasync|synchronizenat", "on")),
    Lawful("no key, and none there", drop("system|user|name=claire.martin|authorizedkeys")),
    Lawful("devices of another make, where states float", both(FLOATING, put("interfaces|lan|if", "igb1")), FLOATING),
    Lawful("own aliases of two addresses", own_alias("192.168.1.61", "6d00000000aad"),
           own_alias("192.168.1.62", "6d00000000aae")),
    Lawful("maintenance of the primary", primary=put("virtualip_carp_maintenancemode", "")),
)  # fmt: skip
