"""A node being watched as the console watches it, with everything that was ever shown of it."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from pfha_tui.collector.catalogue import READS
from pfha_tui.collector.clock import SystemClock
from pfha_tui.collector.node import NodeWatch
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot
from pfha_tui.domain.target import NodeTarget
from pfha_tui.transports.snmp import SnmpClient
from pfha_tui.transports.ssh import Backoff, SshNode


@dataclass
class Watched:
    """`history` has each snapshot with the monotonic time at which it was there; `met` is the one that was last
    waited for, while `node` may be later by all that a machine under load does at once."""

    watch: NodeWatch
    history: list[tuple[float, NodeSnapshot]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.met = self.node

    @property
    def node(self) -> NodeSnapshot:
        return self.watch.state.snapshot

    async def until(
        self, condition: Callable[[NodeSnapshot], object], since: float, seconds: float = 90.0
    ) -> float:
        """Seconds from monotonic `since` until the condition held; TimeoutError with what is shown instead."""
        seen = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    while seen < len(self.history):
                        at, snapshot = self.history[seen]
                        seen += 1
                        if at >= since and condition(snapshot):
                            self.met = snapshot
                            return at - since
                    await asyncio.sleep(0.005)
        except TimeoutError:
            node = self.node
            raise TimeoutError(
                f"shown instead: ssh {node.ssh.state} {node.ssh.detail!r}, "
                f"snmp {node.snmp_link.state} {node.snmp_link.detail!r}, "
                f"reachable {node.reachable} {node.unreachable_why!r}, interfaces {node.interfaces.error}, "
                f"gaps {node.push_gaps}"
            ) from None

    async def live(self, since: float, seconds: float = 90.0) -> float:
        """Seconds from `since` until roles that are newer than it were shown."""
        return await self.until(
            lambda node: (
                node.ssh.state is LinkState.LIVE
                and node.interfaces.taken_at is not None
                and node.interfaces.taken_at - node_duration(node) > since
            ),
            since,
            seconds,
        )

    def states(self, since: float) -> list[LinkState]:
        """The states of SSH since then, each once in a row."""
        found: list[LinkState] = []
        for at, snapshot in self.history:
            if at >= since and (not found or found[-1] is not snapshot.ssh.state):
                found.append(snapshot.ssh.state)
        return found

    def sentences(self, since: float) -> list[str]:
        """Every sentence that was shown of the node's ways since then, each once."""
        found: dict[str, None] = {}
        for at, node in self.history:
            if at >= since:
                for said in (node.unreachable_why, node.ssh.detail, node.snmp_link.detail):
                    found.setdefault(said)
        return [said for said in found if said]


def node_duration(node: NodeSnapshot) -> float:
    """Nothing is known of how long the run took; the round trip is a lower bound of it."""
    return node.ssh.rtt_s or 0.0


@contextlib.asynccontextmanager
async def watching(target: NodeTarget, poll_s: float = 1.0) -> AsyncIterator[Watched]:
    """Watch a node with the transports of the product, as its wiring joins them."""
    clock = SystemClock()
    link = SshNode(target.ssh, READS, read_only=True) if target.ssh is not None else None
    agent = SnmpClient(target.snmp) if target.snmp is not None else None
    watch = NodeWatch(target, link, agent, clock, Backoff(random.Random(1)), poll_s)
    watched = Watched(watch)
    watch.state.subscribe(
        lambda _: watched.history.append((time.monotonic(), watch.state.snapshot))
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(watch.run())
        try:
            yield watched
        finally:
            running.cancel()
