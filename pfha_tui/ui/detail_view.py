"""Pure: one thing of the pair in full: facts of both nodes, its events, what its commands printed."""

from collections.abc import Sequence

from pfha_tui.domain.events import Event, EventKind
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.ui import about as things
from pfha_tui.ui import data_plane, present, timeline_view, vips
from pfha_tui.ui.about import About, Topic
from pfha_tui.ui.facts import table as tables
from pfha_tui.ui.facts import topics
from pfha_tui.ui.facts.side import EQUAL, LIVE, Side, Told
from pfha_tui.ui.facts.table import Fact
from pfha_tui.ui.line import Line, Tone, line, wrap
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import Condition, condition

AROUND_S = 30.0
CAUSE_ROWS = 3


def table(about: About, pair: PairSnapshot, scene: Scene, cells: int) -> tuple[Line, ...]:
    """What is known of it on both nodes, side by side; of the pair also the verdict and all its causes.

    What a node has told too long ago is grey, and its age stands beside the node's name.
    """
    states = [_state(about, node, scene) for node in pair.nodes]
    told = [
        _aged(side, state) for side, state in zip(_told(about, pair, scene), states, strict=True)
    ]
    facts = [
        Fact(name, mine, theirs, sort is EQUAL)
        for (name, mine, sort), (_, theirs, _) in zip(told[0], told[1], strict=True)
    ]
    heads = [
        line((clean(node.name[:64]), tone), "  ", state.remark)
        for node, tone, state in zip(pair.nodes, (Tone.NODE_A, Tone.NODE_B), states, strict=True)
    ]
    rows = tables.table(facts, (heads[0], heads[1]), cells)
    return (*_verdict(pair, cells), *rows) if about.topic is Topic.PAIR else rows


def _state(about: About, node: NodeSnapshot, scene: Scene) -> Condition:
    section = topics.principal(about, node)
    return Condition(False) if section is None else condition(section, scene)


def _aged(told: Sequence[Told], state: Condition) -> list[Told]:
    """The facts, those of the past in grey."""
    return [
        (name, items if sort is LIVE else tuple(state.show(one) for one in items), sort)
        for name, items, sort in told
    ]


def _told(about: About, pair: PairSnapshot, scene: Scene) -> list[Sequence[Told]]:
    names = (about.name, about.name)
    if about.topic in (Topic.INTERFACE, Topic.VIP):
        names = things.interfaces_of(about, pair)
    roles = things.roles_of(about, pair) if about.topic is Topic.VIP else (None, None)
    unhealthy = vips.unhealthy(pair)
    sides = []
    for index, node in enumerate(pair.nodes):
        role = roles[index]
        side = Side(
            node,
            pair.nodes[1 - index],
            scene,
            names[index],
            role,
            data_plane.bulk_of(node, pair.events),
            role is not None and vips.key_of(role) in unhealthy,
        )
        sides.append(topics.of(about.topic, side))
    return sides


def _verdict(pair: PairSnapshot, cells: int) -> tuple[Line, ...]:
    mark = present.VERDICT_MARKS[pair.verdict.kind]
    rows = [mark.line(), *wrap(pair.verdict.why, cells, CAUSE_ROWS)]
    for cause in pair.verdict.causes:
        sign = present.SEVERITY_MARKS[cause.severity]
        where = " ".join(part for part in (cause.node, cause.interface) if part)
        said = " ".join(part for part in (sign.glyph, cause.id, where, cause.evidence) if part)
        rows += wrap(said, cells, CAUSE_ROWS, sign.tone)
    return (*rows, line(""))


def related(about: About, pair: PairSnapshot) -> tuple[Event, ...]:
    """The events of this thing on both nodes, oldest first."""
    names = set(things.interfaces_of(about, pair)) if about.name else set()
    found = (event for event in pair.events if _belongs(event, about, names))
    return timeline_view.ordered(tuple(found))


def _belongs(event: Event, about: About, names: set[str]) -> bool:
    match about.topic:
        case Topic.VIP:
            if event.kind is EventKind.TRANSITION:
                return event.vhid == about.vhid and event.interface in names
            return event.kind is EventKind.LINK and event.interface in names
        case Topic.INTERFACE:
            return event.interface in names
        case Topic.PFSYNC | Topic.STATES | Topic.CREATORS:
            return event.kind is EventKind.PFSYNC or "pfsync" in event.reason
        case Topic.CARP | Topic.ADVERTS:
            return event.kind in (EventKind.DEMOTION, EventKind.TRANSITION)
        case Topic.CONFIG:
            return event.kind is EventKind.SYNC
        case Topic.NODE | Topic.PAIR:
            return event.kind in (EventKind.VERDICT, EventKind.CONNECTION)
        case _:
            return False


def around(event: Event, pair: PairSnapshot) -> tuple[Event, ...]:
    """What happened on both nodes within half a minute of this event, it included, oldest first."""
    near = [one for one in pair.events if abs(one.epoch - event.epoch) <= AROUND_S]
    return timeline_view.ordered(near if event in near else [*near, event])


def event_facts(
    event: Event, scene: Scene, names: timeline_view.Names, cells: int
) -> tuple[Line, ...]:
    """The event in full: moment with its day, how exactly that is known and by whom, and its text."""
    day = timeline_view.day_word(event, scene)
    exact = tr("to the millisecond") if event.resolution == "ms" else tr("to the second")
    source = _sources().get(str(event.source or ""), tr("the console"))
    head = line(
        (f"{day} {timeline_view.stamp(event, scene)}", Tone.STRONG),
        (f"  {exact}, {tr('told by {source}').format(source=source)}", Tone.MUTED),
    )
    place = timeline_view.where(event, names)
    said = f"{event.node or tr('pair')}  {place}  {timeline_view.describe(event)}"
    rows = [head, *wrap(said, cells, CAUSE_ROWS)]
    if event.new is not None and event.text:
        rows += wrap(event.text, cells, CAUSE_ROWS, Tone.MUTED)
    return tuple(rows)


def _sources() -> dict[str, str]:
    return {
        "devd": tr("devd as it arrived"),
        "log": tr("the system log, by the node's own clock"),
        "ssh": tr("two readings that differ"),
        "snmp": tr("two readings by SNMP that differ"),
    }


def event_lines(
    events: Sequence[Event], chosen: Event | None, pair: PairSnapshot, scene: Scene
) -> tuple[tuple[Line, ...], int | None]:
    """The events as the timeline shows them, the chosen one marked, and the row of that one."""
    names = vips.interface_labels(pair)
    lines = timeline_view.rows(events, scene, names, timeline_view.node_tones(pair))
    rows: list[Line] = []
    first = None
    for text, event in timeline_view.with_days(events, lines, scene):
        here = event is not None and event == chosen
        if here and first is None:
            first = len(rows)
        lead = ("► ", Tone.ACCENT) if here else ("  ", Tone.PLAIN)
        rows.append(line(lead, text) if chosen is not None else text)
    return tuple(rows), first
