"""The wall's list: one line per pair, and a cursor that stays with its pair."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from pfha_tui.domain.language import tr
from pfha_tui.ui import texts
from pfha_tui.ui.bound import bind
from pfha_tui.ui.command import Command, Scope
from pfha_tui.ui.line import EMPTY, Line, Tone, line, plain, spread
from pfha_tui.ui.wall_view import Wall
from pfha_tui.ui.widgets.choosing import CURSOR
from pfha_tui.ui.widgets.lines import WHEEL_ROWS, Lines


class PairList(Lines, can_focus=True):
    """Draws a `Wall`. The cursor is on the first line, the worst pair, until it is moved; then it keeps to its
    pair when the order changes. The keys of the wall's commands are the session's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
    ]

    class Chosen(Message):
        """This pair (counted from 0) is to be opened."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Marked(Message):
        """The cursor has moved to another pair."""

    def __init__(
        self, commands: Sequence[Command], *, ascii_only: bool, id: str | None = None
    ) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        bind(self, ((one.keys, one.action) for one in commands if one.scope is Scope.WALL))
        self._wall = Wall(EMPTY, ())
        self._marked: int | None = None
        self._moved = False
        self._top = 0

    @property
    def marked(self) -> int | None:
        """The pair under the cursor, counted from 0; None before anything was shown."""
        return self._marked

    @property
    def marked_text(self) -> str:
        """The line under the cursor as plain text; empty before anything was shown."""
        return next((plain(row).strip() for n, row in self._wall.rows if n == self._marked), "")

    def show(self, wall: Wall) -> None:
        """Show this wall."""
        self._wall = wall
        if not self._moved and wall.rows:
            self._marked = wall.rows[0][0]
        self._fit_rows()

    def mark(self, number: int) -> None:
        """Put the cursor on this pair (counted from 0)."""
        self._marked = number
        self._moved = True
        self._reveal()
        self._fit_rows()
        self.post_message(self.Marked())

    @property
    def _place(self) -> int:
        """The line of the cursor, from 0."""
        numbers = [number for number, _ in self._wall.rows]
        return numbers.index(self._marked) if self._marked in numbers else 0

    @property
    def _room(self) -> int:
        return max(1, self.size.height - 1)

    def _reveal(self) -> None:
        self._top = max(min(self._top, self._place), self._place - self._room + 1)

    def _fit_rows(self) -> None:
        rows = self._wall.rows
        self._top = min(max(0, self._top), max(0, len(rows) - self._room))
        shown = rows[self._top : self._top + self._room]
        lines = [self._headed(len(rows) - self._top - len(shown))]
        lines += [self._row(number, row) for number, row in shown]
        self.draw(lines)

    def _headed(self, below: int) -> Line:
        if not self._top and not below:
            return self._wall.heading
        hidden = f"↑ {self._top}  ↓ {tr(texts.MORE_LINES_BELOW).format(count=below)} "
        return spread(self._wall.heading, line((hidden, Tone.WARN)), self.size.width)

    def _row(self, number: int, row: Line) -> Line:
        """The line with the cursor in its first cell, where that is on it."""
        if number != self._marked or not row:
            return row
        first, tone = row[0]
        return line((CURSOR, Tone.CURSOR), (first[1:], tone), row[1:])

    def _move_to(self, place: int) -> None:
        rows = self._wall.rows
        if rows:
            self.mark(rows[min(max(0, place), len(rows) - 1)][0])

    def action_move(self, rows: int) -> None:
        """Move the cursor by lines."""
        self._move_to(self._place + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self._move_to(self._place + pages * self._room)

    def action_edge(self, end: int) -> None:
        """Move the cursor to the first or the last line."""
        self._move_to(len(self._wall.rows) if end else 0)

    def action_open(self) -> None:
        """Open the pair under the cursor."""
        if self._marked is not None:
            self.post_message(self.Chosen(self._marked))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens."""
        place = self._top + event.y - 1
        if event.y < 1 or place >= len(self._wall.rows):
            return
        if event.chain == 2:
            self.action_open()
        else:
            self._move_to(place)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Wheel down."""
        event.stop()
        self._scroll(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Wheel up."""
        event.stop()
        self._scroll(-WHEEL_ROWS)

    def _scroll(self, rows: int) -> None:
        self._top += rows
        self._fit_rows()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._reveal()
        self._fit_rows()
