"""Pure: a named row of values in a pane, and the line that stands for rows without room."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import ErrorKind, Freshness, Reading
from pfha_tui.ui.about import About
from pfha_tui.ui.line import EMPTY, Line, Tone, fit, joined, line, pad, spread, width
from pfha_tui.ui.sections import Condition

LABEL_CELLS = 9
ASIDE_GAP = 2


@dataclass(frozen=True, slots=True)
class Row:
    """Named values, and the condition of the section they come from.

    `short` is the form for a narrow pane. `folded` is what is said of the row where there is no room for
    it; only a row that has nothing to tell has one.
    """

    name: str
    values: tuple[Line, ...]
    state: Condition
    about: About
    short: tuple[Line, ...] = ()
    folded: str = ""

    def fitted(self, cells: int) -> Line:
        """The name, the values (greyed where stale), the remark at the right, else the age where there is room.

        Quiet values that do not fit are left out; what matters is rather cut with a mark.
        """
        name = pad(line((self.name, Tone.STRONG)), max(LABEL_CELLS, cell_len(self.name) + 1))
        remark = self.state.remark
        if not any(self.values):
            return fit(line(name, remark), cells)
        room = cells - width(name) - (width(remark) + 1 if remark else 0)
        variants = [joined(values, room) for values in (self.values, self.short) if values]
        value, whole = next((one for one in variants if one[1]), variants[-1])
        aside = self.state.aside
        if whole and not remark and width(value) + ASIDE_GAP + width(aside) <= room:
            remark = aside
        return spread(line(name, self.state.show(value)), remark, cells)


def calm(state: Condition, values: Sequence[Line]) -> bool:
    """Whether nothing of it asks for attention: no remark, no warning."""
    loud = (Tone.WARN, Tone.BAD)
    return not state.remark and not any(tone in loud for value in values for _, tone in value)


def absent(reading: Reading[Any]) -> bool:
    """Whether nothing tells that the node has this section at all; one that it refuses to tell of, or tells
    of in words that are not understood, is there."""
    if reading.value is not None:
        return False
    telling = (ErrorKind.NOT_PERMITTED, ErrorKind.PARSE, ErrorKind.FAILED)
    return reading.error is None or reading.error.kind not in telling


def present_now(reading: Reading[Any], now: float) -> bool:
    """Whether the section has a value that may be taken for the present."""
    return reading.freshness(now) in (Freshness.FRESH, Freshness.LATE)


def folded_line(rows: Sequence[Row], name: str, cells: int) -> Line:
    """All these rows in one: `quiet    ids 2   bulk done   ntp`; those that do not fit are counted."""
    head = pad(line((name, Tone.STRONG)), max(LABEL_CELLS, cell_len(name) + 1))
    room = cells - width(head)
    items: list[Line] = [line((row.folded or row.name, Tone.MUTED)) for row in rows]
    text: Line = EMPTY
    for shown in range(len(items), -1, -1):
        left = len(items) - shown
        more = [line((tr("and {count} more").format(count=left), Tone.MUTED))] if left else []
        text, whole = joined([*items[:shown], *more], room)
        if whole:
            break
    return fit(line(head, text), cells)
