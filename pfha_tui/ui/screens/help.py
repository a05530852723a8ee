"""The help page, generated from the commands and the glossary."""

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import ModalScreen

from pfha_tui.domain.language import mark, tr
from pfha_tui.ui import action_texts, texts
from pfha_tui.ui.bound import bind, everywhere
from pfha_tui.ui.command import Command, Kind, Scope
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


def page(commands: Sequence[Command], cells: int, here: Sequence[Command] = ()) -> tuple[Line, ...]:
    """Keys, signs and terms as lines of at most `cells`; the terms of actions where there are any. `here` are the
    keys of the screen that covers the pair's, where one does: they come first."""
    acts = any(command.kind is Kind.ACTION for command in commands)
    terms = (*texts.TERMS, *(action_texts.TERMS if acts else ()))
    keyed = [one for one in commands if one.keys or not one.palette]
    named = [one for one in commands if one not in keyed]
    palette = next((tr(one.label) for one in commands if one.id == "palette"), "")
    by_name = tr("By name, in the palette ({key})").format(key=palette)
    there = [one for one in keyed if _works_on(one, here)]
    rest = [one for one in keyed if one not in there]
    sections = (
        (tr("Keys of this screen"), _keys(_known(here, there))),
        (tr("Keys that Esc leads back to") if here else tr(texts.HELP_KEYS), _keys(rest)),
        (by_name, [(tr(one.title), tr(one.help)) for one in named]),
        (tr(texts.HELP_DIFF), [] if here and here[0] in KEYS else _keys(KEYS)),
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


def _keys(commands: Sequence[Command]) -> list[tuple[str, str]]:
    return [(" ".join(labels(one)), tr(one.help) or tr(one.title)) for one in commands]


def _works_on(command: Command, here: Sequence[Command]) -> bool:
    """The command is to be had on the screen with these keys of its own."""
    return bool(here) and command.scope in (Scope.ANYWHERE, Scope.SEVERAL)


def _known(here: Sequence[Command], there: Sequence[Command]) -> tuple[Command, ...]:
    """The keys of a screen and those that work everywhere, unless the screen has put something else on them."""
    own = {key for one in here for key in one.keys.split(",")}
    return (*here, *(one for one in there if not own & set(one.keys.split(","))))


class HelpPanel(Panel):
    """The page in a frame, laid out for its width."""

    def __init__(
        self, commands: Sequence[Command], here: Sequence[Command], *, ascii_only: bool
    ) -> None:
        super().__init__(ascii_only=ascii_only)
        self._commands, self._here = commands, here

    def on_resize(self) -> None:
        """Break the lines for the new width."""
        title = line((tr(texts.HELP_TITLE), Tone.STRONG))
        self.fill(title, EMPTY, page(self._commands, self.inner.width, self._here))


class HelpScreen(ModalScreen[None]):
    """Covers the main screen, which goes on living below it; Esc and the keys of help and quit close it."""

    AUTO_FOCUS = "HelpPanel"

    def __init__(
        self, ascii_only: bool, commands: Sequence[Command], here: Sequence[Command] = ()
    ) -> None:
        super().__init__()
        self._ascii = ascii_only
        self._commands, self._here = commands, here
        closing = ("escape", *(one.keys for one in commands if one.id in CLOSING))
        bind(self, ((keys, "dismiss") for keys in closing))
        bind(self, everywhere(commands, *CLOSING))

    def compose(self) -> ComposeResult:
        """How the pair or all of them stand, the page, the keys."""
        yield Above(ascii_only=self._ascii)
        yield HelpPanel(self._commands, self._here, ascii_only=self._ascii)
        back = Command("back", "escape", "Esc", "dismiss", mark("back"), "")
        shared = (one for one in self._commands if one.id in SHARED)
        bar = (back, *(replace(one, bar=True) for one in shared))
        yield KeyBar(bar, ascii_only=self._ascii)
