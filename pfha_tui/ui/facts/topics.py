"""Pure: which facts belong to a topic."""

from collections.abc import Sequence

from pfha_tui.ui.about import Topic
from pfha_tui.ui.facts import carp, interface, services, sync, system
from pfha_tui.ui.facts.side import Side, Told

_WAYS = {
    Topic.NODE: system.node,
    Topic.CARP: carp.carp,
    Topic.VIP: carp.vip,
    Topic.INTERFACE: interface.of,
    Topic.PFSYNC: sync.pfsync,
    Topic.STATES: sync.states,
    Topic.CREATORS: sync.creators,
    Topic.ADVERTS: carp.adverts,
    Topic.CONFIG: services.config,
    Topic.GATEWAY: services.gateway,
    Topic.CLOCK: services.clock,
    Topic.DHCP: services.dhcp,
    Topic.STREAM: system.stream,
    Topic.PAIR: system.pair,
}


def of(topic: Topic, side: Side) -> Sequence[Told]:
    """All that is known of the topic on this node; always the same names in the same order."""
    way = _WAYS.get(topic)
    return () if way is None else way(side)
