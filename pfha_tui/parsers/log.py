"""Lines of /var/log/system.log that belong in the timeline.

Both forms of syslogd(8) are read: RFC 3164 (local time without year or zone) and RFC 5424. A line counts
only when it comes from the program that writes such lines (the kernel, or pfSense's PHP): text that
another program merely quotes is no event. pfSense's "HA cluster member ... has resumed CARP state" lines
are passed over, since they say BACKUP for INIT too and name VHIDs that did not change.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import CarpState, NodeClock
from pfha_tui.domain.reading import Source
from pfha_tui.domain.text import clean
from pfha_tui.parsers.lines import integer

_LONGEST = 4096
TAIL = 2000
"""Lines of a tail that are read, as many as are asked for."""
_DAY_S = 86400
_YEARS_BACK = 8  # 29 February is at most this far from the next one (around 2100)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_RFC3164 = re.compile(
    rf"(?:<[0-9]{{1,3}}>)?(?P<month>{'|'.join(_MONTHS)}) (?P<day>[ 0-9][0-9])"
    r" (?P<h>[0-9]{2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2})(?: <[a-z0-9]+\.[a-z0-9]+>)?"
    r" \S+ (?P<program>[^\s:\[]+)(?:\[[0-9]+\])?: (?P<message>.*)"
)
_RFC5424 = re.compile(
    r"<[0-9]{1,3}>1 (?P<stamp>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?P<fraction>\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})) \S+ (?P<program>\S+) \S+ \S+ (?:-|(?:\[[^\]]*\])+) (?P<message>.*)"
)

_STATE = "INIT|BACKUP|MASTER"
_MSGBUF = re.compile(r"(?:<[0-9]{1,3}>)?(?:\[[0-9.]{1,20}\] )?")
_TRANSITION = re.compile(
    rf"carp: (?:VHID )?(?P<vhid>[0-9]{{1,3}})@(?P<interface>[^\s:]{{1,64}}): (?P<old>{_STATE}) -> (?P<new>{_STATE})"
    r"(?: \((?P<reason>.*)\))?"
)
_DEMOTION = re.compile(
    r"carp: demoted by (?P<by>-?[0-9]{1,10}) to -?[0-9]{1,10} \((?P<reason>.*)\)"
)
_LINK = re.compile(r"(?P<interface>[^\s:]{1,64}): link state changed to (?P<state>UP|DOWN)")
_PFSYNC = re.compile(r"pfsync: .+")

_SCRIPT = re.compile(r"(?:/[\w./-]{1,80}: )?(?:[A-Z]{3,9} \[[^\]]{1,40}\] )?")
_WAIT = re.compile(r"waiting for pfsync\.\.\.|pfsync done in [0-9]{1,6} seconds?\.")
_SYNC = (
    (re.compile(r"Beginning XMLRPC sync data to "), "begin"),
    (re.compile(r"XMLRPC reload data success with "), "success"),
    (re.compile(r"Configuration Change: .*: Merged in config "), "merged"),
    (re.compile(r"Retrying XMLRPC Request due to error"), "retry"),
    (
        re.compile(
            "The other member is on a different configuration version of pfSense"
            "|The pfSense software configuration version of the other member could not be determined"
            "|A communications error occurred while attempting to call XMLRPC method "
            "|(?:Curl)?Exception calling XMLRPC method "
            "|An authentication failure occurred while trying to access "
            "|Disallowing CARP sync loop"
        ),
        "failed",
    ),
)


@dataclass(frozen=True, slots=True)
class _Line:
    epoch: float
    resolution: Resolution
    program: str
    message: str


def parse_line(text: str, node: str, clock: NodeClock | None) -> Event | None:
    """The event that a line tells of, or None for any other line; raises nothing.

    `epoch` is on the node's clock. An RFC 3164 stamp is placed by `clock`: local time by its present UTC
    offset (so an hour off across a change of summer time), and the latest year that does not put it more than a
    day into the future; without a clock such a line is None. `text` is the message without stamp and program.
    `reason` is the kernel's for transitions and demotions; for configuration sync it is one of begin, success,
    merged, retry, failed; for links UP or DOWN.
    """
    line = _line(text.rstrip("\r\n"), clock)
    if line is None:
        return None
    if line.program == "kernel":
        return _kernel(line, node)
    return _product(line, node) if line.program.startswith(("php", "rc.")) else None


def parse_tail(text: str, node: str, clock: NodeClock | None) -> tuple[Event, ...]:
    """The events of the last 2000 lines, in their order; a last one without its end is left out. Raises nothing."""
    lines = text.rsplit("\n", TAIL + 1)[-TAIL - 1 : -1]
    events = (parse_line(line, node, clock) for line in lines)
    return tuple(event for event in events if event is not None)


def _line(text: str, clock: NodeClock | None) -> _Line | None:
    if len(text) > _LONGEST:
        return None
    if match := _RFC3164.fullmatch(text):
        epoch = None if clock is None else _placed(match, clock)
        resolution = Resolution.S
    elif match := _RFC5424.fullmatch(text):
        epoch = _stamp(match["stamp"])
        resolution = Resolution.MS if match["fraction"] else Resolution.S
    else:
        return None
    if epoch is None:
        return None
    return _Line(epoch, resolution, match["program"], match["message"].removeprefix("\ufeff"))


def _placed(match: re.Match[str], clock: NodeClock) -> float | None:
    month = _MONTHS.index(match["month"]) + 1
    day, hour, minute, second = (int(match[part]) for part in ("day", "h", "m", "s"))
    try:
        now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=clock.epoch)
    except OverflowError:
        return None
    # The node's local year is at most one off from the year in UTC, so these hold every candidate.
    for year in range(now.year + 1, now.year - _YEARS_BACK - 1, -1):
        try:
            local = datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
        except ValueError:  # 29 February of another year, or no date at all
            continue
        if local - clock.utc_offset_s <= clock.epoch + _DAY_S:
            return local - clock.utc_offset_s
    return None


def _stamp(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _event(
    line: _Line,
    node: str,
    kind: EventKind,
    message: str,
    reason: str = "",
    interface: str | None = None,
) -> Event:
    return Event(
        epoch=line.epoch,
        resolution=line.resolution,
        kind=kind,
        node=node,
        text=clean(message),
        source=Source.LOG,
        interface=None if interface is None else clean(interface),
        reason=clean(reason),
    )


def _kernel(line: _Line, node: str) -> Event | None:
    prefix = _MSGBUF.match(line.message)
    message = line.message[prefix.end() if prefix else 0 :].rstrip()
    if match := _TRANSITION.fullmatch(message):
        return _transition(line, node, message, match)
    if match := _DEMOTION.fullmatch(message):
        # With pfSense's factor of 0 the counter does not move: the line then only tells of the bulk transfer.
        about_pfsync = match["reason"].startswith("pfsync ") and int(match["by"]) == 0
        kind = EventKind.PFSYNC if about_pfsync else EventKind.DEMOTION
        return _event(line, node, kind, message, match["reason"])
    if match := _LINK.fullmatch(message):
        return _event(line, node, EventKind.LINK, message, match["state"], match["interface"])
    if _PFSYNC.fullmatch(message):
        return _event(line, node, EventKind.PFSYNC, message)
    return None


def _transition(line: _Line, node: str, message: str, match: re.Match[str]) -> Event | None:
    vhid = integer(match["vhid"], 1, 255)
    if vhid is None:
        return None
    event = _event(
        line, node, EventKind.TRANSITION, message, match["reason"] or "", match["interface"]
    )
    return replace(event, vhid=vhid, old=CarpState(match["old"]), new=CarpState(match["new"]))


def _product(line: _Line, node: str) -> Event | None:
    """Lines of pfSense, with the script's name in front (up to 2.8.1) or a level and a category (later)."""
    prefix = _SCRIPT.match(line.message)
    message = line.message[prefix.end() if prefix else 0 :].rstrip()
    if _WAIT.fullmatch(message):
        return _event(line, node, EventKind.PFSYNC, message)
    for pattern, reason in _SYNC:
        if pattern.match(message):
            return _event(line, node, EventKind.SYNC, message, reason)
    return None
