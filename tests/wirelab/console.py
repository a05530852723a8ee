"""The product's own watch over the pair of the wire lab, with everything that it ever showed."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from pfha_tui import wiring
from pfha_tui.collector.feed import Feed
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.verdict import VerdictKind
from tests.wirelab.lab import Lab

MOST_APART_S = 0.9
"""A stamp that is further off than this belongs to another change."""


@dataclass
class Console:
    """`history`: each snapshot with the monotonic time at which it was handed to the screen; painting comes after."""

    lab: Lab
    feed: Feed
    history: list[tuple[float, PairSnapshot]] = field(default_factory=list)

    @property
    def now(self) -> PairSnapshot:
        return self.feed.current

    async def until(
        self, condition: Callable[[PairSnapshot], object], since: float = 0.0, seconds: float = 60.0
    ) -> tuple[float, PairSnapshot]:
        """The first snapshot since then for which it holds, and when; TimeoutError with what is shown instead."""
        seen = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    while seen < len(self.history):
                        at, snapshot = self.history[seen]
                        seen += 1
                        if at >= since and condition(snapshot):
                            return at, snapshot
                    await asyncio.sleep(0.005)
        except TimeoutError:
            now = self.now
            raise TimeoutError(
                f"not shown in {seconds} s: {now.verdict.kind} {now.verdict.why!r} {shown(now)}"
                f" {[(node.ssh.state, node.ssh.detail) for node in now.nodes]}"
            ) from None

    async def settled(self, since: float = 0.0) -> PairSnapshot:
        """Wait until the pair is confirmed as healthy, with both streams of both nodes open."""
        await self.lab.until(lambda: all(each.listened_to for each in self.lab.firewalls))
        _, snapshot = await self.until(
            lambda s: (
                s.verdict.kind is VerdictKind.HEALTHY
                and s.verdict.confirmed
                and not any(node.push_gaps for node in s.nodes)
            ),
            since,
        )
        return snapshot

    def transitions(self, since_epoch: float) -> list[Event]:
        """The role changes that it stamped as they arrived."""
        return [
            event
            for event in self.now.events
            if event.kind is EventKind.TRANSITION
            and event.resolution is Resolution.MS
            and event.epoch >= since_epoch
        ]

    async def lags(self, since: float, nodes: tuple[str, ...] = ("fw1", "fw2")) -> list[float]:
        """Seconds from each role change, as its node stamped it, to the console's stamp of it.

        Of these nodes, which the console could hear all the time; waits for what is under way, and an
        AssertionError says what never came.
        """
        changes = [one for one in self.lab.truth(since, "role") if one["node"] in nodes]
        missing = list(changes)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(30):
                while missing:
                    missing = [one for one in missing if self._lag(one) is None]
                    await asyncio.sleep(0.01)
        assert not missing, f"never stamped: {missing}"
        return [lag for one in changes if (lag := self._lag(one)) is not None]

    def wire_lags(self, since: float, nodes: tuple[str, ...] = ("fw1", "fw2")) -> list[float]:
        """Seconds from the first advertisement of each new master, as tcpdump stamped it, to the console's stamp.

        Only of what lags() has waited for; a backup or a dead interface says nothing on the wire.
        """
        found = []
        start = time.time() - (time.monotonic() - since)
        for event in self.transitions(start):
            if event.node not in nodes or event.new is not CarpState.MASTER:
                continue
            firewall = next(each for each in self.lab.firewalls if each.name == event.node)
            first = self.lab.first_words(firewall, event.vhid)
            lags = [event.epoch - at for at in first if abs(event.epoch - at) < MOST_APART_S]
            assert lags, f"{event.node} is told to be master of {event.vhid}, and no wire has it"
            found.append(min(lags, key=abs))
        assert found, "no new master was told"
        return found

    def _lag(self, change: dict[str, Any]) -> float | None:
        fits = [
            event.epoch - change["epoch"]
            for event in self.transitions(change["epoch"] - MOST_APART_S)
            if (event.node, event.vhid) == (change["node"], change["vhid"])
            and event.new is CarpState(change["new"])
            and event.epoch - change["epoch"] < MOST_APART_S
        ]
        return min(fits, key=abs, default=None)


def shown(snapshot: PairSnapshot) -> dict[str, dict[int, str]]:
    """The roles on the screen, in the form of `Lab.roles`."""
    return {
        node.name: {role.vhid: role.state.value for role in node.roles if role.state is not None}
        for node in snapshot.nodes
    }


@contextlib.asynccontextmanager
async def console(lab: Lab) -> AsyncIterator[Console]:
    """Watch the pair as the screen does."""
    feed = wiring.open_feed(lab.pair)
    watched = Console(lab, feed)
    unsubscribe = feed.subscribe(lambda s: watched.history.append((time.monotonic(), s)))
    try:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(feed.run())
            yield watched
            running.cancel()
    except* Exception as group:
        raise group.exceptions[0] from None
    finally:
        unsubscribe()
