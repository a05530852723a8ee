"""The simulated world: two nodes, the segments between them, and time.

Nothing here reads a clock by itself. Tests move time by hand; a live lab gives the world a clock and a speed.
"""

import ipaddress
import random
from collections.abc import Callable
from dataclasses import dataclass

from pfha_tui.lab import traffic
from pfha_tui.lab.carp import AD_BYTES, TICK_SLACK, Advertisement, State
from pfha_tui.lab.interface import Address, Interface
from pfha_tui.lab.node import CarpVip, Node, Power
from pfha_tui.lab.scheduler import Scheduler

LATENCY = (0.001, 0.012)
"""Seconds from a send on one node to the reaction of the other: 1-13 ms were recorded."""

SETTLE = 30.0
"""Seconds that `coast` simulates in full after a change, before it skips the quiet that follows."""

Tap = Callable[[float, str, str, Advertisement], None]
"""Sees every advertisement on the wire: world time, node, segment, advertisement."""


@dataclass(slots=True)
class Segment:
    """One broadcast domain: a switch on each node's side, and the link between the two."""

    name: str
    cut: bool = False


class World:
    """Two firewalls as a CARP pair, from power-on."""

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        speed: float = 1.0,
        *,
        start: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.scheduler = Scheduler(start)
        self.random = random.Random(seed)
        self.segments = {name: Segment(name) for name in ("WAN", "LAN", "SYNC", "MGMT")}
        self.nodes = (
            _build(self, "fw1", 1, 0x42DF447D, 0),
            _build(self, "fw2", 2, 0xA2D0BA24, 100),
        )
        for node, peer in (self.nodes, self.nodes[::-1]):
            node.syncpeer = str(peer.interface("SYNC").own.ip.ip)
        self.taps: list[Tap] = []
        self.changed_at = start
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

    # Time

    def go_live(self, clock: Callable[[], float], speed: float = 1.0) -> None:
        """From now on follow a clock (monotonic seconds), `speed` world seconds for each of its own.

        Raises ValueError for a speed of zero or less.
        """
        if not speed > 0:
            raise ValueError(f"a world cannot run at speed {speed}")
        self._clock, self._speed = clock, speed
        self._origin = (clock(), self.now)

    def catch_up(self) -> None:
        """Bring a live world, and its counters, to this moment; a world without a clock only counts."""
        if self._clock is not None:
            began, origin = self._origin
            self.scheduler.run_until(origin + (self._clock() - began) * self._speed)
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
            if self.now - self.changed_at < SETTLE or until - self.now < 2 * SETTLE:
                self.advance(min(SETTLE, until - self.now))
            else:
                self._skip(until - self.now - SETTLE)

    def accrue(self) -> None:
        """Count the traffic since the last time."""
        traffic.accrue(self, self._accrued, self.now)
        self._accrued = self.now

    def _skip(self, seconds: float) -> None:
        self.scheduler.skip(seconds)
        for node in self.nodes:
            for vhid in node.vhids:
                if vhid.state is State.MASTER:
                    self._skip_advertisements(
                        node, vhid.port.name, seconds // (vhid.interval + sum(TICK_SLACK) / 2)
                    )
        self.accrue()

    def _skip_advertisements(self, node: Node, name: str, count: float) -> None:
        interface = node.interface(name)
        interface.sent(count, AD_BYTES, own=True)
        node.counters.carp_sent += count
        peer = self.peer(node)
        if (
            interface.segment is not None
            and self.joined(interface.segment)
            and peer.power is Power.ON
        ):
            heard = peer.interface(name)
            heard.received(count, AD_BYTES)
            heard.imulticasts += count
            if heard.promiscuous:
                peer.counters.carp_received += count

    # The wires

    def set_segment(self, name: str, cut: bool) -> None:
        """Cut or mend the link between a segment's two switches; both nodes keep their carrier."""
        self.accrue()
        self.segments[name].cut = cut
        self.touch()

    def touch(self) -> None:
        """Something changed: the next half minute is worth simulating in full."""
        self.changed_at = self.now

    def joined(self, name: str) -> bool:
        """Whether frames pass between the two nodes on a segment, both having power and carrier."""
        return not self.segments[name].cut and all(
            node.power is not Power.OFF
            and node.interface(name).link
            and node.interface(name).admin_up
            for node in self.nodes
        )

    def syncs(self, sender: Node, receiver: Node) -> bool:
        """Whether pfsync messages of one node reach the other."""
        return sender is not receiver and self.joined("SYNC")

    def copy_states(self, node: Node) -> None:
        """A bulk update: the peer's whole table arrives."""
        self.accrue()
        theirs = self.peer(node).counters.states
        gained = max(0.0, theirs - node.counters.states)
        node.counters.states += gained
        node.counters.inserts += gained
        node.counters.sync_received_inserts += gained
        self.peer(node).counters.sync_sent_inserts += gained

    def carry(self, sender: Node, interface: Interface, advertisement: Advertisement) -> None:
        """Carry an advertisement over its segment to the other node, in order, within milliseconds."""
        segment = interface.segment
        if segment is None:
            return
        for tap in self.taps:
            tap(self.now, sender.name, segment, advertisement)
        if not (interface.link and self.joined(segment)):
            return
        lane = (sender.name, segment)
        arrival = max(self.now + self.random.uniform(*LATENCY), self._wire_free.get(lane, 0.0))
        self._wire_free[lane] = arrival
        receiver = self.peer(sender)
        self.scheduler.at(
            arrival, lambda: receiver.hear(receiver.interface(segment), advertisement)
        )


def _build(world: World, name: str, number: int, host_id: int, advskew: int) -> Node:
    """A node with the addresses and MACs of the recorded pair."""

    def wire(index: int, description: str, network: str) -> Interface:
        own = ipaddress.IPv4Interface(f"{network}.{number + 1}/24")
        mac = f"52:54:00:{number:02x}:00:{index - 1:02x}"
        return Interface(
            f"vtnet{index - 1}", index, description, description, mac, addresses=[Address(own)]
        )

    interfaces = [
        wire(1, "WAN", "203.0.113"),
        wire(2, "LAN", "192.168.1"),
        wire(3, "SYNC", "172.16.1"),
        wire(4, "MGMT", "192.168.99"),
        Interface("lo0", 5, mtu=16384, addresses=[Address(ipaddress.IPv4Interface("127.0.0.1/8"))]),
        Interface("pflog0", 6, mtu=33160),
        Interface("pfsync0", 7),
    ]
    vips = [
        CarpVip("vtnet0", 1, ipaddress.IPv4Interface("203.0.113.1/24"), advskew, "WAN"),
        CarpVip("vtnet1", 2, ipaddress.IPv4Interface("192.168.1.1/24"), advskew, "LAN"),
    ]
    return Node(world, name, host_id, interfaces, vips)
