"""Maintenance leases: how long a node was meant to stay in maintenance, read out of the journal.

Nothing leaves maintenance by itself, for that is a role change; a lease that is over is only told.
"""

from collections.abc import Iterable

from pfha_tui.actions.chain import Record
from pfha_tui.actions.journal import BEGUN, ENDED
from pfha_tui.actions.model import Lease, Method, Result, Verb

_LEAVING = frozenset({Verb.MAINTENANCE_LEAVE, Verb.FAILBACK})


def leases(records: Iterable[Record], pair: str) -> tuple[Lease, ...]:
    """The leases of a pair that no later action of ours has ended, the oldest first; maintenance that was entered
    without saying for how long is none.

    Maintenance may also have been left on pfSense's own page: `standing` holds them against the nodes.
    """
    begun: dict[str, Record] = {}
    open_: dict[str, tuple[str, Lease]] = {}
    for record in records:
        if record["pair"] != pair:
            continue
        action = record["id"]
        if record["kind"] == BEGUN:
            begun[action] = record
        elif record["kind"] == ENDED and action in begun:
            _ended(begun[action], record, open_)
    return tuple(lease for _, lease in open_.values())


def standing(
    found: Iterable[Lease], maintenance: Iterable[tuple[str, bool | None]]
) -> tuple[Lease, ...]:
    """Those leases whose node is still in maintenance, or of which that is not known; `maintenance` are pairs of
    node and what its flag reads."""
    left = {node for node, flag in maintenance if flag is False}
    return tuple(lease for lease in found if lease.node not in left)


def overdue(found: Iterable[Lease], now: float) -> tuple[Lease, ...]:
    """Those that are over at `now` (epoch seconds), the one over for longest first."""
    return tuple(sorted((one for one in found if one.until <= now), key=lambda one: one.until))


def _ended(begun: Record, ended: Record, open_: dict[str, tuple[str, Lease]]) -> None:
    """Take what an action came to into the leases that stand, by node with the action that began each."""
    node, result, action = str(begun["node"]), ended.get("result"), begun["id"]
    if result == Result.REVERTED and node in open_ and open_[node][0] == action:
        del open_[node]
    if result != Result.CONFIRMED:
        return
    if begun["verb"] in _LEAVING:
        open_.pop(node, None)
    elif _enters(begun):
        open_.pop(node, None)
        lease = _lease(begun, ended)
        if lease is not None:
            open_[node] = (action, lease)


def _enters(begun: Record) -> bool:
    if begun["verb"] == Verb.MAINTENANCE_ENTER:
        return True
    handing_over = begun["verb"] in (Verb.SWITCHOVER, Verb.FAILOVER)
    return handing_over and (begun.get("request") or {}).get("method") == Method.MAINTENANCE


def _lease(begun: Record, ended: Record) -> Lease | None:
    began = float(ended["time"])
    meant = (begun.get("request") or {}).get("lease_s")
    if not isinstance(meant, int | float):
        return None
    who, reason = str(begun.get("who", "")), str(begun.get("reason", ""))
    return Lease(str(begun["node"]), who, reason, began, began + float(meant))
