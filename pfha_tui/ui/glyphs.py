"""What the Linux text console can show, and what is drawn there instead of other glyphs. No Textual here.

Its fonts have 256 or 512 glyphs. The set is what the kernel's own font (drivers/tty/vt/cp437.uni) and
Debian's Lat15 fonts of console-setup have in common, as far as the screen uses it.
"""

from pfha_tui.ui.present import ascii_text

CONSOLE = frozenset("■▲▼→·█┌┐└┘─│╔╗╚╝═║↑↓±≤≥°")
"""Beside ASCII and the letters of Latin-1."""

_SWAPPED = str.maketrans(
    {"●": "■", "┏": "╔", "┓": "╗", "┗": "╚", "┛": "╝", "━": "═", "┃": "║", "•": "·", "▶": ">"}
)


def console_text(text: str) -> str:
    """The text in glyphs that a Linux console has, in as many cells."""
    if text.isascii():
        return text
    return "".join(
        c if c in CONSOLE or "\u00a1" <= c <= "\u00ff" else ascii_text(c)
        for c in text.translate(_SWAPPED)
    )
