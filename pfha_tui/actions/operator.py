"""What the screen and the command line need in order to act: a port, so that neither imports what executes."""

from collections.abc import Callable
from typing import Protocol

from pfha_tui.actions.model import Finding, Lease, Plan, Progress, Report, Request, Unfinished


class Operator(Protocol):
    """Plans, checks and performs actions on one pair; made by wiring, never in read-only mode."""

    def plan(self, request: Request) -> Plan:
        """The plan for the pair as it is now; it touches nothing. Raises Unplannable."""
        ...

    def findings(self, plan: Plan) -> tuple[Finding, ...]:
        """What the gate finds now, worst first; asked again while the dialog is open."""
        ...

    async def perform(self, plan: Plan, tell: Callable[[Progress], None]) -> Report:
        """Do it: lock, check once more, record, do, verify, record. Never raises for what a node does.

        Cancelled before the first change it leaves nothing; later it still writes what it knows to the journal.
        """
        ...

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Actions on this pair that were begun, by whatever console of this user, and never came to an end."""
        ...

    def damage(self) -> str | None:
        """What is wrong with the journal, so that an unfinished action may be lost from it, and what to do."""
        ...

    async def undo(self, left: Unfinished, tell: Callable[[Progress], None]) -> Report:
        """Take an unfinished action back, or find that nothing is left to take back; closes it in the journal."""
        ...

    def close(self, left: Unfinished, reason: str) -> None:
        """The operator says that an unfinished action needs no undo.

        Raises StillArmed while its node may yet take it back by itself: that would undo whatever is done next.
        """
        ...

    def leases(self) -> tuple[Lease, ...]:
        """The leases of maintenance that the journal holds open on this pair, also those that are over."""
        ...
