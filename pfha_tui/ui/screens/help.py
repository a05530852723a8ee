"""The help page, generated from the commands and the glossary."""

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import ModalScreen

from pfha_tui.domain.language import mark, tr
from pfha_tui.ui import action_texts, texts
from pfha_tui.ui.bound import bind, everywhere
from pfha_tui.ui.commands import Command, Kind
from pfha_tui.ui.diff_keys import KEYS
from pfha_tui.ui.keymap import labels
from pfha_tui.ui.line import EMPTY, Line, Tone, line, pad, wrap
from pfha_tui.ui.widgets.above import Above
from pfha_tui.ui.widgets.key_bar import KeyBar
from pfha_tui.ui.widgets.lines import Panel

KEY_CELLS = 16
CLOSING = ("help", "quit")
"""The commands whose keys close the page."""
SHARED = ("wall", "next-pair", "copy", "picture")
"""Those in its key bar."""


def page(commands: Sequence[Command], cells: int) -> tuple[Line, ...]:
    """Keys, signs and terms as lines of at most `cells`; the terms of actions where there are any."""
    acts = any(command.kind is Kind.ACTION for command in commands)
    terms = (*texts.TERMS, *(action_texts.TERMS if acts else ()))
    keyed = [one for one in commands if one.keys or not one.palette]
    named = [one for one in commands if one not in keyed]
    palette = next((tr(one.label) for one in commands if one.id == "palette"), "")
    by_name = tr("By name, in the palette ({key})").format(key=palette)
    sections = (
        (tr(texts.HELP_KEYS), [(" ".join(labels(one)), tr(one.help)) for one in keyed]),
        (by_name, [(tr(one.title), tr(one.help)) for one in named]),
        (tr(texts.HELP_DIFF), [(key.label, tr(key.help)) for key in KEYS]),
        (tr(texts.HELP_SIGNS), [(tr(sign), tr(text)) for sign, text in texts.SIGNS]),
        (tr(texts.HELP_TERMS), [(tr(term), tr(text)) for term, text in terms]),
    )
    lines: list[Line] = []
    for title, entries in sections:
        if not entries:
            continue
        lines += [*([EMPTY] if lines else []), line((title, Tone.STRONG))]
        names = max(KEY_CELLS, *(cell_len(name) + 2 for name, _ in entries))
        for name, text in entries:
            rows = wrap(text, max(10, cells - names), 4)
            for number, row in enumerate(rows):
                head = line((name, Tone.ACCENT)) if number == 0 else EMPTY
                lines.append(line(pad(head, names), row))
    return tuple(lines)


class HelpPanel(Panel):
    """The page in a frame, laid out for its width."""

    def __init__(self, commands: Sequence[Command], *, ascii_only: bool) -> None:
        super().__init__(ascii_only=ascii_only)
        self._commands = commands

    def on_resize(self) -> None:
        """Break the lines for the new width."""
        title = line((tr(texts.HELP_TITLE), Tone.STRONG))
        self.fill(title, EMPTY, page(self._commands, self.inner.width))


class HelpScreen(ModalScreen[None]):
    """Covers the main screen, which goes on living below it; Esc and the keys of help and quit close it."""

    AUTO_FOCUS = "HelpPanel"

    def __init__(self, ascii_only: bool, commands: Sequence[Command]) -> None:
        super().__init__()
        self._ascii = ascii_only
        self._commands = commands
        closing = ("escape", *(one.keys for one in commands if one.id in CLOSING))
        bind(self, ((keys, "dismiss") for keys in closing))
        bind(self, everywhere(commands, *CLOSING))

    def compose(self) -> ComposeResult:
        """How the pair or all of them stand, the page, the keys."""
        yield Above(ascii_only=self._ascii)
        yield HelpPanel(self._commands, ascii_only=self._ascii)
        back = Command("back", "escape", "Esc", "dismiss", mark("back"), "")
        shared = (one for one in self._commands if one.id in SHARED)
        bar = (back, *(replace(one, bar=True) for one in shared))
        yield KeyBar(bar, ascii_only=self._ascii)
