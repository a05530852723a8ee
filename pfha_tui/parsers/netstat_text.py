"""The plain text of `netstat -s -p carp` and `-p pfsync`, brought to the names of its JSON.

For nodes whose netstat cannot write JSON. Rows are told by their words, since `-s -s` leaves zero rows out.
"""

import re
from typing import Any

from pfha_tui.domain.language import tr
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import integer, numbered

_ROW = re.compile(r"\s+/?(?P<count>[0-9]{1,20}) (?P<words>.+)")
_ACTION = re.compile(r"(?:(?P<era>13\.1|14\.0) )?(?P<action>[A-Za-z ]+) (?P<way>received|sent)")
_ERAS = {"13.1": "-1301", "14.0": "-1400"}

_CARP = {
    "packets received (IPv4)": "received-inet-packets",
    "packets received (IPv6)": "received-inet6-packets",
    "packets discarded for wrong TTL": "dropped-wrong-ttl",
    "packets shorter than header": "dropped-short-header",
    "discarded for bad checksums": "dropped-bad-checksum",
    "discarded packets with a bad version": "dropped-bad-version",
    "discarded because packet too short": "dropped-short-packet",
    "discarded for bad authentication": "dropped-bad-authentication",
    "discarded for bad vhid": "dropped-bad-vhid",
    "discarded because of a bad address list": "dropped-bad-address-list",
    "packets sent (IPv4)": "sent-inet-packets",
    "packets sent (IPv6)": "sent-inet6-packets",
    "send failed due to mbuf memory error": "send-failed-memory-error",
}
_PFSYNC = {
    "packets received (IPv4)": "received-inet-packets",
    "packets received (IPv6)": "received-inet6-packets",
    "packets discarded for bad interface": "dropped-bad-interface",
    "packets discarded for bad ttl": "dropped-bad-ttl",
    "packets shorter than header": "dropped-short-header",
    "packets discarded for bad version": "dropped-bad-version",
    "packets discarded for bad HMAC": "dropped-bad-auth",
    "packets discarded for bad action": "dropped-bad-action",
    "packets discarded for short packet": "dropped-short",
    "states discarded for bad values": "dropped-bad-values",
    "stale states": "dropped-stale-state",
    "failed state lookup/inserts": "dropped-failed-lookup",
    "packets sent (IPv4)": "sent-inet-packets",
    "packets sent (IPv6)": "send-inet6-packets",
    "failures due to mbuf memory error": "discarded-no-memory",
    "send errors": "send-errors",
}


def carp(section: str, text: str) -> dict[str, Any]:
    """Counters by JSON name. Raises ParseError when the heading is missing or a row is malformed."""
    return _read(section, text, "carp", _CARP)


def pfsync(section: str, text: str) -> dict[str, Any]:
    """Counters by JSON name, histograms as lists of name and count. Raises ParseError as `carp`."""
    return _read(section, text, "pfsync", _PFSYNC)


def _read(section: str, text: str, heading: str, names: dict[str, str]) -> dict[str, Any]:
    singular = {_singular(words): name for words, name in names.items()}
    found: dict[str, Any] = {"input-histogram": [], "output-histogram": []}
    headed = False
    for number, line in numbered(text, section):
        if not line.strip():
            continue
        if not headed:
            if line.rstrip() != f"{heading}:":
                raise ParseError(
                    section,
                    tr("expected the statistics of {heading}").format(heading=heading),
                    number,
                    line,
                )
            headed = True
            continue
        match = _ROW.fullmatch(line.rstrip())
        count = integer(match["count"]) if match else None
        if match is None or count is None:
            raise ParseError(section, tr("expected a counter"), number, line)
        name = singular.get(_singular(match["words"]))
        if name is None:
            _add_action(found, match["words"], count)
        elif name in found:
            raise ParseError(section, tr("this counter came twice"), number, line)
        else:
            found[name] = count
    if not headed:
        raise ParseError(
            section, tr("the node has no {heading} statistics").format(heading=heading)
        )
    return found


def _singular(words: str) -> str:
    """netstat adds an s for any count but 1; without them both forms are alike."""
    return re.sub(r"s\b", "", words)


def _add_action(found: dict[str, Any], words: str, count: int) -> None:
    """A histogram row; its plural is an s after the last word of the action, whatever that word is."""
    match = _ACTION.fullmatch(words)
    if match is None:
        return
    action = match["action"] if count == 1 else match["action"].removesuffix("s")
    name = action.replace(" ", "-") + _ERAS.get(match["era"] or "", "")
    way = "input-histogram" if match["way"] == "received" else "output-histogram"
    found[way].append({"name": name, "count": count})
