"""Which box of System > High Availability syncs which section, and how the receiver applies it.

Facts of src/etc/rc.filter_synchronize (sender) and src/usr/local/www/xmlrpc.php (receiver).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from pfha_tui.domain.language import mark
from pfha_tui.parsers.configxml import Tree


class How(Enum):
    """How the receiver applies a section; the value is English, for `tr`."""

    REPLACED = mark("copied whole: what only the secondary has is destroyed")
    SHALLOW = mark("each part is replaced, but parts that the primary no longer has stay")
    VIPS = mark("VIPs are replaced with skew + 100; aliases that stand on no VIP stay")
    ACCOUNTS = mark("entry by entry; accounts of the system stay as they are")
    PORTAL = mark("replaced, but for how it syncs back")
    NOTHING = mark("nothing syncs it")
    PACKAGES = mark("only where a package has a sync of its own")
    OFF = mark("its box is not ticked")


@dataclass(frozen=True, slots=True)
class Synced:
    """A section, the boxes any of which sends it, how it is applied, and the first version that does."""

    section: str
    boxes: tuple[str, ...]
    how: How
    since: tuple[int, ...] = ()


_KEA: Final = (23, 9)
_RELAY: Final = (22, 2)

SYNCED: Final = (
    Synced("virtualip", ("synchronizevirtualip",), How.VIPS),
    Synced("filter", ("synchronizerules",), How.REPLACED),
    Synced("nat", ("synchronizenat",), How.REPLACED),
    Synced("aliases", ("synchronizealiases",), How.REPLACED),
    Synced("schedules", ("synchronizeschedules", "synchronizerules"), How.REPLACED),
    Synced("gateways", ("synchronizestaticroutes",), How.SHALLOW),
    Synced("staticroutes", ("synchronizestaticroutes",), How.SHALLOW),
    Synced("dhcpd", ("synchronizedhcpd",), How.REPLACED),
    Synced("kea", ("synchronizedhcpd",), How.REPLACED, _KEA),
    Synced("dhcpdv6", ("synchronizekea6",), How.SHALLOW, _KEA),
    Synced("kea6", ("synchronizekea6",), How.REPLACED, _KEA),
    Synced("dhcrelay", ("synchronizedhcrelay",), How.REPLACED, _RELAY),
    Synced("dhcrelay6", ("synchronizedhcrelay6",), How.REPLACED, _RELAY),
    Synced("unbound", ("synchronizednsforwarder",), How.REPLACED),
    Synced("dnsmasq", ("synchronizednsforwarder",), How.REPLACED),
    Synced("ipsec", ("synchronizeipsec",), How.REPLACED),
    Synced("openvpn", ("synchronizeopenvpn",), How.REPLACED),
    Synced("cert", ("synchronizecerts", "synchronizeopenvpn"), How.REPLACED),
    Synced("ca", ("synchronizecerts", "synchronizeopenvpn"), How.REPLACED),
    Synced("crl", ("synchronizecerts", "synchronizeopenvpn"), How.REPLACED),
    Synced("system/user", ("synchronizeusers",), How.ACCOUNTS),
    Synced("system/group", ("synchronizeusers",), How.ACCOUNTS),
    Synced("system/authserver", ("synchronizeauthservers",), How.SHALLOW),
    Synced("captiveportal", ("synchronizecaptiveportal",), How.PORTAL),
    Synced("voucher", ("synchronizecaptiveportal",), How.PORTAL),
    Synced("shaper", ("synchronizetrafficshaper",), How.REPLACED),
    Synced("dnshaper", ("synchronizetrafficshaperlimiter",), How.REPLACED),
    Synced("wol", ("synchronizewol",), How.REPLACED),
)  # fmt: skip
"""Every section that a sync can cover, in the order in which it is worth looking at."""

BY_NAME: Final = {each.section: each for each in SYNCED}

MERGED: Final = re.compile(
    r"^\(system\)@(\S+): Merged in config \((.{0,2000}?) sections\) from XMLRPC client"
)
"""A receiver's revision: the sender's address, and what it merged."""

ACCOUNTS_MERGED: Final = re.compile(r"^\(system\)@(\S+): Sync'd users and groups via XMLRPC")
"""The receiver's second revision, when accounts changed."""

MAINTENANCE: Final = re.compile(r"^\(system\): (?:Enter|Leave) CARP maintenance mode")
"""A revision that maintenance mode wrote: no edit of anybody."""


@dataclass(frozen=True, slots=True)
class Sync:
    """What the primary syncs."""

    ticked: frozenset[str]
    version: tuple[int, ...]
    works: bool
    """It has somebody to sync to, and both configurations have the same version."""
    admin: bool = False
    """adminsync is on."""

    def covers(self, section: str) -> bool:
        """Whether a section's box is ticked, and this version of pfSense obeys it."""
        if section == "hasync":
            return self.admin
        known = BY_NAME.get(section)
        return (
            known is not None
            and self.version >= known.since
            and any(box in self.ticked for box in known.boxes)
        )


def sync_of(primary: Tree, version: str, *, works: bool) -> Sync:
    """What this configuration pushes."""
    hasync = primary.get("hasync")
    boxes = hasync if isinstance(hasync, dict) else {}
    ticked = frozenset(
        name for name, value in boxes.items() if value and name.startswith("synchronize")
    )
    return Sync(
        ticked - {"synchronizetoip"}, version_number(version), works, bool(boxes.get("adminsync"))
    )


def version_number(version: str) -> tuple[int, ...]:
    """A configuration version for comparing; empty where it is none."""
    parts = version.split(".")
    if not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
        return ()
    return tuple(map(int, parts))
