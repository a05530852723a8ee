"""How far the clocks of the nodes and of the console are apart, and how surely that is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from pfha_tui.domain.events import Event
from pfha_tui.domain.model import NodeClock
from pfha_tui.domain.reading import Reading, Source
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot

GRAIN_S = 1.0
"""date(1) tells whole seconds, what is left of the present one cut off."""

EXACT_S = 2.0


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """The offset of one clock from another, in seconds (positive: ahead of it), between `least` and `most`.

    `told` is what to tell people: the figure as it was read, in the middle of the time that reading it took.
    """

    least: float
    told: float
    most: float

    @property
    def exact(self) -> bool:
        """Known within 2 s."""
        return self.most - self.least <= EXACT_S

    @property
    def proven(self) -> float:
        """What is out of doubt: the smallest difference that explains the reading, 0 where none is needed."""
        return max(self.least, 0.0) + min(self.most, 0.0)

    def __sub__(self, other: "ClockOffset") -> "ClockOffset":
        """The offset of the first from the second, both measured against the same clock."""
        return ClockOffset(self.least - other.most, self.told - other.told, self.most - other.least)


def offset_of(clock: Reading[NodeClock], now: float, epoch: float) -> ClockOffset | None:
    """The offset of a node's clock from the console's, which says `epoch` at monotonic `now`.

    The reading may be of any moment between asking and its arrival: a slow answer makes the bounds wide, it
    does not make a clock late. None while the clock was never read.
    """
    if clock.value is None or clock.taken_at is None:
        return None
    least = clock.value.epoch - (epoch - (now - clock.taken_at))
    within = clock.value.within_s
    return ClockOffset(least, least + within / 2, least + within + GRAIN_S)


def proven_offsets(nodes: Iterable[NodeSnapshot], now: float, epoch: float) -> dict[str, float]:
    """The offset of each node's clock from the console's, in seconds, as far as it is out of doubt."""
    offsets = ((node.name, offset_of(node.clock, now, epoch)) for node in nodes)
    return {name: off.proven for name, off in offsets if off is not None}


def latest(event: Event, snapshot: PairSnapshot) -> float:
    """The latest moment by the console's clock, in epoch seconds, that an event's stamp can mean.

    A log line is stamped by its node's clock, and cuts the second off.
    """
    if event.source is not Source.LOG:
        return event.epoch
    node = next((node for node in snapshot.nodes if node.name == event.node), None)
    off = offset_of(node.clock, snapshot.at, snapshot.epoch) if node is not None else None
    return event.epoch - (off.least if off is not None else 0.0)
