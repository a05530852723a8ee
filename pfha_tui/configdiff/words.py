"""Things of a configuration in the operator's words: `rule "Printing" on lan`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pfha_tui.configdiff import identity, visible
from pfha_tui.configdiff.walk import Change, Entry, section_of
from pfha_tui.domain.language import mark, tr
from pfha_tui.parsers.configxml import Tree, Value

FORMS: Final[dict[str, tuple[str, ...]]] = {
    "virtualip/vip": (mark("VIP {subnet} (vhid {vhid} on {interface})"), mark("VIP {subnet} on {interface}")),
    "filter/rule": (mark('rule "{descr}" on {interface}'), mark("rule {tracker} on {interface}")),
    "nat/rule": (mark('port forward "{descr}" on {interface}'), mark("port forward to {target} on {interface}")),
    "nat/outbound/rule": (mark('outbound NAT "{descr}" on {interface}'), mark("outbound NAT rule on {interface}")),
    "nat/onetoone": (mark('1:1 NAT "{descr}" of {external}'), mark("1:1 NAT of {external}")),
    "aliases/alias": (mark("alias {name}"),),
    "schedules/schedule": (mark("schedule {name}"),),
    "schedules/schedule/timerange": (mark('time range "{rangedescr}"'), mark("time range {hour}")),
    "gateways/gateway_item": (mark("gateway {name}"),),
    "gateways/gateway_group": (mark("gateway group {name}"),),
    "staticroutes/route": (mark("route to {network}"),),
    "system/user": (mark("user {name}"),),
    "system/group": (mark("group {name}"),),
    "system/authserver": (mark("authentication server {name}"),),
    "cert": (mark('certificate "{descr}" ({refid})'), mark("certificate {refid}")),
    "ca": (mark('certificate authority "{descr}" ({refid})'), mark("certificate authority {refid}")),
    "crl": (mark('revocation list "{descr}" ({refid})'), mark("revocation list {refid}")),
    "openvpn/openvpn-server": (mark('OpenVPN server "{description}" ({vpnid})'), mark("OpenVPN server {vpnid}")),
    "openvpn/openvpn-client": (mark('OpenVPN client "{description}" ({vpnid})'), mark("OpenVPN client {vpnid}")),
    "openvpn/openvpn-csc": (mark("OpenVPN override for {common_name}"),),
    "ipsec/phase1": (mark('IPsec phase 1 "{descr}" ({ikeid})'), mark("IPsec phase 1 {ikeid}")),
    "ipsec/phase2": (mark('IPsec phase 2 "{descr}"'), mark("IPsec phase 2 {uniqid}")),
    "dhcpd/*": (mark("DHCP on {key}"),),
    "dhcpd/*/staticmap": (mark("reservation {mac} ({hostname})"), mark("reservation {mac}"),
                          mark("reservation of {ipaddr}")),
    "dhcpdv6/*": (mark("DHCPv6 on {key}"),),
    "dhcpdv6/*/staticmap": (mark("reservation {duid}"),),
    "unbound/hosts": (mark("host override {host}.{domain}"), mark("host override {domain}")),
    "unbound/domainoverrides": (mark("domain override {domain}"),),
    "unbound/acls": (mark("access list {aclname}"),),
    "dnsmasq/hosts": (mark("host override {host}.{domain}"), mark("host override {domain}")),
    "dnsmasq/domainoverrides": (mark("domain override {domain}"),),
    "wol/wolentry": (mark("wake on LAN of {mac}"),),
    "vlans/vlan": (mark("VLAN {vlanif} (tag {tag})"), mark("VLAN {vlanif}"), mark("VLAN {tag} on {if}")),
    "qinqs/qinqentry": (mark("QinQ {vlanif} (tag {tag})"), mark("QinQ {tag} on {if}")),
    "laggs/lagg": (mark("aggregate {laggif}"),),
    "bridges/bridged": (mark("bridge {bridgeif}"),),
    "gifs/gif": (mark("GIF tunnel {gifif}"),),
    "gres/gre": (mark("GRE tunnel {greif}"),),
    "ppps/ppp": (mark("PPP link {if}"),),
    "dyndnses/dyndns": (mark("dynamic DNS of {host}"),),
    "igmpproxy/igmpentry": (mark("IGMP proxy on {ifname}"),),
    "ifgroups/ifgroupentry": (mark("interface group {ifname}"),),
    "interfaces/*": (mark("interface {key} ({descr})"), mark("interface {key}")),
    "captiveportal/*": (mark("captive portal {key}"),),
    "voucher/*": (mark("vouchers of {key}"),),
    "installedpackages/package": (mark("package {name}"),),
    "installedpackages/*": (mark("settings of the package {key}"),),
    "sysctl/item": (mark("tunable {tunable}"),),
    "shaper/queue": (mark("queue {name}"),),
    "dnshaper/queue": (mark("limiter {name}"),),
}  # fmt: skip
"""For each kind of thing its words, English for `tr`; the first form all of whose fields are known is taken."""


def item(change: Change) -> str:
    """The thing that a difference is about; empty where it is a setting of the section itself."""
    parts = [entry_words(entry) for entry in change.entries]
    if not parts:
        return _within(change)
    return ", ".join(parts)


def _within(change: Change) -> str:
    """The part of a section that a setting is in: `webgui` of system, `outbound` of nat."""
    start = change.section.count("/") + 1
    return "/".join(change.path[start:-1])


def entry_words(entry: Entry) -> str:
    """One thing in words."""
    path, key = entry.path, entry.path[-1]
    pattern = "/".join(path) if len(path) != 2 else _zone(path)
    tree = entry.either
    section = section_of(path)
    for form in FORMS.get(pattern, FORMS.get(identity.pattern(path), ())):
        fields = _Fields(section, path, tree, key)
        words = tr(form).format_map(fields)
        if fields.complete:
            return words
    name = _name(section, path, tree)
    return f"{key} {name}" if name else f"{key} {entry.name}"


def _zone(path: Sequence[str]) -> str:
    plain = "/".join(path)
    return plain if plain in FORMS else f"{path[0]}/*"


def _name(section: str, path: Sequence[str], tree: Tree) -> str:
    for name in ("name", "descr", "description"):
        found = visible.shown(section, (*path, name), tree.get(name))
        if found and tree.get(name):
            return visible.short(found)
    return ""


class _Fields(dict[str, str]):
    """Looks up the fields of a form among the children of a thing."""

    def __init__(self, section: str, path: Sequence[str], tree: Tree, key: str) -> None:
        super().__init__()
        self._section, self._path, self._tree, self._key = section, path, tree, key
        self.complete = True

    def __missing__(self, name: str) -> str:
        if name == "key":
            return visible.brief(self._key)
        value: Value | None = self._tree.get(name)
        if name == "if" and value is None:
            value = self._tree.get("interface")
        if not isinstance(value, str) or not value:
            self.complete = False
            return ""
        return visible.short(visible.shown(self._section, (*self._path, name), value) or "")
