"""Pure: what a row is about, so that it can be chosen, found again in the next snapshot, and opened."""

from dataclasses import dataclass, replace
from enum import StrEnum

from pfha_tui.domain.events import Event, EventKind
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import Gateway, Interface
from pfha_tui.domain.snapshot import CarpRole, NodeSnapshot, PairSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.domain.view import Vip, look
from pfha_tui.ui.line import Line, crop

HEADING_CELLS = 40


class Topic(StrEnum):
    """The kinds of rows that can be opened; FOLDED stands for rows that there is no room for."""

    NODE = "node"
    CARP = "carp"
    VIP = "vip"
    INTERFACE = "interface"
    PFSYNC = "pfsync"
    STATES = "states"
    CREATORS = "creators"
    ADVERTS = "adverts"
    CONFIG = "config"
    GATEWAY = "gateway"
    CLOCK = "clock"
    DHCP = "dhcp"
    STREAM = "stream"
    PAIR = "pair"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class About:
    """One thing of a pair. `index` is the node on which it was chosen (0 primary, 1 secondary); `name` is
    the interface there, or the gateway's name; `vhid` is set for a VIP."""

    topic: Topic
    index: int = 0
    name: str = ""
    vhid: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a pane, and what it is about (None: it cannot be chosen)."""

    line: Line
    about: About | None = None


def of_event(event: Event, pair: PairSnapshot) -> About:
    """What an event is about; an event of the pair, or of a node that is not in it, is about the pair."""
    index = next((i for i, node in enumerate(pair.nodes) if node.name == event.node), None)
    if index is None:
        return About(Topic.PAIR)
    if event.kind is EventKind.TRANSITION and event.interface is not None:
        return About(Topic.VIP, index, event.interface, event.vhid)
    if event.kind is EventKind.LINK and event.interface is not None:
        return About(Topic.INTERFACE, index, event.interface)
    topics = {
        EventKind.DEMOTION: Topic.CARP,
        EventKind.PFSYNC: Topic.PFSYNC,
        EventKind.SYNC: Topic.CONFIG,
    }
    return About(topics.get(event.kind, Topic.NODE), index)


def roles_of(about: About, pair: PairSnapshot) -> tuple[CarpRole | None, CarpRole | None]:
    """The roles of a VIP on both nodes: those that belong together, though the device names may differ."""
    key = (about.name, about.vhid)
    for vip in _vips(pair):
        role = vip.roles[about.index]
        if role is not None and (role.interface, role.vhid) == key:
            return vip.roles
    found: list[CarpRole | None] = []
    for node in pair.nodes:
        same = (role for role in node.roles if (role.interface, role.vhid) == key)
        found.append(next(same, None))
    return found[0], found[1]


def _vips(pair: PairSnapshot) -> tuple[Vip, ...]:
    view = look(pair.primary, pair.secondary, pair.at)
    return (*view.vips, *view.gone)


def interfaces_of(about: About, pair: PairSnapshot) -> tuple[str, str]:
    """The device names of an interface on both nodes; the other node's by its description, where that
    stands on one interface there, else the same name."""
    names = [about.name, about.name]
    own = interface(pair.nodes[about.index], about.name)
    if about.topic is Topic.VIP:
        return _vip_interfaces(about, pair)
    if own is not None and own.description:
        other = 1 - about.index
        same = [
            i.name
            for i in pair.nodes[other].interfaces.value or ()
            if i.description == own.description
        ]
        if len(same) == 1:
            names[other] = same[0]
    return names[0], names[1]


def _vip_interfaces(about: About, pair: PairSnapshot) -> tuple[str, str]:
    first, second = (role.interface if role else about.name for role in roles_of(about, pair))
    return first, second


def counterpart(about: About, pair: PairSnapshot) -> About:
    """The same thing on the other node."""
    other = 1 - about.index
    name = about.name
    if about.topic in (Topic.VIP, Topic.INTERFACE):
        name = interfaces_of(about, pair)[other]
    return replace(about, index=other, name=name)


def interface(node: NodeSnapshot, name: str) -> Interface | None:
    """The interface of that name in the node's last reading."""
    return next((i for i in node.interfaces.value or () if i.name == name), None)


def gateway(node: NodeSnapshot, name: str) -> Gateway | None:
    """The gateway of that name in the node's last reading."""
    return next((g for g in node.gateways.value or () if g.name == name), None)


def heading(about: About, pair: PairSnapshot) -> str:
    """What the operator calls it: `LAN vhid 2`, `LAN`, `gateway WANGW`, `pfsync`."""
    node = pair.nodes[about.index]
    name = crop(clean(about.name[: 2 * HEADING_CELLS]), HEADING_CELLS)
    match about.topic:
        case Topic.VIP | Topic.INTERFACE:
            found = interface(node, about.name)
            if found is not None and found.description:
                name = crop(clean(found.description[: 2 * HEADING_CELLS]), HEADING_CELLS)
            return name if about.vhid is None else f"{name} vhid {about.vhid}"
        case Topic.GATEWAY:
            return tr("gateway {name}").format(name=name) if name else tr("gateways")
        case _:
            return _plain_heading(about.topic)


def _plain_heading(topic: Topic) -> str:
    words = {
        Topic.NODE: tr("the nodes"),
        Topic.CARP: tr("CARP"),
        Topic.PFSYNC: tr("pfsync"),
        Topic.STATES: tr("states"),
        Topic.CREATORS: tr("creator ids"),
        Topic.ADVERTS: tr("advertisements"),
        Topic.CONFIG: tr("configuration"),
        Topic.CLOCK: tr("clock"),
        Topic.DHCP: tr("DHCP failover"),
        Topic.STREAM: tr("live streams"),
        Topic.PAIR: tr("the pair"),
    }
    return words.get(topic, str(topic))
