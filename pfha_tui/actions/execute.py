"""Carries actions out on one pair; nothing else in the program changes a firewall."""

from collections.abc import Callable
from dataclasses import replace

from pfha_tui.actions import gate, plan
from pfha_tui.actions.bench import Bench, context
from pfha_tui.actions.course import Course
from pfha_tui.actions.hands import Links
from pfha_tui.actions.journal import Journal, JournalError
from pfha_tui.actions.lease import leases
from pfha_tui.actions.model import (
    Finding,
    Lease,
    Plan,
    Progress,
    Report,
    Request,
    Result,
    StillArmed,
    Unfinished,
)
from pfha_tui.actions.sight import clock_time
from pfha_tui.actions.takeback import take_back
from pfha_tui.collector.clock import Clock
from pfha_tui.collector.feed import Feed
from pfha_tui.domain.language import tr
from pfha_tui.domain.target import PairTarget


class Executor:
    """The Operator of a pair: its feed must be run, for everything is judged by what that shows.

    `links` makes a login on a node that may run these commands only.
    """

    def __init__(
        self, target: PairTarget, feed: Feed, links: Links, journal: Journal, clock: Clock
    ) -> None:
        self._bench = Bench(target, feed, links, journal, clock)

    def plan(self, request: Request) -> Plan:
        """As Operator.plan."""
        return plan.build(request, self._bench.feed.current)

    def findings(self, plan: Plan) -> tuple[Finding, ...]:
        """As Operator.findings."""
        snapshot = self._bench.feed.current
        return gate.findings(plan, snapshot, context(self._bench, snapshot))

    async def perform(self, plan: Plan, tell: Callable[[Progress], None]) -> Report:
        """As Operator.perform."""
        report = await Course(self._bench, plan, tell).perform()
        return self._attempted(report) if report.result is Result.REFUSED else report

    def _attempted(self, report: Report) -> Report:
        """The report of what was refused, in the journal under its id, or without one."""
        journal = self._bench.journal
        try:
            if not any(record["id"] == report.id for record in journal.records()):
                journal.refuse(report.plan, report.id, report.text)
        except JournalError:
            return replace(report, id="")
        return report

    def unfinished(self) -> tuple[Unfinished, ...]:
        """As Operator.unfinished."""
        return self._bench.journal.unfinished(self._bench.target.name)

    def damage(self) -> str | None:
        """As Operator.damage. Raises JournalError."""
        return self._bench.journal.damage()

    async def undo(self, left: Unfinished, tell: Callable[[Progress], None]) -> Report:
        """As Operator.undo."""
        return await take_back(self._bench, left, tell)

    def close(self, left: Unfinished, reason: str) -> None:
        """As Operator.close. Raises JournalError, StillArmed."""
        if left.fires_at is not None and self._bench.clock.epoch() < left.fires_at:
            text = tr("{node} takes it back by itself by {time}; wait for that.")
            raise StillArmed(text.format(node=left.node, time=clock_time(left.fires_at)))
        self._bench.journal.close(left.id, reason)

    def leases(self) -> tuple[Lease, ...]:
        """As Operator.leases. Raises JournalError."""
        return leases(self._bench.journal.records(), self._bench.target.name)
