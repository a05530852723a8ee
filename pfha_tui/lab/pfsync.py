"""pfsync of one node, as FreeBSD's if_pfsync.c runs it: bulk updates, and the messages of single states.

Asking for a bulk update clears the flag that `ifconfig` prints as `syncok`; the peer marks its start, sends its whole
table one packet per clock tick, and marks its end. A silent peer is asked again every 5 s, 12 times; then the flag is
set as if all were well.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pfha_tui.lab.scheduler import Timer
from pfha_tui.lab.states import STATE_LIMIT, PfState

if TYPE_CHECKING:
    from pfha_tui.lab.node import Node

RETRY = 5.0
RETRIES = 12
"""A bulk update that nobody answers is asked for again after so many seconds, so many times."""
TICK = 0.01
PACKET_STATES = 5
"""One packet per tick of a 100 Hz clock, with as many whole states of 264 bytes as fit into 1500."""
BULK_RATE = PACKET_STATES / TICK
"""States per second of a bulk update."""
END_WAIT = 4.0 + STATE_LIMIT / PACKET_STATES * TICK
"""Seconds that a bulk update which began may take, before its end mark counts as lost."""
LINK_UP = 1.0
"""Seconds from a carrier's return to the end of what rc.linkup does."""
TRANSIT = (0.001, 0.004)
"""Seconds from one node's pf to the other's, for a message that is sent at once."""
BATCH = 1.0
"""Seconds that updates of a state are gathered before a packet goes out."""
MULTICAST = ("", "224.0.0.240")
"""Values of syncpeer that mean everybody on the segment."""
MESSAGE_BYTES = 320
FULL_BYTES = 1400
"""IP length of a packet with one message, and of one full of whole states."""


def reaches(sender: "Node", receiver: "Node") -> bool:
    """Whether pfsync messages of one node arrive at the other."""
    return (
        sender is not receiver
        and sender.pfsync.running
        and receiver.pfsync.running
        and sender.syncpeer in (*MULTICAST, str(receiver.interface(receiver.syncdev).own.ip.ip))
        and sender.world.joined("SYNC")
    )


def understands(receiver: "Node", sender: "Node") -> bool:
    """Whether a node knows the messages that carry another's whole states.

    Each version of pfsync has new ones, with the next higher numbers; an older kernel discards them as a bad action.
    """
    kinds = [name for _, name in sender.generation.actions]
    return kinds.index(sender.generation.insert) < len(receiver.generation.actions)


def shares(sender: "Node", receiver: "Node") -> bool:
    """Whether states of one node arrive at the other, and are understood there."""
    return reaches(sender, receiver) and understands(receiver, sender)


