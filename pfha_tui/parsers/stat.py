"""`stat -f '%m %z'` of pfSense's configuration file."""

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import ConfigMark
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import integer

_SECTION = "config-stat"


def parse(text: str) -> ConfigMark:
    """Modification time (epoch seconds) and size (bytes). Raises ParseError for anything else."""
    words = text.split(maxsplit=2)
    numbers = [integer(word) for word in words]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        raise ParseError(_SECTION, tr("expected modification time and size"), 1, text)
    return ConfigMark(mtime=numbers[0], size=numbers[1])
