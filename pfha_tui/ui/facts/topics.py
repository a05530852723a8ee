"""Pure: which facts belong to a topic."""

from collections.abc import Sequence
from typing import Any

from pfha_tui.domain.reading import Reading
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.ui.about import About, Topic
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


def principal(about: About, node: NodeSnapshot) -> Reading[Any] | None:
    """The section whose age is that of the topic's facts on this node; None where each has its own."""
    match about.topic:
        case Topic.VIP:
            return node.interfaces
        case Topic.INTERFACE:
            return node.snmp if node.interfaces.value is None else node.interfaces
        case Topic.STATES:
            return node.snmp if node.pf.value is None else node.pf
        case Topic.DHCP:
            return node.dhcp_kea if about.name == services.KEA else node.dhcp_isc
    sections: dict[Topic, Reading[Any]] = {
        Topic.CARP: node.carp,
        Topic.PFSYNC: node.pfsync,
        Topic.CREATORS: node.creators,
        Topic.ADVERTS: node.carp_counters,
        Topic.CONFIG: node.config,
        Topic.GATEWAY: node.gateways,
        Topic.CLOCK: node.clock,
    }
    return sections.get(about.topic)


def of(topic: Topic, side: Side) -> Sequence[Told]:
    """All that is known of the topic on this node; always the same names in the same order."""
    way = _WAYS.get(topic)
    return () if way is None else way(side)
