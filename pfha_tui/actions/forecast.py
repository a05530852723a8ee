"""Who will serve each VHID after a change: CARP's election (domain.election), played through once."""

from dataclasses import dataclass, replace
from enum import Enum

from pfha_tui.actions.model import RoleLine
from pfha_tui.domain.election import (
    MAINTENANCE_ADVSKEW,
    Contender,
    contender,
    effective_skew,
    preferred,
    takes_over,
)
from pfha_tui.domain.findings import carp_off, dead
from pfha_tui.domain.model import CarpState, Interface
from pfha_tui.domain.view import PairView, Vip

SKEW_BETWEEN_NODES = 100
"""What pfSense's synchronisation adds to the primary's skew on the secondary."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one node; None: it stays as it is. `demotion` is the new total, not a step."""

    demotion: int | None = None
    maintenance: bool | None = None
    allow: bool | None = None


NOTHING = Change()


class Absent(Enum):
    """Why a node takes no part in the election of a VHID: INIT, not configured there, or not known."""

    OFF = "off"
    MISSING = "missing"
    UNKNOWN = "unknown"


Player = Contender | Absent


def forecast(view: PairView, changes: tuple[Change, Change]) -> tuple[RoleLine, ...]:
    """Both nodes' role in every VHID before and after the changes; primary first within a VHID."""
    lines: list[RoleLine] = []
    for vip in view.vips:
        players = (player(view, vip, 0, changes[0]), player(view, vip, 1, changes[1]))
        states = (vip.state(0), vip.state(1))
        after = elect(players, states)
        for index, side in enumerate(view.sides):
            known = side.known
            before = states[index] if known else None
            port = device_of(view, vip, index)
            lines.append(
                RoleLine(side.name, port, vip.vhid, vip.label, before, after[index], known)
            )
    return tuple(lines)


def player(view: PairView, vip: Vip, index: int, change: Change = NOTHING) -> Player:
    """What a node brings into the election of a VHID once the change is made."""
    side = view.sides[index]
    if not side.known:
        return Absent.UNKNOWN
    off = carp_off(side) if change.allow is None else not change.allow
    interface = device(view, vip, index)
    if off or (interface is not None and dead(interface)):
        return Absent.OFF
    carp = side.current(side.node.carp)
    if carp is None or carp.demotion is None or carp.preempt is None:
        return Absent.UNKNOWN
    settings = _settings(vip, index, change, change.allow is True and carp_off(side))
    if isinstance(settings, Absent):
        return settings
    demotion = carp.demotion if change.demotion is None else change.demotion
    return replace(settings, demotion=demotion, preempt=carp.preempt)


def _settings(vip: Vip, index: int, change: Change, returns: bool) -> Player:
    """The node's own advbase and advskew; `returns` says that CARP is switched on by the change."""
    role = vip.roles[index]
    if role is None or role.state is None:
        return (_assumed(vip, index) or Absent.UNKNOWN) if returns else Absent.MISSING
    if role.state is CarpState.INIT and not returns:
        return Absent.OFF
    known = contender(role, demoted=False)
    if known is None:
        return Absent.UNKNOWN
    if change.maintenance:
        return replace(known, advskew=MAINTENANCE_ADVSKEW)
    if change.maintenance is False and known.advskew == MAINTENANCE_ADVSKEW:
        return _assumed(vip, index) or known
    return known


def _assumed(vip: Vip, index: int) -> Contender | None:
    """The settings that a node goes back to: they are in its configuration only, so that they are taken from the
    other node's, by the distance that synchronisation keeps."""
    other = vip.roles[1 - index]
    theirs = contender(other, demoted=False) if other is not None else None
    if theirs is None:
        return None
    if theirs.advskew == MAINTENANCE_ADVSKEW:
        return replace(theirs, advskew=index * SKEW_BETWEEN_NODES)
    step = SKEW_BETWEEN_NODES if index else -SKEW_BETWEEN_NODES
    return replace(theirs, advskew=max(0, min(MAINTENANCE_ADVSKEW, theirs.advskew + step)))


def elect(
    players: tuple[Player, Player], states: tuple[CarpState | None, CarpState | None]
) -> tuple[CarpState | None, CarpState | None]:
    """The states that the election comes to, from those of now; None where that cannot be foreseen."""
    first, second = players
    if isinstance(first, Contender) and isinstance(second, Contender):
        return _contest(first, second, states)
    found: list[CarpState | None] = []
    for index, each in enumerate(players):
        other = players[1 - index]
        if each is Absent.OFF:
            found.append(CarpState.INIT)
        elif isinstance(each, Contender) and other is not Absent.UNKNOWN:
            found.append(CarpState.MASTER)
        else:
            found.append(None)
    return (found[0], found[1])


def _contest(
    first: Contender, second: Contender, states: tuple[CarpState | None, CarpState | None]
) -> tuple[CarpState | None, CarpState | None]:
    masters = [index for index, state in enumerate(states) if state is CarpState.MASTER]
    if len(masters) == 2:
        return (None, None)
    if masters:
        master, backup = (first, second) if masters[0] == 0 else (second, first)
        winner = 1 - masters[0] if takes_over(backup, master) else masters[0]
    else:
        better = preferred(first, second)
        if better is None:
            return (None, None)
        winner = 0 if better is first else 1
    won = [CarpState.BACKUP, CarpState.BACKUP]
    won[winner] = CarpState.MASTER
    return (won[0], won[1])


def device(view: PairView, vip: Vip, index: int) -> Interface | None:
    """The interface of a VHID on a node, by its role there, else by the description that the other node knows."""
    side, role = view.sides[index], vip.roles[index]
    if role is not None:
        return side.interface(role.interface)
    other = vip.roles[1 - index]
    if other is None:
        return None
    for interface in side.node.interfaces.value or ():
        if other.description and interface.description == other.description:
            return interface
    return side.interface(other.interface)


def device_of(view: PairView, vip: Vip, index: int) -> str:
    """The device name of a VHID on a node."""
    interface = device(view, vip, index)
    return interface.name if interface is not None else vip.interface


def effective(found: Contender) -> int:
    """The skew that a contender advertises."""
    return effective_skew(found.advskew, found.demotion)
