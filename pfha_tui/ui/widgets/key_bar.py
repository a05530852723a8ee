"""The keys that do something now, in one line.

Textual's own Footer composes itself anew, and keeps the old widgets, whenever the focus moves.
"""

from collections.abc import Sequence

from rich.cells import cell_len

from pfha_tui.ui.commands import Command
from pfha_tui.ui.line import Line, Tone, line
from pfha_tui.ui.widgets.lines import Lines


class KeyBar(Lines):
    """Draws the commands that fit; of those that do not, the later in the list are left out."""

    def __init__(
        self, commands: Sequence[Command], *, ascii_only: bool, id: str | None = None
    ) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._commands = tuple(command for command in commands if command.bar)

    def on_resize(self) -> None:
        """Fit the keys into the new width."""
        self.draw((key_line(self._commands, self.size.width),))


def key_line(commands: Sequence[Command], cells: int) -> Line:
    """` q quit   ? help`: whole entries only."""
    row = line(" ")
    used = 1
    for command in commands:
        size = cell_len(command.label) + 1 + cell_len(command.title) + 3
        if used + size > cells:
            break
        row = line(row, (command.label, Tone.ACCENT), (f" {command.title}   ", Tone.MUTED))
        used += size
    return row
