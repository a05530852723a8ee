"""From what Textual has drawn to the terminal: at once, only the cells that changed, and few colour codes.

This is the one place that knows how Textual does so itself: some turns of its loop later; a row from its
widget's left edge to the changed cell; each piece of text with its own colours and a reset. Over a slow
link, and once a second for days, that is most of what is sent.
"""

from collections.abc import Iterator

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.screen import Screen
from textual.strip import Strip

Piece = tuple[int, int, Strip]
"""Column, row, and what stands there."""


def paint(screen: Screen[object]) -> None:
    """Send to the terminal what the screen's widgets have asked for.

    Textual does so some turns of the loop later, in which all comes first that has arrived by then. A new
    layout is left to it: until then things are painted where they stand.
    """
    compositor = screen._compositor
    if screen.is_current and compositor.size:
        compositor.update_widgets(set(compositor.visible_widgets))
        screen._compositor_refresh()


def repaint(screen: Screen[object]) -> None:
    """Send everything that the screen shows: what was on the terminal is not known any more."""
    compositor = screen._compositor
    if screen.is_current and compositor.size:
        compositor._dirty_regions.add(compositor.size.region)
        screen._compositor_refresh()


def terse(
    renderable: RenderableType | CompositorUpdate | None,
) -> RenderableType | CompositorUpdate | None:
    """The same update in fewer bytes; anything that is no update of cells as it is."""
    if isinstance(renderable, ChopsUpdate):
        return TerseUpdate(_changed(renderable))
    if isinstance(renderable, LayoutUpdate):
        return TerseUpdate(_everything(renderable))
    return renderable


class TerseUpdate(CompositorUpdate):
    """Writes pieces of rows; a colour code only where the style is not the one before."""

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces = list(pieces)

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal, which has its own style again at their end."""
        # Textual's own answer for a console that does not know its colours.
        colours = console._color_system or ColorSystem.TRUECOLOR
        out: list[str] = []
        pen, here = "", (-1, -1)
        for x, y, strip in self._pieces:
            if (x, y) != here:
                out.append(Control.move_to(x, y).segment.text)
            for text, style, _ in strip:
                wanted = "" if style is None else Strip.render_ansi(style, colours)
                if wanted != pen:
                    out.append(f"\x1b[0;{wanted}m" if wanted and pen else f"\x1b[{wanted or 0}m")
                    pen = wanted
                out.append(text)
            here = (x + strip.cell_length, y)
        if pen:
            out.append("\x1b[0m")
        return "".join(out)


def _changed(update: ChopsUpdate) -> Iterator[Piece]:
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=True):
            left, right = max(x, first), min(end, last)
            if strip is not None and left < right:
                yield left, y, strip.crop(left - x, right - x)


def _everything(update: LayoutUpdate) -> Iterator[Piece]:
    for y, row in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in row:
            yield x, y, strip
            x += strip.cell_length
