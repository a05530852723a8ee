"""Toned text lines: what the pure half of the screen hands to the widgets."""

import re
from collections.abc import Sequence
from enum import StrEnum

from rich.cells import cell_len, set_cell_size

from pfha_tui.domain.text import clean


class Tone(StrEnum):
    """What a piece of text means; the widgets map it to a style of the theme.

    A tone only repeats what glyph and word already say.
    """

    PLAIN = "plain"
    MUTED = "muted"
    STRONG = "strong"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    TREND = "trend"
    BADGE = "badge"
    BADGE_QUIET = "badge-quiet"
    BADGE_GOOD = "badge-good"
    BADGE_WARN = "badge-warn"
    BADGE_BAD = "badge-bad"
    BADGE_PRODUCTION = "badge-production"
    BADGE_LAB = "badge-lab"
    PRODUCTION = "production"
    LAB = "lab"
    NODE_A = "node-a"
    NODE_B = "node-b"
    FRAME = "frame"
    FRAME_FOCUS = "frame-focus"
    CURSOR = "cursor"
    MATCH = "match"


Part = tuple[str, Tone]
Line = tuple[Part, ...]

EMPTY: Line = ()
CUT = "…"


def line(*parts: str | Part | Line) -> Line:
    """One line from plain strings, (text, tone) pairs and other lines; empty texts are left out."""
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str):
            if part:
                joined.append((part, Tone.PLAIN))
        elif part and isinstance(part[0], str):
            if part[0]:
                joined.append(part)
        else:
            joined.extend(one for one in part if one[0])
    return tuple(joined)


def plain(text: Line) -> str:
    """The characters without their tones."""
    return "".join(part for part, _ in text)


def width(text: Line) -> int:
    """Terminal cells that the line takes; East Asian wide characters take two."""
    cells = 0
    for part, _ in text:
        cells += len(part) if part.isascii() else cell_len(part)
    return cells


def crop(text: str, cells: int) -> str:
    """The text in at most `cells` cells; `…` at its end says that it was cut."""
    if cell_len(text) <= cells:
        return text
    if cells <= 0:
        return ""
    return set_cell_size(text, cells - 1).rstrip() + CUT


def fit(text: Line, cells: int) -> Line:
    """The line in at most `cells` cells; `…` at its end says that it was cut."""
    if width(text) <= cells:
        return text
    room = cells - 1
    kept: list[Part] = []
    for part, tone in text:
        size = cell_len(part)
        if size > room:
            cut = set_cell_size(part, max(0, room)).rstrip()
            kept.append((cut + CUT if cells > 0 else "", tone))
            break
        kept.append((part, tone))
        room -= size
    return tuple(part for part in kept if part[0])


def pad(text: Line, cells: int) -> Line:
    """The line in exactly `cells` cells, filled with blanks on the right."""
    fitted = fit(text, cells)
    missing = cells - width(fitted)
    return (*fitted, (" " * missing, Tone.PLAIN)) if missing > 0 else fitted


def pad_left(text: Line, cells: int) -> Line:
    """The line in exactly `cells` cells, filled with blanks on the left."""
    fitted = fit(text, cells)
    missing = cells - width(fitted)
    return ((" " * missing, Tone.PLAIN), *fitted) if missing > 0 else fitted


