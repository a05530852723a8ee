"""The status lines of dpinger's sockets, one per monitored gateway."""

import re

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import Gateway
from pfha_tui.domain.text import clean
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import MAX_ROWS, numbered, too_many

_SECTION = "gateways"
_LINE = re.compile(
    r"(?P<name>\S{1,64}) (?P<latency>[0-9]{1,12}) (?P<stddev>[0-9]{1,12}) (?P<loss>[0-9]{1,3})"
)


def parse(text: str) -> tuple[Gateway, ...]:
    """Each line is `NAME latency deviation loss`: microseconds and per cent (dpinger.c, report()).

    No line means that no gateway is monitored. Three zeros mean that the first answers are awaited.
    Raises ParseError.
    """
    gateways: list[Gateway] = []
    for number, line in numbered(text, _SECTION):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or int(match["loss"]) > 100:
            raise ParseError(_SECTION, tr("expected a name, two times and a loss"), number, line)
        latency, stddev, loss = (int(match[key]) for key in ("latency", "stddev", "loss"))
        if len(gateways) == MAX_ROWS:
            raise too_many(_SECTION, MAX_ROWS)
        pending = latency == stddev == loss == 0
        gateways.append(
            Gateway(clean(match["name"]), latency / 1e6, stddev / 1e6, loss / 100, pending)
        )
    return tuple(gateways)
