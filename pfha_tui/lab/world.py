"""The simulated world: two nodes, the segments between them, and time.

Nothing here reads a clock by itself. Tests move time by hand; a live lab gives the world a clock and a speed.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from pfha_tui.lab import traffic
from pfha_tui.lab.carp import TICK_SLACK, Advertisement, State
from pfha_tui.lab.configuration import Configuration
from pfha_tui.lab.generation import F12, Generation
from pfha_tui.lab.interface import Interface
from pfha_tui.lab.node import Node, Power
from pfha_tui.lab.scheduler import Scheduler
from pfha_tui.lab.topology import PLAIN, Topology

LATENCY = (0.001, 0.012)
"""Seconds from a send on one node to the reaction of the other: 1-13 ms were recorded."""

SETTLE = 12.0
"""Seconds that `coast` simulates in full after a change, and before an event: an election takes less than 8."""

PATIENCE = 0.25
"""Seconds of the clock that a live world takes at a time to catch up; then its servers have their turn."""

Tap = Callable[[float, str, str, Advertisement], None]
"""Sees every advertisement on the wire: world time, node, segment, advertisement."""


@dataclass(slots=True)
class Segment:
    """One broadcast domain: a switch on each node's side, and the link between the two."""

    name: str
    cut: bool = False
    muted: frozenset[int] = frozenset()
    """Families (4, 6) whose multicasts the switches drop."""


