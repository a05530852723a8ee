"""What `copy` takes where nothing is selected by the mouse."""

from textual.screen import Screen

from pfha_tui.domain.text import clean
from pfha_tui.ui.line import plain
from pfha_tui.ui.widgets.choosing import Choosing
from pfha_tui.ui.widgets.lines import Lines, Panel
from pfha_tui.ui.widgets.pair_list import PairList


def focused_text(screen: Screen[object]) -> str:
    """The focused pane's chosen row, the whole of a pane without one, or without focus the verdict."""
    panel = screen.focused
    if isinstance(panel, PairList):
        return panel.marked_text
    if isinstance(panel, Choosing) and panel.chosen is not None:
        rows = [row for y, row in enumerate(panel.body) if panel.under_cursor(y)]
    elif isinstance(panel, Panel):
        rows = list(panel.body)
    else:
        rows = [row for one in screen.query("#banner, #verdict").results(Lines) for row in one.rows]
    return "\n".join(clean(plain(row)).rstrip() for row in rows).strip("\n")
