"""One firewall being watched: its SSH side, its SNMP side, and whether it can be reached at all."""

import asyncio

from pfha_tui.collector.clock import Clock
from pfha_tui.collector.snmp_watch import SnmpWatch
from pfha_tui.collector.ssh_watch import Backoff, SshWatch
from pfha_tui.collector.state import NodeState
from pfha_tui.domain.snapshot import LinkState
from pfha_tui.domain.target import NodeTarget
from pfha_tui.transports.base import NodeLink, Snmp

REACH_PERIOD_S = 0.2


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
        self._agent = agent
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

    async def run(self) -> None:
        """Watch until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                if self._ssh is not None:
                    tasks.create_task(self._ssh.run())
                if self._snmp is not None:
                    tasks.create_task(self._snmp.run())
                tasks.create_task(self._reach())
        finally:
            if self._agent is not None:
                await self._agent.close()

    def _ssh_suspect(self) -> bool:
        return self._ssh is None or self._ssh.suspect

    def _snmp_answered(self) -> None:
        if self._ssh is not None:
            self._ssh.wake()

    async def _reach(self) -> None:
        """Judge reachability from both ways; while unreachable, each poll period is a failed sample."""
        counted = self._clock.monotonic()
        while True:
            links = (self.state.snapshot.ssh, self.state.snapshot.snmp_link)
            used = [link for link in links if link.state is not LinkState.OFF]
            now = self._clock.monotonic()
            if any(link.state is LinkState.LIVE for link in used):
                self.state.reachable(True, "")
            elif not any(link.state is LinkState.CONNECTING for link in used) or any(
                link.heard_at is not None for link in used
            ):
                why = "; ".join(
                    f"{name}: {link.detail}"
                    for name, link in zip(("SSH", "SNMP"), links, strict=True)
                    if link.state is not LinkState.OFF
                )
                self.state.reachable(False, why)
            if self.state.snapshot.reachable is False and now - counted >= self._poll_s:
                counted = now
                self.state.count_failed_sample()
            await self._clock.sleep(REACH_PERIOD_S)
