"""A list of the themes: the cursor shows the screen in each, Enter keeps one, Esc takes it back."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from pfha_tui.domain.language import tr
from pfha_tui.ui.bound import bind
from pfha_tui.ui.command import Command
from pfha_tui.ui.line import Tone, line
from pfha_tui.ui.themes import ThemeFile
from pfha_tui.ui.widgets.choosing import Choosing

WIDTH = 44
MOST_ROWS = 14


class ThemeList(Choosing):
    """One row per theme; `preview` is called with the name of each that the cursor reaches."""

    def __init__(
        self, found: Sequence[ThemeFile], preview: Callable[[str], None], *, ascii_only: bool
    ) -> None:
        super().__init__(ascii_only=ascii_only, id="themes")
        self._themes = found
        self._preview = preview
        title = line((tr("Themes"), Tone.STRONG))
        hint = line((tr("Enter keeps, Esc goes back"), Tone.MUTED))
        self.offer(title, hint, [(self._row(theme), theme.name) for theme in found])

    def _row(self, theme: ThemeFile) -> tuple[tuple[str, Tone], ...]:
        title = tr(theme.title)
        name = "" if title.casefold() == theme.name.casefold() else theme.name
        own = f"({tr('your own')})" if theme.own else ""
        told = "  ".join(part for part in (name, own) if part)
        return line(f"{title}  ", (told, Tone.MUTED)) if told else line(title)

    def choose(self, place: int) -> None:
        """Put the cursor on a theme and show the screen in it."""
        before = self.chosen
        super().choose(place)
        if self.chosen is not None and self.chosen != before:
            self._preview(str(self.chosen))

    def on_resize(self) -> None:
        """Lay out for the new size, with the cursor in sight."""
        self.choose(self.place)


class ThemePicker(ModalScreen[str | None]):
    """Lies over one corner, so that the preview can be seen; ends with the theme to keep, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter,space", "keep", "keep"),
        ("escape,q", "dismiss", "back"),
    ]

    def __init__(
        self,
        found: Sequence[ThemeFile],
        current: str,
        preview: Callable[[str], None],
        commands: Sequence[Command],
        *,
        ascii_only: bool,
    ) -> None:
        super().__init__()
        bind(self, ((one.keys, f"app.{one.action}") for one in commands if one.id == "picture"))
        self._found = tuple(found)
        self._current = current
        self._preview = preview
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        """The list."""
        yield ThemeList(self._found, self._preview, ascii_only=self._ascii)

    def on_mount(self) -> None:
        """Give the list its size, the focus and the cursor on the theme in use."""
        themes = self.query_one(ThemeList)
        themes.styles.width = WIDTH
        themes.styles.height = min(len(self._found), MOST_ROWS) + 2
        names = [theme.name for theme in self._found]
        if self._current in names:
            themes.choose(names.index(self._current))
        themes.focus()

    def action_keep(self) -> None:
        """End with the theme under the cursor."""
        self.dismiss(str(self.query_one(ThemeList).chosen))

    @on(Choosing.Chosen)
    def _double_clicked(self) -> None:
        self.action_keep()
