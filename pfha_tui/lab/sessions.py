"""The clients behind the VIPs: which node their packets reach, and whether pf lets them pass. No sockets here.

A service stands behind each CARP VIP, by a port forward. Its clients sit on the first node's side of their segment, and
reach the node that is MASTER there; while both are, the first. Packets follow a new MASTER once its gratuitous ARP has
turned the switches. pf makes a state of a TCP session by its SYN, and of a UDP session by any packet; a TCP packet
without a state is dropped in silence, as pfSense's default rule does.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pfha_tui.lab import traffic
from pfha_tui.lab.carp import State
from pfha_tui.lab.interface import Inet
from pfha_tui.lab.node import Node
from pfha_tui.lab.states import (
    TCP_CLOSED,
    TCP_ESTABLISHED,
    UDP_MULTIPLE,
    UDP_SINGLE,
    Flow,
    PfState,
)

if TYPE_CHECKING:
    from pfha_tui.lab.world import World

GRATUITOUS_ARP = (0.002, 0.008)
"""Seconds (s) until the switches send a VIP's frames to its new MASTER."""
SERVER_PORT = 7
HEADERS = {"tcp": 40, "udp": 28}
"""Bytes of IP and transport header, by protocol."""
TIMEOUTS = {
    "ESTABLISHED:ESTABLISHED": TCP_ESTABLISHED,
    "FIN_WAIT_2:FIN_WAIT_2": TCP_CLOSED,
    "SINGLE:MULTIPLE": UDP_SINGLE,
    "MULTIPLE:MULTIPLE": UDP_MULTIPLE,
}
"""Seconds that a state lives without a packet, by its phase as `pfctl` prints it."""


class Fate(Enum):
    """What becomes of a packet: it passes, nobody is there to take it, or pf drops it for want of a state."""

    PASSED = "passed"
    LOST = "lost"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Vip:
    """A CARP VIP that clients use: its interface by kernel name and description, its VHID, its address."""

    interface: str
    description: str
    vhid: int
    address: Inet

    @property
    def client(self) -> str:
        """The host on the VIP's network that all clients seem to be."""
        network = self.address.network
        return str(network[min(100, network.num_addresses - 2)])


class Service:
    """The echo service behind one VIP, as its clients see it."""

    def __init__(self, world: "World", vip: Vip, number: int) -> None:
        self.world = world
        self.vip = vip
        behind = "10.77.0.10" if vip.address.version == 4 else "fd77::10"
        self._server = str(ipaddress.ip_address(behind) + number)
        self.node: Node | None = None
        """The node that the clients' packets reach now; None while nobody answers for the VIP."""
        self._next: Node | None = None
        self._turn = 0
        self.node = self.serving()

    def serving(self) -> Node | None:
        """The MASTER of the VIP on the clients' side."""
        for node in self.world.nodes:
            vhid = node.vhid(self.vip.interface, self.vip.vhid)
            if (
                vhid is not None
                and vhid.state is State.MASTER
                and self.vip.address in vhid.addresses
                and traffic.reached(self.world, node, node.interface(self.vip.interface))
            ):
                return node
        return None

    def follow(self) -> None:
        """Look who serves now. A loss counts at once, a new MASTER when its gratuitous ARP has arrived."""
        serving = self.serving()
        if self.node is not serving:
            self.node = None
        if serving is not None and self.node is None and self._next is not serving:
            self._turn += 1
            delay = self.world.random.uniform(*GRATUITOUS_ARP)
            turn = self._turn
            self.world.scheduler.after(delay, lambda: self._arrive(turn))
        self._next = serving

    def flow(self, protocol: str, port: int) -> Flow:
        """The session of a client's port with this service; `protocol` is tcp or udp."""
        client, vip = (self.vip.client, port), (str(self.vip.address.ip), SERVER_PORT)
        return Flow(protocol, client, vip, (self._server, SERVER_PORT))

    def send(self, flow: Flow, size: int, *, opening: bool = False) -> Fate:
        """Send one packet of `size` bytes of payload through the pair, and its echo back.

        Only an opening packet makes a state of a TCP session.
        """
        node = self.node
        if node is None or node is not self.serving():
            return Fate.LOST
        counters = node.counters
        interface = node.interface(self.vip.interface)
        octets = size + HEADERS[flow.protocol]
        interface.received(1, octets)
        counters.searches += 2
        state = counters.table.sessions.get(flow)
        if state is None:
            if flow.protocol == "tcp" and not opening:
                counters.blocked += 1
                return Fate.DROPPED
            state = self._open(node, flow)
        interface.sent(1, octets)
        self._carried(node, state, octets)
        return Fate.PASSED

    def finish(self, flow: Flow) -> None:
        """The client closes its TCP session; a FIN that is lost leaves the state as it is."""
        if self.send(flow, 0) is Fate.PASSED and self.node is not None:
            state = self.node.counters.table.sessions[flow]
            state.phase = "FIN_WAIT_2:FIN_WAIT_2"
            state.expires = self.world.now + TCP_CLOSED

    def _arrive(self, turn: int) -> None:
        if turn == self._turn and self._next is not None:
            self.node = self._next
            self.world.notify()

    def _open(self, node: Node, flow: Flow) -> PfState:
        now, counters = self.world.now, node.counters
        phase = "ESTABLISHED:ESTABLISHED" if flow.protocol == "tcp" else "SINGLE:MULTIPLE"
        expires = now + TIMEOUTS[phase]
        state = PfState(flow, counters.table.new_id(now), node.host_id, now, expires, phase)
        counters.table.sessions[flow] = state
        counters.inserts += 1
        counters.matches += 1
        node.pfsync.insert(state)
        return state

    def _carried(self, node: Node, state: PfState, octets: int) -> None:
        if state.phase == "SINGLE:MULTIPLE" and state.packets[0]:
            state.phase = "MULTIPLE:MULTIPLE"
        state.packets = (state.packets[0] + 1, state.packets[1] + 1)
        state.octets = (state.octets[0] + octets, state.octets[1] + octets)
        state.expires = self.world.now + TIMEOUTS[state.phase]
        node.pfsync.update(state)


class Services:
    """The services behind all VIPs of a pair; they follow its changes of role."""

    def __init__(self, world: "World") -> None:
        self._world = world
        vips: dict[Vip, None] = {}
        for node in world.nodes:
            for each in node.config_vips:
                interface = node.interface(each.interface)
                vip = Vip(interface.name, interface.description, each.vhid, each.address)
                vips.setdefault(vip)
        self.all = [Service(world, vip, number) for number, vip in enumerate(vips)]
        world.on_change.append(self._changed)
        self._due = False
        self.on_move: list[Callable[[], None]] = []
        """Called when packets that were lost may pass now, or the other way round."""

    def close(self) -> None:
        """Follow the world no longer."""
        self._world.on_change.remove(self._changed)

    def _changed(self) -> None:
        # A change is announced before it is complete: look when everything of this moment has happened.
        if not self._due:
            self._due = True
            self._world.scheduler.after(0.0, self._follow)

    def _follow(self) -> None:
        self._due = False
        for service in self.all:
            service.follow()
        for callback in self.on_move:
            callback()