def spread(left: Line, right: Line, cells: int) -> Line:
    """`left` at the left edge and `right` at the right one; where both do not fit, `right` gets half."""
    right = fit(right, max(cells - width(left) - 1, cells // 2))
    room = cells - width(right)
    if not right:
        return pad(left, cells)
    if room < 2:
        return pad_left(right, cells)
    return (*pad(fit(left, room - 1), room), *right)


def retone(text: Line, tone: Tone) -> Line:
    """The same characters, all in one tone."""
    return ((plain(text), tone),) if text else text


def highlighted(text: Line, needle: str) -> Line:
    """The line with each occurrence of `needle` (in any case) in the tone of a match."""
    if not needle:
        return text
    found = re.finditer(re.escape(needle), plain(text), re.IGNORECASE)
    spans = [match.span() for match in found]
    parts: list[Part] = []
    place = 0
    for part, tone in text:
        done = 0
        for start, end in spans:
            low, high = max(start - place, done), min(end - place, len(part))
            if low < high:
                parts += [(part[done:low], tone), (part[low:high], Tone.MATCH)]
                done = high
        parts.append((part[done:], tone))
        place += len(part)
    return tuple(part for part in parts if part[0])


def flow(items: Sequence[Line], cells: int, gap: int = 3, indent: int = 0) -> tuple[Line, ...]:
    """The items one after another, `gap` blanks apart, on as many lines as they need.

    Lines after the first are indented; an item wider than a line is cut with a mark.
    """
    lines: list[Line] = []
    current: Line = EMPTY
    for item in (item for item in items if item):
        lead = " " * indent if lines else ""
        if not current:
            current = fit(line(lead, item), cells)
        elif width(current) + gap + width(item) <= cells:
            current = line(current, " " * gap, item)
        else:
            lines.append(current)
            current = fit(line(" " * indent, item), cells)
    return (*lines, current) if current else tuple(lines)


def joined(items: Sequence[Line], cells: int, gap: int = 3) -> tuple[Line, bool]:
    """The items in one line of at most `cells`, and whether all of them are in it.

    An item in muted tone that does not fit is left out; any other is cut with a mark.
    """
    text: Line = EMPTY
    whole = True
    for item in (item for item in items if item):
        longer = line(text, " " * gap if text else "", item)
        if width(longer) <= cells:
            text = longer
            continue
        whole = False
        if any(tone is not Tone.MUTED for _, tone in item):
            text = fit(longer, cells)
    return text, whole


def wrap(
    text: str, cells: int, rows: int, tone: Tone = Tone.PLAIN, first: int | None = None
) -> tuple[Line, ...]:
    """A sentence, cleaned and broken at blanks into at most `rows` lines; a longer rest ends in `…`.

    A no-break space breaks no line. `first` is the room in the first line, where that is another; a word for
    which it is too short begins the second.
    """
    if rows <= 0 or cells <= 0:
        return ()
    lines: list[str] = []
    # A hostile sentence may be huge: no more of it is looked at than could ever be shown.
    limit = (rows + 1) * (cells + 1)
    words = _words(clean(text[:limit])) + ([CUT] if len(text) > limit else [])
    while words and len(lines) < rows:
        room = cells if lines or first is None else first
        current = words.pop(0)
        if len(lines) == rows - 1:
            lines.append(_last_row([current, *words], room))
            break
        if room < cell_len(current) <= cells:
            words.insert(0, current)
            lines.append("")
            continue
        while words and cell_len(current) + 1 + cell_len(words[0]) <= room:
            current += " " + words.pop(0)
        if cell_len(current) > room:
            head = set_cell_size(current, room)
            words.insert(0, current[len(head.rstrip(" ")) :])
            current = head
        lines.append(current)
    return tuple(((item, tone),) for item in lines)


def _words(text: str) -> list[str]:
    """What may stand on different lines: words that blanks part, no-break spaces being none. A mark that
    French sets apart, a unit and the number of a VHID stay with what is before them."""
    words: list[str] = []
    for word in re.split(r"[^\S\u00a0\u202f]+", text):
        before = words[-1] if words else ""
        if before and (
            _MARKS.match(word) or any(a.search(before) and b.match(word) for a, b in _BOUND)
        ):
            words[-1] = f"{before} {word}"
        elif word:
            words.append(word)
    return words


_MARKS = re.compile("[;:!?»]+$")
_BOUND = (
    (re.compile(r"\d$"), re.compile(r"(?:ms|[smhdj%])[.,;:)]*$")),
    (re.compile(r"\bvhid$", re.IGNORECASE), re.compile(r"\d{1,3}[.,;:)]*$")),
)


def _last_row(words: list[str], cells: int) -> str:
    """The words in one row; where not all fit, whole words and a mark."""
    whole = " ".join(words)
    if cell_len(whole) <= cells:
        return whole
    kept = words[0]
    for word in words[1:]:
        if cell_len(f"{kept} {word} {CUT}") > cells:
            break
        kept = f"{kept} {word}"
    return f"{kept} {CUT}" if cell_len(kept) + 2 <= cells else crop(whole, cells)
