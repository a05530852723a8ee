"""`ntpq -pnw`: which time source the node follows."""

import re

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import NtpStatus
from pfha_tui.domain.text import clean
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import numbered

_SECTION = "ntp"
_NAME = re.compile(r"(?P<tally>[ x.+#*o-])(?P<name>\S{1,255})(?P<rest>.*)")
_REST = re.compile(
    r"\s+\S+\s+(?P<stratum>[0-9]{1,2})\s+\S+\s+\S+\s+\S+\s+[0-7]+"
    r"\s+\S+\s+(?P<offset>[-+]?[0-9]{1,9}(?:\.[0-9]{1,9})?)\s+\S+\s*"
)


def parse(text: str) -> NtpStatus:
    """The peer marked `*` (or `o`, a PPS source), its stratum and its offset (printed in ms).

    With `-w` a long name stands on a line of its own. Only a table without a peer, or the words "No
    association", mean that there is none. Raises ParseError.
    """
    status = NtpStatus(0)
    name = tally = ""
    whole = False
    for number, line in numbered(text, _SECTION):
        if not line.strip():
            continue
        if line.startswith(("=", "No association")) or line.split()[0] == "remote":
            whole = True
            continue
        rest = line
        if not name:
            found = _NAME.fullmatch(line)
            if found is None:
                raise ParseError(_SECTION, tr("expected a peer"), number, line)
            tally, name, rest = found["tally"], found["name"], found["rest"]
            if not rest.strip():
                continue
        status = _counted(status, tally, name, rest, number)
        name = ""
    if not whole or name:
        raise ParseError(_SECTION, tr("the table is not whole"))
    return status


def _counted(status: NtpStatus, tally: str, name: str, rest: str, number: int) -> NtpStatus:
    match = _REST.fullmatch(rest)
    if match is None:
        raise ParseError(_SECTION, tr("expected the nine columns of a peer"), number, rest)
    if tally not in "*o":
        return NtpStatus(status.peers + 1, status.source, status.stratum, status.offset_s)
    offset_s = float(match["offset"]) / 1000
    return NtpStatus(status.peers + 1, clean(name), int(match["stratum"]), offset_s)
