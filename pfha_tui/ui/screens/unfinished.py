"""What a session before this one, or this one, began and never ended: undo it, close it, or leave it for later."""

from enum import Enum, auto
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from pfha_tui.actions.model import Unfinished
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import Environment
from pfha_tui.domain.text import clean
from pfha_tui.ui import action_texts as texts
from pfha_tui.ui import action_view
from pfha_tui.ui.line import EMPTY, Tone, line
from pfha_tui.ui.present import Scene
from pfha_tui.ui.screens.action import REASON_CELLS
from pfha_tui.ui.screens.dialog import Dialog
from pfha_tui.ui.widgets.lines import Lines, Panel
from pfha_tui.ui.widgets.push import Push


class Answer(Enum):
    """What the operator wants of it."""

    LATER = auto()
    UNDO = auto()
    CLOSE = auto()


class UnfinishedScreen(Dialog[tuple[Answer, str]]):
    """Stays until it is answered; ends with the answer and, for CLOSE, the reason."""

    DEFAULT_CSS = "UnfinishedScreen #left-what { height: 1fr; min-height: 3; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "later", ""),
        ("down", "app.focus_next", ""),
        ("up", "app.focus_previous", ""),
    ]

    def __init__(self, left: Unfinished, kind: Environment, *, ascii_only: bool) -> None:
        super().__init__(left.pair, kind, ascii_only=ascii_only)
        self._left = left

    def compose(self) -> ComposeResult:
        """Head, verdict, what it was, the reason, buttons, keys."""
        plain = self.ascii_only
        yield Lines(ascii_only=plain, id="head")
        yield Lines(ascii_only=plain, id="dialog-verdict")
        yield Panel(ascii_only=plain, id="left-what")
        yield Input(
            placeholder=tr(texts.CLOSE_REASON),
            compact=True,
            id="left-reason",
            max_length=REASON_CELLS,
        )
        with Horizontal(classes="buttons"):
            yield Push(tr(texts.LATER), ascii_only=plain, id="left-later")
            yield Push(tr(texts.UNDO_NOW), ascii_only=plain, id="left-undo")
            yield Push(tr(texts.CLOSE_IT), ascii_only=plain, id="left-close", enabled=False)
        yield Lines(ascii_only=plain, id="dialog-keys")

    def on_mount(self) -> None:
        """What changes nothing has the focus."""
        self.query_one("#left-later").focus()
        self.redraw()

    def draw(self, snapshot: PairSnapshot, scene: Scene) -> None:
        """What it was, and its age."""
        left = self._left
        self.draw_head(left.node, left.title, scene)
        panel = self.query_one("#left-what", Panel)
        title = line((tr(texts.LEFT_TITLE), Tone.WARN))
        panel.fill(title, EMPTY, action_view.unfinished_rows(left, scene, panel.inner.width))
        self.draw_keys(tr(texts.KEYS_LEFT))

    @property
    def _reason(self) -> str:
        return clean(self.query_one(Input).value).strip()

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#left-close", Push).set(enabled=bool(self._reason))

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.query_one("#left-close" if self._reason else "#left-later").focus()

    @on(Push.Pressed, "#left-later")
    def action_later(self) -> None:
        """Leave it as it is."""
        self.dismiss((Answer.LATER, ""))

    @on(Push.Pressed, "#left-undo")
    def _undo(self) -> None:
        self.dismiss((Answer.UNDO, ""))

    @on(Push.Pressed, "#left-close")
    def _close(self) -> None:
        self.dismiss((Answer.CLOSE, self._reason))
