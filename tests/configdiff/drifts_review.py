"""Sixteen more drifts, from the HA checks of pfSense's documentation and sources, put down before any was tried."""

from __future__ import annotations

from drifts import Change, Drift, drop, put, rule, vip

from pfha_tui.lab.configxml import tree
from pfha_tui.lab.configxml.tree import Tree


def swap_last(path: str) -> Change:
    """The last entry of a list comes first."""

    def change(root: Tree) -> Tree:
        value = tree.find(root, path.split("|"))
        assert isinstance(value, list)
        return put(path, [value[-1], *value[:-1]])(root)

    return change


def interfaces_swapped(root: Tree) -> Tree:
    ports = root["interfaces"]
    assert isinstance(ports, dict)
    return {**root, "interfaces": {name: ports[name] for name in ("lan", "wan", *ports)}}


def kea(role: str) -> Tree:
    return {"ha": {"enable": "", "role": role, "localip": "172.16.1.2", "remoteip": "172.16.1.3"}}


STRANGER: Tree = {
    "scope": "user", "bcrypt-hash": "$2y$10$stranger", "descr": "Nobody knows", "name": "intrus", "uid": "2042",
    "priv": ["page-all"],
}  # fmt: skip
OWN_CERT: Tree = {
    "refid": "6f00000000001", "descr": "GUI of the secondary", "type": "server", "crt": "eA==", "prv": "eQ==",
}  # fmt: skip
NO_BINDING: Tree = {
    "source": {"network": "10.77.0.0/16"}, "descr": "Lab out", "interface": "wan", "target": "203.0.113.1",
    "destination": {"any": ""}, "created": {"time": "1790000500", "username": "admin"},
}  # fmt: skip

REVIEW = (
    # The gateway that clients get is the node itself, not the VIP: it is gone after a failover.
    Drift("DHCP hands out the node as gateway", "dhcpd", "lan", "gateway", "drift",
          put("dhcpd|lan|gateway", "192.168.1.3")),
    # A certificate that only the secondary has is destroyed by the next sync.
    Drift("certificate of the secondary alone", "cert", "GUI of the secondary", "", "drift", put("cert|+", OWN_CERT)),
    # Limiters and nopfsync keep a rule's states from the other node.
    Drift("states of a rule are not synced", "filter", "Web for everyone", "nopfsync", "drift",
          rule("Web for everyone", "nopfsync", "")),
    # Another way out, which the sync copies.
    Drift("default gateway", "gateways", "", "defaultgw4", "drift", put("gateways|defaultgw4", "TPGW")),
    # uid 2000 and above are the primary's to decide.
    Drift("account of the secondary alone", "system/user", "intrus", "", "drift", put("system|user|+", STRANGER)),
    # An empty skew is sent as it is: both nodes would be 0.
    Drift("skew left empty on both", "virtualip", "192.168.1.1", "advskew", "drift", vip("192.168.1.1", "advskew", ""),
          vip("192.168.1.1", "advskew", "")),
    # One policy for all rules, and bound to interfaces on one node only.
    Drift("state policy", "system", "", "statepolicy", "must-match", put("system|statepolicy", "floating")),
    # pfSense tells the creators of states apart by this.
    Drift("one host ID on both", "hasync", "", "pfhostid", "must-match", put("hasync|pfhostid", "0000cafe"),
          put("hasync|pfhostid", "0000cafe")),
    # A group of gateways with the provider in another tier.
    Drift("tier of a way out", "gateways", "SORTIE", "item", "drift",
          put("gateways|gateway_group|name=SORTIE|item", ["WANGW|2|203.0.113.1"])),
    # The secondary alone would translate this network after a failover.
    Drift("outbound NAT of the secondary alone", "nat", "Lab out", "", "drift", put("nat|outbound|rule|+", NO_BINDING)),
    # The tunnel would not come up: the two ends name other networks.
    Drift("IPsec network of the other site", "ipsec", "10.38.0.0", "remoteid/netbits", "drift",
          put("ipsec|phase2|descr=LAN - 10.38.0.0|remoteid|netbits", "16")),
    # pfsync by unicast to an address that nobody has.
    Drift("pfsync peer", "hasync", "", "pfsyncpeerip", "must-match", put("hasync|pfsyncpeerip", "172.16.1.9")),
    # Interfaces are not synced, and rules with a gateway depend on it.
    Drift("gateway of an interface", "interfaces", "wan", "gateway", "must-match",
          put("interfaces|wan|gateway", "OTHERGW")),
    # One alias went from an address list to networks and kept its words.
    Drift("type of an alias", "aliases", "SRV_WEB", "type", "drift",
          put("aliases|alias|name=SRV_WEB|type", "network")),
    # The first rule that matches decides for NAT too.
    Drift("outbound NAT in another order", "nat", "the firewall itself", "order", "drift",
          swap_last("nat|outbound|rule")),
    # Clients would be told no time server after a renewal.
    Drift("time server that clients get", "dhcpd", "lan", "ntpserver", "drift", drop("dhcpd|lan|ntpserver")),
)  # fmt: skip

RELATIONS = (
    Drift("interfaces in another order", "interfaces", "", "order", "must-match", interfaces_swapped),
    Drift("another device under bound states", "interfaces", "lan", "if", "must-match",
          put("interfaces|lan|if", "igb7")),
    Drift("the secondary's address is the VIP", "interfaces", "lan", "ipaddr", "must-match",
          put("interfaces|lan|ipaddr", "192.168.1.1")),
    Drift("the sync goes to a VIP", "hasync", "", "synchronizetoip", "must-match",
          primary=put("hasync|synchronizetoip", "203.0.113.1")),
    Drift("the sync goes to the primary itself", "hasync", "", "synchronizetoip", "must-match",
          primary=put("hasync|synchronizetoip", "172.16.1.2")),
    Drift("the GUI's certificate is not there", "system", "webgui", "ssl-certref", "must-match",
          put("system|webgui|ssl-certref", "0000000000000")),
    Drift("password of the sync left on the secondary", "hasync", "", "password", "must-match",
          put("hasync|password", "left over")),
    Drift("pfsync peer on one node only", "hasync", "", "pfsyncpeerip", "must-match", put("hasync|pfsyncpeerip", "")),
    Drift("two primaries of Kea", "kea", "", "role", "drift", put("kea", kea("primary")), put("kea", kea("primary"))),
    Drift("administrator, while adminsync is on", "system/user", "admin", "bcrypt-hash", "drift",
          put("system|user|name=admin|bcrypt-hash", "$2y$10$another"), put("hasync|adminsync", "on")),
    Drift("nosync rule of the secondary alone", "filter", "Only there", "", "drift",
          put("filter|rule|+", {"tracker": "1790000009", "type": "pass", "interface": "lan", "nosync": "",
                                "source": {"any": ""}, "destination": {"any": ""}, "descr": "Only there"})),
    Drift("VIP on another interface", "virtualip", "192.168.1.1", "interface", "drift",
          vip("192.168.1.1", "interface", "opt3")),
)  # fmt: skip
"""What stands in a relation rather than being equal, where the rules could be looked through for holes."""
