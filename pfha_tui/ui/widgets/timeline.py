"""The events of both nodes, newest last."""

from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.ui import texts, timeline_view
from pfha_tui.ui.line import EMPTY, Tone, line
from pfha_tui.ui.present import Scene
from pfha_tui.ui.vips import interface_labels
from pfha_tui.ui.widgets.lines import Panel


class Timeline(Panel):
    """Follows the newest line until the operator scrolls up; End follows again."""

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._pair: PairSnapshot | None = None
        self._scene: Scene | None = None
        self._needle = ""
        self._shown_for: tuple[object, ...] = ()
        self._following = True
        self._matching = self._total = 0

    @property
    def needle(self) -> str:
        """The filter's text; empty shows everything."""
        return self._needle

    def show(self, pair: PairSnapshot, scene: Scene) -> None:
        """Show the pair's events; nothing is done where events, names and day are those shown."""
        self._pair, self._scene = pair, scene
        self._rebuild()

    def filter(self, needle: str) -> None:
        """Show only lines that hold this text, in any case."""
        self._needle = needle.strip()
        self._rebuild()

    def _rebuild(self) -> None:
        if self._pair is None or self._scene is None:
            return
        names = interface_labels(self._pair)
        day = self._scene.local(self._scene.epoch).date()
        wanted = (self._pair.events, tuple(names.items()), self._needle, day)
        if wanted == self._shown_for:
            return
        self._shown_for = wanted
        events = self._pair.events
        kept = [e for e in events if timeline_view.matches(e, self._needle, names)]
        self._matching, self._total = len(kept), len(events)
        body = timeline_view.rows(kept, self._scene, names)
        if not body:
            empty = texts.TIMELINE_NO_MATCH if events else texts.TIMELINE_EMPTY
            body = (line((empty, Tone.MUTED)),)
        self._body = body
        self._settle()

    def _settle(self) -> None:
        title = line((texts.TIMELINE, Tone.STRONG), "  ", (texts.TIMELINE_HINT, Tone.MUTED))
        badge = EMPTY
        if self._needle:
            text = texts.TIMELINE_FILTER.format(
                needle=self._needle, shown=self._matching, total=self._total
            )
            badge = line((f" {text} ", Tone.BADGE))
        if self._following:
            self._top = self.last_top
        self.fill(title, badge, self._body)

    def scroll_to_row(self, top: int) -> None:
        """Show the content from this line on; at the end it follows again."""
        super().scroll_to_row(top)
        self._following = self._top >= self.last_top
        self.compose_rows()

    def edge_remark(self) -> str:
        """That newer lines wait below, where the operator has scrolled up."""
        below = self.last_top - self._top
        return texts.TIMELINE_HELD.format(count=below) if below else ""

    def on_resize(self) -> None:
        """Lay out for the new size, at the end if it was followed."""
        self._settle()
