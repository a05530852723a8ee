"""The clients' traffic through the pair, and what it does to counters and states.

A smooth offered load flows through whichever node holds the VIPs. It has an integral, so that counters depend on how
much time passed and not on how often somebody looked. States are born on the carrier and die with their clients; the
other node holds as many as pfsync brings it.
"""

import math
from typing import TYPE_CHECKING

from pfha_tui.lab.interface import Interface
from pfha_tui.lab.node import Node, Power
from pfha_tui.lab.pfsync import (
    count_inserts,
    count_packets,
    count_requested,
    count_whole,
    reaches,
    shares,
)
from pfha_tui.lab.states import LIFETIME, OWN_STATES

if TYPE_CHECKING:
    from pfha_tui.lab.world import World

DOWNLOAD = 1_450_000.0
UPLOAD = 390_000.0
"""Mean bytes per second of the clients' downloads and uploads."""
DOWNLOAD_PACKET = 1180.0
UPLOAD_PACKET = 310.0
"""Mean IP length of a packet in each direction."""
ARRIVALS = 25.0
"""New states per second."""
UPDATES = 700.0
"""State updates per second that pfsync sends at mean load."""
SYNC_PACKET = 980.0
SYNC_MESSAGES = 11.0
"""Mean length of a pfsync packet, and how many messages share one."""
CATCH_UP = 8.0
"""Time constant (s) at which the spare's table closes a gap, by updates of states that it lacks."""
FADE = 48.0
"""Time constant (s) at which states die of whose traffic the node is told nothing: 20 s after SYNC was cut, the
recorded spare held 50 states where its peer held 76."""
PROCESSORS = 2

_WAVES = ((0.22, 61.0, 0.4), (0.15, 17.3, 1.9), (0.10, 5.7, 4.2), (0.12, 1811.0, 2.2))
"""Ripples of the load: amplitude, period in seconds, phase."""


def load(when: float) -> float:
    """Offered load at a moment; 1.0 is the mean."""
    return 1.0 + sum(a * math.sin(math.tau * when / period + phase) for a, period, phase in _WAVES)


def volume(start: float, end: float) -> float:
    """Load integrated over time: seconds' worth of mean traffic between two moments."""
    ripple = 0.0
    for amplitude, period, phase in _WAVES:
        turn = math.tau / period
        ripple += amplitude / turn * (math.cos(turn * start + phase) - math.cos(turn * end + phase))
    return max(0.0, end - start + ripple)


def accrue(world: "World", start: float, end: float) -> None:
    """Count the traffic of a stretch of time in which no role and no cable changed."""
    seconds = end - start
    if seconds <= 0:
        return
    units = world.load * volume(start, end)
    lan, wan = _carrier(world, "LAN"), _carrier(world, "WAN")
    up = [node for node in world.nodes if node.power is not Power.OFF and not node.frozen]
    carriers: list[Node] = []
    if (
        lan is not None
        and wan is not None
        and lan.interface("WAN").link
        and wan.interface("LAN").link
    ):
        carriers = [lan] if lan is wan else [lan, wan]
        _flow(lan, wan, units)
    for node in up:
        _background(node, seconds)
    before = {node.name: dict(node.counters.table.clients) for node in up}
    for node in carriers:
        _serve(node, units / len(carriers), seconds)
        _synchronise(world, node, units / len(carriers), seconds)
    for node in up:
        _take_part(node, carriers, before, units, seconds)
    for node in up:
        _own_states(node, seconds)
        if int(end) != int(start):
            _purge(node)
        _balance(node)
        _bulk(node)


def reached(world: "World", node: Node, interface: Interface) -> bool:
    """Whether the hosts of a segment reach a node there; they sit on the first node's side of a cut."""
    segment = interface.segment
    return (
        node.power is Power.ON
        and not node.frozen
        and interface.link
        and interface.admin_up
        and segment is not None
        and world.on_near_side(node, segment)
    )


def _carrier(world: "World", segment: str) -> Node | None:
    """The node that the hosts of a segment reach at its VIPs."""
    for node in world.nodes:
        interface = node.interface(segment)
        if reached(world, node, interface) and node.is_master(interface.name):
            return node
    return None


def _flow(lan: Node, wan: Node, units: float) -> None:
    upload = units * UPLOAD / UPLOAD_PACKET
    download = units * DOWNLOAD / DOWNLOAD_PACKET
    lan.interface("LAN").received(upload, UPLOAD_PACKET)
    lan.interface("WAN").sent(upload, UPLOAD_PACKET)
    wan.interface("WAN").received(download, DOWNLOAD_PACKET)
    wan.interface("LAN").sent(download, DOWNLOAD_PACKET)
    for node, packets in ((lan, upload), (wan, download)):
        node.counters.searches += packets * 2


def _background(node: Node, seconds: float) -> None:
    """Broadcasts, the management network, the pf log and the kernel's own work."""
    for interface in node.interfaces:
        if interface.ethernet and interface.link:
            interface.received(0.4 * seconds, 46)
            interface.imulticasts += 0.4 * seconds
    management = node.interface("MGMT")
    if management.link:
        management.received(3.0 * seconds, 90, own=True)
        management.sent(3.0 * seconds, 420, own=True)
    node.counters.blocked += 0.05 * seconds
    node.interface("pflog0").sent(0.05 * seconds, 68)
    node.counters.searches += 6.0 * seconds
    node.counters.matches += 0.2 * seconds
    node.counters.busy += 0.02 * seconds


