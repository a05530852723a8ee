"""Widgets that draw toned lines themselves: only rows that changed are sent to the terminal."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from pfha_tui.domain.language import tr
from pfha_tui.ui import present, texts, tones
from pfha_tui.ui.line import EMPTY, Line, Part, Tone, fit, line, pad, plain, width

FRAME = ("┌", "─", "┐", "│", "└", "┘")
FRAME_FOCUS = ("┏", "━", "┓", "┃", "┗", "┛")
WHEEL_ROWS = 3
MOVE_CELLS = 8
"""Cells that cost as much as the escape sequence which moves the terminal's cursor past them."""


class Lines(Widget):
    """Draws a tuple of lines, one per row; longer ones are cut with a mark.

    Device text reaches the terminal as plain segments, never as markup. With `ascii_only` every
    character beyond ASCII is replaced, cell for cell.
    """

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        self._tones: dict[Tone, Style] = {}
        self._base: Style | None = None
        self._strips: dict[int, tuple[Line, int, Strip]] = {}
        super().__init__(id=id)
        self._ascii_only = ascii_only
        self._rows: tuple[Line, ...] = ()

    @property
    def rows(self) -> tuple[Line, ...]:
        """The lines as they are drawn, top to bottom."""
        return self._rows

    @property
    def text(self) -> str:
        """What is drawn, as plain text with line breaks."""
        return "\n".join(plain(row) for row in self._rows)

    def draw(self, rows: Sequence[Line]) -> None:
        """Replace the lines; cells that stay equal are not sent to the terminal."""
        new, old = tuple(rows), self._rows
        if new == old:
            return
        self._rows = new
        cells = self.size.width
        regions = []
        for y in range(max(len(new), len(old))):
            before, after = old[y] if y < len(old) else EMPTY, new[y] if y < len(new) else EMPTY
            if before != after:
                runs = changed_runs(fit(before, cells), fit(after, cells), cells)
                regions += [Region(start, y, end - start, 1) for start, end in runs]
        self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One row of the widget as segments in the theme's styles."""
        row = self._rows[y] if y < len(self._rows) else EMPTY
        cells = self.size.width
        selection = self.text_selection
        span = selection.get_span(y) if selection is not None else None
        if span is not None:
            style = self.screen.get_component_rich_style("screen--selection")
            return _highlight(self._strip(row, cells), span, style).apply_offsets(0, y)
        # A new size makes Textual ask for every row again, of which most are as they were.
        known = self._strips.get(y)
        if known is None or known[:2] != (row, cells):
            known = row, cells, self._strip(row, cells).apply_offsets(0, y)
            self._strips[y] = known
        return known[2]

    def _strip(self, row: Line, cells: int) -> Strip:
        chosen = any(tone is Tone.CURSOR for _, tone in row)
        segments = [
            Segment(self._shown(text), self._style(tone, chosen)) for text, tone in fit(row, cells)
        ]
        return Strip(segments).extend_cell_length(cells, self._own_style)

    @property
    def _own_style(self) -> Style:
        """`rich_style`, which Textual computes anew each time."""
        if self._base is None:
            self._base = self.rich_style
        return self._base

    def tone_style(self, tone: Tone) -> Style:
        """The theme's style of a tone."""
        found = self._tones.get(tone)
        if found is None:
            no_color = self.app.has_class("no-color")
            found = tones.style(tone, self._own_style, self.app.theme_variables, no_color=no_color)
            self._tones[tone] = found
        return found

    def _style(self, tone: Tone, chosen: bool) -> Style:
        """The style of a tone; on the row under the cursor with the cursor's ground."""
        style = self.tone_style(tone)
        if not chosen or tone in (Tone.FRAME, Tone.FRAME_FOCUS, Tone.MATCH):
            return style
        cursor = self.tone_style(Tone.CURSOR)
        return style + Style(bgcolor=cursor.bgcolor, reverse=cursor.reverse or style.reverse)

    def _shown(self, text: str) -> str:
        return present.ascii_text(text) if self._ascii_only else text

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the mouse selected, as text."""
        return selection.extract(self._shown(self.text)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Show the new selection."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw again in the new theme."""
        self._tones.clear()
        self._strips.clear()
        self._base = None
        super().notify_style_update()
        self.refresh()


def changed_runs(before: Line, after: Line, cells: int) -> list[tuple[int, int]]:
    """Where two rows of a width differ: first cell of each run, and the one after its last.

    A few equal cells between two runs are cheaper to send than a move of the terminal's cursor. Where a
    cell is not a character (wide and combining ones), and where the row under the cursor is one of them,
    that is the whole row.
    """
    old, new = _characters(before, cells), _characters(after, cells)
    if old is None or new is None:
        return [(0, cells)]
    runs: list[tuple[int, int]] = []
    for place, (was, now) in enumerate(zip(old, new, strict=True)):
        if was == now:
            continue
        if runs and place - runs[-1][1] < MOVE_CELLS:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _characters(row: Line, cells: int) -> list[Part] | None:
    """Each cell with its tone; None where cells are not characters, or the cursor colours the row."""
    if any(tone is Tone.CURSOR or cell_len(text) != len(text) for text, tone in row):
        return None
    found = [(character, tone) for text, tone in row for character in text]
    return found + [(" ", Tone.PLAIN)] * (cells - len(found))


