"""From one snapshot to the next: what changed, each change once, whoever told it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pfha_tui.domain.clock_offset import latest, proven_offsets
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import Source
from pfha_tui.domain.snapshot import LinkState, LinkStatus, NodeSnapshot, PairSnapshot
from pfha_tui.domain.transitions import LIMIT, became, merge
from pfha_tui.domain.verdict import Severity, VerdictKind
from pfha_tui.domain.wording import word

LOG_TOLERANCE_S = 2.0
"""Within this a line of the log may be older than its stamp and the node's clock tell."""

MISSING = "missing"
"""The new state of a role whose VHID is no longer there."""

Subject = tuple[EventKind, str | None, str | None, int | None]
Reasons = frozenset[tuple[str, str | None, str | None, int | None]]


class ChangeKind(StrEnum):
    """What changed."""

    VERDICT = "verdict"
    ROLE = "role"
    LINK = "link"
    DEMOTION = "demotion"
    CONNECTION = "connection"
    PFSYNC = "pfsync"
    SYNC = "sync"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a pair.

    `epoch` is wall-clock seconds, as exact as `resolution` says; `node` is None for what concerns the pair.
    `old` and `new` are words that no language changes (MASTER, down, 240, healthy), None where unknown;
    `text` is one clause for people that may hold device text. `source` is None for what we concluded.
    """

    pair: str
    epoch: float
    resolution: Resolution
    kind: ChangeKind
    node: str | None
    text: str
    interface: str | None = None
    vhid: int | None = None
    old: str | None = None
    new: str | None = None
    source: Source | None = None


_KINDS = {
    EventKind.TRANSITION: ChangeKind.ROLE,
    EventKind.DEMOTION: ChangeKind.DEMOTION,
    EventKind.LINK: ChangeKind.LINK,
    EventKind.PFSYNC: ChangeKind.PFSYNC,
    EventKind.SYNC: ChangeKind.SYNC,
    EventKind.ACTION: ChangeKind.ACTION,
}
"""Verdict and connection are told from the snapshots themselves, which have them in words."""

_SETTLED = (LinkState.LIVE, LinkState.DOWN, LinkState.STOPPED)


class ChangeLog:
    """Follows a pair from a first snapshot, which is taken as known, and tells what each later one changes.

    Of events that are older than the first snapshot, as the log's tail has them, nothing is told. The same
    change by another source, or with a reason that came later, is not told again.
    """

    def __init__(self, first: PairSnapshot) -> None:
        self._started = first.epoch
        self._last = first
        self._told = first.events
        self._verdict = first.verdict.kind if first.verdict.confirmed else None
        self._reasons = _reasons(first)
        self._ways = dict(_ways(first))
        self._known: dict[Subject, str] = dict(_facts(first))

    def step(self, snapshot: PairSnapshot) -> tuple[Change, ...]:
        """The changes since the snapshot before, in the order of their moments; the verdict comes last."""
        changes = [*self._events(snapshot), *self._connections(snapshot)]
        changes.sort(key=lambda change: change.epoch)
        changes += self._verdicts(snapshot)
        self._last = snapshot
        return tuple(changes)

    def _events(self, snapshot: PairSnapshot) -> Iterator[Change]:
        if snapshot.events is self._last.events:
            return
        before = set(self._last.events)
        offsets = proven_offsets(snapshot.nodes, snapshot.at, snapshot.epoch)
        for event in snapshot.events:
            if event in before or not self._news(event, offsets):
                continue
            kind = _KINDS.get(event.kind)
            since = self._started - (LOG_TOLERANCE_S if event.source is Source.LOG else 0.0)
            if kind is not None and latest(event, snapshot) >= since:
                yield self._change(event, kind, snapshot)

    def _news(self, event: Event, offsets: Mapping[str, float]) -> bool:
        """Remember the event; False if it only tells again what was told."""
        merged = merge(self._told, (event,), LIMIT + 1, offsets)
        new = len(merged) > len(self._told)
        self._told = merged[-LIMIT:]
        return new

    def _change(self, event: Event, kind: ChangeKind, snapshot: PairSnapshot) -> Change:
        subject = (event.kind, event.node, event.interface, event.vhid)
        old = event.old.value if event.old is not None else self._known.get(subject)
        new = _new(event)
        if old == new:
            # What was known was told, or polled, after the change: of what was before it says nothing.
            old = None
        if new is not None:
            self._known[subject] = new
        return Change(
            snapshot.pair,
            event.epoch,
            event.resolution,
            kind,
            event.node,
            _role_text(old, new or MISSING, event.reason)
            if kind is ChangeKind.ROLE
            else event.text,
            event.interface,
            event.vhid,
            old,
            new,
            event.source,
        )

    def _connections(self, snapshot: PairSnapshot) -> Iterator[Change]:
        for (node, source), (new, text) in _ways(snapshot):
            old, _ = self._ways.get((node, source), (None, ""))
            self._ways[node, source] = new, text
            if old is not None and old != new:
                yield Change(
                    snapshot.pair,
                    snapshot.epoch,
                    Resolution.MS,
                    ChangeKind.CONNECTION,
                    node,
                    text,
                    old=old,
                    new=new,
                    source=source,
                )

    def _verdicts(self, snapshot: PairSnapshot) -> Iterator[Change]:
        verdict, reasons = snapshot.verdict, _reasons(snapshot)
        if not verdict.confirmed or (verdict.kind, reasons) == (self._verdict, self._reasons):
            return
        old, self._verdict, self._reasons = self._verdict, verdict.kind, reasons
        yield Change(
            snapshot.pair,
            snapshot.epoch,
            Resolution.MS,
            ChangeKind.VERDICT,
            None,
            verdict.why,
            old=_value(old),
            new=verdict.kind.value,
        )


def _reasons(snapshot: PairSnapshot) -> Reasons:
    """What the verdict's sentence rests on, without the numbers in it: the causes that weigh, and who serves."""
    weighed = [found for found in snapshot.verdict.causes if found.severity is not Severity.NOTE]
    serving = [
        (role.state.value, node.name, role.interface, role.vhid)
        for node in snapshot.nodes
        for role in node.roles
        if role.state is CarpState.MASTER
    ]
    return frozenset([*((c.id, c.node, c.interface, c.vhid) for c in weighed), *serving])


