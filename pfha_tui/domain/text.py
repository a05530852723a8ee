"""Text that came from a device, made safe to keep and to show; and whether UTF-8 may be shown at all."""

import re
from collections.abc import Mapping

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


def same_name(typed: str, name: str) -> bool:
    """Whether somebody typed this name: in any case of letters, and with any blanks around it."""
    return typed.strip().casefold() == name.casefold()


_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python itself sets LC_CTYPE to under the locale C (PEP 538)."""


def takes_utf8(encoding: str, environ: Mapping[str, str], utf8_mode: bool) -> bool:
    """Whether a stream that Python writes in `encoding` leads to a terminal or reader that takes UTF-8.

    Under C, POSIX and a locale that is not installed, Python writes UTF-8 (PEP 538 and 540; `utf8_mode` is
    sys.flags.utf8_mode). So the locale's name decides: of LC_ALL, LC_CTYPE and LANG the first that is set,
    as in setlocale(3). No name at all, or one that names no encoding, is as Python takes it.
    """
    if not _is_utf8(encoding):
        return False
    names = [environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if utf8_mode and names[1] in _COERCED:
        names[1] = ""
    name = next(filter(None, names), "")
    codeset = name.partition(".")[2].partition("@")[0]
    return _is_utf8(codeset) if codeset else name not in ("C", "POSIX")


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"
