"""The wall: every pair in one line, worst first, and why the marked one stands as it does."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from pfha_tui.domain.language import tr
from pfha_tui.ui import layout, texts, wall_details, wall_view
from pfha_tui.ui.command import Command
from pfha_tui.ui.commands import on_wall
from pfha_tui.ui.line import Line, Tone, wrap
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.pairs import Entry
from pfha_tui.ui.present import Scene
from pfha_tui.ui.widgets.key_bar import KeyBar
from pfha_tui.ui.widgets.lines import Lines
from pfha_tui.ui.widgets.pair_list import PairList


class WallScreen(Screen[None]):
    """Draws entries at a moment; knows nothing of where they came from."""

    AUTO_FOCUS = "#pairs"

    def __init__(self, options: ConsoleOptions, commands: Sequence[Command]) -> None:
        super().__init__(id="wall")
        self._options = options
        self._commands = on_wall(commands)
        self._last: tuple[Sequence[Entry], Scene] | None = None
        self.drawing_error: Exception | None = None
        """What the last attempt to draw ended with; None when all was drawn."""

    def compose(self) -> ComposeResult:
        """Banner, list, the marked pair's details, key bar."""
        plain = self._options.ascii
        yield Lines(ascii_only=plain, id="banner")
        yield PairList(self._commands, ascii_only=plain, id="pairs")
        yield Lines(ascii_only=plain, id="marked")
        yield KeyBar(self._commands, ascii_only=plain, id="keys")

    @property
    def pairs(self) -> PairList:
        """The list."""
        return self.query_one(PairList)

    @property
    def marked(self) -> int | None:
        """The pair under the cursor, counted from 0; None before anything was shown."""
        return next((pairs.marked for pairs in self.query(PairList)), None)

    def mark(self, number: int) -> None:
        """Put the cursor on this pair (counted from 0)."""
        self.pairs.mark(number)

    def say(self, sentence: str) -> None:
        """Tell something in the place of the key bar."""
        for bar in self.query("#keys").results(KeyBar):
            bar.say(sentence, hold=True)

    def show(self, entries: Sequence[Entry], scene: Scene) -> None:
        """Draw these pairs at this moment; only rows that changed reach the terminal."""
        self._last = (entries, scene)
        if not self.is_mounted:
            return
        try:
            self._draw(entries, scene)
            self.drawing_error = None
        except Exception as error:
            # One moment that cannot be drawn, whatever a device said, must not take the console down;
            # but the old picture must not pass for the present either.
            self.drawing_error = error
            said = tr(texts.NOT_DRAWN).format(reason=type(error).__name__)
            # Rows are gone before the screen is, when the console is being left.
            for banner in self.query("#banner").results(Lines):
                banner.draw(wrap(said, self.size.width, 1, Tone.BAD))

    def _draw(self, entries: Sequence[Entry], scene: Scene) -> None:
        cells, height = self.size
        if not layout.fits(cells, height):
            return
        self.query_one("#banner", Lines).draw(self.above(entries, scene, cells))
        least = layout.BANNER_ROWS + layout.KEY_ROWS
        # The marked pair always keeps a row.
        self.pairs.styles.height = min(1 + len(entries), height - least - 1)
        self.pairs.show(wall_view.wall(entries, self._options, scene, cells))
        marked = next((entry for entry in entries if entry.number == self.marked), None)
        room = max(1, height - least - 1 - len(entries))
        if marked is not None:
            rows = wall_details.details(marked, scene, cells, room)
            self.query_one("#marked", Lines).draw(rows)

    def above(self, entries: Sequence[Entry], scene: Scene, cells: int) -> tuple[Line, ...]:
        """How many pairs stand how, also for a screen that covers this one."""
        mode = tr(texts.WATCHING) if self._options.watch else ""
        mode = mode or (tr(texts.READ_ONLY) if self._options.read_only else "")
        return (wall_view.banner(entries, mode, scene, cells),)

    @on(PairList.Marked)
    def on_resize(self) -> None:
        """Draw for the new size, or the newly marked pair."""
        if self._last is not None:
            self.show(*self._last)
