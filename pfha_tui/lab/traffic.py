"""The clients' traffic through the pair, and what it does to counters and states.

A smooth offered load flows through whichever node holds the VIPs. It has an integral, so that counters depend on how
much time passed and not on how often somebody looked.
"""

import math
from typing import TYPE_CHECKING

from pfha_tui.lab.counters import OWN_STATES
from pfha_tui.lab.node import Node, Power

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
LIFETIME = 480.0
"""Mean life of a state (s): 12 000 states at rest."""
UPDATES = 700.0
"""State updates per second that pfsync sends at mean load."""
SYNC_PACKET = 980.0
SYNC_MESSAGES = 11.0
"""Mean length of a pfsync packet, and how many messages share one."""
CATCH_UP = 8.0
"""Time constant (s) at which the spare's table closes a gap, by updates of states that it lacks."""
FADE = 90.0
"""Time constant (s) at which states die that carry no traffic here and are synchronised by nobody."""
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
    units = volume(start, end)
    lan, wan = _carrier(world, "LAN"), _carrier(world, "WAN")
    up = [node for node in world.nodes if node.power is not Power.OFF]
    flowing = (
        lan is not None
        and wan is not None
        and lan.interface("WAN").link
        and wan.interface("LAN").link
    )
    if flowing:
        assert lan is not None and wan is not None
        _flow(lan, wan, units)
    for node in up:
        _background(node, seconds)
    carriers = [node for node in up if flowing and node in (lan, wan)]
    before = {node.name: node.counters.states for node in up}
    for node in carriers:
        _serve(node, units / len(carriers), seconds, len(carriers))
        _synchronise(world, node, units / len(carriers), seconds)
    for node in up:
        if node not in carriers:
            source = next((c for c in carriers if world.syncs(c, node)), None)
            _follow(node, source, before, units, seconds)


def _carrier(world: "World", segment: str) -> Node | None:
    """The node that the hosts of a segment reach at its VIP; they sit on the first node's side of a cut."""
    for number, node in enumerate(world.nodes):
        interface = node.interface(segment)
        reachable = interface.link and (number == 0 or not world.segments[segment].cut)
        if node.power is Power.ON and reachable and node.is_master(interface.name):
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


def _serve(node: Node, units: float, seconds: float, shares: int) -> None:
    counters = node.counters
    fading = math.exp(-seconds / LIFETIME)
    born = ARRIVALS * units
    # The table is shared through pfsync even when two nodes carry one direction each, so each of them holds all of it.
    steady = shares * born / seconds * LIFETIME * (1 - fading) + OWN_STATES * (1 - fading)
    states = counters.states * fading + steady
    inserted = born * shares
    counters.removals += max(0.0, counters.states + inserted - states)
    counters.inserts += max(inserted, states - counters.states)
    counters.states = states
    counters.matches += born * 2
    counters.busy += units * 0.09


def _synchronise(world: "World", node: Node, units: float, seconds: float) -> None:
    """Messages that a carrier sends to its peer, whether or not they arrive."""
    counters = node.counters
    sync = node.interface("SYNC")
    messages = (ARRIVALS * 2 + UPDATES) * units
    packets = messages / SYNC_MESSAGES
    counters.sync_sent_inserts += ARRIVALS * units
    counters.sync_sent_deletes += ARRIVALS * units
    counters.sync_sent_updates += UPDATES * units
    counters.sync_sent_packets += packets
    pfsync = node.interface("pfsync0")
    pfsync.sent(packets, SYNC_PACKET)
    if not (sync.link and sync.admin_up):
        counters.sync_send_errors += packets
        return
    sync.sent(packets, SYNC_PACKET, own=True)
    peer = world.peer(node)
    if world.syncs(node, peer):
        heard = peer.counters
        heard.sync_received_inserts += ARRIVALS * units
        heard.sync_received_deletes += ARRIVALS * units
        heard.sync_received_updates += UPDATES * units
        heard.sync_received_packets += packets
        peer.interface("SYNC").received(packets, SYNC_PACKET, own=True)
        peer.interface("pfsync0").received(packets, SYNC_PACKET)
        _answer(peer, node, seconds)


def _answer(peer: Node, node: Node, seconds: float) -> None:
    """The spare's own few states travel back."""
    packets = 0.7 * seconds
    peer.counters.sync_sent_packets += packets
    peer.counters.sync_sent_updates += 3.0 * seconds
    peer.interface("SYNC").sent(packets, 240, own=True)
    peer.interface("pfsync0").sent(packets, 240)
    node.counters.sync_received_packets += packets
    node.counters.sync_received_updates += 3.0 * seconds
    node.interface("SYNC").received(packets, 240, own=True)
    node.interface("pfsync0").received(packets, 240)


def _follow(
    node: Node, source: Node | None, before: dict[str, float], units: float, seconds: float
) -> None:
    """A node that carries nothing: its table follows its peer's, or fades."""
    counters = node.counters
    if source is None:
        states = OWN_STATES + (counters.states - OWN_STATES) * math.exp(-seconds / FADE)
        change = states - counters.states
        counters.inserts += max(0.0, change)
        counters.removals += max(0.0, -change)
    else:
        gap = (before[source.name] - counters.states) * math.exp(-seconds / CATCH_UP)
        states = max(0.0, source.counters.states - gap)
        inserted = max(ARRIVALS * units, states - counters.states)
        counters.removals += max(0.0, counters.states + inserted - states)
        counters.inserts += inserted
        counters.busy += units * 0.015
    counters.states = states
