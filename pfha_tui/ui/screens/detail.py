"""One thing of the pair in full, live: both nodes' facts, its events, and the raw output they come from."""

from collections.abc import Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import ModalScreen

from pfha_tui.domain.command import Command as Asked
from pfha_tui.domain.command import Output
from pfha_tui.domain.events import Event
from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import PairTarget
from pfha_tui.domain.text import clean
from pfha_tui.ui import about as things
from pfha_tui.ui import detail_view, layout, raw_view, texts, verdict_view
from pfha_tui.ui.about import About, Topic
from pfha_tui.ui.bound import bind, numbers
from pfha_tui.ui.command import Command, Scope
from pfha_tui.ui.line import EMPTY, Line, Tone, line, wrap
from pfha_tui.ui.moment import Moment
from pfha_tui.ui.raw_view import Printed
from pfha_tui.ui.vips import interface_labels
from pfha_tui.ui.widgets.key_bar import KeyBar
from pfha_tui.ui.widgets.lines import Lines, Panel

ABOVE_MARK = 2
"""So many rows are left in sight above the first marked one."""


class MarkedPanel(Panel):
    """A panel that keeps one row in sight until the operator scrolls."""

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._moved = False

    def show_at(self, title: Line, body: tuple[Line, ...], row: int | None) -> None:
        """Show these lines, with that row (None: where it was) near the top, or as near as they reach."""
        if row is None or self._moved:
            self.fill(title, EMPTY, body)
        else:
            self.fill_from(title, EMPTY, body, max(0, row - ABOVE_MARK))

    def scroll_to_row(self, top: int) -> None:
        """Show the content from this line on; from now on the operator decides."""
        self._moved = True
        super().scroll_to_row(top)


class RawPanel(MarkedPanel):
    """What the commands of a topic printed on one node, at the first row that is marked."""

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._known: dict[tuple[str, str], tuple[Output, int, Printed]] = {}

    def show(self, index: int, about: About, moment: Moment) -> None:
        """Show the newest outputs of this node; each is broken into rows once."""
        cells = self.inner.width
        node = moment.snapshot.nodes[index]
        name = clean(node.name)
        if not cells:
            return
        device = about.name
        if about.topic in (Topic.VIP, Topic.INTERFACE):
            device = things.interfaces_of(about, moment.snapshot)[index]
        rows: list[Line] = []
        mark: int | None = None
        for asked in raw_view.commands(about.topic, about.name):
            got = moment.raw(node.name, asked.id)
            if rows:
                rows.append(EMPTY)
            rows += raw_view.command_rows(asked, got, moment.scene, cells)
            if got is None:
                continue
            told, errors = self._printed(asked, got[0], about, device, cells)
            if mark is None and told.first is not None:
                mark = len(rows) + told.first
            rows += told.rows
            rows += errors.rows
        if not rows:
            rows = [line((tr("no command tells of this"), Tone.MUTED))]
        title = line((tr("Output of {node}").format(node=name), Tone.STRONG))
        self.show_at(title, tuple(rows), mark)

    def _printed(
        self, asked: Asked, output: Output, about: About, device: str, cells: int
    ) -> tuple[Printed, Printed]:
        search = raw_view.wanted(about.topic, asked, device, about.vhid)
        nothing = raw_view.Search()
        return (
            self._once(asked.id, "out", output, output.stdout, search, cells, Tone.PLAIN),
            self._once(asked.id, "err", output, output.stderr, nothing, cells, Tone.WARN),
        )

    def _once(
        self,
        asked: str,
        stream: str,
        output: Output,
        raw: bytes,
        search: raw_view.Search,
        cells: int,
        tone: Tone,
    ) -> Printed:
        known = self._known.get((asked, stream))
        if known is not None and known[0] is output and known[1] == cells:
            return known[2]
        if raw:
            found = raw_view.printed(raw, search, cells, tone)
        else:
            nothing = line("  ", (tr("(it printed nothing)"), Tone.MUTED))
            found = Printed((nothing,) if stream == "out" else (), None)
        self._known[(asked, stream)] = (output, cells, found)
        return found


