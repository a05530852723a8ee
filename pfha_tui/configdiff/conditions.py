"""The conditions of rules: what of two configurations makes a difference lawful."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface
from typing import Final

from pfha_tui.configdiff.sections import Sync, version_number
from pfha_tui.configdiff.walk import ACCOUNTS, NUMBERS_OF, Change, Kind
from pfha_tui.parsers.configxml import ConfigXml, Tree, Value

MAX_SKEW: Final = 254
SLOWER: Final = 100
LOCAL_UID: Final = 2000
LOCAL_GID: Final = 1999
IF_BOUND_BY_DEFAULT: Final = (23, 9)
"""The configuration version from which states are bound to their interface unless `statepolicy` says otherwise."""


@dataclass(frozen=True, slots=True)
class Case:
    """A difference, and the configurations it was found in."""

    change: Change
    primary: ConfigXml
    secondary: ConfigXml
    sync: Sync


def _skew(case: Case) -> bool:
    left, right = _number(case.change.left), _number(case.change.right)
    if case.change.entries and _text(case.change.entries[0].either, "mode") not in ("", "carp"):
        return case.change.left == case.change.right
    if left is None or right is None:
        return False
    if not case.sync.covers("virtualip"):
        return right > left
    # Capped to the same number, the secondary is no slower.
    return right == min(MAX_SKEW, left + SLOWER) and right > left


def _own_vip(case: Case) -> bool:
    vip = case.change.entries[0].either if case.change.entries else {}
    interface = _text(vip, "interface")
    return (
        _text(vip, "mode") in ("ipalias", "proxyarp")
        and not interface.startswith("_vip")
        and not interface.startswith("lo0")
    )


def _taken(case: Case) -> bool:
    """Whether an address that one node has beside its own is the other's, or a CARP VIP of either."""
    change = case.change
    if change.kind is not Kind.ITEM or not change.entries:
        return False
    other = case.secondary if change.right is None else case.primary
    address = _text(change.entries[0].either, "subnet")
    return address in _addresses(other) | _carp(case.primary) | _carp(case.secondary)


def _own_address(case: Case) -> bool:
    """Two addresses in one network and neither of them a VIP, or the same words (dhcp, track6, none) on both."""
    left, right = _plain(case.change.left), _plain(case.change.right)
    bits = "subnetv6" if case.change.path[-1] == "ipaddrv6" else "subnet"
    entry = case.change.entries[0]
    one = _interface(left, _text(entry.left, bits))
    two = _interface(right, _text(entry.right, bits))
    if one is None or two is None:
        return left == right and one is None and two is None
    if one.ip == two.ip or {left, right} & (_vips(case.primary) | _vips(case.secondary)):
        return False
    return two.ip in one.network or one.ip in two.network


def _dhcp_peer(case: Case) -> bool:
    left, right = _plain(case.change.left), _plain(case.change.right)
    if not left and not right:
        return True
    key = case.change.path[1]
    return left == _address_of(case.secondary, key) and right == _address_of(case.primary, key)


def _kea_mirror(case: Case) -> bool:
    name, section = case.change.path[-1], case.change.path[0]
    left, right = _plain(case.change.left), _plain(case.change.right)
    if name == "role":
        return {left, right} == {"primary", "standby"}
    twin = (
        name.replace("local", "remote")
        if name.startswith("local")
        else name.replace("remote", "local")
    )
    ours = _text(case.primary.root, section, "ha", twin)
    theirs = _text(case.secondary.root, section, "ha", twin)
    return left == theirs and right == ours


def _carp_peer(case: Case) -> bool:
    """Whether each node sends its unicast CARP to the other; without unicast nobody looks at the peer."""
    vip = case.change.entries[0]
    if "ucast" not in (_text(vip.left, "carp_mode"), _text(vip.right, "carp_mode")):
        return True
    return _pfsync_peer(case)


