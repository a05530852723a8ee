"""What a difference would mean after a failover, as data: the first entry that fits speaks."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Final

from pfha_tui.configdiff.model import Verdict
from pfha_tui.configdiff.sections import BY_NAME, How
from pfha_tui.configdiff.walk import Change, Kind
from pfha_tui.domain.language import mark, tr
from pfha_tui.parsers.configxml import Tree, Value


@dataclass(frozen=True, slots=True)
class Consequence:
    """A sentence, English for `tr`, for the paths that fit; `{secondary}` and `{primary}` are the nodes' names.

    `kind` limits it to whole items, fields or order; `there` to items of the primary or of the secondary alone;
    `rule` to what this rule has judged.
    """

    path: str
    text: str
    kind: Kind | None = None
    there: str = ""
    rule: str = ""


_P: Final = "primary"
_S: Final = "secondary"

CONSEQUENCES: Final = (
    Consequence("version", mark("The sync is off until both nodes are upgraded; changes do not reach {secondary}.")),
    Consequence("filter/rule", mark("{secondary} would not have this rule: traffic that it passes or blocks would be "
                                    "treated otherwise."), Kind.ITEM, _P),
    Consequence("filter/rule", mark("{secondary} has a rule that {primary} does not: traffic would be treated "
                                    "otherwise."), Kind.ITEM, _S),
    Consequence("filter/rule", mark("The first rule that matches decides: on {secondary} that would be another one."),
                Kind.ORDER),
    Consequence("filter/rule/descr", mark("Nothing would behave differently; only the words differ.")),
    Consequence("filter/rule/disabled", mark("The rule is off on one node: its traffic would be treated otherwise on "
                                             "{secondary}.")),
    Consequence("filter/rule/*", mark("{secondary} would match or treat this traffic otherwise.")),
    Consequence("filter/separator/*", mark("Nothing would behave differently; only a heading differs.")),
    Consequence("aliases/alias", mark("Rules that name this alias would not work on {secondary}."), Kind.ITEM, _P),
    Consequence("aliases/alias/address", mark("Every rule that names this alias would match other addresses on "
                                              "{secondary}.")),
    Consequence("nat/outbound/rule/target", mark("After a failover {secondary} would send with an address that is not "
                                                 "its own: no answer comes back."), rule="nat-own-address"),
    Consequence("nat/outbound/mode", mark("After a failover outbound NAT would follow other rules: sessions that leave "
                                          "from a VIP are lost.")),
    Consequence("nat/outbound/rule*", mark("After a failover these connections would leave with another address, or "
                                           "with none.")),
    Consequence("nat/rule*", mark("After a failover this published service would not be reached as now.")),
    Consequence("nat/*", mark("Addresses would be translated otherwise on {secondary}.")),
    Consequence("virtualip/vip/advskew", mark("The election would not be {primary} first and {secondary} second: equal "
                                              "skews flap, a smaller one takes over.")),
    Consequence("virtualip/vip/carp_*", mark("The advertisements do not reach the other node: both would be MASTER.")),
    Consequence("virtualip/vip/vhid", mark("Two VIPs share a VHID on one interface: only one of them can be up."),
                rule="vhid-twice"),
    Consequence("virtualip/vip/password", mark("Anybody in this network could take the address over: nothing protects "
                                               "the advertisements."), rule="vip-password"),
    Consequence("virtualip/vip/password", mark("The nodes reject each other's advertisements: both would be MASTER.")),
    Consequence("virtualip/vip/vhid", mark("Each node is alone with its VHID: both would be MASTER.")),
    Consequence("virtualip_carp_maintenancemode", mark("Both nodes stand back, so neither is the better one: whoever "
                                                       "serves now has no spare that is meant to take over.")),
    Consequence("virtualip/vip*", mark("Two answer for this address at the same time: connections to it come and go."),
                rule="own-vip-*"),
    Consequence("virtualip/vip/subnet*", mark("The advertisements do not agree: both would be MASTER.")),
    Consequence("virtualip/vip/uniqid", mark("Services that name this VIP by its id would miss it on {secondary}.")),
    Consequence("virtualip/vip/advbase", mark("A failover would take longer than it should, or happen without need.")),
    Consequence("virtualip/vip", mark("{secondary} could not take over this address."), Kind.ITEM, _P),
    Consequence("virtualip/vip", mark("{secondary} holds an address that {primary} does not: nobody else answers for "
                                      "it."), Kind.ITEM, _S),
    Consequence("dhcpd/*", mark("Clients are sent to an address of one node: while that node is down nobody answers "
                                "there."), rule="dhcp-own-address"),
    Consequence("dhcpd/*/failover_peerip", mark("The DHCP servers do not find each other: no shared leases.")),
    Consequence("dhcpd/*/staticmap", mark("This machine would get another address, or other settings.")),
    Consequence("dhcpd/*/enable", mark("After a failover nobody would hand out addresses on this network.")),
    Consequence("dhcpd/*", mark("Clients would be given other addresses or settings after a failover.")),
    Consequence("kea*/ha/*", mark("The Kea servers do not find each other: no shared leases.")),
    Consequence("dhcpbackend", mark("Another DHCP server would start on {secondary}; leases are not shared.")),
    Consequence("unbound/*", mark("Names would be resolved otherwise after a failover.")),
    Consequence("dnsmasq/*", mark("Names would be resolved otherwise after a failover.")),
    Consequence("gateways/gateway_group", mark("A group that {primary} no longer has stays on {secondary}: a sync does "
                                               "not remove the last one. Delete it there."), Kind.ITEM, _S),
    Consequence("gateways/*", mark("Traffic would take another way out, or a gateway would be judged otherwise, after "
                                   "a failover.")),
    Consequence("staticroutes/*", mark("Some networks would not be reached after a failover.")),
    Consequence("cert", mark("What uses this certificate would not start on {secondary}."), Kind.ITEM, _P),
    Consequence("cert*", mark("What uses this certificate would show another one after a failover.")),
    Consequence("ca*", mark("Certificates of this authority would not be trusted alike after a failover.")),
    Consequence("crl*", mark("Revoked certificates would not be refused alike after a failover.")),
    Consequence("openvpn/*", mark("OpenVPN clients would not reconnect as now after a failover.")),
    Consequence("ipsec/*", mark("IPsec tunnels would not come up as now after a failover.")),
    Consequence("schedules/*", mark("Rules with this schedule would apply at other times.")),
    Consequence("system/user*", mark("This account would have other rights, or another password, on {secondary}.")),
    Consequence("system/group*", mark("The members of this group would have other rights on {secondary}.")),
    Consequence("system/authserver*", mark("Logins would be checked otherwise after a failover.")),
    Consequence("captiveportal/*", mark("Guests would be treated otherwise after a failover.")),
    Consequence("shaper/*", mark("Traffic would be shaped otherwise after a failover.")),
    Consequence("dnshaper/*", mark("Traffic would be limited otherwise after a failover.")),
    Consequence("interfaces/*/spoofmac", mark("Both nodes have the same MAC: frames reach one of them only."),
                rule="same-mac"),
    Consequence("interfaces/*/ipaddr*", mark("The nodes do not see each other's CARP, or fight over one address.")),
    Consequence("interfaces/*/subnet*", mark("The nodes do not agree on the network: addresses are out of reach.")),
    Consequence("interfaces/*/enable", mark("{secondary} could not serve this network.")),
    Consequence("interfaces/*/if", mark("This interface is another network there: the nodes do not see each other's "
                                        "CARP, and synced rules land on the wrong one."), rule="interface-wire"),
    Consequence("interfaces/*/if", mark("States are bound to a device of another name: sessions on it would be lost.")),
    Consequence("interfaces/*/descr", mark("Rules and menus name the networks differently on {secondary}.")),
    Consequence("interfaces", mark("The internal names are in another order; rules land on the wrong interface."),
                Kind.ORDER),
    Consequence("interfaces/*", mark("Synced rules, DHCP and VIPs of this interface would have nowhere to go."),
                Kind.ITEM),
    Consequence("interfaces/*", mark("This network would be handled otherwise after a failover.")),
    Consequence("vlans/*", mark("This VLAN would not be reached after a failover.")),
    Consequence("qinqs/*", mark("This VLAN would not be reached after a failover.")),
    Consequence("laggs/*", mark("The aggregate would be weaker, or not come up, on {secondary}.")),
    Consequence("gifs*", mark("This tunnel would not come up alike after a failover.")),
    Consequence("gres*", mark("This tunnel would not come up alike after a failover.")),
    Consequence("bridges*", mark("This bridge would join other networks after a failover.")),
    Consequence("dyndnses*", mark("After a failover this name would not follow the address.")),
    Consequence("igmpproxy*", mark("Multicast would not be passed on alike after a failover.")),
    Consequence("system/lb_use_sticky", mark("Clients would change their gateway or server in the middle of a "
                                             "session.")),
    Consequence("system/schedule_states", mark("When a schedule ends, its sessions would be cut on one node and live "
                                               "on at the other.")),
    Consequence("ifgroups*", mark("Rules of this group would apply to other interfaces.")),
    Consequence("system/webgui/ssl-certref", mark("The GUI of a node would come up with another certificate, or not at "
                                                  "all: nothing is synced.")),
    Consequence("system/webgui/*", mark("{primary} calls {secondary} where nobody listens: nothing is synced.")),
    Consequence("system/disablefilter", mark("One node filters and translates nothing: everything passes there, and "
                                             "nothing that needs NAT.")),
    Consequence("system/ipv6allow", mark("One node blocks all IPv6.")),
    Consequence("system/*timeout", mark("Idle connections would end at other times after a failover.")),
    Consequence("system/optimization", mark("Idle connections would end at other times after a failover.")),
    Consequence("system/maximum*", mark("{secondary} might not hold all states after a failover.")),
    Consequence("system/statepolicy", mark("Synced states would not match on {secondary}: sessions would be lost.")),
    Consequence("system/timezone", mark("Schedules would apply at other hours, and logs tell other times.")),
    Consequence("system/dns*", mark("{secondary} would ask other DNS servers, or in another order.")),
    Consequence("installedpackages/package*", mark("A service of this package would be missing or behave otherwise.")),
    Consequence("installedpackages/*", mark("This package would behave otherwise after a failover, unless it syncs "
                                            "itself.")),
    Consequence("sysctl/*", mark("The kernel of {secondary} would behave otherwise.")),
    Consequence("hasync/pfsync*", mark("States are not synced both ways: sessions would be lost at a failover.")),
    Consequence("hasync/pfhostid", mark("Both nodes claim the same states: those of one are lost.")),
    Consequence("hasync/synchronizetoip", mark("The sync would not go from {primary} to {secondary}: changes are lost "
                                               "or go in circles.")),
    Consequence("hasync/*", mark("{secondary} would push its own configuration: changes are lost or go in circles.")),
)  # fmt: skip


def consequence(
    change: Change, verdict: Verdict, rule: str, names: tuple[str, str], *, wiped: bool
) -> str:
    """What the difference means, in one sentence or two; empty for what is expected or a mere change in time.

    `rule` is the id of the rule that judged it; `wiped` says that a sync works, and puts drift right.
    """
    if verdict in (Verdict.EXPECTED, Verdict.CHANGED):
        return ""
    said = _sentence(change, rule).format(primary=names[0], secondary=names[1])
    # What is wrong though it is equal, a sync only makes so again.
    if verdict is Verdict.DRIFT and wiped and change.left != change.right:
        said += " " + _fate(change, names)
    return said


def _sentence(change: Change, rule: str) -> str:
    path = change.text
    for entry in CONSEQUENCES:
        if entry.kind is not None and entry.kind is not change.kind:
            continue
        if entry.there and _there(change) != entry.there:
            continue
        if entry.rule and not fnmatch.fnmatchcase(rule, entry.rule):
            continue
        if fnmatch.fnmatchcase(path, entry.path):
            return tr(entry.text)
    return tr("{secondary} might behave otherwise than {primary} after a failover.")


def _fate(change: Change, names: tuple[str, str]) -> str:
    """What the next sync does about it."""
    known = BY_NAME.get(change.section)
    if (
        _there(change) == _S
        and known is not None
        and known.how is How.SHALLOW
        and not change.entries
    ):
        return tr("The next sync leaves it as it is.")
    if _there(change) == _S or _held_back(change):
        return tr("The next sync from {primary} deletes it.").format(primary=names[0])
    return tr("The next sync from {primary} overwrites it.").format(primary=names[0])


def _held_back(change: Change) -> bool:
    """Whether the primary does not send the thing, so that a sync replaces the secondary's by nothing."""
    return bool(change.entries) and "nosync" in _tree(change.entries[0].left)


def _tree(value: Value | None) -> Tree:
    return value if isinstance(value, dict) else {}


def _there(change: Change) -> str:
    """On which node alone the thing is; empty where it is on both."""
    if change.left is None:
        return _S
    return _P if change.right is None else ""
