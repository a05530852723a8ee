"""Two nodes side by side: what may be believed of each, and which VHIDs belong together."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from pfha_tui.domain.election import MAINTENANCE_ADVSKEW, contender, preferred
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState, Interface
from pfha_tui.domain.reading import Freshness, Reading
from pfha_tui.domain.snapshot import CarpRole, LinkState, NodeSnapshot, Stop

T = TypeVar("T")
Key = tuple[str, str, int]

_USABLE = (Freshness.FRESH, Freshness.LATE)


class Standing(Enum):
    """Whether a node's roles are known now, and if not, why: all values but KNOWN's are ids of causes.CAUSES."""

    KNOWN = "known"
    UNREACHABLE = "unreachable"
    HOST_KEY = Stop.HOST_KEY.value
    REFUSED = Stop.REFUSED.value
    IMPOSSIBLE = Stop.IMPOSSIBLE.value
    NOT_YET = "not-yet-known"
    UNREAD = "roles-unread"
    STALE = "data-stale"


class Outcome(Enum):
    """What the two roles of one VHID add up to. UNKNOWN: a MASTER may be where we cannot look."""

    BY_PRIMARY = 0
    BY_SECONDARY = 1
    NO_MASTER = 2
    SPLIT_BRAIN = 3
    UNKNOWN = 4


@dataclass(frozen=True, slots=True)
class Side:
    """One node, and what may be believed of it at `now`."""

    node: NodeSnapshot
    now: float

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    @property
    def standing(self) -> Standing:
        """Judged from reachability and from the age of the interface section, which holds the roles.

        Late roles count while none of the attempts to renew them failed. Failed attempts count as samples,
        so that without this a verdict could be confirmed on what a node said before it died.
        Where they are not known, a login that only the operator can mend is told, also of a node that answers to SNMP.
        """
        standing = self._standing
        stop = self.node.ssh.stop
        if stop is None or standing in (Standing.KNOWN, Standing.NOT_YET):
            return standing
        return Standing(stop.value)

    @property
    def _standing(self) -> Standing:
        if self.node.reachable is None:
            return Standing.NOT_YET
        if not self.node.reachable:
            return Standing.UNREACHABLE
        freshness = self.node.interfaces.freshness(self.now)
        if freshness is Freshness.NEVER:
            trying = self.node.ssh.state in (LinkState.CONNECTING, LinkState.LIVE)
            failed = self.node.interfaces.error is not None or not trying
            return Standing.UNREAD if failed else Standing.NOT_YET
        failing = self.node.interfaces.error is not None and freshness is not Freshness.FRESH
        return Standing.KNOWN if freshness in _USABLE and not failing else Standing.STALE

    @property
    def known(self) -> bool:
        """Its roles describe the present."""
        return self.standing is Standing.KNOWN

    def current(self, reading: Reading[T]) -> T | None:
        """The value of a section if it describes the present, else None."""
        return reading.value if self.known and reading.freshness(self.now) in _USABLE else None

    @property
    def states(self) -> int | None:
        """Entries of the pf state table, if the figure describes the present."""
        return self.current(self.node.counted)

    @property
    def allow(self) -> bool | None:
        """Whether CARP is on, None if not known."""
        carp = self.current(self.node.carp)
        return carp.allow if carp is not None else None

    @property
    def maintenance(self) -> str | None:
        """How maintenance shows on this node, None if it does not."""
        if self.current(self.node.maintenance):
            return tr("pfSense's maintenance flag is set")
        skews = [role.advskew for role in self.node.roles if role.state is not None]
        if self.known and skews and all(skew == MAINTENANCE_ADVSKEW for skew in skews):
            return tr("every VHID has advskew {skew}").format(skew=MAINTENANCE_ADVSKEW)
        return None

    def interface(self, name: str) -> Interface | None:
        """The interface of that name in the last reading, however old."""
        for interface in self.node.interfaces.value or ():
            if interface.name == name:
                return interface
        return None


@dataclass(frozen=True, slots=True)
class Vip:
    """One VHID of the pair: its role on the primary and on the secondary, None where it is not known of.

    `label` names it to an operator, such as "LAN VHID 2".
    """

    vhid: int
    label: str
    roles: tuple[CarpRole | None, CarpRole | None]

    @property
    def interface(self) -> str:
        """The device name, on the primary if it is there."""
        role = self.roles[0] or self.roles[1]
        return role.interface if role is not None else ""

    def state(self, index: int) -> CarpState | None:
        """The last known state on the node with that index; None if it is missing there."""
        role = self.roles[index]
        return role.state if role is not None else None

    @property
    def home(self) -> int:
        """Index of the node that should serve: the one with the lower configured interval.

        The primary where that does not say: equal, unknown, VRRP, or a skew that marks maintenance.
        """
        return self.favourite or 0

    @property
    def favourite(self) -> int | None:
        """Index of the node that the configured skews prefer, demotion left out; None if they do not say."""
        mine, theirs = (
            contender(role, demoted=False) if role is not None else None for role in self.roles
        )
        if mine is None or theirs is None:
            return None
        if MAINTENANCE_ADVSKEW in (mine.advskew, theirs.advskew):
            return None
        winner = preferred(mine, theirs)
        return None if winner is None else int(winner is theirs)


@dataclass(frozen=True, slots=True)
class PairView:
    """Both sides, the VHIDs that ought to be served, and those that were removed from both nodes."""

    sides: tuple[Side, Side]
    vips: tuple[Vip, ...]
    gone: tuple[Vip, ...]

    def outcome(self, vip: Vip) -> Outcome:
        """What is known of who serves this VHID."""
        masters = [
            index
            for index, side in enumerate(self.sides)
            if side.known and vip.state(index) is CarpState.MASTER
        ]
        if len(masters) == 2:
            return Outcome.SPLIT_BRAIN
        if masters:
            return Outcome(masters[0])
        known = all(side.known for side in self.sides)
        return Outcome.NO_MASTER if known else Outcome.UNKNOWN

    @property
    def server(self) -> int | None:
        """Index of the one node that serves every VHID, None if there is no such node."""
        outcomes = {self.outcome(vip) for vip in self.vips}
        if len(outcomes) != 1:
            return None
        only = outcomes.pop()
        return only.value if only in (Outcome.BY_PRIMARY, Outcome.BY_SECONDARY) else None


def look(primary: NodeSnapshot, secondary: NodeSnapshot, now: float) -> PairView:
    """Put two nodes side by side.

    VHIDs belong together when their number is equal and their interfaces are: by description where it is
    set and unique on both nodes (device names may differ between the machines), else by device name.
    A VHID that is missing on both nodes while CARP is on for both was removed, and is not an outage.
    """
    sides = (Side(primary, now), Side(secondary, now))
    shared = _described(primary) & _described(secondary)
    found: dict[Key, list[CarpRole | None]] = {}
    for index, node in enumerate((primary, secondary)):
        for role in node.roles:
            known = role.description in shared
            key = ("d" if known else "i", role.description if known else role.interface, role.vhid)
            found.setdefault(key, [None, None])[index] = role
    vips: list[Vip] = []
    gone: list[Vip] = []
    for (_, _, vhid), (mine, theirs) in found.items():
        named = mine or theirs
        place = (named.description or named.interface) if named is not None else "?"
        vip = Vip(vhid, f"{place} VHID {vhid}", (mine, theirs))
        removed = all(
            side.known and side.allow and vip.state(index) is None
            for index, side in enumerate(sides)
        )
        (gone if removed else vips).append(vip)
    return PairView(sides, tuple(vips), tuple(gone))


def _described(node: NodeSnapshot) -> set[str]:
    """Descriptions that stand on exactly one interface of the node."""
    names: dict[str, set[str]] = {}
    for interface in node.interfaces.value or ():
        names.setdefault(interface.description, set()).add(interface.name)
    for role in node.roles:
        names.setdefault(role.description, set()).add(role.interface)
    return {text for text, owners in names.items() if text and len(owners) == 1}
