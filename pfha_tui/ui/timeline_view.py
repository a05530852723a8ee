"""Pure: the timeline's lines, and which of them a filter lets through."""

from collections.abc import Mapping, Sequence
from enum import Enum

from rich.cells import cell_len

from pfha_tui.domain.events import UNREACHABLE, Event, EventKind, Resolution
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.domain.transitions import LIMIT, became
from pfha_tui.domain.wording import word
from pfha_tui.ui import present, texts
from pfha_tui.ui.line import Line, Tone, line, pad
from pfha_tui.ui.present import Scene

STAMP_CELLS = 12
NODE_CELLS = 10
WHERE_CELLS = 16
TEXT_LIMIT = 600
DAY_RULE = 24

Names = Mapping[tuple[str | None, str], str]
"""What the operator calls the interfaces, by the name of the node and the device."""

Known = dict[tuple[Event, int, int], Line]
"""The line of an event, for these widths of the columns with node and place."""

KNOWN_LIMIT = LIMIT + LIMIT // 4
"""So many lines are kept before those that are not shown go: not each time that an event leaves the timeline."""

_TONES = {
    EventKind.DEMOTION: Tone.WARN,
    EventKind.LINK: Tone.WARN,
    EventKind.CONNECTION: Tone.MUTED,
    EventKind.ACTION: Tone.ACCENT,
}

_VERDICT_TONES = {kind.value: mark.tone for kind, mark in present.VERDICT_MARKS.items()}


class Kinds(Enum):
    """Groups of events to look at alone."""

    ALL = frozenset(EventKind)
    ROLES = frozenset({EventKind.TRANSITION, EventKind.DEMOTION, EventKind.VERDICT})
    LINKS = frozenset({EventKind.LINK, EventKind.CONNECTION})
    SYNC = frozenset({EventKind.PFSYNC, EventKind.SYNC})
    ACTIONS = frozenset({EventKind.ACTION})

    @property
    def title(self) -> str:
        """The group in a few words."""
        words = {
            Kinds.ALL: tr("all kinds"),
            Kinds.ROLES: tr("roles and verdicts"),
            Kinds.LINKS: tr("links and connections"),
            Kinds.SYNC: tr("state and configuration sync"),
            Kinds.ACTIONS: tr("own actions"),
        }
        return words[self]

    @property
    def following(self) -> "Kinds":
        """The next group, round and round."""
        groups = list(Kinds)
        return groups[(groups.index(self) + 1) % len(groups)]


def stamp(event: Event, scene: Scene) -> str:
    """The time of day with the resolution it has: `18:40:55.120`, or `18:40:55` for a log line."""
    moment = scene.local(event.epoch)
    if event.resolution is Resolution.S:
        return f"{moment:%H:%M:%S}"
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def where(event: Event, names: Names) -> str:
    """The VIP, interface or subject of an event: `WAN vhid 1`, `LAN`, `pfsync`."""
    device = event.interface or ""
    name = names.get((event.node, device), device)
    if event.vhid is not None:
        return f"{name} {tr(texts.VHID)} {event.vhid}".strip()
    return name or word(event.kind)


def change(event: Event) -> str:
    """A role change: `BACKUP → MASTER`, or `→ MASTER` where the state before is not known."""
    return f"{event.old or ''} → {event.new}".lstrip()


def describe(event: Event) -> str:
    """What happened, in words: `BACKUP → MASTER   preempting a slower master`."""
    return event.text if event.new is None else f"{change(event)}   {event.reason}".rstrip()


def matches(event: Event, needle: str, names: Names) -> bool:
    """Whether the filter's text occurs (in any case) in what the line shows."""
    if not needle:
        return True
    shown = f"{event.node or ''} {where(event, names)} {describe(event)} {word(event.kind)}"
    return needle.casefold() in shown.casefold()


def node_tones(pair: PairSnapshot) -> dict[str | None, Tone]:
    """The tones that tell the nodes of a pair apart."""
    return {pair.primary.name: Tone.NODE_A, pair.secondary.name: Tone.NODE_B}


def ordered(events: Sequence[Event]) -> tuple[Event, ...]:
    """Oldest first."""
    return tuple(sorted(events, key=lambda event: event.epoch))


def rows(
    events: Sequence[Event],
    scene: Scene,
    names: Names,
    tones: Mapping[str | None, Tone] | None = None,
    known: Known | None = None,
) -> tuple[Line, ...]:
    """One line per event, in their order; `names` has what the operator calls the interfaces, `tones` how
    the nodes are told apart. `known` keeps the lines for the next time, as long as both stay the same."""
    told, known = tones or {}, {} if known is None else known
    nodes = [clean((event.node or tr(texts.PAIR))[:64]) for event in events]
    places = [clean(where(event, names)[:64]) for event in events]
    node_cells = min(NODE_CELLS, max(map(cell_len, nodes), default=0))
    place_cells = min(WHERE_CELLS, max(map(cell_len, places), default=0))
    lines, used = [], set()
    for event, node, place in zip(events, nodes, places, strict=True):
        key = event, node_cells, place_cells
        used.add(key)
        if key not in known:
            known[key] = line(
                (f"{stamp(event, scene):{STAMP_CELLS}}  ", Tone.MUTED),
                pad(line((node, told.get(event.node, Tone.STRONG))), node_cells),
                "  ",
                pad(line(place), place_cells),
                "  ",
                *_told(event),
            )
        lines.append(known[key])
    if len(known) > KNOWN_LIMIT:
        for key in known.keys() - used:
            del known[key]
    return tuple(lines)


def with_days(
    events: Sequence[Event], lines: Sequence[Line], scene: Scene
) -> tuple[tuple[Line, Event | None], ...]:
    """The lines with their events, and a line with the day (and no event) where another day begins.

    Lines of today alone need none.
    """
    told: list[tuple[Line, Event | None]] = []
    day = today = scene.local(scene.epoch).date()
    for number, (event, text) in enumerate(zip(events, lines, strict=True)):
        own = scene.local(event.epoch).date()
        if own != day or (number == 0 and own != today):
            told.append((_day_line(day_word(event, scene)), None))
        day = own
        told.append((text, event))
    return tuple(told)


def day_word(event: Event, scene: Scene) -> str:
    """The day of an event: `Nov 19`, or `today`."""
    if scene.local(event.epoch).date() == scene.local(scene.epoch).date():
        return tr("today")
    return present.day_text(event.epoch, scene)


def _day_line(word: str) -> Line:
    return line((f"── {word} ", Tone.MUTED), ("─" * DAY_RULE, Tone.FRAME))


def _tone(event: Event) -> Tone:
    if event.kind is EventKind.LINK and "UP" in (event.after, event.reason):
        return Tone.PLAIN
    if event.kind is EventKind.DEMOTION and became(event) == "0":
        return Tone.PLAIN
    if event.kind is EventKind.CONNECTION and event.after == UNREACHABLE:
        return Tone.BAD
    if event.kind is EventKind.VERDICT:
        return _VERDICT_TONES.get(event.after, Tone.STRONG)
    return _TONES.get(event.kind, Tone.PLAIN)


def _told(event: Event) -> Line:
    """The change in its tone, and the reason beside it."""
    if event.new is None:
        return line((clean(event.text[:TEXT_LIMIT]), _tone(event)))
    tones = {CarpState.MASTER: Tone.ACCENT, CarpState.INIT: Tone.WARN}
    reason = clean(event.reason[:TEXT_LIMIT])
    return line(
        (change(event), tones.get(event.new, Tone.PLAIN)), ("   ", Tone.PLAIN), (reason, Tone.MUTED)
    )