class Pfsync:
    """One node's pfsync0; it lives as long as the power."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._configured = False
        self.ok = True
        """What `ifconfig` prints as syncok: set at creation, cleared while a bulk update is pending."""
        self._tries = 0
        self._timers: list[Timer] = []
        self._began = 0.0
        self._length = 0.0
        self._walked = 1.0

    @property
    def running(self) -> bool:
        """Whether it is configured and up."""
        return self._configured and self._node.interface("pfsync0").admin_up

    @property
    def bulk_progress(self) -> float | None:
        """How much of the peer's table a running bulk update has walked, 0 to 1; None when none runs."""
        if not self._length:
            return None
        return min(1.0, (self._node.world.now - self._began) / self._length)

    def configure(self) -> None:
        """`ifconfig pfsync0 syncdev ... up`, even with unchanged values: ask the peer for a bulk update."""
        self._node.world.accrue()
        self._configured = True
        if not self.running:
            return
        self._end()
        if self.ok:
            self.ok = False
            self._node.demote(self._node.pfsync_demotion_factor, "pfsync bulk start")
        self._tries = 0
        self._ask()
        # A request to a peer that is not there yet waits for the answer to its ARP request: recorded twice.
        waiting = self._node.world.peer(self._node).pfsync
        if not (waiting.ok or waiting._length):
            waiting._asked()

    def link_up(self) -> None:
        """The port of syncdev has its carrier again. The kernel does nothing about it; pfSense's rc.linkup is taken to
        set pfsync up anew (interfaces_sync_setup), as it does for a port with VIPs."""
        if self._configured:
            self._node.later(LINK_UP, self.configure)

    def stop(self) -> None:
        """The power is gone."""
        self._configured = False
        self._end()
        self.ok = True

    def walk(self) -> tuple[float, float]:
        """Take note of how far the bulk update is: what it walked since the last time, as shares of the whole table
        and of what was still to come."""
        progress = self.bulk_progress
        if progress is None or progress <= self._walked:
            return 0.0, 0.0
        step, rest = progress - self._walked, 1.0 - self._walked
        self._walked = progress
        return step, step / rest

    # The bulk update

    def _ask(self) -> None:
        self._wait(RETRY, self._unanswered)
        self._node.counters.sync_sent_requests += 1
        count_packets(self._node, 1, MESSAGE_BYTES)
        self._asked()

    def _asked(self) -> None:
        """The request arrives at the peer, if it does; the peer begins to send its table."""
        node, peer = self._node, self._node.world.peer(self._node)
        if not reaches(node, peer):
            return
        peer.counters.sync_received_requests += 1
        self._mark(peer)
        if reaches(peer, node):
            node.world.accrue()
            self._cancel()
            self._began, self._walked = node.world.now, 0.0
            self._length = max(TICK, peer.counters.table.total / BULK_RATE)
            self._wait(END_WAIT, self._unanswered)
            self._wait(self._length, self._ended)
            for state in peer.counters.table.sessions.values():
                self._wait(self._length * _place(state), self._bring(peer, state))

    def _bring(self, peer: "Node", state: PfState) -> Callable[[], None]:
        """The walk of the peer's table comes to a session."""

        def bring() -> None:
            held = peer.counters.table.sessions.get(state.flow)
            if held is not None and shares(peer, self._node):
                self.take(held.copied())

        return bring

    def _ended(self) -> None:
        node, peer = self._node, self._node.world.peer(self._node)
        node.world.accrue()
        self._length = 0.0
        if peer.pfsync.running and not peer.frozen:
            self._mark(peer)
        if reaches(peer, node):
            self._finish("pfsync bulk done")

    def _mark(self, peer: "Node") -> None:
        """The peer marks the start or the end of its bulk update."""
        peer.counters.sync_sent_marks += 1
        self._node.counters.sync_received_marks += reaches(peer, self._node)
        count_packets(peer, 1, MESSAGE_BYTES)

    def _unanswered(self) -> None:
        self._node.world.accrue()
        self._end()
        if self._tries < RETRIES:
            self._tries += 1
            self._ask()
        else:
            self._finish("pfsync bulk fail")

    def _finish(self, how: str) -> None:
        self._end()
        self.ok = True
        self._node.demote(-self._node.pfsync_demotion_factor, how)

    def _end(self) -> None:
        self._cancel()
        self._length, self._walked = 0.0, 1.0

    def _cancel(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._timers.append(self._node.later(seconds, then))

    # Single states

    def insert(self, state: PfState) -> None:
        """Tell the peer of a new state; the answer to its first packet pushes the message out at once."""
        node = self._node
        if self.running:
            node.counters.sync_sent_inserts += 1
            self._send(lambda peer: peer.pfsync.inserted(node, state.copied()))

    def update(self, state: PfState) -> None:
        """Tell the peer of a state's traffic, together with what else comes within a second."""
        if self.running and not state.news:
            state.news = True
            self._node.later(BATCH, lambda: self._flush(state))

    def delete(self, state: PfState) -> None:
        """Tell the peer that a state is gone."""
        if self.running:
            self._node.counters.sync_sent_deletes += 1
            self._send(lambda peer: peer.pfsync.deleted(state))

    def inserted(self, sender: "Node", state: PfState) -> None:
        """An insert message arrives."""
        count_inserts(sender, self._node, 1)
        if understands(self._node, sender):
            self.take(state)

    def take(self, state: PfState) -> None:
        """Put a state that came by pfsync into the table; one with the same key that is there already stays."""
        counters = self._node.counters
        held = counters.table.sessions.get(state.flow)
        if held is None:
            counters.table.sessions[state.flow] = state
            counters.inserts += 1
            self._node.world.notify()
        elif held.is_same(state):
            held.phase, held.expires = state.phase, state.expires

    def deleted(self, state: PfState) -> None:
        """A delete message arrives."""
        counters = self._node.counters
        counters.sync_received_deletes += 1
        held = counters.table.sessions.get(state.flow)
        if held is not None and held.is_same(state):
            del counters.table.sessions[state.flow]
            counters.removals += 1

    def _flush(self, state: PfState) -> None:
        state.news = False
        if self.running and self._node.counters.table.sessions.get(state.flow) is state:
            self._node.counters.sync_sent_updates += 1
            self._send(lambda peer: peer.pfsync.updated(self._node, state))

    def updated(self, sender: "Node", state: PfState) -> None:
        """A compressed update arrives; a state that is unknown here is asked for, and comes whole."""
        node = self._node
        node.counters.sync_received_updates += 1
        if state.flow not in node.counters.table.sessions and reaches(node, sender):
            count_requested(sender, node, 1)
            if not understands(node, sender):
                return
        self.take(state.copied())

    def _send(self, arrive: Callable[["Node"], None]) -> None:
        node, peer = self._node, self._node.world.peer(self._node)
        count_packets(node, 1, MESSAGE_BYTES)

        def arrives() -> None:
            if peer.pfsync.running and not peer.frozen:
                arrive(peer)

        if reaches(node, peer):
            node.world.scheduler.after(node.world.random.uniform(*TRANSIT), arrives)


def count_packets(sender: "Node", packets: float, size: float) -> None:
    """Count pfsync packets of `size` bytes on the way out, and on the way in where they arrive."""
    receiver = sender.world.peer(sender)
    wire = sender.interface(sender.syncdev)
    sender.counters.sync_sent_packets += packets
    sender.interface("pfsync0").sent(packets, size)
    if not (wire.link and wire.admin_up):
        sender.counters.sync_send_errors += packets
        return
    wire.sent(packets, size, own=True)
    if reaches(sender, receiver):
        receiver.counters.sync_received_packets += packets
        receiver.interface(receiver.syncdev).received(packets, size, own=True)
        receiver.interface("pfsync0").received(packets, size)


def count_requested(sender: "Node", receiver: "Node", states: float) -> None:
    """Count states that the receiver lacked when it heard of them, asked for, and was sent whole."""
    receiver.counters.sync_sent_requests += states
    sender.counters.sync_received_requests += states
    count_whole(sender, receiver, states)


def count_inserts(sender: "Node", receiver: "Node", states: float) -> None:
    """Count new states as they arrive."""
    if understands(receiver, sender):
        receiver.counters.sync_received_inserts += states
    else:
        receiver.counters.sync_bad_actions += states


def count_whole(sender: "Node", receiver: "Node", states: float) -> None:
    """Count whole states on their way to a receiver that asked for them."""
    sender.counters.sync_sent_full += states
    if shares(sender, receiver):
        receiver.counters.sync_received_full += states
    elif reaches(sender, receiver):
        receiver.counters.sync_bad_actions += states / PACKET_STATES
    count_packets(sender, states / PACKET_STATES, FULL_BYTES)


def _place(state: PfState) -> float:
    """Where in its table a state lies, 0 to 1: a hash table knows no order."""
    return (state.id * 2654435761 % 2**32) / 2**32
