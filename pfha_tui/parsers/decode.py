"""From a command's bytes to text."""

from pfha_tui.domain.language import tr
from pfha_tui.parsers.errors import ParseError

MAX_BYTES = 8 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def decode(raw: bytes, section: str = "output") -> str:
    """Decode as UTF-8 without a leading byte-order mark; invalid bytes become U+FFFD.

    Raises ParseError when there are more than 8 MiB: no command that we run prints as much.
    """
    if len(raw) > MAX_BYTES:
        raise ParseError(
            section,
            tr("{count} bytes are more than the {limit} that are read").format(
                count=len(raw), limit=MAX_BYTES
            ),
        )
    return raw.removeprefix(_BOM).decode("utf-8", errors="replace")
