"""The earlier revisions of a node: one is chosen, to see what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from pfha_tui.configdiff import told, visible
from pfha_tui.domain.language import tr
from pfha_tui.domain.text import clean
from pfha_tui.parsers.configxml import Revision
from pfha_tui.ui.bound import bind, everywhere
from pfha_tui.ui.command import Command
from pfha_tui.ui.diff_keys import PAST_KEYS
from pfha_tui.ui.diff_pair import DiffPair, Span
from pfha_tui.ui.line import EMPTY, Tone, line, pad, width, wrap
from pfha_tui.ui.widgets.above import Above
from pfha_tui.ui.widgets.choosing import Choice, Choosing
from pfha_tui.ui.widgets.key_bar import KeyBar

WIDEST_AUTHOR = 32
MOST_ROWS = 3
ENOUGH = 40
"""Cells for what was done, for it to stand beside the rest."""


class PastScreen(ModalScreen[Span | None]):
    """Reads the index of a node when it opens; ends with the span to compare, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [(key.keys, key.action, "") for key in PAST_KEYS]

    own_keys = PAST_KEYS

    DEFAULT_CSS = "PastScreen { layout: vertical; background: $pf-background; }"

    def __init__(
        self, pair: DiffPair, node: str, commands: Sequence[Command], *, ascii_only: bool
    ) -> None:
        super().__init__()
        bind(self, everywhere(commands, "quit"))
        self._pair = pair
        self._node = node
        self._ascii = ascii_only
        self._revisions: Sequence[Revision] = ()
        self._said = ""

    def compose(self) -> ComposeResult:
        """How the pair stands, the list, and the keys below."""
        yield Above(ascii_only=self._ascii)
        yield Choosing(ascii_only=self._ascii, id="past-list")
        yield KeyBar(PAST_KEYS, ascii_only=self._ascii, id="past-keys")

    def on_mount(self) -> None:
        """Begin to read."""
        self._list.styles.height = "1fr"
        self._list.focus()
        self._load()

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self.call_after_refresh(self._draw)

    @property
    def _list(self) -> Choosing:
        return self.query_one("#past-list", Choosing)

    def _load(self) -> None:
        self._revisions = ()
        self._said = tr("reading the earlier revisions")
        self._read(self._node)
        self._draw()

    @work(exclusive=True, exit_on_error=False)
    async def _read(self, node: str) -> None:
        try:
            self._revisions = await self._pair.revisions(node)
            self._said = "" if self._revisions else tr("This node keeps no earlier revisions.")
        except TimeoutError:
            self._said = tr("The node did not send its revisions in time.")
        except Exception as error:
            # Whatever it is, the console goes on, and the operator is told.
            self._said = clean(str(error) or type(error).__name__)
        self._draw()

    def _draw(self) -> None:
        # A resize or an answer may come before the list does.
        if not self.query("#past-list") or not self._list.inner.width:
            return
        title = line((tr("Earlier revisions of {node}").format(node=self._node), Tone.STRONG))
        rows: list[Choice] = self._rows(self._list.inner.width)
        if self._said:
            rows = [(row, None) for row in wrap(self._said, self._list.inner.width, 4, Tone.WARN)]
        self._list.offer(title, EMPTY, rows)

    def _rows(self, cells: int) -> list[Choice]:
        """Each revision: when and by whom, and beside it, or on a narrow screen below it, what was done."""
        parts = [told.author(visible.brief(each.description)) for each in self._revisions]
        widest = min(max((cell_len(who) for who, _ in parts), default=0), WIDEST_AUTHOR)
        rows: list[Choice] = []
        for place, (each, (who, what)) in enumerate(zip(self._revisions, parts, strict=True)):
            head = line(
                (f"{self._pair.when(each.time)}  ", Tone.MUTED),
                pad(line((clean(who), Tone.ACCENT)), widest),
            )
            beside = width(head) + 2
            room = cells - beside
            if room >= ENOUGH:
                found = wrap(what, room, MOST_ROWS) or (EMPTY,)
                rows.append((line(head, "  ", found[0]), place))
                rows += ((line(" " * beside, row), place) for row in found[1:])
            else:
                rows.append((head, place))
                rows += ((line("    ", row), place) for row in wrap(what, cells - 4, MOST_ROWS))
        return rows

    def action_next(self) -> None:
        """End with the chosen revision and the one that followed it."""
        place = self._list.chosen
        if isinstance(place, int):
            self._end(place, self._revisions[place - 1].time if place else None)

    def action_now(self) -> None:
        """End with the chosen revision and what the node has now."""
        place = self._list.chosen
        if isinstance(place, int):
            self._end(place, None)

    def _end(self, place: int, new: int | None) -> None:
        self.dismiss(Span(self._node, self._revisions[place].time, new))

    def action_other(self) -> None:
        """The revisions of the other node."""
        first, second = self._pair.nodes
        self._node = second if self._node == first else first
        self._load()

    @on(Choosing.Chosen)
    def _double_clicked(self) -> None:
        self.action_next()
