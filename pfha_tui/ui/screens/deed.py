"""An action under way: its stages as they come, then how it ended and by what that is proved."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from pfha_tui.actions.model import Request, Result, Unfinished
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import Environment
from pfha_tui.domain.text import clean
from pfha_tui.ui import action_texts as texts
from pfha_tui.ui import action_view, present
from pfha_tui.ui.deeds import Deed
from pfha_tui.ui.line import EMPTY, Line, Tone, line, wrap
from pfha_tui.ui.present import Scene
from pfha_tui.ui.screens.dialog import Dialog
from pfha_tui.ui.widgets.lines import Lines, Panel
from pfha_tui.ui.widgets.push import Push

UNDOABLE = (Result.CONFIRMED, Result.CONTRADICTED, Result.UNKNOWN)


class Stages(Panel):
    """Keeps the last stage, which goes on, in sight until the operator scrolls up; at its end it follows again."""

    def __init__(self, *, ascii_only: bool, id: str) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._following = True

    def show(self, title: Line, badge: Line, rows: tuple[Line, ...]) -> None:
        """Show these stages."""
        if self._following:
            self.fill_from(title, badge, rows, len(rows))
        else:
            self.fill(title, badge, rows)

    def scroll_to_row(self, top: int) -> None:
        """Show the stages from this line on."""
        super().scroll_to_row(top)
        self._following = self._top >= self.last_top


class DeedScreen(Dialog[Request | None]):
    """Shows a deed; leaving it does not stop the action. Ends with the wish to undo it, or None."""

    DEFAULT_CSS = """
    DeedScreen #deed-stages { height: 1fr; min-height: 3; }
    DeedScreen #deed-result { display: none; height: 1fr; }
    DeedScreen.ended #deed-result { display: block; }
    DeedScreen #deed-note { width: 1fr; height: 2; }
    DeedScreen.ended #deed-note { display: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "back", ""),
        ("down,right", "app.focus_next", ""),
        ("up,left", "app.focus_previous", ""),
        ("pagedown", "page(1)", ""),
        ("pageup", "page(-1)", ""),
    ]

    def __init__(self, deed: Deed, pair: str, kind: Environment, *, ascii_only: bool) -> None:
        super().__init__(pair, kind, ascii_only=ascii_only)
        self.deed = deed
        self._note = ""

    def compose(self) -> ComposeResult:
        """Head, verdict, stages, result, buttons, keys."""
        plain = self.ascii_only
        yield Lines(ascii_only=plain, id="head")
        yield Lines(ascii_only=plain, id="dialog-verdict")
        yield Stages(ascii_only=plain, id="deed-stages")
        yield Panel(ascii_only=plain, id="deed-result")
        yield Lines(ascii_only=plain, id="deed-note")
        with Horizontal(classes="buttons"):
            yield Push(tr(texts.BACK), ascii_only=plain, id="deed-back", enabled=False)
            yield Push(tr(texts.UNDO), ascii_only=plain, id="deed-undo", enabled=False)
        yield Lines(ascii_only=plain, id="dialog-keys")

    def on_mount(self) -> None:
        """The stages have the focus until there is something to press."""
        self.query_one("#deed-stages").focus()
        self.redraw()

    def say(self, sentence: str) -> None:
        """Tell something below the stages."""
        self._note = sentence
        self.redraw()

    def draw(self, snapshot: PairSnapshot, scene: Scene) -> None:
        """Stages, and the result once there is one."""
        deed, cells = self.deed, self.size.width
        title = deed.work.title
        if self._undoes:
            title = tr("{what}: {detail}").format(what=tr(texts.UNDO), detail=title)
        self.draw_head(deed.node, title, scene)
        stages = self.query_one(Stages)
        rows = action_view.progress_rows(
            deed.stages, deed.begun, stages.inner.width, under_way=deed.under_way
        )
        elapsed = tr(texts.ELAPSED).format(age=present.age(scene.now - deed.begun))
        badge = line((elapsed, Tone.ACCENT)) if deed.under_way else EMPTY
        if not deed.under_way:
            stages.styles.height = min(len(rows) + 2, max(3, self.size.height // 3))
        stages.show(line((tr(texts.PROGRESS), Tone.STRONG)), badge, rows)
        if not deed.under_way:
            self._draw_result()
        self.query_one("#deed-note", Lines).draw(wrap(self._note, cells - 2, 2, Tone.WARN))
        self.draw_keys(tr(texts.KEYS_RUN) if deed.under_way else tr(texts.KEYS_DONE))

    @property
    def _undoes(self) -> bool:
        return isinstance(self.deed.work, Unfinished)

    def _draw_result(self) -> None:
        report = self.deed.report
        panel = self.query_one("#deed-result", Panel)
        cells = panel.inner.width
        badge: Line = EMPTY
        if report is None:
            said = tr(texts.BROKE).format(reason=clean(self.deed.failure))
            rows = wrap(said, cells, action_view.SENTENCE_ROWS, Tone.BAD)
        else:
            rows = action_view.report_rows(report, cells)
            badge = action_view.result_badge(report.result)
        panel.fill(line((tr(texts.RESULT), Tone.STRONG)), badge, rows)
        if not self.has_class("ended"):
            self.add_class("ended")
            self.query_one("#deed-back", Push).set(enabled=True)
            self.query_one("#deed-undo", Push).set(enabled=self._undo() is not None)
            self.query_one("#deed-back").focus()

    def _undo(self) -> Request | None:
        report = self.deed.report
        if report is None or self._undoes or report.result not in UNDOABLE:
            return None
        return report.plan.undo_request

    @on(Push.Pressed, "#deed-undo")
    def _pressed_undo(self) -> None:
        self.dismiss(self._undo())

    @on(Push.Pressed, "#deed-back")
    def action_back(self) -> None:
        """Leave; while the action is under way, only after having been told that it goes on."""
        if self.deed.under_way and not self._note:
            self.say(tr(texts.GOES_ON))
        else:
            self.dismiss(None)

    def action_page(self, pages: int) -> None:
        """Scroll the result, or the stages."""
        name = "#deed-result" if self.has_class("ended") else "#deed-stages"
        self.query_one(name, Panel).action_page(pages)
