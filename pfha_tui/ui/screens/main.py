"""The main screen: verdict bar, both nodes, timeline, keys."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from pfha_tui.domain.events import Event
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.target import PairTarget
from pfha_tui.ui import about, layout, texts, verdict_view
from pfha_tui.ui.command import Command
from pfha_tui.ui.commands import on_pair
from pfha_tui.ui.line import Line, Tone, fit, line, wrap
from pfha_tui.ui.moment import Moment
from pfha_tui.ui.node_view import NodeView, wanted_rows
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.pairs import cut_off
from pfha_tui.ui.timeline_view import Kinds
from pfha_tui.ui.widgets.asking import Asking
from pfha_tui.ui.widgets.choosing import Choosing
from pfha_tui.ui.widgets.key_bar import KeyBar
from pfha_tui.ui.widgets.lines import Lines
from pfha_tui.ui.widgets.node_pane import NodePane
from pfha_tui.ui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from pfha_tui.ui.screens.detail import DetailScreen


AMPLE_ROWS = 30


class MainScreen(Screen[None]):
    """Draws a `Moment`; knows nothing of where it came from."""

    def __init__(
        self, target: PairTarget, options: ConsoleOptions, commands: Sequence[Command]
    ) -> None:
        super().__init__()
        self._target = target
        self._mode = verdict_view.mode(options, target)
        self._commands = on_pair(commands)
        self._ascii = options.ascii
        self._moment: Moment | None = None
        self._expanded: int | None = None
        self._plan: layout.Plan | None = None
        self._detail: DetailScreen | None = None
        self._searching = False
        self.drawing_error: Exception | None = None
        """What the last attempt to draw ended with; None when all was drawn."""

    def compose(self) -> ComposeResult:
        """Banner, verdict, panes, timeline, key bar."""
        plain = self._ascii
        yield Lines(ascii_only=plain, id="banner")
        yield Lines(ascii_only=plain, id="verdict")
        with Container(id="panes"):
            yield NodePane(ascii_only=plain, id="primary")
            yield NodePane(ascii_only=plain, id="secondary")
        yield Timeline(ascii_only=plain, id="timeline")
        yield Asking(ascii_only=plain, id="filter")
        yield KeyBar(self._commands, ascii_only=plain, id="keys")

    def on_mount(self) -> None:
        """Share the rows out before the first layout: another one would delay the first frame."""
        if self._moment is not None:
            self._show(self._moment)

    @property
    def panes(self) -> tuple[NodePane, NodePane]:
        """The panes of primary and secondary."""
        return self.query_one("#primary", NodePane), self.query_one("#secondary", NodePane)

    @property
    def timeline(self) -> Timeline:
        """The timeline."""
        return self.query_one("#timeline", Timeline)

    @property
    def filter_input(self) -> Input:
        """The line in which the timeline's filter is typed."""
        return self.query_one(Asking).input

    @property
    def focused_pane(self) -> int | None:
        """0 or 1 while a node's pane has the focus."""
        panes = self.panes
        return next((i for i, pane in enumerate(panes) if pane is self.focused), None)

    def show(self, moment: Moment) -> None:
        """Draw this moment; only rows that changed reach the terminal."""
        self._moment = moment
        if not self.is_mounted:
            return
        if self._detail is not None:
            self._detail.show(moment)
        self._show(moment)

    def _show(self, moment: Moment) -> None:
        try:
            self._draw(moment)
            self.drawing_error = None
        except Exception as error:
            # One moment that cannot be drawn, whatever a device said, must not take the console down;
            # but the old picture must not pass for the present either.
            self.drawing_error = error
            said = tr(texts.NOT_DRAWN).format(reason=type(error).__name__)
            # Rows are gone before the screen is, when the console is being left.
            for verdict in self.query("#verdict").results(Lines):
                verdict.draw(wrap(said, self.size.width, 2, Tone.BAD))

    def _draw(self, moment: Moment) -> None:
        width, height = self.size or self.app.size
        if not layout.fits(width, height):
            return
        scene = moment.scene
        rows = verdict_view.bar(
            moment.snapshot,
            moment.trouble,
            moment.started,
            scene,
            width,
            layout.cause_rows(height),
        )
        wanted = max(wanted_rows(node) for node in moment.snapshot.nodes)
        plan = layout.plan(width, height, len(rows), wanted, self._expanded)
        self._arrange(plan)
        self.query_one("#banner", Lines).draw((self._banner(moment, width),))
        self.query_one("#verdict", Lines).draw(rows)
        for index, pane in enumerate(self.panes):
            view = NodeView.of(moment.snapshot, index, scene, moment.leases)
            pane.show(view, plan.short[index], fold=self._expanded is None)
        self.timeline.show(moment.snapshot, scene)

    def _banner(self, moment: Moment, cells: int) -> Line:
        scene = moment.scene
        news = (*moment.deeds, *verdict_view.news(moment.snapshot, scene))
        return verdict_view.banner(self._target, self._mode, scene, cells, moment.others, news)

    def above(self, moment: Moment, cells: int, height: int) -> tuple[Line, ...]:
        """Banner and verdict, for a screen that covers this one; the verdict in one row where there are few."""
        verdict = verdict_view.bar(
            moment.snapshot, moment.trouble, moment.started, moment.scene, cells, 0
        )
        if height < AMPLE_ROWS:
            verdict = (fit(line(*verdict), cells),)
        return (self._banner(moment, cells), *verdict)

    def say(self, sentence: str) -> None:
        """Tell something in the place of the key bar."""
        for bar in self.query("#keys").results(KeyBar):
            bar.say(sentence, hold=True)

    def _arrange(self, plan: layout.Plan) -> None:
        if plan == self._plan:
            return
        self._plan = plan
        self.query_one("#panes").set_class(plan.side_by_side, "side-by-side")
        self.query_one("#verdict").styles.height = plan.verdict
        for pane, rows in zip(self.panes, plan.panes, strict=True):
            pane.styles.height = rows
        self.timeline.styles.height = plan.timeline

    @on(NodePane.Resized)
    def on_resize(self) -> None:
        """Share the rows out anew."""
        if self._moment is not None:
            self.show(self._moment)

    def toggle_expanded(self, index: int | None = None) -> None:
        """Give the focused (or this) pane the screen, or take it back."""
        chosen = self.focused_pane if index is None else index
        if self._expanded is not None and chosen in (None, self._expanded):
            self._expanded = None
        else:
            self._expanded = 0 if chosen is None else chosen
            self.panes[self._expanded].focus()
        self.on_resize()

    @on(Choosing.Chosen)
    def _row_chosen(self, message: Choosing.Chosen) -> None:
        message.panel.focus()
        self.open_chosen(message.panel)

    def focus_other(self) -> None:
        """Go to the pane of the node that has not the focus, to the same row where it has it."""
        here = self.focused_pane or 0
        pane, other = self.panes[here], self.panes[1 - here]
        if self.focused_pane is None:
            pane.focus()
            return
        if self._moment is not None and pane.about is not None:
            other.choose_key(about.counterpart(pane.about, self._moment.snapshot))
        other.focus()

    def open_chosen(self, panel: Widget | None = None) -> None:
        """Open what the row under the cursor of this (or the focused) panel is about; a pane without such a
        row is expanded, or made small again."""
        panel = panel or self.focused
        if isinstance(panel, NodePane) and panel.about is None:
            self.toggle_expanded(self.panes.index(panel))
        elif isinstance(panel, NodePane) and panel.about is not None:
            self._open(panel.about)
        elif isinstance(panel, Timeline) and panel.event is not None and self._moment is not None:
            self._open(about.of_event(panel.event, self._moment.snapshot), panel.event)
        elif panel is None:
            self.toggle_expanded()

    def _open(self, what: about.About, event: Event | None = None) -> None:
        # Imported on first use: the screen is not needed for the first frame.
        from pfha_tui.ui.screens.detail import DetailScreen

        if self._moment is None:
            return
        self._detail = DetailScreen(
            what, event, self._target, self._mode, self._commands, self._ascii
        )
        self._detail.show(self._moment)
        self.app.push_screen(self._detail, self._detail_closed)

    def _detail_closed(self, _: None) -> None:
        self._detail = None

    def nodes_to_retry(self) -> tuple[NodeSnapshot, ...]:
        """The focused node, or without focus on one all whose SSH or SNMP is down or stopped."""
        if self._moment is None:
            return ()
        nodes = self._moment.snapshot.nodes
        index = self.focused_pane
        if index is not None:
            return (nodes[index],)
        return cut_off(nodes)

    def start_filter(self) -> None:
        """Show the filter's input in the key bar's place."""
        prompt = tr(texts.FILTER_PROMPT)
        self._ask(tr("filter:"), prompt, self.timeline.needle, searching=False)

    def find(self, by: int) -> None:
        """Go to the next (1) or previous (-1) line found; ask what to search where nothing is searched."""
        if self.timeline.wanted:
            self.timeline.focus()
            self.timeline.step(by)
        else:
            prompt = tr("search the timeline (Enter keeps it, Esc clears it)")
            self._ask(tr("search:"), prompt, "", searching=True)

    def _ask(self, word: str, prompt: str, value: str, *, searching: bool) -> None:
        self._searching = searching
        self.add_class("filtering")
        self.query_one(Asking).ask(word, prompt, value, self._keep_filter, self._drop_filter)

    def _end_filter(self) -> None:
        self.remove_class("filtering")
        # At once: the next key is for the timeline.
        self.set_focus(self.timeline)
        self.query_one(Asking).end()

    def _want(self, text: str) -> None:
        (self.timeline.search if self._searching else self.timeline.filter)(text)

    @on(Input.Changed, "#filter-text")
    def _filter_changed(self, message: Input.Changed) -> None:
        # It may come later than the key that has taken the text back, or has kept it.
        if self.has_class("filtering"):
            self._want(message.value)

    def _keep_filter(self, text: str) -> None:
        self._want(text)
        self._end_filter()

    def _drop_filter(self) -> None:
        self._keep_filter("")

    def clear(self) -> bool:
        """Take back the search, else the filter, else the kinds, else the expanded pane, else the focus;
        False where there was nothing."""
        if self.has_class("filtering"):
            self._drop_filter()
        elif self.timeline.wanted:
            self.timeline.search("")
        elif self.timeline.needle:
            self.timeline.filter("")
        elif self.timeline.kinds is not Kinds.ALL:
            self.timeline.show_kinds(Kinds.ALL)
        elif self._expanded is not None:
            self.toggle_expanded(self._expanded)
        elif self.focused is not None or not self.timeline.following:
            self.set_focus(None)
            self.timeline.follow(True)
        else:
            return False
        return True
