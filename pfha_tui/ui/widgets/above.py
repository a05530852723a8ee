"""Which pair it is and how it stands, above a screen that covers the one which tells so."""

from collections.abc import Sequence

from textual.message import Message

from pfha_tui.ui.line import Line
from pfha_tui.ui.widgets.lines import Lines


class Above(Lines):
    """Draws what the application hands to it, with every moment, in as many rows."""

    class Wanted(Message):
        """There is a new width to draw for."""

    def put(self, rows: Sequence[Line]) -> None:
        """Show these rows."""
        if self.styles.height is None or self.styles.height.value != len(rows):
            self.styles.height = len(rows)
        self.draw(rows)

    def on_resize(self) -> None:
        """Ask for rows of the new width."""
        self.post_message(self.Wanted())
