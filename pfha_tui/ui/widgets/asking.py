"""A line in which a text is typed."""

from collections.abc import Callable

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from pfha_tui.ui.line import Tone, line
from pfha_tui.ui.widgets.lines import Lines


class Typing(Input):
    """Ends at once with Enter (`kept`, with the text) or Esc (`dropped`): no key of the same burst that follows is
    taken for text."""

    kept: Callable[[str], None]
    dropped: Callable[[], None]

    async def action_submit(self) -> None:
        """Keep the text."""
        self.kept(self.value)

    def on_key(self, event: events.Key) -> None:
        """What was on its way when the text was ended goes to whatever has the focus now."""
        if self.screen.focused is not self:
            self.app.post_message(events.Key(event.key, event.character))
        elif event.key == "enter":
            self.kept(self.value)
        elif event.key == "escape":
            self.dropped()
        else:
            return
        event.stop()
        event.prevent_default()


class Asking(Horizontal):
    """Hidden until it is asked; before what is typed stands what it is for."""

    DEFAULT_CSS = """
    Asking { display: none; height: 1; background: $pf-panel; }
    Asking Lines { height: 1; background: $pf-panel; }
    Asking Input { width: 1fr; height: 1; border: none; padding: 0 1; background: $pf-panel; color: $pf-text; }
    """

    def __init__(self, *, ascii_only: bool, id: str) -> None:
        super().__init__(id=id)
        self._word = Lines(ascii_only=ascii_only)
        # What came before the focus must not be selected by it, and so be written over.
        self.input = Typing(compact=True, id=f"{id}-text", select_on_focus=False)
        # It is out of the way of the focus until it is wanted.
        self.input.can_focus = False

    def compose(self) -> ComposeResult:
        """The word, and the place to type."""
        yield self._word
        yield self.input

    def ask(
        self,
        word: str,
        hint: str,
        value: str,
        kept: Callable[[str], None],
        dropped: Callable[[], None],
    ) -> None:
        """Ask for a text that begins as `value`; `hint` stands there while it is empty. Each of the callbacks moves
        the focus away, and then calls `end`."""
        self.input.kept, self.input.dropped = kept, dropped
        self._word.styles.width = cell_len(word) + 2
        self._word.draw((line(" ", (word, Tone.STRONG)),))
        self.input.placeholder = hint
        with self.prevent(Input.Changed):
            self.input.value = value
        self.input.select_all()
        self.input.can_focus = True
        self.display = True
        # At once, and not with Textual's next turn: what is typed from here on is the text.
        self.screen.set_focus(self.input)

    def take(self, text: str) -> None:
        """Type this, which came before the place to type had the focus."""
        self.screen.set_focus(self.input)
        self.input.replace(text, *self.input.selection)

    def end(self) -> None:
        """Ask no longer."""
        self.input.can_focus = False
        self.display = False
