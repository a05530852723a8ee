"""Text that came from a device, made safe to keep and to show."""

import re

_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL and C1: escape sequences, line breaks, tabs
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls
    "\u2028\u2029"  # line and paragraph separators
    "\ud800-\udfff"  # lone surrogates, which no stream can encode
    "]"
)


def clean(text: str) -> str:
    """The text with each control character, bidirectional control and lone surrogate as U+FFFD.

    Length and all other characters are kept, so that what is shown still tells that something was there.
    """
    return _UNSAFE.sub("\ufffd", text)
