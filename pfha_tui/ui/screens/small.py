"""Stands in for any screen in a terminal that is too small for it."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.screen import ModalScreen

from pfha_tui.ui import too_small
from pfha_tui.ui.bound import bind
from pfha_tui.ui.command import Command
from pfha_tui.ui.line import Line
from pfha_tui.ui.widgets.key_bar import KeyBar
from pfha_tui.ui.widgets.lines import Lines


class SmallScreen(ModalScreen[None]):
    """Tells how the pairs stand and what room is needed; no key does anything but leave."""

    DEFAULT_CSS = """
    SmallScreen { layout: vertical; overflow: hidden; background: $pf-background; }
    SmallScreen #too-small { width: 1fr; height: 1fr; }
    """

    def __init__(self, commands: Sequence[Command], *, ascii_only: bool) -> None:
        super().__init__()
        self._commands = [one for one in commands if one.id == "quit"]
        self._ascii = ascii_only
        self._in_short: Callable[[int], Sequence[Line]] | None = None
        bind(self, ((one.keys, f"app.{one.action}") for one in self._commands))

    def compose(self) -> ComposeResult:
        """What is told, and a row for what the console has to say."""
        yield Lines(ascii_only=self._ascii, id="too-small")
        yield KeyBar(self._commands, ascii_only=self._ascii, tall=True)

    def show(self, in_short: Callable[[int], Sequence[Line]]) -> None:
        """Draw this; `in_short` gives how the pairs stand in so many cells."""
        self._in_short = in_short
        self.on_resize()

    def on_resize(self) -> None:
        """Draw for the new size."""
        if self._in_short is None or not self.query("#too-small"):
            return
        width, height = self.app.size
        room = height - self.query_one(KeyBar).needed_rows
        rows = too_small.rows(self._in_short(width), (width, height), room, self._commands)
        self.query_one("#too-small", Lines).draw(rows)
