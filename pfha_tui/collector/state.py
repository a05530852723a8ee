"""What is known of one node, grown by samples, pushed lines and SNMP facts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pfha_tui.collector import catalogue, sections
from pfha_tui.collector.clock import Clock
from pfha_tui.domain.clock_offset import offset_of
from pfha_tui.domain.command import Command, Output, PushedLine, Sample, StreamKind
from pfha_tui.domain.events import (
    CarpEvent,
    Event,
    EventKind,
    LinkEvent,
    Resolution,
)
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState, NodeClock, SnmpFacts
from pfha_tui.domain.outcome import classify
from pfha_tui.domain.rates import advance
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading, Source
from pfha_tui.domain.roles import PushedState, carp_roles
from pfha_tui.domain.snapshot import LinkState, LinkStatus, NodeSnapshot, Since, Stop
from pfha_tui.domain.target import NodeTarget
from pfha_tui.domain.transitions import WINDOW_S, events_between
from pfha_tui.parsers import devd, log
from pfha_tui.parsers.decode import decode
from pfha_tui.parsers.errors import ParseError

STEP_S = 1.0
"""More than a clock is slewed by between two looks at it."""

KEYS_LIMIT = 1024
"""VHIDs that are remembered: a node that invents new names must not fill the console's memory."""

RAW_LIMIT = 256 * 1024
"""Bytes of each stream of an output that are kept for looking at."""

V = TypeVar("V")
Key = tuple[str, int]
Subscriber = Callable[[tuple[Event, ...]], None]


@dataclass(frozen=True, slots=True)
class _Start:
    """Since when a VHID has the state that it has; `before` is the one before that, where it is known.

    `logged` is the line of the log that dated it, if one did.
    """

    state: CarpState
    since: Since
    before: CarpState | None = None
    logged: Event | None = None


