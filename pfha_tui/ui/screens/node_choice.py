"""A small list of both nodes: on which one is it to be done?"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from pfha_tui.actions.model import Verb
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.ui import action_texts as texts
from pfha_tui.ui import action_view
from pfha_tui.ui.line import Tone, line
from pfha_tui.ui.widgets.choosing import Choosing

WIDTH = 60


class NodeChoice(ModalScreen[str | None]):
    """Ends with the name of the node, or None; `verbs` are what would be done on the primary and on the
    secondary, `first` is the node (0 or 1) that the cursor starts on."""

    DEFAULT_CSS = """
    NodeChoice Choosing { max-width: 100%; height: 4; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter,space", "take", ""),
        ("escape,q", "dismiss", ""),
    ]

    def __init__(
        self, snapshot: PairSnapshot, verbs: tuple[Verb, Verb], first: int, *, ascii_only: bool
    ) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._verbs = verbs
        self._first = first
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        """The list."""
        yield Choosing(ascii_only=self._ascii, id="node-choice")

    def on_mount(self) -> None:
        """Fill the list and give it the focus."""
        nodes = self.query_one(Choosing)
        nodes.styles.width = WIDTH
        rows = [
            (action_view.choice(node, index, verb), node.name)
            for index, (node, verb) in enumerate(
                zip(self._snapshot.nodes, self._verbs, strict=True)
            )
        ]
        hint = line((tr(texts.CHOOSE_HINT), Tone.MUTED))
        nodes.offer(line((tr(texts.CHOOSE), Tone.STRONG)), hint, rows)
        nodes.choose(self._first)
        nodes.focus()

    def action_take(self) -> None:
        """End with the node under the cursor."""
        self.dismiss(str(self.query_one(Choosing).chosen))

    @on(Choosing.Chosen)
    def _double_clicked(self) -> None:
        self.action_take()
