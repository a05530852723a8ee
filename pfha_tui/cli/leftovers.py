"""What the journal says that somebody has to look after: unfinished actions, leases of maintenance that are over."""

from typing import TYPE_CHECKING

from pfha_tui.domain.language import ntr, tr

if TYPE_CHECKING:
    from pfha_tui.actions.model import Lease
    from pfha_tui.domain.snapshot import PairSnapshot


def leases(pair: str) -> "tuple[Lease, ...]":
    """The leases of maintenance on a pair, also those that are over; none where the journal cannot be read."""
    from pfha_tui.actions.chain import JournalError, read
    from pfha_tui.actions.journal import usual_path
    from pfha_tui.actions.lease import leases as of_records

    try:
        return of_records(read(usual_path()), pair)
    except JournalError:
        return ()


def sentences(snapshot: "PairSnapshot") -> list[str]:
    """One for each, none where nothing is left; why, where the journal cannot be read."""
    from pfha_tui.actions import journal
    from pfha_tui.actions.chain import JournalError, read
    from pfha_tui.actions.lease import leases, overdue, standing

    found = []
    try:
        damage = journal.damage(journal.usual_path())
        found += [damage] if damage is not None else []
        records = tuple(read(journal.usual_path()))
        left = journal.unfinished(records, snapshot.pair)
    except JournalError as error:
        return [*found, str(error)]
    if left:
        text = ntr(
            "{count} action on {pair} was begun and never came to an end: `pfha-tui undo --plan`.",
            "{count} actions on {pair} were begun and never came to an end: `pfha-tui undo --plan`.",
            len(left),
        )
        found.append(text.format(count=len(left), pair=snapshot.pair))
    flags = [(node.name, node.maintenance.value) for node in snapshot.nodes]
    over = overdue(standing(leases(records, snapshot.pair), flags), snapshot.epoch)
    for lease in over:
        text = tr(
            "The maintenance of {node} by {who} has been over for {minutes} min: "
            "`pfha-tui maintenance leave {node}`."
        )
        minutes = int((snapshot.epoch - lease.until) // 60)
        found.append(text.format(node=lease.node, who=lease.who, minutes=minutes))
    return found
