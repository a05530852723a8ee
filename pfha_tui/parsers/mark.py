"""Reads the mark that an action of ours leaves on a node."""

from pfha_tui.domain.language import tr
from pfha_tui.domain.mark import OwnMark, read
from pfha_tui.parsers.errors import ParseError

SECTION = "mark"


def parse(text: str) -> tuple[OwnMark, ...]:
    """The mark. Raises ParseError for a link that says anything else."""
    found = read(text)
    if found is None:
        raise ParseError(SECTION, tr("this is no mark of ours"), 1, text)
    return (found,)