class NodeState:
    """The newest snapshot of one node; every method is one thing that happened.

    `outputs` keeps what each catalogue command printed last, with its monotonic time.
    Subscribers are told after each change, with the events that it brought.
    """

    def __init__(self, target: NodeTarget, clock: Clock, poll_s: float = 1.0) -> None:
        self._clock = clock
        now = clock.monotonic()
        off = LinkStatus(LinkState.OFF, now)
        blank = NodeSnapshot(target.name, target.role, target.address, now, ssh=off, snmp_link=off)
        self.snapshot = sections.with_periods(blank, poll_s)
        self.outputs: dict[str, tuple[Output, float]] = {}
        self._subscribers: list[Subscriber] = []
        self._pushed: dict[Key, PushedState] = {}
        self._since: dict[Key, _Start] = {}
        self._logged: dict[Key, tuple[Event, float]] = {}
        self._expected: dict[Key, None] = {}
        self._polled_at = now
        self._wall_ahead = clock.epoch() - now
        self._stepped_at = float("-inf")

    def subscribe(self, callback: Subscriber) -> None:
        """Tell this callback of every change."""
        self._subscribers.append(callback)

    def ssh_link(
        self,
        state: LinkState,
        detail: str,
        rtt_s: float | None = None,
        next_try_at: float | None = None,
        stop: Stop | None = None,
    ) -> None:
        """The SSH side changed its state."""
        self._link("ssh", state, detail, rtt_s, next_try_at, stop)

    def snmp_link(self, state: LinkState, detail: str) -> None:
        """The SNMP side changed its state."""
        self._link("snmp_link", state, detail)

    def mind_steps(self) -> None:
        """Forget the node's clock where the console's own has stepped against its monotonic time.

        That is set by hand or by NTP, or the machine has slept, in which monotonic time may stand still: until
        the next reading nobody knows how far the clocks are apart.
        """
        now = self._clock.monotonic()
        wall_ahead = self._clock.epoch() - now
        if abs(wall_ahead - self._wall_ahead) > STEP_S:
            self._stepped_at = now
            blank: Reading[NodeClock] = Reading(period_s=self.snapshot.clock.period_s)
            self.snapshot = replace(self.snapshot, clock=blank)
        self._wall_ahead = wall_ahead

    def sample(self, sample: Sample) -> tuple[tuple[Command, ErrorKind], ...]:
        """A framed run came back; the result names the sections that were refused or not there."""
        self.mind_steps()
        at = sample.received_at
        old = new = self.snapshot
        if sample.clock_epoch is not None and at - sample.duration_s > self._stepped_at:
            within = sample.duration_s if sample.begun_s is None else sample.begun_s
            clock = NodeClock(sample.clock_epoch, sample.utc_offset_s or 0, within)
            read_at = at - sample.duration_s + within
            new = replace(new, clock=new.clock.renewed(clock, read_at, Source.SSH))
        errors = []
        history: tuple[Event, ...] = ()
        for output in sample.outputs:
            self.outputs[output.command.id] = (_kept(output), at)
            if output.command == catalogue.LOG_TAIL:
                new, history, kind = self._read_log(new, output, at)
            else:
                new, kind = sections.read(new, output, at)
            if kind is not None:
                errors.append((output.command, kind))
        if any(output.command == catalogue.IFCONFIG for output in sample.outputs):
            new = replace(new, sampled_from=at - sample.duration_s)
        if new.interfaces.taken_at == at:
            self._polled_at = at - sample.duration_s
        new = self._with_roles(replace(new, rates=advance(old, new)))
        self._become(new, history + events_between(old, new, self._clock.epoch()))
        return tuple(errors)

    def timed_out(self, commands: Sequence[Command], why: str) -> None:
        """These commands did not end in time."""
        now = self._clock.monotonic()
        new = self.snapshot
        for command in commands:
            new = sections.timed_out(new, command, why, now)
        if catalogue.IFCONFIG in commands:
            new = replace(new, sampled_from=now)
        self._become(new)

    def pushed(self, line: PushedLine) -> bool:
        """A pushed line came; True if it is worth a poll at once."""
        self.mind_steps()
        if line.kind is StreamKind.LOG:
            event = log.parse_line(line.text, self.snapshot.name, self.snapshot.clock.value)
            if event is None:
                return False
            self._note(event, line.received_at)
            self._become(self._with_roles(self.snapshot), (event,))
            return event.kind in (EventKind.TRANSITION, EventKind.DEMOTION, EventKind.LINK)
        told = devd.parse_line(line.text)
        epoch = self._clock.epoch() - (self._clock.monotonic() - line.received_at)
        if isinstance(told, CarpEvent):
            self._become_pushed(told, line, epoch)
        elif isinstance(told, LinkEvent):
            self._become(self.snapshot, (self._link_event(told, epoch),))
        return told is not None

    def push_gaps(self, gaps: tuple[str, ...]) -> None:
        """These streams are not to be had on this connection."""
        if gaps != self.snapshot.push_gaps:
            self._become(replace(self.snapshot, push_gaps=gaps))

    def snmp_facts(self, facts: SnmpFacts) -> None:
        """The agent told something."""
        now = self._clock.monotonic()
        self._become(
            replace(self.snapshot, snmp=self.snapshot.snmp.renewed(facts, now, Source.SNMP))
        )

    def snmp_failed(self, why: str, understood: bool) -> None:
        """The agent did not answer, or not in a way that can be understood."""
        kind = ErrorKind.TIMEOUT if understood else ErrorKind.PARSE
        reading = self.snapshot.snmp.failed(ReadError(kind, why), self._clock.monotonic())
        self._become(replace(self.snapshot, snmp=reading))

    def reachable(self, reachable: bool, why: str) -> None:
        """The node can, or cannot, be reached by any way."""
        if (reachable, why) != (self.snapshot.reachable, self.snapshot.unreachable_why):
            old = self.snapshot
            new = replace(old, reachable=reachable, unreachable_why=why)
            if not reachable and old.reachable is not False:
                new = replace(new, sampled_from=self._clock.monotonic())
            self._become(new, events_between(old, new, self._clock.epoch()))

    def count_failed_sample(self) -> None:
        """Another poll period went by without the node."""
        self._become(replace(self.snapshot, sampled_from=self._clock.monotonic()))

    def _link(
        self,
        field: str,
        state: LinkState,
        detail: str,
        rtt_s: float | None = None,
        next_try_at: float | None = None,
        stop: Stop | None = None,
    ) -> None:
        now = self._clock.monotonic()
        old: LinkStatus = getattr(self.snapshot, field)
        heard = now if state is LinkState.LIVE else old.heard_at
        since = old.since if old.state is state else now
        rtt_s = rtt_s if rtt_s is not None else old.rtt_s
        new = LinkStatus(state, since, detail, rtt_s, heard, next_try_at, stop)
        changes: dict[str, Any] = {field: new}
        self._become(replace(self.snapshot, **changes))

    def _read_log(
        self, snapshot: NodeSnapshot, output: Output, at: float
    ) -> tuple[NodeSnapshot, tuple[Event, ...], ErrorKind | None]:
        """The log's tail feeds the timeline; the section itself only tells how much it told."""
        error = classify(output)
        events: tuple[Event, ...] = ()
        if error is None:
            try:
                events = log.parse_tail(
                    decode(output.stdout, output.command.id), snapshot.name, snapshot.clock.value
                )
            except ParseError as problem:
                error = ReadError(ErrorKind.PARSE, str(problem))
        if error is not None:
            return replace(snapshot, log=snapshot.log.failed(error, at)), (), error.kind
        for event in events:
            self._note(event, at)
        return (
            replace(snapshot, log=snapshot.log.renewed(len(events), at, Source.SSH)),
            events,
            None,
        )

    def _note(self, event: Event, heard_at: float) -> None:
        """Keep the last line of the log about each VHID, for the moment when the role is as it says."""
        if event.interface is not None and event.new is not None:
            _remember(self._logged, (event.interface, event.vhid or 0), (event, heard_at))

    def _become_pushed(self, told: CarpEvent, line: PushedLine, epoch: float) -> None:
        key = (told.interface, told.vhid)
        before = self._before(key, told.state, epoch)
        _remember(self._pushed, key, PushedState(told.state, line.received_at))
        _remember(self._since, key, _Start(told.state, Since(epoch, exact=True), before))
        text = f"{before.value if before else '?'} → {told.state.value}"
        event = Event(
            epoch,
            Resolution.MS,
            EventKind.TRANSITION,
            self.snapshot.name,
            text,
            Source.DEVD,
            told.interface,
            told.vhid,
            before,
            told.state,
        )
        self._become(self._with_roles(self.snapshot), (event,))

    def _before(self, key: Key, new: CarpState, epoch: float) -> CarpState | None:
        """What a VHID was until it became `new`; None where that is not known.

        A poll, or the log, may have told the same change a moment ago.
        """
        start = self._since.get(key)
        if start is None or start.state is not new:
            return start.state if start is not None else None
        return start.before if epoch - start.since.epoch <= WINDOW_S else None

    def _link_event(self, told: LinkEvent, epoch: float) -> Event:
        text = tr("link up") if told.up else tr("link down")
        return Event(
            epoch,
            Resolution.MS,
            EventKind.LINK,
            self.snapshot.name,
            text,
            Source.DEVD,
            told.interface,
            after="UP" if told.up else "DOWN",
        )

    def _with_roles(self, snapshot: NodeSnapshot) -> NodeSnapshot:
        interfaces = snapshot.interfaces
        if interfaces.value is None:
            return snapshot
        demotion = snapshot.carp.value.demotion if snapshot.carp.value is not None else None
        roles = carp_roles(
            interfaces.value,
            demotion,
            interfaces.source or Source.SSH,
            self._polled_at,
            self._pushed,
            self._expected,
        )
        dated = []
        for role in roles:
            key = (role.interface, role.vhid)
            if role.state is None:
                self._since.pop(key, None)
                dated.append(role)
                continue
            _remember(self._expected, key, None)
            self._forget_outdated(key, role.state, role.at)
            start = self._started(key, role.state, snapshot.clock)
            _remember(self._since, key, start)
            dated.append(replace(role, since=start.since))
        return replace(snapshot, roles=tuple(dated))

    def _started(self, key: Key, state: CarpState, clock: Reading[NodeClock]) -> _Start:
        """Since when a VHID is in this state.

        A line of the log dates it, unless it tells of a time before what is known exactly. Where the clocks'
        offset is not exact, the line dates it once: a later reading of the clock moves it only if it is exact.
        What a line has dated exactly, it does not date anew: the node's clock may have been set since.
        """
        epoch = self._clock.epoch()
        start = self._since.get(key)
        if start is None or start.state is not state:
            before = start.state if start is not None else None
            start = _Start(state, Since(epoch, exact=False), before)
        event, _ = self._logged.get(key, (None, 0.0))
        off = offset_of(clock, self._clock.monotonic(), epoch)
        if event is None or event.new is not state or off is None:
            return start
        told = start.logged == event or event.epoch - off.most <= start.since.epoch
        if start.since.exact and told:
            return start
        before = event.old or start.before
        if off.exact:
            return _Start(state, Since(event.epoch - off.proven, exact=True), before, event)
        if start.logged == event:
            return start
        noticed = epoch if start.since.exact else start.since.epoch
        since = Since(min(noticed, event.epoch - off.least), exact=False)
        return _Start(state, since, before, event)

    def _forget_outdated(self, key: Key, state: CarpState, at: float) -> None:
        """Drop a line of the log about a VHID that was in another state at monotonic `at`, after it was heard."""
        event, heard_at = self._logged.get(key, (None, 0.0))
        if event is not None and event.new is not state and heard_at < at:
            del self._logged[key]

    def _become(self, snapshot: NodeSnapshot, events: tuple[Event, ...] = ()) -> None:
        self.snapshot = snapshot
        for subscriber in self._subscribers:
            subscriber(events)


def _remember(book: dict[Key, V], key: Key, value: V) -> None:
    """Put an entry last; of too many the one that was put longest ago goes."""
    book.pop(key, None)
    book[key] = value
    if len(book) > KEYS_LIMIT:
        del book[next(iter(book))]


def _kept(output: Output) -> Output:
    """The output as it is shown raw: a huge one only with its beginning."""
    if max(len(output.stdout), len(output.stderr)) <= RAW_LIMIT:
        return output
    return replace(output, stdout=output.stdout[:RAW_LIMIT], stderr=output.stderr[:RAW_LIMIT])
