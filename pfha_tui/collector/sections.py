"""From a command's output to the reading of a section: exit codes, refusals and parsers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pfha_tui.collector import catalogue
from pfha_tui.domain.command import Command, Output
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import Identity
from pfha_tui.domain.outcome import classify
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading, Source
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.parsers import (
    answers,
    dhcp,
    dpinger,
    ifconfig,
    mark,
    netstat,
    ntpq,
    pfctl,
    stat,
    sysctl,
    version,
)
from pfha_tui.parsers.decode import decode
from pfha_tui.parsers.errors import ParseError


@dataclass(frozen=True, slots=True)
class Meaning:
    """Which field of the snapshot a command fills, and how its text becomes a value."""

    field: str
    parse: Callable[[str], Any]


MEANINGS: dict[Command, Meaning] = {
    catalogue.IFCONFIG: Meaning("interfaces", ifconfig.parse),
    catalogue.SYSCTL_CARP: Meaning("carp", sysctl.parse_carp),
    catalogue.SYSCTL_SYSTEM: Meaning("system", sysctl.parse_system),
    catalogue.NETSTAT_INTERFACES: Meaning("counters", netstat.parse_interfaces),
    catalogue.NETSTAT_CARP: Meaning("carp_counters", netstat.parse_carp),
    catalogue.NETSTAT_PFSYNC: Meaning("pfsync", netstat.parse_pfsync),
    catalogue.PF_INFO: Meaning("pf", pfctl.parse_info),
    catalogue.PF_MEMORY: Meaning("limits", pfctl.parse_memory),
    catalogue.PF_CREATORS: Meaning("creators", pfctl.parse_creators),
    catalogue.SYSCTL_IDENTITY: Meaning("identity", sysctl.parse_identity),
    catalogue.VERSION: Meaning("identity", version.parse),
    catalogue.GATEWAYS: Meaning("gateways", dpinger.parse),
    catalogue.NTP: Meaning("ntp", ntpq.parse),
    catalogue.DHCP_ISC: Meaning("dhcp_isc", dhcp.parse_isc),
    catalogue.DHCP_KEA: Meaning("dhcp_kea", dhcp.parse_kea),
    catalogue.CONFIG_STAT: Meaning("config", stat.parse),
    catalogue.MAINTENANCE: Meaning(
        "maintenance", lambda text: answers.parse_count(text, "maintenance")
    ),
    catalogue.MARK: Meaning("mark", mark.parse),
    catalogue.BOOTING: Meaning("booting", lambda text: answers.parse_silence(text, "booting")),
}
"""Every catalogue command but the log tail, which feeds the timeline."""

_UNTERMINATED = frozenset({catalogue.DHCP_KEA, catalogue.VERSION, catalogue.BOOTING})
"""Output that need not end in a line feed: a socket's answer (whole or no JSON), and a file as it was written."""

_ANSWERS_NO: dict[Command, Any] = {
    catalogue.MAINTENANCE: False,
    catalogue.BOOTING: False,
    catalogue.MARK: (),
    catalogue.DHCP_ISC: (),
}
"""Commands whose exit code 1 is the answer no (grep(1), readlink(1), test(1)), and the value that it means."""


def read(
    snapshot: NodeSnapshot, output: Output, at: float
) -> tuple[NodeSnapshot, ErrorKind | None]:
    """The snapshot after one command's output at monotonic `at`, and the kind of error if it was one."""
    meaning = MEANINGS[output.command]
    reading: Reading[Any] = getattr(snapshot, meaning.field)
    error: ReadError | None = None
    if _says_no(output):
        renewed = reading.renewed(_ANSWERS_NO[output.command], at, Source.SSH)
    else:
        error = classify(output)
        if error is None:
            renewed, error = _parsed(reading, meaning, output, at)
        else:
            renewed = _refused(reading, output, error, at)
    return _with(snapshot, {meaning.field: renewed}), error.kind if error else None


def _says_no(output: Output) -> bool:
    """grep -c prints its 0; the others print nothing."""
    silent = not output.stderr.strip() and output.stdout.strip() in (b"", b"0")
    return output.exit_code == 1 and output.command in _ANSWERS_NO and silent


def whole(output: Output) -> str:
    """The text of a command that exited with 0.

    Raises ParseError where it breaks off in the middle of a line: what is left of a number is another number.
    """
    section = output.command.id
    text = decode(output.stdout, section)
    if text and not text.endswith("\n") and output.command not in _UNTERMINATED:
        line = text.rpartition("\n")[2]
        raise ParseError(section, tr("the output breaks off"), text.count("\n") + 1, line)
    return text


def _with(snapshot: NodeSnapshot, readings: dict[str, Any]) -> NodeSnapshot:
    return replace(snapshot, **readings)


def _parsed(
    reading: Reading[Any], meaning: Meaning, output: Output, at: float
) -> tuple[Reading[Any], ReadError | None]:
    try:
        value = meaning.parse(whole(output))
    except ParseError as problem:
        error = ReadError(ErrorKind.PARSE, str(problem))
        return reading.failed(error, at), error
    if meaning.field == "identity":
        value = _identity(reading.value, value)
    return reading.renewed(value, at, Source.SSH), None


def _identity(known: Identity | None, value: str | Identity) -> Identity:
    """Two commands make one identity: the kernel's names and /etc/version."""
    known = known or Identity(None, None, None)
    if isinstance(value, str):
        return replace(known, version=value)
    return replace(value, version=known.version)


def _refused(reading: Reading[Any], output: Output, error: ReadError, at: float) -> Reading[Any]:
    """A plain FreeBSD has no /etc/version: that is no error of the identity."""
    if output.command == catalogue.VERSION and error.kind is ErrorKind.MISSING:
        return reading
    return reading.failed(error, at)


def timed_out(snapshot: NodeSnapshot, command: Command, why: str, at: float) -> NodeSnapshot:
    """The snapshot after a command did not end in time."""
    meaning = MEANINGS.get(command)
    if meaning is None:
        return snapshot
    reading: Reading[Any] = getattr(snapshot, meaning.field)
    failed = reading.failed(ReadError(ErrorKind.TIMEOUT, why), at)
    return _with(snapshot, {meaning.field: failed})


def with_periods(snapshot: NodeSnapshot, poll_s: float) -> NodeSnapshot:
    """The snapshot with each reading knowing how often it is asked for."""
    changes: dict[str, Reading[Any]] = {}
    for section in catalogue.SECTIONS:
        meaning = MEANINGS.get(section.command)
        if meaning is None:
            continue
        fast = section.cadence is catalogue.Cadence.FAST
        period = poll_s if fast else section.cadence.value * max(1.0, poll_s)
        changes[meaning.field] = replace(getattr(snapshot, meaning.field), period_s=period)
    medium = catalogue.Cadence.MEDIUM.value * max(1.0, poll_s)
    changes["clock"] = replace(snapshot.clock, period_s=medium)
    changes["log"] = replace(snapshot.log, period_s=float("inf"))
    return _with(snapshot, changes)
