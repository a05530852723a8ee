"""Commands that only say yes or no: grep(1) counting, and test(1)."""

from pfha_tui.domain.language import tr
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import integer


def parse_count(text: str, section: str) -> bool:
    """Whether `grep -c` counted a line. Raises ParseError for anything but one number."""
    count = integer(text.strip())
    if count is None:
        raise ParseError(section, tr("expected a number"), 1, text)
    return count > 0


def parse_silence(text: str, section: str) -> bool:
    """True, for a test(1) that exited with 0: it prints nothing. Raises ParseError if it did."""
    if text.strip():
        raise ParseError(section, tr("expected no output"), 1, text)
    return True
