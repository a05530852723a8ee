"""Both configurations compared: sections, what differs in them, and what it would mean."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
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
from pfha_tui.ui.bound import bind, everywhere
from pfha_tui.ui.command import Command
from pfha_tui.ui.diff_keys import KEYS
from pfha_tui.ui.diff_pair import DiffPair, Span
from pfha_tui.ui.diff_view import FILTERS, Found, Page, View
from pfha_tui.ui.line import EMPTY, Line, Tone, line, wrap
from pfha_tui.ui.screens.diff_past import PastScreen
from pfha_tui.ui.widgets.above import Above
from pfha_tui.ui.widgets.asking import Asking
from pfha_tui.ui.widgets.key_bar import KeyBar
from pfha_tui.ui.widgets.lines import Panel

OWN = ("quit", "retry")
"""Commands of the session in whose place this screen has its own."""

NARROW = 100
"""Below so many cells there is no room for the sections beside the differences."""


class DiffScreen(ModalScreen[None]):
    """Reads and compares when it opens, and again with `r`; whatever goes wrong is a sentence on it.

    `h` turns it to two revisions of one node, and `Esc` back.
    """

    DEFAULT_CSS = """
    DiffScreen { layout: vertical; background: $pf-background; }
    DiffScreen #diff-parts { height: 1fr; }
    DiffScreen #diff-sections { width: 30; }
    DiffScreen.narrow #diff-sections { display: none; }
    DiffScreen #diff-found { width: 1fr; }
    DiffScreen.searching #diff-keys { display: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [(key.keys, key.action, "") for key in KEYS]

    own_keys = KEYS

    def __init__(self, pair: DiffPair, commands: Sequence[Command], *, ascii_only: bool) -> None:
        super().__init__()
        bind(self, everywhere(commands, *OWN))
        self._pair = pair
        self._raw = False
        self._commands = commands
        self._ascii = ascii_only
        self._both: Report | None = None
        self._report: Report | None = None
        self._span: Span | None = None
        self._past_of = pair.nodes[0]
        self._said = ""
        self._view = View()
        self._shown: Found | None = None
        self._page = Page((), (), ())
        self._cells = 0
        self._number = 0

    def compose(self) -> ComposeResult:
        """How the pair stands, sections to the left, differences to the right, the search and the keys below."""
        yield Above(ascii_only=self._ascii)
        with Horizontal(id="diff-parts"):
            yield Panel(ascii_only=self._ascii, id="diff-sections")
            yield Panel(ascii_only=self._ascii, id="diff-found")
        yield Asking(ascii_only=self._ascii, id="diff-needle")
        yield KeyBar(KEYS, ascii_only=self._ascii, id="diff-keys")

    def on_mount(self) -> None:
        """Begin to read; the arrow keys move the differences."""
        self._found.focus()
        self.action_load()

    def on_resize(self) -> None:
        """Break the lines for the new width; where it is small, the sections give theirs to the differences."""
        self.set_class(self.size.width < NARROW, "narrow")
        self.call_after_refresh(self._draw)

    @property
    def _found(self) -> Panel:
        return self.query_one("#diff-found", Panel)

    @property
    def _keys(self) -> KeyBar:
        return self.query_one("#diff-keys", KeyBar)

    @property
    def _needle(self) -> Asking:
        return self.query_one("#diff-needle", Asking)

    def action_load(self) -> None:
        """Read both nodes again, or both revisions."""
        both = tr("reading both configurations")
        self._said = both if self._span is None else tr("reading both revisions")
        self._read()
        self._draw()

    @work(exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        try:
            self._show(await self._load())
            # With thousands of differences, laying them out takes a turn of its own.
            await asyncio.sleep(0)
        except TimeoutError:
            self._said = tr("The nodes did not send their configurations in time.")
        except Exception as error:
            # Whatever it is, the console goes on, and the operator is told.
            self._said = clean(str(error) or type(error).__name__)
        self._draw()

    async def _load(self) -> Report:
        span = self._span
        if span is None:
            self._both = await self._pair.compare()
            return self._both
        new = tr("now") if span.new is None else self._pair.when(span.new)
        return await self._pair.past(span, (self._pair.when(span.old), new))

    def _show(self, report: Report) -> None:
        self._report = report
        self._said, self._raw = "", False
        self._look(self._view)

    def _look(self, view: View) -> None:
        """Find what the view shows; it stands until the view or the report is another one."""
        self._view, self._number, self._cells = view, 0, 0
        self._shown = diff_view.find(self._report, view) if self._report is not None else None

    def _draw(self) -> None:
        # A timer, a resize or an answer may come before the panels do.
        if not self.query("#diff-found") or not self._found.inner.width:
            return
        if self._shown is None or self._said:
            width = self._found.inner.width
            self._found.fill(self._title(), EMPTY, wrap(self._said, width, 4, Tone.WARN))
        else:
            self._fill(self._shown)

    def _title(self) -> Line:
        if self._span is None:
            return line((tr("Configurations compared"), Tone.STRONG))
        said = tr("{node} through time").format(node=self._span.node)
        return line((said, Tone.STRONG))

    def _fill(self, shown: Found) -> None:
        if self._cells != self._found.inner.width:
            self._cells = self._found.inner.width
            self._page = diff_view.page(shown, self._cells)
        badge = line((diff_view.heading(self._view), Tone.ACCENT))
        rows = diff_view.raw(shown, self._number, self._cells) if self._raw else self._page.rows
        self._found.fill(self._title(), badge, rows)
        sections = diff_view.tree(shown, diff_view.section_at(shown, self._number))
        name = line((tr("Sections"), Tone.STRONG))
        self.query_one("#diff-sections", Panel).fill(name, EMPTY, sections)

    def _goto(self, row: int) -> None:
        """Draw, with this row of the page in sight."""
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
        self._look(view)
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
            path = await self._pair.save(self._report)
        except OSError as error:
            said = tr("The report cannot be saved: {why}.").format(why=reason(error))
            self._keys.say(said, Tone.WARN)
        else:
            self._keys.say(tr("Report saved: {path}").format(path=clean(str(path))))

    def action_past(self) -> None:
        """Choose a revision of a node, and see what changed after it."""
        screen = PastScreen(self._pair, self._past_of, self._commands, ascii_only=self._ascii)
        self.app.push_screen(screen, self._go_past)

    def _go_past(self, span: Span | None) -> None:
        if span is not None:
            self._span, self._past_of = span, span.node
            self.action_load()

    def action_search(self) -> None:
        """Type a text that the differences must hold."""
        self.add_class("searching")
        hint = tr("a text that the differences must hold (Enter keeps it, Esc clears it)")
        self._needle.ask(
            tr("search:"), hint, self._view.needle, self._keep_search, self._drop_search
        )

    @on(Input.Changed, "#diff-needle-text")
    def _typed(self, message: Input.Changed) -> None:
        # It may come later than the key that has taken the text back, or has kept it.
        if self.has_class("searching"):
            self._change(replace(self._view, needle=message.value))

    def _keep_search(self, text: str) -> None:
        if text != self._view.needle:
            self._change(replace(self._view, needle=text))
        self.remove_class("searching")
        # At once: the next key is for the differences.
        self.set_focus(self._found)
        self._needle.end()

    def _drop_search(self) -> None:
        self._keep_search("")

    def action_back(self) -> None:
        """Take back the search, or leave."""
        if self._raw:
            self.action_item()
        elif self._view.needle or self.has_class("searching"):
            self._drop_search()
        elif self._span is not None:
            self._span = None
            self._come_back()
        else:
            self.dismiss()

    def _come_back(self) -> None:
        """From a span to the comparison of both nodes, as it was read."""
        self.workers.cancel_group(self, "default")
        if self._both is None:
            self.action_load()
        else:
            self._show(self._both)
            self._goto(0)
