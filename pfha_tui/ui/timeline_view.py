"""Pure: the timeline's lines, and which of them a filter lets through."""

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.text import clean
from pfha_tui.ui import present, texts
from pfha_tui.ui.line import Line, Tone, line, pad
from pfha_tui.ui.present import Scene

STAMP_CELLS = 12
NODE_CELLS = 10
WHERE_CELLS = 16
TEXT_LIMIT = 600

_TONES = {
    EventKind.DEMOTION: Tone.WARN,
    EventKind.LINK: Tone.WARN,
    EventKind.CONNECTION: Tone.MUTED,
    EventKind.VERDICT: Tone.STRONG,
}


def stamp(event: Event, scene: Scene) -> str:
    """The time of day with the resolution it has: `18:40:55.120`, or `18:40:55` for a log line."""
    moment = scene.local(event.epoch)
    if event.resolution is Resolution.S:
        return f"{moment:%H:%M:%S}"
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def where(event: Event, names: Mapping[str, str]) -> str:
    """The VIP, interface or subject of an event: `WAN vhid 1`, `LAN`, `pfsync`."""
    name = names.get(event.interface, event.interface) if event.interface else ""
    if event.vhid is not None:
        return f"{name} {texts.VHID} {event.vhid}".strip()
    return name or str(event.kind)


def change(event: Event) -> str:
    """A role change: `BACKUP → MASTER`, or `→ MASTER` where the state before is not known."""
    return f"{event.old or ''} → {event.new}".lstrip()


def describe(event: Event) -> str:
    """What happened, in words: `BACKUP → MASTER   preempting a slower master`."""
    return event.text if event.new is None else f"{change(event)}   {event.reason}".rstrip()


def matches(event: Event, needle: str, names: Mapping[str, str]) -> bool:
    """Whether the filter's text occurs (in any case) in what the line shows."""
    if not needle:
        return True
    shown = f"{event.node or ''} {where(event, names)} {describe(event)} {event.kind}"
    return needle.casefold() in shown.casefold()


def rows(events: Sequence[Event], scene: Scene, names: Mapping[str, str]) -> tuple[Line, ...]:
    """One line per event, oldest first; lines of another day than today carry their day."""
    lines: list[Line] = []
    nodes = [clean((event.node or texts.PAIR)[:64]) for event in events]
    places = [clean(where(event, names)[:64]) for event in events]
    node_cells = min(NODE_CELLS, max(map(cell_len, nodes), default=0))
    place_cells = min(WHERE_CELLS, max(map(cell_len, places), default=0))
    today = scene.local(scene.epoch).date()
    told = sorted(zip(events, nodes, places, strict=True), key=lambda one: one[0].epoch)
    for event, node, place in told:
        moment = stamp(event, scene).ljust(STAMP_CELLS)
        if scene.local(event.epoch).date() != today:
            moment = f"{present.day_text(event.epoch, scene)} {moment}"
        lines.append(
            line(
                (f"{moment}  ", Tone.MUTED),
                pad(line((node, Tone.STRONG)), node_cells),
                "  ",
                pad(line(place), place_cells),
                "  ",
                *_told(event),
            )
        )
    return tuple(lines)


def _told(event: Event) -> Line:
    """The change in its tone, and the reason beside it."""
    if event.new is None:
        return line((clean(event.text[:TEXT_LIMIT]), _TONES.get(event.kind, Tone.PLAIN)))
    tones = {CarpState.MASTER: Tone.ACCENT, CarpState.INIT: Tone.WARN}
    reason = clean(event.reason[:TEXT_LIMIT])
    return line(
        (change(event), tones.get(event.new, Tone.PLAIN)), ("   ", Tone.PLAIN), (reason, Tone.MUTED)
    )