def _vhid_twice(case: Case) -> bool:
    """Whether another CARP VIP of this interface has the same VHID, on both nodes."""
    change = case.change
    if change.left != change.right:
        return False
    vip = change.entries[0].either
    if _text(vip, "mode") != "carp":
        return False
    found = children(case.primary.root, "virtualip").get("vip")
    return sum(
        _text(one, "mode") == "carp"
        and _text(one, "interface") == _text(vip, "interface")
        and _text(one, "vhid") == change.left
        for one in (found if isinstance(found, list) else ())
    ) > 1  # fmt: skip


def _no_password(case: Case) -> bool:
    change = case.change
    return (
        not change.left and not change.right and _text(change.entries[0].either, "mode") == "carp"
    )


def _same_mac(case: Case) -> bool:
    return bool(case.change.left) and case.change.left == case.change.right


def _of_one_node(case: Case) -> bool:
    """Whether what both nodes say is an address that only one of them has, and goes with it."""
    change = case.change
    if change.left != change.right:
        return False
    if change.path[0] == "dhcpd" and "enable" not in children(case.primary.root, *change.path[:2]):
        return False
    said = change.left if isinstance(change.left, list) else [change.left]
    named = {_plain(each).split("/")[0] for each in said} - {""}
    return bool(named) and any(
        named <= _addresses(config) - _vips(config) for config in (case.primary, case.secondary)
    )


def _pfsync_peer(case: Case) -> bool:
    left, right = _plain(case.change.left), _plain(case.change.right)
    return left in _addresses(case.secondary) and right in _addresses(case.primary)


def _different(case: Case) -> bool:
    return case.change.left != case.change.right


def _only_primary(case: Case) -> bool:
    return not case.change.right


def _sync_target(case: Case) -> bool:
    """Whether only the primary syncs, and to an address that is the secondary's own."""
    target = _plain(case.change.left)
    if case.change.right:
        return False
    if target in _vips(case.primary) | _addresses(case.primary):
        return False
    there = _addresses(case.secondary)
    known = all(_interface(address, "") is not None for address in there)
    return target in there or not known or _interface(target, "") is None


def _same_port(case: Case) -> bool:
    """Whether the GUI listens at the same port: none given is the protocol's own."""
    ports = []
    for config, given in ((case.primary, case.change.left), (case.secondary, case.change.right)):
        plain = _text(config.root, "system", "webgui", "protocol") == "http"
        ports.append(_plain(given) or ("80" if plain else "443"))
    return ports[0] == ports[1]


def _gui_cert(case: Case) -> bool:
    """Whether each node has the certificate that its GUI is to show."""
    return _plain(case.change.left) in _certs(case.primary) and _plain(case.change.right) in _certs(
        case.secondary
    )


def _no_adminsync(case: Case) -> bool:
    return not case.change.left


def _whole(case: Case) -> bool:
    return case.change.kind is not Kind.FIELD


def _if_bound(case: Case) -> bool:
    """Whether states are bound to interfaces, so that their device names must be equal."""
    policies = {
        _text(config.root, "system", "statepolicy") for config in (case.primary, case.secondary)
    }
    if policies == {""}:
        return version_number(case.primary.version) >= IF_BOUND_BY_DEFAULT
    return "if-bound" in policies


def _other_wire(case: Case) -> bool:
    """Whether the other node has this device under another interface, or a VLAN of another tag in its place."""
    left, right = _plain(case.change.left), _plain(case.change.right)
    key = case.change.path[1]
    for device, config in ((left, case.secondary), (right, case.primary)):
        if any(name != key and used == device for name, used in _devices(config)):
            return True
    tags = _tag(case.primary, left), _tag(case.secondary, right)
    return "" not in tags and tags[0] != tags[1]


def _nosync(case: Case) -> bool:
    entry = case.change.entries[-1] if case.change.entries else None
    if case.change.kind is not Kind.ITEM or entry is None:
        return False
    return isinstance(entry.left, dict) and entry.right is None and "nosync" in entry.left


def _low_uid(case: Case) -> bool:
    if _text(case.primary.root, "hasync", "adminsync"):
        return False
    return _below(case, "uid", LOCAL_UID)


def _low_gid(case: Case) -> bool:
    return _below(case, "gid", LOCAL_GID)


