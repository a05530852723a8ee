"""`pfctl -vv -s info` (and plain `-s info`), `pfctl -s memory`, `pfctl -s creators`."""

import re

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import PfInfo, PfLimits
from pfha_tui.domain.text import clean
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import integer, numbered

_STATUS = re.compile(
    r"Status: (?P<status>Enabled|Disabled)"
    r"(?: for (?P<days>[0-9]{1,6}) days? (?P<h>[0-9]{2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2}))?(?:\s+Debug: .*)?\s*"
)
_HOST_ID = re.compile(r"Hostid:\s+0x([0-9a-fA-F]{1,8})\s*")
_HEADING = re.compile(r"(?P<name>\S+(?: \S+)*)(?:\s{2,}.*)?\s*")
_ROW = re.compile(r"\s+(?P<name>\S+(?: \S+)*)\s{2,}(?P<count>[0-9]{1,20})(?:\s+[0-9.]+/s)?\s*")
_LIMIT = re.compile(r"(?P<name>\S+)\s+(?:hard )?limit\s+(?P<limit>unlimited|[0-9]{1,20})\s*")
_CREATOR = re.compile(r"(?:0x)?([0-9a-fA-F]{1,8})")
_STATE_TABLE = "State Table"
_COUNTERS = "Counters"


def host_id(digits: str) -> str:
    """A pf host id as pfSense compares it: lower-case, without leading zeros."""
    return digits.lower().lstrip("0") or "0"


def parse_info(text: str) -> PfInfo:
    """Status, host id and state table; `since_s` is None where pfctl does not say for how long.

    The four rows of the state table come again under "Source Tracking Table" with -v, so rows are
    told by their section. Rates are averages since the status changed and are passed over.
    Raises ParseError when the status or a row of the state table is missing, double or malformed.
    """
    section = "pf-info"
    status: re.Match[str] | None = None
    own_id: str | None = None
    heading = ""
    tables: dict[str, dict[str, int]] = {_STATE_TABLE: {}, _COUNTERS: {}}
    for number, line in numbered(text, section):
        if match := _ROW.fullmatch(line):
            rows = tables.get(heading)
            if rows is not None and match["name"] in rows:
                raise ParseError(section, tr("this row came twice"), number, line)
            if rows is not None:
                rows[match["name"]] = _count(section, match["count"], number, line)
        elif line.startswith("Status:"):
            if status is not None or (status := _STATUS.fullmatch(line)) is None:
                raise ParseError(section, tr("the status is not understood"), number, line)
        elif line.startswith("Hostid:"):
            if own_id is not None or (found := _HOST_ID.fullmatch(line)) is None:
                raise ParseError(section, tr("the host id is not understood"), number, line)
            own_id = host_id(found[1])
        elif match := _HEADING.fullmatch(line):
            heading = match["name"]
    return _info(section, status, own_id, tables)


def parse_memory(text: str) -> PfLimits:
    """The hard limit of the state table. Raises ParseError when its row is missing or malformed."""
    section = "pf-memory"
    for number, line in numbered(text, section):
        if line.split(maxsplit=1)[:1] != ["states"]:
            continue
        match = _LIMIT.fullmatch(line)
        if match is None:
            raise ParseError(section, tr("the limit of states is not understood"), number, line)
        if match["limit"] == "unlimited":
            return PfLimits(states=None)
        return PfLimits(states=_count(section, match["limit"], number, line))
    raise ParseError(section, tr("the limit of states is missing"))


def parse_creators(text: str) -> tuple[str, ...]:
    """Host ids that created the states of this node, in the order printed, each once.

    One heading may stand above them. Raises ParseError when nothing was printed, or for any other line.
    """
    section = "pf-creators"
    found: dict[str, None] = {}
    empty = True
    for number, line in numbered(text, section):
        if not line.strip():
            continue
        if match := _CREATOR.fullmatch(line.strip()):
            found[host_id(match[1])] = None
        elif not empty:
            raise ParseError(section, tr("expected a host id"), number, line)
        empty = False
    if empty:
        raise ParseError(section, tr("nothing was printed"))
    return tuple(found)


def _info(
    section: str,
    status: re.Match[str] | None,
    own_id: str | None,
    tables: dict[str, dict[str, int]],
) -> PfInfo:
    if status is None:
        raise ParseError(section, tr("the status is missing"))
    states = tables[_STATE_TABLE]
    for name in ("current entries", "searches", "inserts", "removals"):
        if name not in states:
            raise ParseError(
                section, tr("the state table's row {name} is missing").format(name=name)
            )
    since = None
    if status["days"] is not None:
        days, hours, minutes, seconds = (int(status[part]) for part in ("days", "h", "m", "s"))
        since = days * 86400 + hours * 3600 + minutes * 60 + seconds
    return PfInfo(
        enabled=status["status"] == "Enabled",
        since_s=since,
        host_id=own_id,
        states=states["current entries"],
        searches=states["searches"],
        inserts=states["inserts"],
        removals=states["removals"],
        counters=tuple((clean(name), count) for name, count in tables[_COUNTERS].items()),
    )


def _count(section: str, text: str, number: int, line: str) -> int:
    count = integer(text)
    if count is None:
        raise ParseError(section, tr("this number is too large"), number, line)
    return count
