"""Finding what differs between two trees, without an opinion on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from pfha_tui.configdiff import identity
from pfha_tui.parsers.configxml import LISTS, Tree, Value

Path: TypeAlias = tuple[str, ...]

ACCOUNTS: Final = frozenset({"user", "group", "authserver"})
"""Children of `<system>` that are synced apart from the rest of it, and so are sections of their own here."""

NUMBERS_OF: Final = {"nextuid": "system/user", "nextgid": "system/group"}

ZONES: Final = frozenset(
    {"interfaces", "dhcpd", "dhcpdv6", "captiveportal", "voucher", "installedpackages"}
)
"""Sections whose children are things of their own: interfaces, zones, packages."""

RELATED: Final = frozenset({
    "virtualip_carp_maintenancemode", "virtualip/vip/subnet",
    "virtualip/vip/advskew", "virtualip/vip/vhid", "virtualip/vip/password", "virtualip/vip/carp_peer",
    "interfaces/*/spoofmac", "nat/outbound/rule/target", "dhcpd/*/gateway", "dhcpd/*/dnsserver",
    "interfaces/*/ipaddr", "interfaces/*/ipaddrv6", "dhcpd/*/failover_peerip",
    "hasync/synchronizetoip", "hasync/username", "hasync/password", "hasync/pfsyncpeerip", "hasync/pfhostid",
    "kea/ha/role", "kea/ha/localip", "kea/ha/remoteip", "kea/ha/localport", "kea/ha/remoteport", "kea/ha/localname",
    "kea/ha/remotename", "kea6/ha/role", "kea6/ha/localip", "kea6/ha/remoteip", "kea6/ha/localport",
    "kea6/ha/remoteport", "kea6/ha/localname", "kea6/ha/remotename",
})  # fmt: skip
"""Fields that stand in a relation to those of the other node: they can be wrong while they are equal."""

_NEVER_EMPTY: Final = "virtualip/vip/password"
"""That this is empty is looked at too."""

_RELATED_LISTS: Final = frozenset({"virtualip/vip", "nat/outbound/rule"})
_WITH_RELATED: Final = frozenset(path.split("/")[0] for path in RELATED)

PARTED: Final = {
    "filter/rule/interface": ",", "nat/rule/interface": ",", "laggs/lagg/members": ",", "bridges/bridged/members": ",",
    "ifgroups/ifgroupentry/members": " ", "unbound/active_interface": ",", "unbound/outgoing_interface": ",",
    "ntpd/interface": ",",
}  # fmt: skip
"""Texts that hold several names, in any order, and what parts them."""

BLANK: Final = frozenset({
    "descr", "tag", "tagged", "max", "max-src-nodes", "max-src-conn", "max-src-states", "statetimeout", "os", "id",
    "gateway", "sched", "dnpipe", "pdnpipe", "ackqueue", "defaultqueue", "cid", "hostname", "filename", "rootpath",
    "domain", "domainsearchlist", "tftp", "ldap", "nextserver", "netmask", "defaultleasetime", "maxleasetime",
    "ddnsdomain", "mac_allow", "mac_deny", "numberoptions", "custom_options", "monitor", "spoofmac", "mtu", "mss",
    "poolopts", "source_hash_key", "sourceport", "targetip", "targetip_subnet", "target_subnet", "port", "backupcount",
    "synchronizetoip", "username", "password", "pfsyncpeerip", "pfhostid", "separator", "expires", "authorizedkeys",
    "ipsecpsk", "aliases", "detail", "failover_peerip",
})  # fmt: skip
"""Elements that say nothing when they are empty, as if they were absent. Of all others, presence may mean true."""


class Kind(Enum):
    """What differs."""

    FIELD = "field"
    ITEM = "item"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing on the way to a difference: where it is, its name there, and what it is on each node."""

    path: Path
    name: str
    left: Value | None = field(repr=False)
    right: Value | None = field(repr=False)

    @property
    def either(self) -> Tree:
        """Its children on the left node, or where it is missing there, on the right one."""
        for side in (self.left, self.right):
            if isinstance(side, dict):
                return side
        return {}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that differs, or that must be looked at though it does not (`RELATED`)."""

    kind: Kind
    path: Path
    entries: tuple[Entry, ...]
    """The things that it is part of, the outermost first."""
    left: Value | None = field(repr=False)
    right: Value | None = field(repr=False)

    @property
    def text(self) -> str:
        """The path as rules have it."""
        return "/".join(self.path)

    @property
    def section(self) -> str:
        """The section that it belongs to."""
        return section_of(self.path)

    @property
    def field(self) -> str:
        """What of the thing differs; empty where it is the whole thing."""
        if self.kind is Kind.ORDER:
            return "order"
        if self.kind is Kind.ITEM:
            return ""
        if self.entries:
            return "/".join(self.path[len(self.entries[-1].path) :])
        return self.path[-1] if len(self.path) > 1 else ""


def section_of(path: Path) -> str:
    """The section of a path: its first name, or the accounts below `<system>`."""
    if path[0] == "system" and len(path) > 1:
        if path[1] in ACCOUNTS:
            return f"system/{path[1]}"
        return NUMBERS_OF.get(path[1], "system")
    return path[0]


def changes(left: Tree, right: Tree) -> Iterator[Change]:
    """Everything that differs between two roots, in the order of the left file."""
    for name in _names(left, right):
        yield from _value((name,), (), left.get(name), right.get(name))


def _value(
    path: Path, entries: tuple[Entry, ...], left: Value | None, right: Value | None
) -> Iterator[Change]:
    pattern = identity.pattern(path)
    if pattern in RELATED:
        if pattern == _NEVER_EMPTY or not (_nothing(path, left) and _nothing(path, right)):
            yield Change(Kind.FIELD, path, entries, left, right)
        return
    if left == right and (
        path[0] not in _WITH_RELATED or (isinstance(left, list) and pattern not in _RELATED_LISTS)
    ):
        return
    if isinstance(left, list) or isinstance(right, list):
        yield from _list(path, entries, _as_list(left), _as_list(right))
    elif len(path) == 2 and path[0] in ZONES:
        yield from _zone(path, left, right)
    elif isinstance(left, dict) or isinstance(right, dict):
        yield from _children(path, entries, left, right)
    elif not _equal(path, left, right):
        yield Change(Kind.FIELD, path, entries, left, right)


def _zone(path: Path, left: Value | None, right: Value | None) -> Iterator[Change]:
    """An interface, a zone or a package: there on both nodes, or on one."""
    entry = Entry(path, path[-1], left, right)
    if left is None or right is None:
        if (left or right) or path[0] == "interfaces":
            yield Change(Kind.ITEM, path, (entry,), left, right)
        return
    yield from _children(path, (entry,), left, right)


def _children(
    path: Path, entries: tuple[Entry, ...], left: Value | None, right: Value | None
) -> Iterator[Change]:
    one = left if isinstance(left, dict) else {}
    two = right if isinstance(right, dict) else {}
    if path == ("aliases", "alias"):
        one, two = _aligned(one), _aligned(two)
    for name in _names(one, two):
        yield from _value((*path, name), entries, one.get(name), two.get(name))
    if path == ("interfaces",):
        yield from _order_of_names(path, one, two)


def _list(
    path: Path, entries: tuple[Entry, ...], left: Sequence[Value], right: Sequence[Value]
) -> Iterator[Change]:
    pattern = identity.pattern(path)
    if all(isinstance(each, str) for each in (*left, *right)):
        if pattern not in identity.ORDERED:
            same = sorted(map(str, left)) == sorted(map(str, right))
        else:
            same = list(left) == list(right)
        if not same:
            yield Change(Kind.FIELD, path, entries, list(left) or None, list(right) or None)
        return
    pairs = identity.match(pattern, left, right)
    for number, pair in enumerate(pairs):
        one = None if pair.left is None else left[pair.left]
        two = None if pair.right is None else right[pair.right]
        if one == two and pattern not in _RELATED_LISTS:
            continue
        entry = Entry(path, str(number + 1), one, two)
        within = (*entries, entry)
        if one is None or two is None:
            yield Change(Kind.ITEM, path, within, one, two)
        elif isinstance(one, dict) or isinstance(two, dict):
            yield from _children(path, within, one, two)
        else:
            yield Change(Kind.FIELD, path, within, one, two)
    if pattern in identity.ORDERED:
        yield from _order(path, entries, left, right, pairs)


def _order(
    path: Path,
    entries: tuple[Entry, ...],
    left: Sequence[Value],
    right: Sequence[Value],
    pairs: Sequence[identity.Pair],
) -> Iterator[Change]:
    """Entries that stand elsewhere among those that both nodes have; rules are in the order of their interface."""
    groups: dict[str, list[identity.Pair]] = {}
    for pair in pairs:
        if pair.left is not None and pair.right is not None:
            groups.setdefault(_chain(path, left[pair.left]), []).append(pair)
    for group in groups.values():
        elsewhere = identity.moved(group)
        if not elsewhere:
            continue
        after = sorted(group, key=lambda pair: pair.right or 0)
        before, behind = ({id(p): n for n, p in enumerate(row, 1)} for row in (group, after))
        for pair in elsewhere:
            assert pair.left is not None and pair.right is not None
            one, two = left[pair.left], right[pair.right]
            entry = Entry(path, str(pair.left + 1), one, two)
            yield Change(
                Kind.ORDER, path, (*entries, entry), str(before[id(pair)]), str(behind[id(pair)])
            )


def _chain(path: Path, entry: Value) -> str:
    """What pf evaluates as one list: the floating rules, and the rules of each interface."""
    if path != ("filter", "rule") or not isinstance(entry, dict):
        return ""
    return "floating" if "floating" in entry else str(entry.get("interface", ""))


def _order_of_names(path: Path, left: Tree, right: Tree) -> Iterator[Change]:
    one = [name for name in left if name in right]
    two = [name for name in right if name in left]
    if one != two:
        yield Change(Kind.ORDER, path, (), [*one], [*two])


def _names(left: Tree, right: Tree) -> list[str]:
    return [*left, *(name for name in right if name not in left)]


def _as_list(value: Value | None) -> list[Value]:
    if isinstance(value, list):
        return value
    return [value] if value else []


def _equal(path: Path, left: Value | None, right: Value | None) -> bool:
    if left == right or (_nothing(path, left) and _nothing(path, right)):
        return True
    parted = PARTED.get(identity.pattern(path))
    if parted is None or not isinstance(left, str) or not isinstance(right, str):
        return False
    return sorted(left.split(parted)) == sorted(right.split(parted))


def _nothing(path: Path, value: Value | None) -> bool:
    """Whether it is as good as absent: a whole section or a list without content, or a text without a letter."""
    if value is None:
        return True
    if value not in ("", []):
        return False
    return (len(path) == 1 and path[0] not in _FLAGS) or path[-1] in LISTS or path[-1] in BLANK


_FLAGS: Final = frozenset({"virtualip_carp_maintenancemode"})


def _aligned(alias: Tree) -> Tree:
    """An alias with its addresses sorted, each with its description: their order means nothing."""
    addresses, details = alias.get("address"), alias.get("detail", "")
    if not isinstance(addresses, str) or not isinstance(details, str):
        return alias
    parts, notes = addresses.split(), details.split("||")
    if len(notes) != len(parts):
        return {**alias, "address": " ".join(sorted(parts))}
    both = sorted(zip(parts, notes, strict=True))
    made: Tree = {**alias, "address": " ".join(part for part, _ in both)}
    if "detail" in alias:
        made["detail"] = "||".join(note for _, note in both)
    return made
