"""`cat /etc/version` of pfSense."""

from pfha_tui.domain.language import tr
from pfha_tui.domain.text import clean
from pfha_tui.parsers.errors import ParseError

_SECTION = "version"
_LONGEST = 80


def parse(text: str) -> str:
    """The first line, such as "2.8.1-RELEASE". Raises ParseError when it is empty or over-long."""
    line = text.split("\n", 1)[0].strip()
    if not line:
        raise ParseError(_SECTION, tr("the file is empty"))
    if len(line) > _LONGEST:
        raise ParseError(_SECTION, tr("this is no version"), 1, line)
    return clean(line)
