"""Maintenance leases: how long a node was meant to stay in maintenance, read out of the journal.

Nothing leaves maintenance by itself, for that is a role change; a lease that is over is only told.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pfha_tui.actions.chain import Record
from pfha_tui.actions.journal import BEGUN, ENDED
from pfha_tui.actions.model import Method, Result, Verb

_LEAVING = frozenset({Verb.MAINTENANCE_LEAVE, Verb.FAILBACK})


@dataclass(frozen=True, slots=True)
class Lease:
    """A node that was put into maintenance by the action `action` at `since` (epoch seconds), by `owner`, for
    `reason`, until `until` (epoch seconds; None: no time was said)."""

    pair: str
    node: str
    action: str
    owner: str
    reason: str
    since: float
    until: float | None = None

    def over_for(self, now: float) -> float:
        """Seconds since it was over; negative while it lasts, and always without a time."""
        return now - self.until if self.until is not None else float("-inf")


def leases(records: Iterable[Record], pair: str) -> tuple[Lease, ...]:
    """The leases of a pair that no later action of ours has ended, the oldest first.

    Maintenance may also have been left on pfSense's own page: `standing` holds them against the nodes.
    """
    begun: dict[str, Record] = {}
    open_: dict[str, Lease] = {}
    for record in records:
        if record["pair"] != pair:
            continue
        action = record["id"]
        if record["kind"] == BEGUN:
            begun[action] = record
        elif record["kind"] == ENDED and action in begun:
            _ended(begun[action], record, open_)
    return tuple(open_.values())


def standing(
    found: Iterable[Lease], maintenance: Iterable[tuple[str, bool | None]]
) -> tuple[Lease, ...]:
    """Those leases whose node is still in maintenance, or of which that is not known; `maintenance` are pairs of
    node and what its flag reads."""
    left = {node for node, flag in maintenance if flag is False}
    return tuple(lease for lease in found if lease.node not in left)


def overdue(found: Iterable[Lease], now: float) -> tuple[Lease, ...]:
    """Those that are over at `now` (epoch seconds), the one over for longest first."""
    over = [lease for lease in found if lease.over_for(now) >= 0]
    return tuple(sorted(over, key=lambda lease: lease.over_for(now), reverse=True))


def _ended(begun: Record, ended: Record, open_: dict[str, Lease]) -> None:
    """Take what an action came to into the leases that stand."""
    node, result = str(begun["node"]), ended.get("result")
    current = open_.get(node)
    if result == Result.REVERTED and current is not None and current.action == begun["id"]:
        del open_[node]
    if result != Result.CONFIRMED:
        return
    if begun["verb"] in _LEAVING:
        open_.pop(node, None)
    elif _enters(begun):
        open_.pop(node, None)
        open_[node] = _lease(begun, ended)


def _enters(begun: Record) -> bool:
    if begun["verb"] == Verb.MAINTENANCE_ENTER:
        return True
    handing_over = begun["verb"] in (Verb.SWITCHOVER, Verb.FAILOVER)
    return handing_over and (begun.get("request") or {}).get("method") == Method.MAINTENANCE


def _lease(begun: Record, ended: Record) -> Lease:
    since = float(ended["time"])
    meant = (begun.get("request") or {}).get("lease_s")
    until = since + float(meant) if isinstance(meant, int | float) else None
    return Lease(
        pair=begun["pair"],
        node=str(begun["node"]),
        action=begun["id"],
        owner=str(begun.get("who", "")),
        reason=str(begun.get("reason", "")),
        since=since,
        until=until,
    )