class DetailScreen(ModalScreen[None]):
    """Opens on a row, or on an event of the timeline with what happened around it; Esc goes back."""

    def __init__(
        self,
        about: About,
        event: Event | None,
        target: PairTarget,
        mode: str,
        commands: Sequence[Command],
        ascii_only: bool,
    ) -> None:
        super().__init__()
        self.own_keys = _own(commands)
        bind(self, ((command.keys, command.action) for command in self.own_keys))
        bind(self, ((key, f"app.{action}") for key, action in numbers(commands)))
        self._about, self._event = about, event
        self._target, self._mode = target, mode
        self._ascii = ascii_only
        self._moment: Moment | None = None
        self._grown: str | None = None
        self._side = about.index
        self._plan: layout.DetailPlan | None = None
        self.drawing_error: Exception | None = None
        """What the last attempt to draw ended with; None when all was drawn."""

    def compose(self) -> ComposeResult:
        """Banner and verdict as on the main screen, then facts, events, outputs, keys."""
        plain = self._ascii
        yield Lines(ascii_only=plain, id="detail-banner")
        yield Lines(ascii_only=plain, id="detail-verdict")
        yield Panel(ascii_only=plain, id="facts")
        yield MarkedPanel(ascii_only=plain, id="events")
        with Container(id="outputs"):
            yield RawPanel(ascii_only=plain, id="output-primary")
            yield RawPanel(ascii_only=plain, id="output-secondary")
        yield KeyBar(self.own_keys, ascii_only=plain, id="detail-keys")

    def on_mount(self) -> None:
        """Let the arrow keys move the facts first."""
        self.query_one("#facts", Panel).focus()

    @property
    def outputs(self) -> tuple[RawPanel, RawPanel]:
        """The outputs of primary and secondary."""
        return (
            self.query_one("#output-primary", RawPanel),
            self.query_one("#output-secondary", RawPanel),
        )

    def show(self, moment: Moment) -> None:
        """Draw this moment."""
        self._moment = moment
        # A tick may come before the innermost parts are there.
        if not self.is_attached or len(self.query(RawPanel)) != 2 or not self.size.width:
            return
        try:
            self._draw(moment)
            self.drawing_error = None
        except Exception as error:
            # As on the main screen: it must not take the console down, nor may the old picture pass for the present.
            self.drawing_error = error
            said = tr(texts.NOT_DRAWN).format(reason=type(error).__name__)
            for verdict in self.query("#detail-verdict").results(Lines):
                verdict.draw(wrap(said, self.size.width, 2, Tone.BAD))

    def _draw(self, moment: Moment) -> None:
        cells, height = self.size
        pair, scene = moment.snapshot, moment.scene
        verdict = verdict_view.bar(pair, moment.trouble, moment.started, scene, cells, 0)
        inner = max(1, cells - 4)
        facts = self._fact_lines(pair, moment, inner)
        events, chosen = self._event_lines(pair, moment)
        plan = layout.detail(cells, height, len(verdict), len(facts), len(events), self._grown)
        self._arrange(plan)
        news = verdict_view.news(moment.snapshot, scene)
        banner = verdict_view.banner(self._target, self._mode, scene, cells, moment.others, news)
        self.query_one("#detail-banner", Lines).draw((banner,))
        self.query_one("#detail-verdict", Lines).draw(verdict)
        title = line((things.heading(self._about, pair), Tone.STRONG))
        self.query_one("#facts", Panel).fill(title, EMPTY, facts)
        self._show_events(events, chosen)
        for index, panel in enumerate(self.outputs):
            if panel.display:
                panel.show(index, self._about, moment)

    def _fact_lines(self, pair: PairSnapshot, moment: Moment, cells: int) -> tuple[Line, ...]:
        rows = detail_view.table(self._about, pair, moment.scene, cells)
        if self._event is None:
            return rows
        names = interface_labels(pair)
        told = detail_view.event_facts(self._event, moment.scene, names, cells)
        return (*told, EMPTY, *rows)

    def _event_lines(
        self, pair: PairSnapshot, moment: Moment
    ) -> tuple[tuple[Line, ...], int | None]:
        if self._event is not None:
            events = detail_view.around(self._event, pair)
        else:
            events = detail_view.related(self._about, pair)
        return detail_view.event_lines(events, self._event, pair, moment.scene)

    def _show_events(self, rows: tuple[Line, ...], chosen: int | None) -> None:
        panel = self.query_one("#events", MarkedPanel)
        around = self._event is not None
        title = tr("What happened around it") if around else tr("Its events, newest last")
        none = (line((tr("none since the log that was read begins"), Tone.MUTED)),)
        panel.show_at(
            line((title, Tone.STRONG)), rows or none, len(rows) if chosen is None else chosen
        )

    def _arrange(self, plan: layout.DetailPlan) -> None:
        if plan == self._plan:
            return
        self._plan = plan
        self.query_one("#detail-verdict").styles.height = plan.verdict
        self.query_one("#facts").styles.height = plan.facts
        self.query_one("#events").styles.height = plan.events
        self.query_one("#outputs").set_class(plan.side_by_side, "side-by-side")
        self.query_one("#outputs").styles.height = plan.outputs
        for index, panel in enumerate(self.outputs):
            panel.display = plan.side_by_side or index == self._side

    def on_resize(self) -> None:
        """Share the rows out anew."""
        self._redraw()

    def _redraw(self) -> None:
        if self._moment is not None:
            # The new heights are known after the layout only.
            self.show(self._moment)
            self.call_after_refresh(self.show, self._moment)

    def action_grow(self) -> None:
        """Give the focused part most of the screen, or take it back."""
        part = self.focused.id if self.focused is not None else None
        self._grown = None if part is None or part == self._grown else part
        self._redraw()

    def action_other(self) -> None:
        """Show the other node's output, where there is room for one only."""
        self._side = 1 - self._side
        self._plan = None
        self._redraw()
        self.outputs[self._side].focus()


def _own(commands: Sequence[Command]) -> tuple[Command, ...]:
    """What the operator can ask of this screen, by the keys that the session's commands have."""
    leave = mark("Leave.")
    here = {
        "quit": ("dismiss", mark("back"), leave),
        "next": ("app.focus_next", mark("next part"), mark("Move the focus to the next part.")),
        "previous": (
            "app.focus_previous",
            mark("previous part"),
            mark("Move the focus to the previous part."),
        ),
        "expand": (
            "grow",
            mark("enlarge"),
            mark("Give the focused part most of the screen, or take it back."),
        ),
        "other-node": ("other", mark("other node"), mark("Show the other node's output.")),
    }
    shown = ("next", "expand", "other-node", "help", "wall")
    kept = (Scope.ANYWHERE, Scope.SEVERAL)
    back = Command("back", "escape", "Esc", "dismiss", mark("back"), leave)
    found = [back]
    for command in commands:
        bar = command.id in shown
        if command.id in here:
            action, title, help = here[command.id]
            found.append(replace(command, action=action, title=title, help=help, bar=bar))
        elif command.scope in kept and command.keys and command.action:
            found.append(replace(command, action=f"app.{command.action}", bar=bar))
    return tuple(found)
