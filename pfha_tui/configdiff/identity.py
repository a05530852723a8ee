"""Which entry of a list on one node is which on the other: by identity, never by position."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from pfha_tui.parsers.configxml import Tree, Value

Key: TypeAlias = tuple[str, ...]

KEYS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "virtualip/vip": (("uniqid",), ("mode", "interface", "vhid"), ("mode", "interface", "subnet")),
    "filter/rule": (("tracker", "interface"), ("tracker",), ("interface", "descr"), ("descr",)),
    "nat/rule": (("created/time", "descr"), ("associated-rule-id",), ("created/time",), ("interface", "descr")),
    "nat/outbound/rule": (("created/time", "descr"), ("created/time",), ("interface", "descr")),
    "nat/onetoone": (("interface", "external", "source"), ("descr",)),
    "nat/npt": (("interface", "source", "destination"), ("descr",)),
    "aliases/alias": (("name",),),
    "schedules/schedule": (("name",),),
    "schedules/schedule/timerange": (("position", "month", "day", "hour"), ("rangedescr",)),
    "gateways/gateway_item": (("name",),),
    "gateways/gateway_group": (("name",),),
    "staticroutes/route": (("network", "gateway"), ("network",)),
    "system/user": (("name",), ("uid",)),
    "system/group": (("name",), ("gid",)),
    "system/authserver": (("refid",), ("name",)),
    "cert": (("refid",), ("descr",)),
    "ca": (("refid",), ("descr",)),
    "crl": (("refid",), ("descr",)),
    "openvpn/openvpn-server": (("vpnid",), ("description",)),
    "openvpn/openvpn-client": (("vpnid",), ("description",)),
    "openvpn/openvpn-csc": (("common_name", "server_list"), ("common_name",)),
    "ipsec/phase1": (("ikeid",), ("remote-gateway",)),
    "ipsec/phase2": (("uniqid",), ("descr",)),
    "ipsec/mobilekey": (("ident",),),
    "dhcpd/*/staticmap": (("mac",), ("cid",), ("ipaddr",)),
    "dhcpdv6/*/staticmap": (("duid",), ("ipaddrv6",)),
    "dhcpd/*/pool": (("range/from",),),
    "unbound/hosts": (("host", "domain", "ip"), ("host", "domain")),
    "unbound/domainoverrides": (("domain", "ip"), ("domain",)),
    "unbound/acls": (("aclname",),),
    "dnsmasq/hosts": (("host", "domain", "ip"), ("host", "domain")),
    "dnsmasq/domainoverrides": (("domain", "ip"), ("domain",)),
    "wol/wolentry": (("mac",),),
    "vlans/vlan": (("vlanif",), ("if", "tag"), ("tag",)),
    "laggs/lagg": (("laggif",),),
    "qinqs/qinqentry": (("vlanif",), ("if", "tag")),
    "bridges/bridged": (("bridgeif",),),
    "gifs/gif": (("gifif",),),
    "gres/gre": (("greif",),),
    "ppps/ppp": (("ptpid",), ("if",)),
    "ifgroups/ifgroupentry": (("ifname",),),
    "sysctl/item": (("tunable",),),
    "cron/item": (("command",),),
    "installedpackages/package": (("name",), ("internal_name",)),
    "installedpackages/menu": (("name", "url"), ("name",)),
    "installedpackages/service": (("name",),),
    "dyndnses/dyndns": (("host", "interface"), ("id",)),
    "igmpproxy/igmpentry": (("ifname",),),
    "captiveportal/*/passthrumac": (("mac",),),
    "captiveportal/*/allowedip": (("ip",),),
    "captiveportal/*/allowedhostname": (("hostname",),),
    "voucher/*/roll": (("number",),),
}  # fmt: skip
"""Keys of each list's entries, the surest first; an entry without a partner by one key is tried with the next.
`*` stands for one name. Other lists go by the names that identify things in pfSense."""

COMMON: Final[tuple[tuple[str, ...], ...]] = (
    ("refid",), ("uniqid",), ("uid",), ("tracker",), ("name",), ("id",), ("number",), ("host", "domain"), ("descr",),
)  # fmt: skip

ORDERED: Final = frozenset({
    "filter/rule", "nat/rule", "nat/outbound/rule", "nat/onetoone", "system/dnsserver", "dhcpd/*/dnsserver",
    "dhcpd/*/ntpserver", "dhcpd/*/winsserver", "dhcpd/*/pool",
})  # fmt: skip
"""Lists in which the place decides: the first rule that matches, the first server that is asked."""

MOST_COMPARED: Final = 10_000
"""Pairs of entries with the same key that are compared field by field; of more the place decides."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry of both lists, or of one: its places in them, None where it is missing."""

    left: int | None
    right: int | None


