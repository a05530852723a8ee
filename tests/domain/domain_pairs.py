"""Builds nodes as the collector would, from a few words, and from the recorded scenarios."""

from dataclasses import replace
from typing import Any

from pfha_tui.domain.model import (
    Address,
    CarpState,
    CarpSysctls,
    CarpVhid,
    Family,
    Interface,
    PfInfo,
    PfsyncInterface,
)
from pfha_tui.domain.reading import Reading, Source
from pfha_tui.domain.roles import carp_roles
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.target import NodeRole

NOW = 1000.0
WAN, LAN, SYNC = "vtnet0", "vtnet1", "vtnet2"
M, B, X = CarpState.MASTER, CarpState.BACKUP, CarpState.INIT
UP = ("UP", "BROADCAST", "RUNNING")
NAMES = {NodeRole.PRIMARY: "fw1", NodeRole.SECONDARY: "fw2"}
ADDRESSES = {1: "203.0.113.1", 2: "192.168.1.1"}


def reading(value: Any, age: float = 0.2, period_s: float = 1.0) -> Reading[Any]:
    return Reading(period_s=period_s).renewed(value, NOW - age, Source.SSH)


def carp_interface(
    name: str,
    description: str,
    vhid: int,
    state: CarpState | None,
    advskew: int,
    advbase: int = 1,
    status: str | None = "active",
    flags: tuple[str, ...] = UP,
) -> Interface:
    there = state is not None
    return Interface(
        name=name,
        flags=flags,
        mtu=1500,
        description=description,
        status=status,
        addresses=(Address(Family.INET, ADDRESSES[vhid], 24, vhid),) if there else (),
        carp=(CarpVhid(name, vhid, state, advbase, advskew),) if state is not None else (),
    )


def sync_interfaces(
    syncdev: str | None = SYNC, flags: tuple[str, ...] = UP
) -> tuple[Interface, ...]:
    line = PfsyncInterface(syncdev, "172.16.1.9", 128, False)
    return (
        Interface(SYNC, UP, 1500, description="SYNC", status="active"),
        Interface("pfsync0", flags, 1500, pfsync=line),
    )


def node(
    role: NodeRole,
    wan: CarpState | None,
    lan: CarpState | None,
    skew: int | tuple[int, int] | None = None,
    *,
    allow: bool = True,
    preempt: bool = True,
    demotion: int = 0,
    lan_status: str = "active",
    states: int = 100,
    interfaces: tuple[Interface, ...] | None = None,
    **changes: Any,
) -> NodeSnapshot:
    """A reachable node with WAN VHID 1 and LAN VHID 2; None as a state means that the VHID is not there."""
    if skew is None:
        skew = 0 if role is NodeRole.PRIMARY else 100
    skews = skew if isinstance(skew, tuple) else (skew, skew)
    if interfaces is None:
        interfaces = (
            carp_interface(WAN, "WAN", 1, wan, skews[0]),
            carp_interface(LAN, "LAN", 2, lan, skews[1], status=lan_status),
            *sync_interfaces(),
        )
    host = "aaaa" if role is NodeRole.PRIMARY else "bbbb"
    snapshot = NodeSnapshot(
        name=NAMES[role],
        role=role,
        address="192.0.2.1",
        at=NOW,
        reachable=True,
        interfaces=reading(interfaces),
        carp=reading(CarpSysctls(allow, preempt, demotion, 1, 240, 0, 0)),
        pf=reading(PfInfo(True, 60, host, states, 0, 0, 0), 1.0, 5.0),
        roles=carp_roles(interfaces, demotion, Source.SSH, NOW - 0.2, {}, ()),
    )
    return replace(snapshot, **changes)


def primary(
    wan: CarpState | None = M, lan: CarpState | None = M, *args: Any, **kw: Any
) -> NodeSnapshot:
    return node(NodeRole.PRIMARY, wan, lan, *args, **kw)


def secondary(
    wan: CarpState | None = B, lan: CarpState | None = B, *args: Any, **kw: Any
) -> NodeSnapshot:
    return node(NodeRole.SECONDARY, wan, lan, *args, **kw)


def unreachable(known: NodeSnapshot) -> NodeSnapshot:
    """The same node after it fell silent: what was read of it stays, and is not to be believed."""
    return replace(known, reachable=False, unreachable_why="SSH: timed out")


def silent(role: NodeRole) -> NodeSnapshot:
    """A node that never answered."""
    return NodeSnapshot(NAMES[role], role, "192.0.2.1", NOW, reachable=False)
