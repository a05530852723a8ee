"""The timeline: what polling alone saw change, and how it merges with what was pushed and logged."""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from pfha_tui.domain.events import REACHABLE, UNREACHABLE, Event, EventKind, Resolution
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState, Interface
from pfha_tui.domain.reading import Source
from pfha_tui.domain.snapshot import NodeSnapshot

WINDOW_S = 3.0
LIMIT = 2000
REACH = 200
"""Events on either side among which the same change is sought: in a flood of lines it is not worth more."""

_ALIKE: Mapping[str, float] = MappingProxyType({})
_PUSHED = (Source.DEVD, Source.LOG)
_EXACTNESS = {Source.DEVD: 0, Source.LOG: 1}
_DEMOTED = re.compile(r"demoted by -?[0-9]+ to (-?[0-9]+)")

Subject = tuple[str | None, EventKind, str | None, int | None]


def events_between(
    previous: NodeSnapshot | None, current: NodeSnapshot, epoch: float
) -> tuple[Event, ...]:
    """What changed on a node between two snapshots, stamped with `epoch` (s, the console's clock).

    Roles that a push changed are left out: the pushed line is an event itself. The first reading of a
    section is no change. Stamps are as exact as polling is, so their resolution is seconds.
    """
    if previous is None:
        return ()
    return (
        *_reachability(previous, current, epoch),
        *_links(previous, current, epoch),
        *_demotion(previous, current, epoch),
        *_roles(previous, current, epoch),
    )


def merge(
    events: tuple[Event, ...],
    new: Iterable[Event],
    limit: int = LIMIT,
    offsets: Mapping[str, float] = _ALIKE,
) -> tuple[Event, ...]:
    """The timeline with more events in it, oldest first, the newest `limit` kept.

    `offsets` has for each node by how many seconds its clock, which stamps its log, is ahead of the console's.

    The same change told by several sources stands once: with the stamp of devd, else of the log, else of
    the poll, and with the kernel's reason if any of them has it. Told twice by one source, it stands once
    if the stamps are equal (the log's tail is read again after a reconnect).
    """
    timeline = list(events)
    for event in new:
        at = _twin(timeline, event, offsets)
        if at is None:
            insort(timeline, event, key=_epoch)
            continue
        both = _joined(timeline[at], event)
        if both != timeline[at]:
            del timeline[at]
            insort(timeline, both, key=_epoch)
    return tuple(timeline[-limit:]) if limit > 0 else ()


def _epoch(event: Event) -> float:
    return event.epoch


def _subject(event: Event) -> Subject | None:
    """What an event is about, None for kinds that only one source tells of."""
    if event.kind in (EventKind.TRANSITION, EventKind.LINK):
        return (event.node, event.kind, event.interface, event.vhid)
    if event.kind is EventKind.DEMOTION:
        return (event.node, event.kind, None, None)
    return None


def became(event: Event) -> str:
    """How it is after the event, in the same words for every source."""
    if event.kind is EventKind.TRANSITION:
        return event.new.value if event.new is not None else ""
    if event.after:
        return event.after
    if event.kind is EventKind.LINK:
        return event.text.rsplit(" ", 1)[-1].upper()
    total = _DEMOTED.search(event.text)
    return total[1] if total else event.text


def _moment(event: Event, offsets: Mapping[str, float]) -> float:
    """When it happened by the console's clock."""
    if event.source is not Source.LOG:
        return event.epoch
    return event.epoch - offsets.get(event.node or "", 0.0)


def _twin(timeline: list[Event], event: Event, offsets: Mapping[str, float]) -> int | None:
    """Index of the event that tells the same change, None if it is new."""
    moment = _moment(event, offsets)
    stamps = {moment, moment + offsets.get(event.node or "", 0.0)}
    subject, outcome = _subject(event), became(event)
    near: list[tuple[float, int]] = []
    for at in (at for stamp in stamps for at in _around(timeline, stamp)):
        told = timeline[at]
        if (told.kind, told.node, told.source) == (event.kind, event.node, event.source):
            if told.epoch == event.epoch and _same(told, event):
                return at
        elif subject is not None and _subject(told) == subject and became(told) == outcome:
            apart = abs(_moment(told, offsets) - moment)
            if apart <= WINDOW_S:
                near.append((apart, at))
    if near:
        return min(near)[1]
    return _explained(timeline, event, subject, outcome) if subject is not None else None


