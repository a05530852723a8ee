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


SAID_LIMIT = 200
"""Characters of a device's own words that a sentence may quote."""


def clean(text: str) -> str:
    """The text with each control character, bidirectional control and lone surrogate as U+FFFD.

    Length and all other characters are kept, so that what is shown still tells that something was there.
    """
    return _UNSAFE.sub("\ufffd", text)


def said(words: str | bytes, limit: int = SAID_LIMIT) -> str:
    """The first line that says something, cleaned and in at most `limit` characters, for use in a sentence.

    Of bytes that are not UTF-8 each becomes U+FFFD. "" where nothing was said.
    """
    head = words[: 64 * limit]
    text = head.decode("utf-8", "replace") if isinstance(head, bytes) else head
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return clean(first if len(first) <= limit else first[: limit - 1] + "…")