def _highlight(strip: Strip, span: tuple[int, int], style: Style) -> Strip:
    start, end = span
    text = strip.text
    first = cell_len(text[:start])
    last = strip.cell_length if end == -1 else cell_len(text[:end])
    return Strip.join(
        (strip.crop(0, first), strip.crop(first, last).apply_style(style), strip.crop(last))
    )


class Panel(Lines, can_focus=True):
    """Lines in a frame with a title at the left and a badge at the right, scrolled by the keyboard and wheel.

    The focused panel has a heavy frame. Rows that do not fit are counted in the frame's lower edge.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
    ]

    class Resized(Message):
        """The panel has a new size, for which it wants to be laid out."""

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._title: Line = EMPTY
        self._badge: Line = EMPTY
        self._body: tuple[Line, ...] = ()
        self._framed_rows: dict[int, tuple[tuple[Line, Part, Part, int], Line]] = {}
        self._top = 0

    def on_resize(self) -> None:
        """Ask to be laid out for the new size."""
        self.post_message(self.Resized())

    @property
    def inner(self) -> Size:
        """Columns and rows within the frame."""
        return Size(max(0, self.size.width - 4), max(0, self.size.height - 2))

    @property
    def body(self) -> tuple[Line, ...]:
        """All lines of the content, also those scrolled away."""
        return self._body

    def fill(self, title: Line, badge: Line, body: tuple[Line, ...]) -> None:
        """Show this content; the scroll position is kept as far as the content reaches."""
        self._title, self._badge, self._body = title, badge, body
        self.compose_rows()

    @property
    def last_top(self) -> int:
        """The scroll position at which the last line is at the bottom."""
        return max(0, len(self._body) - self.inner.height)

    def compose_rows(self) -> None:
        """Put frame and visible lines together and draw what changed."""
        cells, height = self.size.width, self.size.height
        if cells < 4 or height < 2:
            self.draw(())
            return
        self._top = min(max(0, self._top), self.last_top)
        tone = Tone.FRAME_FOCUS if self.has_focus else Tone.FRAME
        corners = FRAME_FOCUS if self.has_focus else FRAME
        visible = self._body[self._top : self._top + height - 2]
        side = (corners[3], tone)
        rows = [self._edge(corners[0], corners[1], corners[2], tone, cells)]
        for y in range(height - 2):
            row = visible[y] if y < len(visible) else EMPTY
            rows.append(self._framed(y, row, self.lead(self._top + y), side, cells))
        rows.append(self._lower_edge(corners, tone, cells))
        self.draw(rows)

    def _framed(self, y: int, row: Line, lead: Part, side: Part, cells: int) -> Line:
        """A row of the content between the frame's sides; most are what they were a moment ago."""
        wanted = row, lead, side, cells
        known = self._framed_rows.get(y)
        if known is None or known[0] != wanted:
            known = wanted, line(side, lead, pad(row, cells - 4), " ", side)
            self._framed_rows[y] = known
        return known[1]

    def lead(self, row: int) -> Part:
        """The cell before this line of the content, counted from 0."""
        return (" ", Tone.PLAIN)

    def _edge(self, left: str, bar: str, right: str, tone: Tone, cells: int) -> Line:
        badge = fit(self._badge, max(0, cells - 9))
        title = fit(self._title, max(0, cells - 9 - width(badge)))
        start = line((left, tone), " ", title, " ") if title else line((left, tone))
        end = line(" ", badge, " ", (bar + right, tone)) if badge else line((right, tone))
        return line(start, (bar * max(0, cells - width(start) - width(end)), tone), end)

    def _lower_edge(self, corners: tuple[str, ...], tone: Tone, cells: int) -> Line:
        remark = self.edge_remark()
        text = line(" ", (remark, Tone.WARN), " ") if remark else EMPTY
        text = fit(text, cells - 4)
        bar = corners[1] * (cells - 3 - width(text))
        return line((corners[4] + bar, tone), text, (corners[1] + corners[5], tone))

    def edge_remark(self) -> str:
        """The words in the lower edge: how many lines are hidden below and above."""
        below = self.last_top - self._top
        above = f"↑ {self._top}  " if self._top else ""
        more = tr(texts.MORE_LINES_BELOW).format(count=below) if below else ""
        return f"{above}↓ {more}" if below else above.strip()

    def fill_from(self, title: Line, badge: Line, body: tuple[Line, ...], top: int) -> None:
        """Show this content from that line on, wherever it was scrolled to."""
        self._top = top
        self.fill(title, badge, body)

    def scroll_to_row(self, top: int) -> None:
        """Show the content from this line on."""
        self._top = top
        self.compose_rows()

    def scroll_content(self, rows: int) -> None:
        """Move the content by lines."""
        self.scroll_to_row(self._top + rows)

    def action_scroll(self, rows: int) -> None:
        """Move by lines."""
        self.scroll_content(rows)

    def action_page(self, pages: int) -> None:
        """Move by pages."""
        self.scroll_to_row(self._top + pages * max(1, self.inner.height - 1))

    def action_edge(self, end: int) -> None:
        """Move to the first or the last line."""
        self.scroll_to_row(self.last_top if end else 0)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Wheel down."""
        event.stop()
        self.scroll_content(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Wheel up."""
        event.stop()
        self.scroll_content(-WHEEL_ROWS)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Take the heavy frame, or give it back."""
        super().watch_has_focus(has_focus)
        self.compose_rows()