def pattern(path: Sequence[str]) -> str:
    """The path as the tables have it: zones and interfaces below their section as `*`."""
    if len(path) > 1 and path[0] in ("dhcpd", "dhcpdv6", "captiveportal", "voucher", "interfaces"):
        return "/".join((path[0], "*", *path[2:]))
    return "/".join(path)


def match(path: str, left: Sequence[Value], right: Sequence[Value]) -> list[Pair]:
    """Pair the entries of two lists, in the order of the left one; those of the right alone come last."""
    partner: dict[int, int] = {}
    free_left, free_right = list(range(len(left))), list(range(len(right)))
    for read in _readers(path):
        if not free_left or not free_right:
            break
        there = _by_key(read, right, free_right)
        for key, places in _by_key(read, left, free_left).items():
            if key in there:
                partner.update(_alike(left, right, places, there[key]))
        free_left = [place for place in free_left if place not in partner]
        taken = set(partner.values())
        free_right = [place for place in free_right if place not in taken]
    # What has no identity at all goes by how much of it is equal.
    nameless = ([place for place in free_left if _nameless(path, left[place])],
                [place for place in free_right if _nameless(path, right[place])])  # fmt: skip
    partner.update(_alike(left, right, *nameless))
    taken = set(partner.values())
    free_right = [place for place in free_right if place not in taken]
    pairs = [Pair(place, partner.get(place)) for place in range(len(left))]
    return [*pairs, *(Pair(None, place) for place in free_right)]


def _by_key(
    read: Callable[[Value], object], entries: Sequence[Value], places: Sequence[int]
) -> dict[object, list[int]]:
    found: dict[object, list[int]] = {}
    for place in places:
        key = read(entries[place])
        if key is not None:
            found.setdefault(key, []).append(place)
    return found


def _alike(
    left: Sequence[Value], right: Sequence[Value], ours: Sequence[int], theirs: Sequence[int]
) -> dict[int, int]:
    """Pair entries that their key cannot tell apart: equal ones first, then those with the most equal fields."""
    if len(ours) == len(theirs) == 1:
        return {ours[0]: theirs[0]}
    found: dict[int, int] = {}
    same = _by_key(content, right, theirs)
    for key, places in _by_key(content, left, ours).items():
        found.update(zip(places, same.get(key, ()), strict=False))
    taken = set(found.values())
    ours = [place for place in ours if place not in found]
    theirs = [place for place in theirs if place not in taken]
    if len(ours) * len(theirs) > MOST_COMPARED:
        return found | dict(zip(ours, theirs, strict=False))
    ranked = sorted(
        (-_equal_fields(left[one], right[two]), abs(one - two), one, two)
        for one in ours
        for two in theirs
    )
    for _, _, one, two in ranked:
        if one not in found and two not in taken:
            found[one] = two
            taken.add(two)
    return found


def _equal_fields(one: Value, two: Value) -> int:
    if not isinstance(one, dict) or not isinstance(two, dict):
        return 0
    return sum(1 for name, value in one.items() if name in two and two[name] == value)


def moved(pairs: Sequence[Pair]) -> list[Pair]:
    """The fewest entries that must be moved for the right list to have the left one's order."""
    there = [pair for pair in pairs if pair.left is not None and pair.right is not None]
    places = [pair.right for pair in there if pair.right is not None]
    if all(first < second for first, second in pairwise(places)):
        return []
    kept = set(_longest_rising(places))
    return [pair for index, pair in enumerate(there) if index not in kept]


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """Indices of a longest rising subsequence (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(number)
            ends.append(index)
        else:
            tails[at], ends[at] = number, index
    found = []
    index = ends[-1] if ends else -1
    while index >= 0:
        found.append(index)
        index = before[index]
    return found[::-1]


def _readers(path: str) -> Iterator[Callable[[Value], object]]:
    """How to read an entry's key, from the surest to the least."""
    for names in KEYS.get(path, COMMON):
        yield lambda entry, names=names: key_of(entry, names)  # type: ignore[misc]
    yield content


def _nameless(path: str, entry: Value) -> bool:
    """Whether no key can tell this entry from others."""
    if not isinstance(entry, dict):
        return False
    return all(key_of(entry, names) is None for names in KEYS.get(path, COMMON))


def key_of(entry: Value, names: Sequence[str]) -> Key | None:
    """The texts at these paths of an entry; None unless the first and the last have one."""
    if not isinstance(entry, dict):
        return None
    key = tuple(_at(entry, name) for name in names)
    return key if key[0] and key[-1] else None


def content(entry: Value) -> object:
    """An entry that has no identity of its own: what it holds."""
    if isinstance(entry, str):
        return entry
    return repr(entry)


def _at(entry: Tree, name: str) -> str:
    value: Value | None = entry
    for step in name.split("/"):
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, dict):
        return repr(value)
    return value if isinstance(value, str) else ""
