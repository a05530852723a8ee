"""What xmlrpc.php does with the sections it gets (restore_config_section)."""

from __future__ import annotations

from dataclasses import dataclass, field

from pfha_tui.lab.configxml import tree
from pfha_tui.lab.configxml.tree import Tree, Value

REPLACED = (
    "aliases", "ca", "cert", "crl", "dhcpd", "dhcrelay", "dhcrelay6", "dnshaper", "dnsmasq", "filter", "ipsec", "nat",
    "openvpn", "schedules", "shaper", "unbound", "wol",
)  # fmt: skip
"""Sections that are copied whole, so that the removal of a last entry arrives."""

_PORTAL_LOCAL = ("enablebackwardsync", "backwardsyncip", "backwardsyncuser", "backwardsyncpassword")

LOCAL_UID, LOCAL_GID, HIGHEST_ID = 2000, 1999, 65000
"""Users and groups below these stay as they are; those above the last are never removed."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The receiver's configuration after the first of its writes, and `<system>` after the second."""

    root: Tree = field(repr=False)
    sections: tuple[str, ...]
    accounts: Tree | None = field(default=None, repr=False)
    """`<system>` with the changed accounts; None when none changed."""
    account_log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Accounts:
    added: list[Tree]
    removed: list[Tree]


def restore(local: Tree, sent: Tree) -> Merged:
    """Apply what was sent to a local configuration."""
    root, rest = dict(local), dict(sent)
    replaced = [name for name in REPLACED if name in rest]
    for name in replaced:
        root[name] = rest.pop(name)
    if "captiveportal" in rest:
        root["captiveportal"] = _portal(root, rest.pop("captiveportal"))
    users = groups = _Accounts([], [])
    system = tree.children(rest, "system")
    if tree.entries(system, "user") and tree.entries(system, "group"):
        everyone = tree.text(rest, "hasync", "adminsync") == "on"
        groups = _compare(local, system, "group", "gid", LOCAL_GID)
        users = _compare(local, system, "user", "uid", 0 if everyone else LOCAL_UID)
        rest["system"] = {k: v for k, v in system.items() if k not in ("user", "group")}
    own = _own_aliases(local) if "virtualip" in rest else []
    sections = (*rest, *replaced)
    root = _merge(root, rest)
    for vip in own:
        root["virtualip"] = {"vip": [vip, *tree.entries(root, "virtualip", "vip")]}
    if not any((users.added, users.removed, groups.added, groups.removed)):
        return Merged(root, sections)
    return Merged(root, sections, *_sync_accounts(tree.children(root, "system"), users, groups))


def _merge(root: Tree, rest: Tree) -> Tree:
    """array_merge_recursive_unique(): the children that were sent replace theirs whole, all others stay."""
    merged: Tree = {}
    for part in (root, rest):
        for name, value in part.items():
            if isinstance(value, dict):
                if value:
                    merged[name] = {**tree.children(merged, name), **value}
            elif value != []:
                merged[name] = value
    return merged


def _own_aliases(local: Tree) -> list[Tree]:
    """The receiver's IP aliases and proxy ARP entries that are not stacked on a VIP."""
    return [
        vip
        for vip in tree.entries(local, "virtualip", "vip")
        if tree.text(vip, "mode") in ("ipalias", "proxyarp")
        and not tree.text(vip, "interface").startswith("_vip")
        and "lo0" not in tree.text(vip, "interface")
    ]


def _portal(root: Tree, sent: Value) -> Value:
    """Captive portal zones, whose settings for syncing back stay local."""
    zones = dict(sent) if isinstance(sent, dict) else {}
    for name, zone in zones.items():
        here = tree.children(root, "captiveportal", name)
        kept: Tree = {k: v for k, v in tree.children(zones, name).items() if k not in _PORTAL_LOCAL}
        zones[name] = kept | {k: here[k] for k in _PORTAL_LOCAL if k in here} if kept else zone
    return zones


def _compare(local: Tree, system: Tree, kind: str, number: str, lowest: int) -> _Accounts:
    """Which accounts are new, changed (removed and added), or gone."""
    here = {tree.text(one, "name"): one for one in tree.entries(local, "system", kind)}
    added, changed, kept = [], [], set()
    for one in tree.entries(system, kind):
        name = tree.text(one, "name")
        if name not in here:
            added.append(one)
        elif int(tree.text(one, number)) < lowest or one == here[name]:
            kept.add(name)
        else:
            added.append(one)
            changed.append(one)
    names = {tree.text(one, "name") for one in changed}
    gone = [one for name, one in here.items() if name not in kept | names]
    return _Accounts(added, [*changed, *gone])


def _sync_accounts(
    system: Tree, users: _Accounts, groups: _Accounts
) -> tuple[Tree, tuple[str, ...]]:
    """local_sync_accounts(): removes, adds and sorts by name; what the machine needs is never removed."""
    log: list[str] = []
    both = (("user", "uid", users), ("group", "gid", groups))
    present = {kind: tree.entries(system, kind) for kind, _, _ in both}
    for kind, number, change in both:
        for one in change.removed:
            name, identity = tree.text(one, "name"), int(tree.text(one, number))
            lowest = LOCAL_GID if kind == "group" else 0 if one in change.added else LOCAL_UID
            if lowest <= identity <= HIGHEST_ID:
                present[kind] = [one for one in present[kind] if tree.text(one, "name") != name]
                log.append(f"Removing {kind}: {name}")
    new = dict(system)
    for kind, _, change in both:
        log.extend(f"Adding {kind}: {tree.text(one, 'name')}" for one in change.added)
        everyone = [*present[kind], *change.added]
        new[kind] = [*sorted(everyone, key=lambda one: tree.text(one, "name").encode())]
    return new, tuple(log)