class World:
    """Two firewalls as a CARP pair, from power-on."""

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        speed: float = 1.0,
        *,
        start: float = 0.0,
        seed: int = 1,
        topology: Topology = PLAIN,
        generations: tuple[Generation, Generation] = (F12, F12),
    ) -> None:
        self.scheduler = Scheduler(start)
        self.random = random.Random(seed)
        self.topology = topology
        self.segments = {name: Segment(name) for name in topology.segments}
        self.nodes = (
            _build(self, 1, 0x42DF447D, topology, generations[0]),
            _build(self, 2, 0xA2D0BA24, topology, generations[1]),
        )
        for node, peer in (self.nodes, self.nodes[::-1]):
            node.syncpeer = str(peer.interface("SYNC").own.ip.ip)
        self.taps: list[Tap] = []
        self.on_change: list[Callable[[], None]] = []
        """Called whenever the way of a packet through the pair may have changed."""
        self.reports: list[Callable[[], list[str]]] = []
        """Give further lines for who asks how the lab is."""
        self.started_at = self.changed_at = start
        self.load = 1.0
        """The clients' traffic, as a multiple of the usual."""
        self._accrued = start
        self._wire_free: dict[tuple[str, str], float] = {}
        self._clock: Callable[[], float] | None = None
        self._origin = (0.0, 0.0)
        self._speed = 1.0
        if clock is not None:
            self.go_live(clock, speed)

    @property
    def now(self) -> float:
        """World time, in seconds since the epoch."""
        return self.scheduler.now

    def node(self, name: str) -> Node:
        """The node with this name; KeyError when there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def peer(self, node: Node) -> Node:
        """The other node."""
        return self.nodes[1] if node is self.nodes[0] else self.nodes[0]

    @cached_property
    def configuration(self) -> Configuration:
        """config.xml of both nodes, made when it is first asked for."""
        return Configuration(self)

    # Time

    @property
    def speed(self) -> float:
        """World seconds per second of the clock."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        """Raises ValueError for zero or less, or without a clock."""
        if self._clock is None:
            raise ValueError("a world without a clock has no speed")
        self.catch_up()
        self.go_live(self._clock, speed)

    def go_live(self, clock: Callable[[], float], speed: float = 1.0) -> None:
        """From now on follow a clock (monotonic seconds), `speed` world seconds for each of its own.

        Raises ValueError for a speed of zero or less.
        """
        if not speed > 0:
            raise ValueError(f"a world cannot run at speed {speed}")
        self._clock, self._speed = clock, speed
        self._origin = (clock(), self.now)

    def catch_up(self) -> None:
        """Bring a live world, and its counters, to this moment; a world without a clock only counts.

        A world that has more to do than time for it falls behind, and goes on at the next call.
        """
        if self._clock is not None:
            began, origin = self._origin
            clock = self._clock()
            now = origin + (clock - began) * self._speed
            while (due := self.scheduler.next_at()) is not None and due <= now:
                if self._clock() - clock > PATIENCE:
                    break
                self.scheduler.run_until(due)
            else:
                self.scheduler.run_until(now)
        self.accrue()

    def seconds_to_next(self) -> float | None:
        """Clock seconds until the next event of a live world; None when nothing is pending."""
        due = self.scheduler.next_at()
        return None if due is None else max(0.0, (due - self.now) / self._speed)

    def advance(self, seconds: float) -> None:
        """Move time by hand, firing everything on the way."""
        self.scheduler.run_until(self.now + seconds)
        self.accrue()

    def coast(self, until: float) -> None:
        """Move to a moment quickly: all but the ends of a quiet stretch, where CARP is periodic, is counted only."""
        while self.now < until:
            event = self.scheduler.next_event()
            quiet = min(until, until if event is None else event) - self.now - SETTLE
            if self.now - self.changed_at < SETTLE or quiet < SETTLE:
                self.advance(min(SETTLE, until - self.now))
            else:
                self._skip(quiet)

    def accrue(self) -> None:
        """Count the traffic since the last time."""
        traffic.accrue(self, self._accrued, self.now)
        self._accrued = self.now

    def _skip(self, seconds: float) -> None:
        self.scheduler.skip(seconds)
        for node in self.nodes:
            for vhid in node.vhids:
                if vhid.state is State.MASTER:
                    count = seconds // (max(0.0, vhid.interval) + sum(TICK_SLACK) / 2)
                    for advertisement in vhid.advertisements():
                        self._skip_advertisement(node, vhid.port.name, advertisement, count)
        self.accrue()

    def _skip_advertisement(
        self, node: Node, name: str, advertisement: Advertisement, count: float
    ) -> None:
        interface = node.interface(name)
        node.count_sent(interface, advertisement, count)
        peer = self.peer(node)
        if (
            interface.segment is not None
            and self._carries(interface.segment, advertisement)
            and peer.power is Power.ON
        ):
            peer.admit(peer.interface(interface.segment), advertisement, count)

    # The wires

    def set_segment(self, name: str, cut: bool) -> None:
        """Cut or mend the link between a segment's two switches; both nodes keep their carrier."""
        self.accrue()
        self.segments[name].cut = cut
        self.touch()
        for node in self.nodes:
            node.tell()

    def on_near_side(self, node: Node, name: str) -> bool:
        """Whether a segment's hosts are not cut off from a node: they are at the switch of the first one."""
        return node is self.nodes[0] or not self.segments[name].cut

    def mute(self, name: str, families: frozenset[int]) -> None:
        """Have a segment's switches drop the multicasts of these families (4, 6), as broken snooping does."""
        self.accrue()
        self.segments[name].muted = families
        self.touch()

    def _carries(self, name: str, advertisement: Advertisement) -> bool:
        return advertisement.family not in self.segments[name].muted and self.joined(name)

    def touch(self) -> None:
        """Something changed: the next half minute is worth simulating in full."""
        self.changed_at = self.now
        self.notify()

    def notify(self) -> None:
        """Let those know who care about the way of packets through the pair."""
        for callback in self.on_change:
            callback()

    def joined(self, name: str) -> bool:
        """Whether frames pass between the two nodes on a segment, both having power and carrier."""
        return not self.segments[name].cut and all(
            node.power is not Power.OFF
            and not node.frozen
            and node.interface(name).link
            and node.interface(name).admin_up
            for node in self.nodes
        )

    def carry(self, sender: Node, interface: Interface, advertisement: Advertisement) -> None:
        """Carry an advertisement over its segment to the other node, in order, within milliseconds."""
        segment = interface.segment
        if segment is None:
            return
        for tap in self.taps:
            tap(self.now, sender.name, segment, advertisement)
        if not (interface.link and self._carries(segment, advertisement)):
            return
        lane = (sender.name, segment)
        arrival = max(self.now + self.random.uniform(*LATENCY), self._wire_free.get(lane, 0.0))
        self._wire_free[lane] = arrival
        receiver = self.peer(sender)
        self.scheduler.at(
            arrival, lambda: receiver.hear(receiver.interface(segment), advertisement)
        )


def _build(
    world: World, number: int, host_id: int, topology: Topology, generation: Generation
) -> Node:
    plan = topology.plan(number)
    return Node(
        world, f"fw{number}", host_id, plan.interfaces, plan.vips, generation, plan.gateways
    )
