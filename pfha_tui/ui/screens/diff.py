"""Both configurations compared: sections, what differs in them, and what it would mean."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input

from pfha_tui.configdiff.model import Report
from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.text import clean
from pfha_tui.ui import diff_view
from pfha_tui.ui.commands import Command
from pfha_tui.ui.diff_keys import KEYS
from pfha_tui.ui.diff_view import FILTERS, Page, View
from pfha_tui.ui.line import EMPTY, Line, Tone, line, wrap
from pfha_tui.ui.widgets.lines import Lines, Panel

Load = Callable[[], Awaitable[Report]]
Save = Callable[[Report], Awaitable[Path]]
SHARED = ("help", "copy", "picture")
"""Commands of the session that this screen has too."""


class DiffScreen(ModalScreen[None]):
    """Reads and compares when it opens, and again with `r`; whatever goes wrong is a sentence on it."""

    DEFAULT_CSS = """
    DiffScreen { layout: vertical; background: $pf-background; }
    DiffScreen #diff-parts { height: 1fr; }
    DiffScreen #diff-sections { width: 30; }
    DiffScreen #diff-found { width: 1fr; }
    DiffScreen #diff-needle { display: none; height: 1; border: none; padding: 0 1; background: $pf-panel; }
    DiffScreen.searching #diff-needle { display: block; }
    DiffScreen #diff-keys { height: 1; background: $pf-panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [(key.keys, key.action, "") for key in KEYS]

    def __init__(
        self, load: Load, save: Save, commands: Sequence[Command], *, ascii_only: bool
    ) -> None:
        super().__init__()
        for command in commands:
            if command.id in SHARED:
                self._bindings.bind(command.keys, f"app.{command.action}", show=False)
        self._load = load
        self._save = save
        self._raw = False
        self._note = ""
        self._ascii = ascii_only
        self._report: Report | None = None
        self._said = ""
        self._view = View()
        self._page = Page((), (), ())
        self._number = 0

    def compose(self) -> ComposeResult:
        """Sections to the left, differences to the right, the search and the keys below."""
        with Horizontal(id="diff-parts"):
            yield Panel(ascii_only=self._ascii, id="diff-sections")
            yield Panel(ascii_only=self._ascii, id="diff-found")
        yield Input(compact=True, id="diff-needle")
        yield Lines(ascii_only=self._ascii, id="diff-keys")

    def on_mount(self) -> None:
        """Begin to read; the arrow keys move the differences."""
        self._needle.can_focus = False
        self._found.focus()
        self.action_load()

    def on_resize(self) -> None:
        """Break the lines for the new width."""
        self.call_after_refresh(self._draw)

    @property
    def _found(self) -> Panel:
        return self.query_one("#diff-found", Panel)

    @property
    def _needle(self) -> Input:
        return self.query_one("#diff-needle", Input)

    def action_load(self) -> None:
        """Read both nodes again."""
        self._said = tr("reading both configurations")
        self._read()
        self._draw()

    @work(exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        try:
            self._report = await self._load()
            self._said, self._raw = "", False
        except TimeoutError:
            self._said = tr("The nodes did not send their configurations in time.")
        except Exception as error:
            # Whatever it is, the console goes on, and the operator is told.
            self._said = clean(str(error) or type(error).__name__)
        self._number = 0
        self._draw()

    def _draw(self) -> None:
        # A timer, a resize or an answer may come before the panels do.
        if not self.query("#diff-found") or not self.query("#diff-keys"):
            return
        if not self._found.inner.width:
            return
        title: Line = line((tr("Configurations compared"), Tone.STRONG))
        if self._report is None or self._said:
            self._found.fill(title, EMPTY, wrap(self._said, self._found.inner.width, 4, Tone.WARN))
        else:
            self._page = diff_view.page(self._report, self._view, self._found.inner.width)
            badge = line((diff_view.heading(self._view), Tone.ACCENT))
            rows = self._page.rows
            if self._raw:
                rows = diff_view.raw(self._report, self._view, self._number)
            self._found.fill(title, badge, rows)
            here = diff_view.section_at(self._report, self._view, self._number)
            rows = diff_view.tree(self._report, self._view, here)
            name = line((tr("Sections"), Tone.STRONG))
            self.query_one("#diff-sections", Panel).fill(name, EMPTY, rows)
        self.query_one("#diff-keys", Lines).draw((self._lowest(),))

    def _lowest(self) -> Line:
        """The keys, or what is to be said until the next one."""
        if self._note:
            return line((f" {self._note}", Tone.ACCENT))
        keys = "  ".join(f"{key.label} {tr(key.short)}" for key in KEYS if key.short)
        return line((f" {keys}", Tone.MUTED))

    def _goto(self, row: int) -> None:
        """Draw, with this row of the page in sight."""
        self._note = ""
        self._draw()
        self._found.scroll_to_row(0 if self._raw else row)

    def action_step(self, by: int) -> None:
        """Go to the next or the previous difference, round and round."""
        count = len(self._page.differences)
        if count:
            self._number = (self._number + by) % count
            self._goto(max(0, self._page.differences[self._number] - 1))

    def action_section(self, by: int) -> None:
        """Go to the first difference of the next or the previous section."""
        if not self._page.sections:
            return
        here = self._page.differences[self._number]
        current = sum(row <= here for row in self._page.sections) - 1
        row = self._page.sections[(current + by) % len(self._page.sections)]
        self._number = sum(place < row for place in self._page.differences)
        self._goto(row)

    def action_filter(self) -> None:
        """Show the next kind of differences."""
        self._change(replace(self._view, filter=(self._view.filter + 1) % len(FILTERS)))

    def action_form(self) -> None:
        """Values side by side, or one above the other."""
        self._change(replace(self._view, unified=not self._view.unified))

    def _change(self, view: View) -> None:
        self._view, self._number = view, 0
        self._goto(0)

    def action_item(self) -> None:
        """The thing of this difference as XML, or the list again."""
        if not self._page.differences:
            return
        self._raw = not self._raw
        self._goto(max(0, self._page.differences[self._number] - 1))

    @work(exclusive=True, group="export", exit_on_error=False)
    async def action_export(self) -> None:
        """Write the report to a new file, and say where."""
        if self._report is None:
            return
        try:
            path = await self._save(self._report)
        except OSError as error:
            self._note = tr("The report cannot be saved: {why}.").format(why=reason(error))
        else:
            self._note = tr("Report saved: {path}").format(path=clean(str(path)))
        self._draw()

    def action_search(self) -> None:
        """Type a text that the differences must hold."""
        self.add_class("searching")
        self._needle.can_focus = True
        self._needle.focus()

    @on(Input.Changed, "#diff-needle")
    def _typed(self, message: Input.Changed) -> None:
        self._change(replace(self._view, needle=message.value))

    @on(Input.Submitted, "#diff-needle")
    def _kept(self) -> None:
        self.remove_class("searching")
        self._found.focus()
        self._needle.can_focus = False

    def action_back(self) -> None:
        """Take back the search, or leave."""
        if self._raw:
            self.action_item()
        elif self._view.needle or self.has_class("searching"):
            self._needle.value = ""
            self._kept()
        else:
            self.dismiss()
