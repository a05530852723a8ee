"""Swaps glyphs in everything that is drawn, Textual's own widgets included."""

from collections.abc import Callable

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter


class GlyphFilter(LineFilter):
    """Sends the text of every segment through `swap`, which keeps its width."""

    def __init__(self, swap: Callable[[str], str]) -> None:
        super().__init__()
        self._swap = swap

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with their text swapped."""
        swap = self._swap
        return [Segment(swap(text), style, control) for text, style, control in segments]
