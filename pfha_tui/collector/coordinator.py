"""Joins two nodes into one pair: verdict, confirmation, timeline, and the newest snapshot to everyone."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from pfha_tui.collector.clock import Clock
from pfha_tui.collector.node import NodeWatch
from pfha_tui.domain.clock_offset import proven_offsets
from pfha_tui.domain.command import Command, Output, Sample
from pfha_tui.domain.confirm import Confirmation, step
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.judge import judge
from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import Source
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot
from pfha_tui.domain.target import PairTarget
from pfha_tui.domain.transitions import LIMIT, merge
from pfha_tui.domain.verdict import VerdictKind
from pfha_tui.domain.wording import word
from pfha_tui.transports.base import NetworkFailure

Subscriber = Callable[[PairSnapshot], None]


class PairWatch:
    """A pair being watched (the Feed of the screen and the command line).

    Changes of the nodes are joined once per turn of the event loop, so a burst of events makes one
    snapshot, and a subscriber only ever gets the newest.
    """

    def __init__(
        self, target: PairTarget, primary: NodeWatch, secondary: NodeWatch, clock: Clock
    ) -> None:
        self._target = target
        self._nodes = (primary, secondary)
        self._clock = clock
        self._subscribers: list[Subscriber] = []
        self._confirmation = Confirmation.initial()
        self._announced: VerdictKind | None = None
        self._scheduled = False
        # A flood of one kind must not crowd out the other.
        self._logged: deque[Event] = deque(maxlen=LIMIT)
        self._pending: deque[Event] = deque(maxlen=LIMIT)
        for node in self._nodes:
            node.state.subscribe(self._node_changed)
        self._current = self._join(1, ())

    @property
    def target(self) -> PairTarget:
        """As Feed.target."""
        return self._target

    @property
    def current(self) -> PairSnapshot:
        """As Feed.current."""
        return self._current

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """As Feed.subscribe."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def raw(self, node: str, command_id: str) -> tuple[Output, float] | None:
        """As Feed.raw."""
        for watch in self._nodes:
            if watch.state.snapshot.name == node:
                return watch.state.outputs.get(command_id)
        return None

    async def ask(self, node: str, commands: Sequence[Command]) -> Sample:
        """As Feed.ask."""
        for watch in self._nodes:
            if watch.state.snapshot.name == node:
                return await watch.ask(commands)
        raise NetworkFailure(tr("there is no node {node}").format(node=node))

    def retry(self, node: str) -> None:
        """As Feed.retry."""
        for watch in self._nodes:
            if watch.state.snapshot.name == node:
                watch.retry()

    def tell(self, event: Event) -> None:
        """As Feed.tell."""
        self._node_changed((event,))

    async def run(self) -> None:
        """As Feed.run: each node has tasks of its own, so that one that hangs delays nobody."""
        async with asyncio.TaskGroup() as tasks:
            for node in self._nodes:
                tasks.create_task(node.run())
            tasks.create_task(self._age())

    async def _age(self) -> None:
        """Values go stale without any event: judge again at least once per poll period."""
        while True:
            await self._clock.sleep(self._target.poll_s)
            if self._clock.monotonic() - self._current.at >= self._target.poll_s:
                self._publish()

    def _node_changed(self, events: tuple[Event, ...]) -> None:
        for event in events:
            (self._logged if event.source is Source.LOG else self._pending).append(event)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._publish)

    def _publish(self) -> None:
        self._scheduled = False
        pending = (*self._logged, *self._pending)
        self._logged.clear()
        self._pending.clear()
        for node in self._nodes:
            node.state.mind_steps()
        nodes = [node.state.snapshot for node in self._nodes]
        offsets = proven_offsets(nodes, self._clock.monotonic(), self._clock.epoch())
        events = merge(self._current.events, pending, offsets=offsets)
        self._current = self._join(self._current.revision + 1, events)
        for subscriber in tuple(self._subscribers):
            subscriber(self._current)

    def _join(self, revision: int, events: tuple[Event, ...]) -> PairSnapshot:
        now, epoch = self._clock.monotonic(), self._clock.epoch()
        primary, secondary = (self._at(node.state.snapshot, now) for node in self._nodes)
        judged = judge(primary, secondary, now)
        begun = primary.sampled_from, secondary.sampled_from
        self._confirmation = step(self._confirmation, judged, begun, now)
        verdict = self._confirmation.verdict
        if verdict.confirmed and verdict.kind is not self._announced:
            self._announced = verdict.kind
            text = tr("{verdict}: {why}").format(verdict=word(verdict.kind), why=verdict.why)
            told = Event(
                epoch, Resolution.MS, EventKind.VERDICT, None, text, after=verdict.kind.value
            )
            events = merge(events, (told,))
        return PairSnapshot(
            self._target.name,
            revision,
            now,
            epoch,
            primary,
            secondary,
            verdict,
            events,
            self._confirmation,
        )

    @staticmethod
    def _at(snapshot: NodeSnapshot, now: float) -> NodeSnapshot:
        return replace(snapshot, at=now)
