"""What the dialogs that act have in common: they live with the pair below them, and outlast what cannot be drawn."""

from abc import abstractmethod
from typing import TypeVar

from textual import on
from textual.screen import ModalScreen

from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import Environment
from pfha_tui.ui import action_view, texts, verdict_view
from pfha_tui.ui.line import Tone, fit, line
from pfha_tui.ui.present import Scene
from pfha_tui.ui.widgets.lines import Lines, Panel

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A full screen with a head, the pair's verdict and a row of keys, drawn anew with every moment of the pair."""

    DEFAULT_CSS = """
    Dialog { layout: vertical; background: $pf-background; }
    Dialog #head, Dialog #dialog-verdict, Dialog #dialog-keys { height: 1; background: $pf-panel; }
    Dialog Input { width: 1fr; height: 1; border: none; padding: 0 1; background: $pf-panel; }
    Dialog .buttons, Dialog .field, Dialog Push { height: 1; }
    """

    def __init__(self, pair: str, kind: Environment, *, ascii_only: bool) -> None:
        super().__init__()
        self.pair = pair
        self.kind = kind
        self.ascii_only = ascii_only
        self.seen: tuple[PairSnapshot, Scene] | None = None
        """The newest moment of the pair."""
        self.drawing_error: Exception | None = None
        """What the last attempt to draw ended with; None when all was drawn."""

    def show(self, snapshot: PairSnapshot, scene: Scene) -> None:
        """Draw this moment."""
        self.seen = (snapshot, scene)
        self.redraw()

    def redraw(self) -> None:
        """Draw the newest moment, once there is one and the widgets are there."""
        # A timer, a resize or an answer may come before the widgets do, or after them.
        if self.seen is None or not self.is_mounted or not self.query("#dialog-keys"):
            return
        try:
            self.draw(*self.seen)
            self._draw_verdict(*self.seen)
            self.drawing_error = None
        except Exception as error:
            # What cannot be drawn must not take the console down, least of all in the midst of an action.
            self.drawing_error = error
            said = tr(texts.NOT_DRAWN).format(reason=type(error).__name__)
            for head in self.query("#head").results(Lines):
                head.draw((line((said, Tone.BAD)),))

    @abstractmethod
    def draw(self, snapshot: PairSnapshot, scene: Scene) -> None:
        """Put this moment into the widgets."""

    def _draw_verdict(self, snapshot: PairSnapshot, scene: Scene) -> None:
        """In one row: what the pair is worth may change while its operator reads."""
        cells = self.size.width
        told = line(*verdict_view.bar(snapshot, "", True, scene, cells, 0))
        self.query_one("#dialog-verdict", Lines).draw((fit(told, cells),))

    def say(self, sentence: str) -> None:
        """Tell something where the keys stand."""
        self.draw_keys(sentence, Tone.WARN)

    def draw_head(self, node: str, title: str, scene: Scene) -> None:
        """The line on top: what is done, on which node, of which pair."""
        cells = self.size.width
        head = action_view.head(self.pair, node, title, self.kind, scene, cells)
        self.query_one("#head", Lines).draw((head,))

    def draw_keys(self, keys: str, tone: Tone = Tone.MUTED) -> None:
        """The line at the bottom."""
        row = fit(line((f" {keys}", tone)), self.size.width)
        self.query_one("#dialog-keys", Lines).draw((row,))

    @on(Panel.Resized)
    def on_resize(self) -> None:
        """Break the lines for the new width, of the screen or of a panel, which has its own after the layout only."""
        self.redraw()