def _below(case: Case, name: str, limit: int) -> bool:
    if not case.change.entries:
        return False
    # On both nodes: one that the primary's sync owns is no account of the system for being one here.
    entry = case.change.entries[0]
    sides = [side for side in (entry.left, entry.right) if isinstance(side, dict)]
    numbers = [_number(side.get(name)) for side in sides]
    return all(number is not None and number < limit for number in numbers)


def _not_accounts(case: Case) -> bool:
    path = case.change.path
    return len(path) > 1 and path[1] not in ACCOUNTS and path[1] not in NUMBERS_OF


def _isc_v6(case: Case) -> bool:
    return "kea" not in (
        _text(case.primary.root, "dhcpbackend"),
        _text(case.secondary.root, "dhcpbackend"),
    )


TESTS: Final[dict[str, Callable[[Case], bool]]] = {
    "always": lambda case: True,
    "skew": _skew,
    "own-vip": _own_vip,
    "taken": _taken,
    "own-address": _own_address,
    "dhcp-peer": _dhcp_peer,
    "kea-mirror": _kea_mirror,
    "pfsync-peer": _pfsync_peer,
    "carp-peer": _carp_peer,
    "vhid-twice": _vhid_twice,
    "no-password": _no_password,
    "same-mac": _same_mac,
    "of-one-node": _of_one_node,
    "never": lambda case: False,
    "different": _different,
    "only-primary": _only_primary,
    "sync-target": _sync_target,
    "same-port": _same_port,
    "gui-cert": _gui_cert,
    "no-adminsync": _no_adminsync,
    "whole": _whole,
    "if-bound": _if_bound,
    "other-wire": _other_wire,
    "nosync": _nosync,
    "low-uid": _low_uid,
    "low-gid": _low_gid,
    "not-accounts": _not_accounts,
    "isc-v6": _isc_v6,
}
"""The conditions that a rule can name."""


def _addresses(config: ConfigXml) -> set[str]:
    interfaces = config.root.get("interfaces")
    found = set()
    for port in interfaces.values() if isinstance(interfaces, dict) else ():
        found |= {_text(port, "ipaddr"), _text(port, "ipaddrv6")}
    return found - {""}


def _vips(config: ConfigXml) -> set[str]:
    found = children(config.root, "virtualip").get("vip")
    return {_text(vip, "subnet") for vip in found} if isinstance(found, list) else set()


def _carp(config: ConfigXml) -> set[str]:
    found = children(config.root, "virtualip").get("vip")
    vips = found if isinstance(found, list) else []
    return {_text(vip, "subnet") for vip in vips if _text(vip, "mode") == "carp"}


def _devices(config: ConfigXml) -> list[tuple[str, str]]:
    """Each interface with its device."""
    return [(name, _text(port, "if")) for name, port in children(config.root, "interfaces").items()]


def _tag(config: ConfigXml, device: str) -> str:
    """The tag of a VLAN's device; empty where it is none."""
    found = children(config.root, "vlans").get("vlan")
    vlans = found if isinstance(found, list) else []
    return next((_text(vlan, "tag") for vlan in vlans if _text(vlan, "vlanif") == device), "")


def _certs(config: ConfigXml) -> set[str]:
    found = config.root.get("cert")
    return {_text(cert, "refid") for cert in found} if isinstance(found, list) else set()


def _address_of(config: ConfigXml, key: str) -> str:
    return _text(config.root, "interfaces", key, "ipaddr")


def _interface(address: str, bits: str) -> IPv4Interface | IPv6Interface | None:
    try:
        ip_address(address)
        return ip_interface(f"{address}/{bits}" if bits else address)
    except ValueError:
        return None


def _number(value: Value | None) -> int | None:
    text = _plain(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _plain(value: Value | None) -> str:
    return value if isinstance(value, str) else ""


def _text(node: Value | None, *path: str) -> str:
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return _plain(node)


def children(node: Value | None, *path: str) -> Tree:
    """The children of the element at a path; empty where there are none."""
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}
