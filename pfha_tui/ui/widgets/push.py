"""Something to press: one line whose state is told by signs and words, not by colour alone."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from pfha_tui.ui.line import Line, Tone, line, width
from pfha_tui.ui.widgets.lines import Lines


class Push(Lines, can_focus=True):
    """`[ Cancel ]`, with the focus `►[ Cancel ]◄`, and `( Cancel )` while it cannot be pressed.

    Enter, space or a click press it. It can have the focus only while it is enabled.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", show=False)]

    class Pressed(Message):
        """The operator pressed it."""

        def __init__(self, push: "Push") -> None:
            super().__init__()
            self.push = push

        @property
        def control(self) -> "Push":
            """What was pressed."""
            return self.push

    def __init__(self, label: str, *, ascii_only: bool, id: str, enabled: bool = True) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._label = label
        self._enabled = enabled
        self.can_focus = enabled

    @property
    def enabled(self) -> bool:
        """Whether it can be pressed."""
        return self._enabled

    def set(self, *, enabled: bool, label: str | None = None) -> None:
        """Let it be pressed or not, under this label (None: the one that it has)."""
        self._enabled = self.can_focus = enabled
        self._label = self._label if label is None else label
        self._redraw()

    def on_mount(self) -> None:
        """Draw it."""
        self._redraw()

    def _redraw(self) -> None:
        row = self._row()
        self.styles.width = width(row)
        self.draw((row,))

    def _row(self) -> Line:
        if not self._enabled:
            return line((f" ( {self._label} ) ", Tone.MUTED))
        if self.has_focus:
            return line((f"►[ {self._label} ]◄", Tone.CURSOR))
        return line((f" [ {self._label} ] ", Tone.STRONG))

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the signs of the focus, or take them away."""
        super().watch_has_focus(has_focus)
        self._redraw()

    def on_click(self, event: events.Click) -> None:
        """A click presses it."""
        event.stop()
        self.action_press()

    def action_press(self) -> None:
        """Say that it was pressed; nothing where it cannot be."""
        if self._enabled:
            self.post_message(self.Pressed(self))
