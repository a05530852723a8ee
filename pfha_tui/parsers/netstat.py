"""`netstat --libxo json`: interface counters, and what CARP and pfsync count."""

import json
import re
from typing import Any

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpCounters, InterfaceCounters, PfsyncCounters
from pfha_tui.domain.text import clean
from pfha_tui.parsers import netstat_text
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import MAX_COUNTER, MAX_ROWS, too_many

_LINK = re.compile(r"<Link#[0-9]{1,9}>")
_DROPS = "dropped-packets"
_OUT_DROPS = "dropped-packets (sent)"


def parse_interfaces(text: str) -> tuple[InterfaceCounters, ...]:
    """Counters of each interface since it was made, from `netstat --libxo json -ibdnW`.

    Only rows of the link (network `<Link#N>`) count; rows of addresses are parts of them. With -d
    netstat prints the key dropped-packets twice, first received, then sent; without -d only the first.
    Raises ParseError for text that is not such JSON, a missing or malformed counter, a double row.
    """
    section = "netstat-interfaces"
    rows = _statistics(section, text).get("interface")
    if not isinstance(rows, list):
        raise ParseError(section, tr("the list of interfaces is missing"))
    found: dict[str, InterfaceCounters] = {}
    for row in rows:
        fields = _Fields(section, row)
        if _LINK.fullmatch(fields.text("network")) is None:
            continue
        counters = _interface(fields)
        if counters.name in found:
            raise ParseError(section, tr("interface {name} came twice").format(name=counters.name))
        found[counters.name] = counters
        if len(found) > MAX_ROWS:
            raise too_many(section, MAX_ROWS)
    return tuple(found.values())


def parse_carp(text: str) -> CarpCounters:
    """`netstat -s -p carp`, as JSON or as plain text.

    Raises ParseError when the node has no such statistics (no carp in the kernel) or one is missing.
    """
    section = "netstat-carp"
    if _is_json(text):
        counts = _Fields(section, _container(section, text, "carp"))
    else:
        counts = _Fields(section, netstat_text.carp(section, text))
    return CarpCounters(
        received=counts.number("received-inet-packets"),
        received6=counts.number("received-inet6-packets"),
        sent=counts.number("sent-inet-packets"),
        sent6=counts.number("sent-inet6-packets"),
        bad_authentication=counts.number("dropped-bad-authentication"),
        bad_vhid=counts.number("dropped-bad-vhid"),
        wrong_ttl=counts.number("dropped-wrong-ttl"),
        bad_checksum=counts.number("dropped-bad-checksum"),
        bad_version=counts.number("dropped-bad-version"),
        short=counts.number("dropped-short-header") + counts.number("dropped-short-packet"),
        bad_address_list=counts.number("dropped-bad-address-list"),
        send_failed=counts.number("send-failed-memory-error"),
    )


def parse_pfsync(text: str) -> PfsyncCounters:
    """`netstat -s -p pfsync`, as JSON or as plain text, with 13 to 17 kinds of messages.

    `dropped` holds netstat's own names without their `dropped-`. netstat spells the IPv6 packets sent
    `send-inet6-packets`. Raises ParseError when the node has no such statistics or one is missing.
    """
    section = "netstat-pfsync"
    if _is_json(text):
        counts = _Fields(section, _container(section, text, "pfsync"))
    else:
        counts = _Fields(section, netstat_text.pfsync(section, text))
    dropped = tuple(
        (clean(name.removeprefix("dropped-")), counts.number(name))
        for name in counts.names()
        if name.startswith("dropped-")
    )
    return PfsyncCounters(
        received=counts.number("received-inet-packets"),
        received6=counts.number("received-inet6-packets"),
        sent=counts.number("sent-inet-packets"),
        sent6=counts.number("send-inet6-packets", "sent-inet6-packets"),
        in_messages=counts.histogram("input-histogram"),
        out_messages=counts.histogram("output-histogram"),
        dropped=dropped,
        send_errors=counts.number("send-errors"),
        no_memory=counts.number("discarded-no-memory"),
    )


class _Fields:
    """One JSON object whose fields are asked for by name and type."""

    def __init__(self, section: str, row: Any) -> None:
        self._section = section
        if not isinstance(row, dict):
            raise ParseError(section, tr("expected an object"), line=repr(row))
        self._row: dict[str, Any] = row

    def names(self) -> tuple[str, ...]:
        """The names of all fields, in netstat's order."""
        return tuple(self._row)

    def text(self, name: str) -> str:
        """A string. Raises ParseError when absent or of another type."""
        value = self._row.get(name)
        if not isinstance(value, str):
            raise ParseError(self._section, tr("{name} is missing or no text").format(name=name))
        return value

    def number(self, *names: str) -> int:
        """A counter under the first of the names that is there. Raises ParseError as `text`."""
        name = next((each for each in names if each in self._row), names[0])
        return self._counter(name, self._row.get(name))

    def optional(self, name: str) -> int:
        """A counter that some forms leave out; it is then 0, the model's default."""
        return self.number(name) if name in self._row else 0

    def histogram(self, name: str) -> tuple[tuple[str, int], ...]:
        """Rows of name and count, in order. Raises ParseError as `text`, and for a double row."""
        rows = self._row.get(name)
        if not isinstance(rows, list):
            raise ParseError(self._section, tr("{name} is missing or no list").format(name=name))
        if len(rows) > MAX_ROWS:
            raise too_many(self._section, MAX_ROWS)
        counts: dict[str, int] = {}
        for row in rows:
            fields = _Fields(self._section, row)
            action = clean(fields.text("name"))
            if action in counts:
                raise ParseError(
                    self._section,
                    tr("{action} came twice in {name}").format(action=action, name=name),
                )
            counts[action] = fields.number("count")
        return tuple(counts.items())

    def _counter(self, name: str, value: Any) -> int:
        if type(value) is not int or not 0 <= value <= MAX_COUNTER:
            raise ParseError(self._section, tr("{name} is missing or no counter").format(name=name))
        return value


def _interface(fields: _Fields) -> InterfaceCounters:
    return InterfaceCounters(
        name=clean(fields.text("name")),
        in_bytes=fields.number("received-bytes"),
        out_bytes=fields.number("sent-bytes"),
        in_packets=fields.number("received-packets"),
        out_packets=fields.number("sent-packets"),
        in_errors=fields.number("received-errors"),
        out_errors=fields.number("send-errors"),
        in_drops=fields.optional(_DROPS),
        out_drops=fields.optional(_OUT_DROPS),
        collisions=fields.optional("collisions"),
    )


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def _container(section: str, text: str, name: str) -> Any:
    statistics = _statistics(section, text)
    if name not in statistics:
        raise ParseError(section, tr("the node has no {name} statistics").format(name=name))
    return statistics[name]


def _statistics(section: str, text: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            name = _OUT_DROPS if key == _DROPS and _DROPS in found else key
            if name in found:
                raise ParseError(section, tr("{name} came twice in one object").format(name=name))
            found[name] = value
        return found

    try:
        data = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as problem:
        line = problem.doc.split("\n")[problem.lineno - 1]
        message = tr("this is no JSON ({error})").format(error=problem.msg.lower())
        raise ParseError(section, message, problem.lineno, line) from None
    except (ValueError, RecursionError):
        raise ParseError(section, tr("this JSON is too deep or its numbers too long")) from None
    if not isinstance(data, dict) or not isinstance(data.get("statistics"), dict):
        raise ParseError(section, tr("the object of statistics is missing"))
    statistics: dict[str, Any] = data["statistics"]
    return statistics
