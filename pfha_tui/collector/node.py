"""One firewall being watched: its SSH side, its SNMP side, and whether it can be reached at all."""

import asyncio
from collections.abc import Sequence

from pfha_tui.collector.clock import Clock
from pfha_tui.collector.snmp_watch import SnmpWatch
from pfha_tui.collector.ssh_watch import Backoff, SshWatch
from pfha_tui.collector.state import NodeState
from pfha_tui.domain.command import Command, Sample
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import LinkState
from pfha_tui.domain.target import NodeTarget
from pfha_tui.transports.base import NetworkFailure, NodeLink, Snmp

UNREAD_AFTER = 4
"""Poll periods without a sample after which each further one counts as failed."""
UNREAD_TRIPS = 8
"""Round trips that are allowed for besides: the first sample needs several, to open its channel."""


class NodeWatch:
    """One node of a pair. `state` holds its newest snapshot and tells of every change."""

    def __init__(
        self,
        target: NodeTarget,
        link: NodeLink | None,
        agent: Snmp | None,
        clock: Clock,
        backoff: Backoff,
        poll_s: float,
    ) -> None:
        self.state = NodeState(target, clock, poll_s)
        self._clock = clock
        self._poll_s = poll_s
        self.state.subscribe(self._judge_reach)
        self._ssh = SshWatch(link, self.state, clock, backoff, poll_s) if link is not None else None
        self._snmp = (
            SnmpWatch(agent, self.state, clock, self._ssh_suspect, self._snmp_answered)
            if agent is not None
            else None
        )

    def retry(self) -> None:
        """The operator asks for a connection attempt now."""
        if self._ssh is not None:
            self._ssh.retry()

    async def ask(self, commands: Sequence[Command]) -> Sample:
        """As Feed.ask, on this node."""
        if self._ssh is None:
            raise NetworkFailure(tr("this node is not reached by SSH"))
        return await self._ssh.ask(commands)

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if self._ssh is not None:
                tasks.create_task(self._ssh.run())
            if self._snmp is not None:
                tasks.create_task(self._snmp.run())
            tasks.create_task(self._count_failed_samples())

    def _ssh_suspect(self) -> bool:
        return self._ssh is None or self._ssh.suspect

    def _snmp_answered(self) -> None:
        if self._ssh is not None:
            self._ssh.wake()

    def _judge_reach(self, _: object) -> None:
        """Reachable while one way lives; unreachable once every way has failed, whatever is tried anew."""
        if self._ssh is not None:
            self._ssh.explain(self.state.snapshot.snmp_link.state is LinkState.LIVE)
        snapshot = self.state.snapshot
        ways = {"SSH": snapshot.ssh, "SNMP": snapshot.snmp_link}
        used = {name: link for name, link in ways.items() if link.state is not LinkState.OFF}
        if any(link.state is LinkState.LIVE for link in used.values()):
            self.state.reachable(True, "")
        elif not any(link.state is LinkState.CONNECTING for link in used.values()):
            text = tr("{what}: {detail}")
            told = (text.format(what=n, detail=link.detail) for n, link in used.items())
            self.state.reachable(False, tr("; ").join(told))

    async def _count_failed_samples(self) -> None:
        """A poll period without a sample is a sample that failed: at once while the node is unreachable,
        from the fourth one on while it answers but its roles are not read (and no login is under way), later
        where the way to it is long."""
        seen, missed = self.state.snapshot.sampled_from, 0
        while True:
            await self._clock.sleep(self._poll_s)
            reachable, newest = self.state.snapshot.reachable, self.state.snapshot.sampled_from
            link = self.state.snapshot.ssh
            trying = link.state is LinkState.CONNECTING
            missed = missed + 1 if newest == seen and not trying else 0
            patience_s = UNREAD_AFTER * self._poll_s + UNREAD_TRIPS * (link.rtt_s or 0.0)
            if reachable is False or (reachable and missed * self._poll_s >= patience_s):
                self.state.count_failed_sample()
            seen = self.state.snapshot.sampled_from
