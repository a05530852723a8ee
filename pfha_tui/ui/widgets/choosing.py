"""A panel whose rows can be chosen: one at a time is marked while the panel has the focus."""

from collections.abc import Hashable, Sequence

from textual import events
from textual.message import Message

from pfha_tui.ui.line import Line, Part, Tone
from pfha_tui.ui.widgets.lines import Panel

CURSOR = "►"
Choice = tuple[Line, Hashable | None]


class Choosing(Panel):
    """Lines with a key each; consecutive lines of one key are one row, lines without a key are passed over.

    The cursor keeps to its key when the content changes; where the key is gone, to its place.
    """

    class Chosen(Message):
        """The row under the cursor is to be opened, or the panel where it has no rows: a double click."""

        def __init__(self, panel: "Choosing") -> None:
            super().__init__()
            self.panel = panel

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._keys: tuple[Hashable | None, ...] = ()
        self._starts: tuple[int, ...] = ()
        self._place = 0
        self._chosen: Hashable | None = None

    @property
    def chosen(self) -> Hashable | None:
        """The key under the cursor; None where nothing can be chosen."""
        return self._chosen

    @property
    def items(self) -> int:
        """How many rows can be chosen."""
        return len(self._starts)

    @property
    def place(self) -> int:
        """The chosen row, counted from 0 among those that can be chosen."""
        return self._place

    def offer(self, title: Line, badge: Line, choices: Sequence[Choice]) -> None:
        """Show these lines; scroll position and cursor are kept as far as the content allows."""
        self.set_choices(choices)
        self.fill(title, badge, self._body)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Take over lines and keys without drawing them."""
        self._body = tuple(text for text, _ in choices)
        self._keys = tuple(key for _, key in choices)
        self._starts = tuple(
            at
            for at, key in enumerate(self._keys)
            if key is not None and (at == 0 or self._keys[at - 1] != key)
        )
        if self._chosen is not None and self._key_at(self._place) != self._chosen:
            found = (n for n, at in enumerate(self._starts) if self._keys[at] == self._chosen)
            self._place = next(found, self._place)
        self._place = min(max(0, self._place), max(0, self.items - 1))
        self._chosen = self._key_at(self._place)

    def _key_at(self, place: int) -> Hashable | None:
        return self._keys[self._starts[place]] if place < self.items else None

    def _span(self, place: int) -> tuple[int, int]:
        """First and last line of a row."""
        first = last = self._starts[place]
        while last + 1 < len(self._keys) and self._keys[last + 1] == self._keys[first]:
            last += 1
        return first, last

    def under_cursor(self, row: int) -> bool:
        """Whether this line of the content, counted from 0, belongs to the chosen row."""
        if self._chosen is None:
            return False
        first, last = self._span(self._place)
        return first <= row <= last

    def lead(self, row: int) -> Part:
        """`►` before the chosen row, while the panel has the focus; all its lines have the cursor's ground."""
        if self.has_focus and self.under_cursor(row):
            return (CURSOR if row == self._starts[self._place] else " ", Tone.CURSOR)
        return super().lead(row)

    def choose(self, place: int) -> None:
        """Put the cursor on a row, counted from 0 among those that can be chosen, and scroll it into sight."""
        if not self.items:
            return
        self._place = min(max(0, place), self.items - 1)
        self._chosen = self._key_at(self._place)
        self.scroll_to_row(self._top_for_cursor())

    def reveal(self) -> None:
        """Scroll as far as it takes to have the cursor in sight."""
        if self.items:
            self._top = self._top_for_cursor()
            self.compose_rows()

    def _top_for_cursor(self) -> int:
        first, last = self._span(self._place)
        return max(min(self._top, first), last - self.inner.height + 1)

    def choose_key(self, key: Hashable) -> None:
        """Put the cursor on the row with this key; nothing changes where there is none."""
        found = [n for n, at in enumerate(self._starts) if self._keys[at] == key]
        if found:
            self.choose(found[0])

    def action_scroll(self, rows: int) -> None:
        """Move the cursor by rows; beyond the last one, and without rows, the content."""
        wanted = self._place + rows
        if self.items and 0 <= wanted < self.items:
            self.choose(wanted)
        else:
            super().action_scroll(rows)

    def action_page(self, pages: int) -> None:
        """Move by pages, the cursor with the content."""
        super().action_page(pages)
        self._follow_content()

    def action_edge(self, end: int) -> None:
        """Move to the first or the last line."""
        super().action_edge(end)
        if self.items:
            self.choose(self.items - 1 if end else 0)
            super().action_edge(end)

    def scroll_content(self, rows: int) -> None:
        """Move the content by lines, and the cursor only as far as it must to stay in sight."""
        super().scroll_content(rows)
        self._follow_content()

    def _follow_content(self) -> None:
        if not self.items:
            return
        low, high = self._top, self._top + self.inner.height - 1
        seen = [n for n, at in enumerate(self._starts) if low <= at <= high]
        if seen and not low <= self._starts[self._place] <= high:
            self._place = seen[0] if self._starts[self._place] < low else seen[-1]
            self._chosen = self._key_at(self._place)
            self.compose_rows()

    def on_click(self, event: events.Click) -> None:
        """A click chooses a row, a double click opens it."""
        line_no = self._top + event.y - 1
        for place in range(self.items):
            first, last = self._span(place)
            if first <= line_no <= last and 0 < event.y < self.size.height - 1:
                self.choose(place)
        if event.chain == 2:
            self.post_message(self.Chosen(self))
