"""One firewall of the pair in a frame."""

from textual import events
from textual.message import Message

from pfha_tui.ui.line import line
from pfha_tui.ui.node_view import NodeView
from pfha_tui.ui.vips import badge
from pfha_tui.ui.widgets.lines import Panel


class NodePane(Panel):
    """Shows a `NodeView`, in full or (`short`) as a summary that fits."""

    class Chosen(Message):
        """The pane was double-clicked: it is to be expanded, or to be made small again."""

        def __init__(self, pane: "NodePane") -> None:
            super().__init__()
            self.pane = pane

    class Resized(Message):
        """The pane has a new size, for which it wants to be laid out."""

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._view: NodeView | None = None
        self._short = False

    @property
    def node_name(self) -> str | None:
        """The configured name of the node shown."""
        return None if self._view is None else self._view.node.name

    def show(self, view: NodeView, short: bool) -> None:
        """Show this moment of the node."""
        self._view, self._short = view, short
        self._rebuild()

    def _rebuild(self) -> None:
        view, size = self._view, self.inner
        if view is None or not size.width or not size.height:
            return
        build = view.summary if self._short else view.full
        word, tone = badge(view.node, view.sick, view.scene)
        self.fill(view.title(), line((f" {word} ", tone)), build(size.width, size.height))

    def on_resize(self) -> None:
        """Ask to be laid out for the new size."""
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        """A double click expands."""
        if event.chain == 2:
            self.post_message(self.Chosen(self))
