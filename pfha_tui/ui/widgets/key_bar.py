"""The keys that do something now, in one line, and in their place for a while what the console has to say.

Textual's own Footer composes itself anew, and keeps the old widgets, whenever the focus moves. Its toasts
lie over the lines below them, and so hide facts.
"""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.timer import Timer

from pfha_tui.domain.language import tr
from pfha_tui.ui.command import Command
from pfha_tui.ui.line import Line, Tone, line, plain, spread, wrap
from pfha_tui.ui.widgets.lines import Lines

PAGE_S = 6.0
"""How long each line of a notice is shown."""
MOST_PAGES = 9
MARK_CELLS = 5
"""Which line of how many it is, and a gap before it."""


class KeyBar(Lines):
    """Draws the commands that fit; of those that do not, the later in the list are left out.

    A click on an entry is its key. A notice longer than the line is shown line by line, with `tall` whole: the
    bar takes the rows that it needs.
    """

    def __init__(
        self,
        commands: Sequence[Command],
        *,
        ascii_only: bool,
        id: str | None = None,
        tall: bool = False,
    ) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._tall = tall
        self._commands = tuple(command for command in commands if command.bar)
        self._notice: tuple[str, Tone] | None = None
        self._hold = False
        self._page = 0
        self._timer: Timer | None = None
        self._pressed: Command | None = None

    @property
    def notice(self) -> str:
        """What is being said; empty while the keys are shown."""
        return self._notice[0] if self._notice is not None else ""

    def say(self, sentence: str, tone: Tone = Tone.PLAIN, *, hold: bool = False) -> None:
        """Show a sentence in the place of the keys: for a while, or with `hold` for good."""
        self._notice, self._hold, self._page = (sentence, tone), hold, 0
        if self._timer is not None:
            self._timer.stop()
        self._timer = None if hold else self.set_interval(PAGE_S, self._turn, name="notice")
        self._redraw()

    def unsay(self, sentence: str) -> None:
        """Show the keys again where this is being said."""
        if sentence and self.notice == sentence:
            self._end()
            self._redraw()

    def _end(self) -> None:
        self._notice = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    @property
    def needed_rows(self) -> int:
        """How many rows it needs now."""
        return max(1, len(self._pages())) if self._tall else 1

    def _pages(self) -> tuple[Line, ...]:
        if self._notice is None:
            return ()
        sentence, tone = self._notice
        cells = max(1, (self.size.width or self.app.size.width) - 2)
        if self._tall:
            return wrap(sentence, cells, MOST_PAGES, tone)
        whole = wrap(sentence, cells, 1, tone)
        pages = wrap(sentence, max(1, cells - MARK_CELLS), MOST_PAGES, tone)
        if len(pages) <= 1 or plain(line(*whole)) == sentence.strip():
            return whole
        marks = (
            line((f"{number}/{len(pages)}", Tone.MUTED)) for number in range(1, len(pages) + 1)
        )
        return tuple(spread(page, number, cells) for page, number in zip(pages, marks, strict=True))

    def _turn(self) -> None:
        """Show the next line of the notice, or the keys again."""
        self._page += 1
        if self._page >= len(self._pages()):
            self._end()
        self._redraw()

    def _redraw(self) -> None:
        pages = self._pages()
        if self._tall:
            self.styles.height = self.needed_rows
        if pages and self._tall:
            self.draw(tuple(line(" ", page) for page in pages))
        elif pages:
            self.draw((line(" ", pages[min(self._page, len(pages) - 1)]),))
        else:
            self.draw((key_line(self._commands, self.size.width),))

    def on_resize(self) -> None:
        """Fit the keys into the new width."""
        self._redraw()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Note where a click, or a selection of text, begins."""
        self._pressed = self._at(event.x)

    def on_click(self, event: events.Click) -> None:
        """A click on an entry is its key; a selection of text that ends here is not."""
        pressed, self._pressed = self._pressed, None
        selected = bool(self.screen.selections)
        if pressed is not None and pressed is self._at(event.x) and not selected:
            self.app.simulate_key(pressed.keys.split(",")[0])

    def _at(self, x: int) -> Command | None:
        if self._notice is not None:
            return None
        for command, start, end in _places(self._commands, self.size.width):
            if start <= x < end:
                return command
        return None


def _places(commands: Sequence[Command], cells: int) -> list[tuple[Command, int, int]]:
    """The commands that fit, with the first cell of each entry and the one after it."""
    found = []
    at = 1
    for command in commands:
        end = at + cell_len(tr(command.label)) + 1 + cell_len(tr(command.title))
        if end > cells:
            break
        found.append((command, at, end))
        at = end + 3
    return found


def key_line(commands: Sequence[Command], cells: int) -> Line:
    """` q quit   ? help`: whole entries only."""
    row = line(" ")
    for number, (command, _, _) in enumerate(_places(commands, cells)):
        gap, title = "   " if number else "", f" {tr(command.title)}"
        row = line(row, gap, (tr(command.label), Tone.ACCENT), (title, Tone.MUTED))
    return row