def _value(kind: VerdictKind | None) -> str | None:
    return kind.value if kind is not None else None


def _new(event: Event) -> str | None:
    match event.kind:
        case EventKind.TRANSITION:
            return event.new.value if event.new is not None else MISSING
        case EventKind.LINK:
            return became(event).lower()
        case EventKind.DEMOTION:
            total = became(event)
            return total if total.lstrip("-").isdecimal() else None
        case _:
            return event.new.value if event.new is not None else None


def _role_text(old: str | None, new: str, reason: str) -> str:
    text = tr("now {new}") if old is None else tr("{old} to {new}")
    text = text.format(old=old, new=new)
    return tr("{what}: {detail}").format(what=text, detail=reason) if reason else text


def _ways(
    snapshot: PairSnapshot,
) -> Iterator[tuple[tuple[str, Source | None], tuple[str, str]]]:
    """Each node as a whole and each way to it that has come to an answer: (node, source), (word, sentence)."""
    for node in snapshot.nodes:
        if node.reachable is not None:
            why = node.unreachable_why
            yes, no = tr("reachable"), tr("unreachable")
            state = "reachable" if node.reachable else "unreachable"
            text = yes if node.reachable else no
            if why and not node.reachable:
                text = tr("{what}: {detail}").format(what=no, detail=why)
            yield (node.name, None), (state, text)
        yield from _link(node, Source.SSH, node.ssh)
        yield from _link(node, Source.SNMP, node.snmp_link)


def _link(
    node: NodeSnapshot, source: Source, link: LinkStatus
) -> Iterator[tuple[tuple[str, Source | None], tuple[str, str]]]:
    if link.state in _SETTLED:
        detail = f": {link.detail}" if link.detail else ""
        text = f"{source.value} {word(link.state)}{detail}"
        yield (node.name, source), (link.state.value, text)


def _facts(snapshot: PairSnapshot) -> Iterator[tuple[Subject, str]]:
    """What each subject of a change is at the start."""
    for node in snapshot.nodes:
        for role in node.roles:
            state = role.state.value if role.state is not None else MISSING
            yield (EventKind.TRANSITION, node.name, role.interface, role.vhid), state
        for interface in node.interfaces.value or ():
            passes = interface.up and not interface.link_down
            yield (EventKind.LINK, node.name, interface.name, None), "up" if passes else "down"
        carp = node.carp.value
        if carp is not None and carp.demotion is not None:
            yield (EventKind.DEMOTION, node.name, None, None), str(carp.demotion)