def _around(timeline: list[Event], stamp: float) -> range:
    """The events with nearly this stamp, by their index."""
    middle = bisect_right(timeline, stamp, key=_epoch)
    low = bisect_left(timeline, stamp - WINDOW_S, key=_epoch)
    high = bisect_right(timeline, stamp + WINDOW_S, key=_epoch)
    return range(max(low, middle - REACH), min(high, middle + REACH))


def _same(told: Event, event: Event) -> bool:
    return told.text == event.text and (told.interface, told.vhid) == (event.interface, event.vhid)


def _explained(timeline: list[Event], event: Event, subject: Subject, outcome: str) -> int | None:
    """A poll after a gap notices late what a pushed line dates exactly: find the other half of the pair."""
    if event.source in _PUSHED:
        start = bisect_right(timeline, event.epoch, key=_epoch)
        for at in range(start, min(len(timeline), start + REACH)):
            told = timeline[at]
            if _subject(told) == subject:
                polled = told.source not in _PUSHED
                return at if polled and became(told) == outcome else None
        return None
    last = bisect_right(timeline, event.epoch, key=_epoch) - 1
    for at in range(last, max(-1, last - REACH), -1):
        if _subject(timeline[at]) == subject:
            return at if became(timeline[at]) == outcome else None
    return None


def _joined(told: Event, event: Event) -> Event:
    """The more exact of two, with what only the other one knows: of what was before, the kernel knows best."""
    better, other = told, event
    if _rank(event) < _rank(told):
        better, other = event, told
    if better.kind is EventKind.LINK:
        return better
    logged = other.old if other.source is Source.LOG else None
    return replace(
        better, reason=better.reason or other.reason, old=logged or better.old or other.old
    )


def _rank(event: Event) -> int:
    return _EXACTNESS.get(event.source, 2) if event.source is not None else 2


def _reachability(previous: NodeSnapshot, current: NodeSnapshot, epoch: float) -> Iterator[Event]:
    if current.reachable is None or current.reachable is previous.reachable:
        return
    text = tr("reachable") if current.reachable else tr("unreachable")
    if not current.reachable and current.unreachable_why:
        text = tr("unreachable: {why}").format(why=current.unreachable_why)
    after = REACHABLE if current.reachable else UNREACHABLE
    yield Event(epoch, Resolution.MS, EventKind.CONNECTION, current.name, text, after=after)


def _links(previous: NodeSnapshot, current: NodeSnapshot, epoch: float) -> Iterator[Event]:
    before = {interface.name: interface for interface in previous.interfaces.value or ()}
    for interface in current.interfaces.value or ():
        old = before.get(interface.name)
        if old is not None and _passes(old) is not _passes(interface):
            text = tr("link up") if _passes(interface) else tr("link down")
            yield Event(
                epoch,
                Resolution.S,
                EventKind.LINK,
                current.name,
                text,
                current.interfaces.source,
                interface.name,
                after="UP" if _passes(interface) else "DOWN",
            )


def _passes(interface: Interface) -> bool:
    return interface.up and not interface.link_down


def _demotion(previous: NodeSnapshot, current: NodeSnapshot, epoch: float) -> Iterator[Event]:
    before, after = previous.carp.value, current.carp.value
    if before is None or after is None or before.demotion is None or after.demotion is None:
        return
    if before.demotion != after.demotion:
        step = after.demotion - before.demotion
        text = tr("demoted by {step} to {demotion}").format(step=step, demotion=after.demotion)
        yield Event(
            epoch,
            Resolution.S,
            EventKind.DEMOTION,
            current.name,
            text,
            current.carp.source,
            after=str(after.demotion),
        )


def _roles(previous: NodeSnapshot, current: NodeSnapshot, epoch: float) -> Iterator[Event]:
    if previous.interfaces.value is None:
        return
    before = {(role.interface, role.vhid): role.state for role in previous.roles}
    for role in current.roles:
        old = before.get((role.interface, role.vhid))
        if role.source in _PUSHED or role.state is old:
            continue
        text = f"{_word(old)} → {_word(role.state)}"
        yield Event(
            epoch,
            Resolution.S,
            EventKind.TRANSITION,
            current.name,
            text,
            role.source,
            role.interface,
            role.vhid,
            old,
            role.state,
        )


def _word(state: CarpState | None) -> str:
    return state.value if state is not None else tr("missing")