def _serve(node: Node, units: float, seconds: float) -> None:
    """States are born on a carrier and die with their clients."""
    counters = node.counters
    born = ARRIVALS * units
    clients = counters.table.clients
    _age(clients, seconds, LIFETIME)
    _bear(clients, node.host_id, born, seconds)
    counters.inserts += born
    counters.matches += born * 2
    counters.busy += units * 0.09


def _age(states: dict[int, float], seconds: float, lifetime: float) -> None:
    fading = math.exp(-seconds / lifetime)
    for creator in states:
        states[creator] *= fading


def _bear(clients: dict[int, float], creator: int, born: float, seconds: float) -> None:
    """Add the states born evenly over a stretch of time, those left out that died before its end."""
    alive = LIFETIME / seconds * (1 - math.exp(-seconds / LIFETIME))
    clients[creator] = clients.get(creator, 0.0) + born * alive


def _synchronise(world: "World", node: Node, units: float, seconds: float) -> None:
    """Messages that a carrier sends to its peer, whether or not they arrive."""
    if not node.pfsync.running:
        return
    peer, counters = world.peer(node), node.counters
    messages = (ARRIVALS * 2 + UPDATES) * units
    counters.sync_sent_inserts += ARRIVALS * units
    counters.sync_sent_deletes += ARRIVALS * units
    counters.sync_sent_updates += UPDATES * units
    count_packets(node, messages / SYNC_MESSAGES, SYNC_PACKET)
    if reaches(node, peer):
        heard = peer.counters
        count_inserts(node, peer, ARRIVALS * units)
        heard.sync_received_deletes += ARRIVALS * units
        heard.sync_received_updates += UPDATES * units
    if reaches(peer, node):
        # The spare's own few states travel back.
        peer.counters.sync_sent_updates += 3.0 * seconds
        counters.sync_received_updates += 3.0 * seconds
        count_packets(peer, 0.7 * seconds, 240)


def _take_part(
    node: Node,
    carriers: list[Node],
    before: dict[str, dict[int, float]],
    units: float,
    seconds: float,
) -> None:
    """What a node's table owes to the states that others carry."""
    counters, clients = node.counters, node.counters.table.clients
    heard = [carrier for carrier in carriers if shares(carrier, node)]
    if node not in carriers:
        told = not carriers or bool(heard)
        _age(clients, seconds, LIFETIME if told else FADE)
    for carrier in heard:
        born = ARRIVALS * units / len(carriers)
        _bear(clients, carrier.host_id, born, seconds)
        counters.inserts += born
        counters.busy += 0.0 if node in carriers else units * 0.015
        closed = 0.0
        for creator, ours in (dict.fromkeys(before[carrier.name], 0.0) | before[node.name]).items():
            gap = before[carrier.name].get(creator, 0.0) - ours
            if gap > 0:
                gap *= math.exp(-seconds / LIFETIME) * (1 - math.exp(-seconds / CATCH_UP))
                clients[creator] = clients.get(creator, 0.0) + gap
                closed += gap
            elif gap < 0 and node not in carriers:
                # States that the carrier does not know have no traffic.
                clients[creator] += gap * (
                    math.exp(-seconds / LIFETIME) - math.exp(-seconds / FADE)
                )
        counters.inserts += closed
        count_requested(carrier, node, closed)


def _own_states(node: Node, seconds: float) -> None:
    """The nodes' own traffic, which their peers hear of; states of creators that are no more fade."""
    counters = node.counters
    own, peer = counters.table.own, node.world.peer(node)
    counters.inserts += OWN_STATES - own.get(node.host_id, 0.0)
    own[node.host_id] = OWN_STATES
    for creator in [creator for creator in own if creator not in (node.host_id, peer.host_id)]:
        own[creator] *= math.exp(-seconds / FADE)
    if shares(peer, node):
        gained = (OWN_STATES - own.get(peer.host_id, 0.0)) * (1 - math.exp(-seconds / CATCH_UP))
        own[peer.host_id] = own.get(peer.host_id, 0.0) + gained
        counters.inserts += gained
    elif peer.host_id in own:
        own[peer.host_id] *= math.exp(-seconds / FADE)


def _purge(node: Node) -> None:
    """Sessions without a packet for too long go; looked for once a second, as pf looks at intervals too."""
    sessions = node.counters.table.sessions
    for state in [state for state in sessions.values() if state.expires <= node.world.now]:
        del sessions[state.flow]
        node.pfsync.delete(state)


def _balance(node: Node) -> None:
    """Removals make up the balance of all that is no more."""
    counters = node.counters
    counters.removals = max(counters.removals, counters.inserts - counters.table.total)


def _bulk(node: Node) -> None:
    """What a running bulk update brought: its share of all that the peer holds and this node lacks."""
    (step, share), peer = node.pfsync.walk(), node.world.peer(node)
    if not step or not peer.pfsync.running or peer.frozen:
        return
    theirs, ours = peer.counters.table, node.counters.table
    count_whole(peer, node, step * theirs.total)
    if not shares(peer, node):
        return
    for here, there in ((ours.clients, theirs.clients), (ours.own, theirs.own)):
        for creator, states in there.items():
            gained = max(0.0, states - here.get(creator, 0.0)) * share
            here[creator] = here.get(creator, 0.0) + gained
            node.counters.inserts += gained
