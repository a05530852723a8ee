"""What the console keeps of each pair that it watches."""

import asyncio
from dataclasses import dataclass

from pfha_tui.collector.feed import Feed
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot, PairSnapshot
from pfha_tui.domain.target import BrokenPair, NodeTarget, PairTarget
from pfha_tui.domain.verdict import Verdict, VerdictKind
from pfha_tui.ui.alarm import Alarm


@dataclass(frozen=True, slots=True)
class Entry:
    """One pair at one moment. `number` counts from 0 in the order of the configuration; `snapshot` is None
    for a pair that cannot be watched; `trouble` is the sentence of a feed that ended; `started` is False
    while the feed is being opened."""

    number: int
    target: PairTarget | BrokenPair
    snapshot: PairSnapshot | None
    trouble: str = ""
    started: bool = True


class Watched:
    """One pair of the console: as configured, its feed once that is open, and its newest snapshot."""

    def __init__(
        self, number: int, target: PairTarget | BrokenPair, monotonic: float, epoch: float
    ) -> None:
        self.number = number
        self.feed: Feed | None = None
        self.trouble = ""
        self.alarm = Alarm()
        self.asked_again = asyncio.Event()
        """The operator wants a broken pair to be looked at, or one whose feed ended to be watched, again."""
        self.target: PairTarget | BrokenPair
        self._known: PairSnapshot | None
        self.become(target, monotonic, epoch)

    def become(self, target: PairTarget | BrokenPair, monotonic: float, epoch: float) -> None:
        """Be configured so from now on, with nothing known of it yet."""
        self.target = target
        self._known = None
        if isinstance(target, PairTarget):
            self._known = nothing_known(target, monotonic, epoch)

    @property
    def snapshot(self) -> PairSnapshot:
        """The newest snapshot; only a pair that can be watched has one."""
        assert self._known is not None
        return self._known

    @snapshot.setter
    def snapshot(self, snapshot: PairSnapshot) -> None:
        self._known = snapshot

    @property
    def entry(self) -> Entry:
        """The pair as it is now."""
        return Entry(
            self.number, self.target, self._known, self.trouble, started=self.feed is not None
        )

    def cut_off(self) -> tuple[NodeSnapshot, ...]:
        """The nodes whose SSH or SNMP is down or stopped."""
        return cut_off(self._known.nodes) if self._known is not None else ()


def cut_off(nodes: tuple[NodeSnapshot, ...]) -> tuple[NodeSnapshot, ...]:
    """Those whose SSH or SNMP is down or stopped."""
    ended = (LinkState.DOWN, LinkState.STOPPED)
    return tuple(n for n in nodes if n.ssh.state in ended or n.snmp_link.state in ended)


def nothing_known(target: PairTarget, monotonic: float, epoch: float) -> PairSnapshot:
    """The snapshot before the first answer: two nodes of which nothing is known."""

    def node(one: NodeTarget) -> NodeSnapshot:
        return NodeSnapshot(one.name, one.role, one.address, monotonic)

    verdict = Verdict(VerdictKind.UNKNOWN, tr("Nothing is known yet."))
    nodes = (node(target.primary), node(target.secondary))
    return PairSnapshot(target.name, 0, monotonic, epoch, *nodes, verdict)
