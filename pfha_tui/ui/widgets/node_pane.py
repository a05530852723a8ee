"""One firewall of the pair in a frame."""

from textual.geometry import Size

from pfha_tui.ui.about import About, Topic
from pfha_tui.ui.line import line
from pfha_tui.ui.node_view import NodeView
from pfha_tui.ui.vips import badge
from pfha_tui.ui.widgets.choosing import Choice, Choosing


class NodePane(Choosing):
    """Shows a `NodeView`, in full or (`short`) as a summary that fits.

    The rows of a full pane can be chosen; their keys are `About`.
    """

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._view: NodeView | None = None
        self._short = self._fold = False
        self._size_shown = Size(0, 0)

    @property
    def about(self) -> About | None:
        """What the row under the cursor is about; None in a summary, and on a row that stands for others."""
        chosen = self.chosen
        if not isinstance(chosen, About) or chosen.topic is Topic.FOLDED:
            return None
        return chosen

    def show(self, view: NodeView, short: bool, fold: bool) -> None:
        """Show this moment of the node; with `fold`, quiet rows without room stand in one line."""
        self._view, self._short, self._fold = view, short, fold
        self._rebuild()

    def _rebuild(self) -> None:
        view, size = self._view, self.inner
        if view is None or not size.width or not size.height:
            return
        word, tone = badge(view.node, view.sick, view.scene)
        choices: list[Choice]
        if self._short:
            choices = [(row, None) for row in view.summary(size.width, size.height)]
        else:
            entries = view.full(size.width, size.height, self._fold)
            choices = [(entry.line, entry.about) for entry in entries]
        self.offer(view.title(), line((f" {word} ", tone)), choices)
        if size != self._size_shown:
            self._size_shown = size
            self.reveal()
