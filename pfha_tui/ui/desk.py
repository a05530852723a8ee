"""What the application does around its screens: its looks, what it says, copies and pictures."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from typing import cast

from rich.console import RenderableType
from textual import events
from textual.app import App, SystemCommand
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen

from pfha_tui.domain.language import ntr, tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.text import clean
from pfha_tui.ui import theme_choice, themes
from pfha_tui.ui.command import Command
from pfha_tui.ui.glyph_filter import GlyphFilter
from pfha_tui.ui.glyphs import console_text
from pfha_tui.ui.line import Tone
from pfha_tui.ui.options import DEFAULT_THEME, ConsoleOptions
from pfha_tui.ui.present import Scene, ascii_text
from pfha_tui.ui.theme_choice import ChosenBy
from pfha_tui.ui.themes import ThemeFile
from pfha_tui.ui.updates import terse
from pfha_tui.ui.widgets.asking import Asking
from pfha_tui.ui.widgets.key_bar import KeyBar


class Desk(App[int]):
    """The base of the application: knows the options and the themes, and nothing of pairs.

    `commands` are those of the session, with their keys; `subject` is what a picture shows.
    """

    commands: tuple[Command, ...] = ()
    subject = ""

    def __init__(self, options: ConsoleOptions) -> None:
        # App.__init__ takes NO_COLOR out of the environment and decides by it and by ansi_color.
        if options.no_color:
            os.environ["NO_COLOR"] = "1"
        else:
            os.environ.pop("NO_COLOR", None)
        super().__init__(ansi_color=True if options.no_color else None)
        self._options = options
        self._themes = themes.load()
        for theme in self._themes.found.values():
            self.register_theme(theme.textual())
        self.theme = self._first_theme()
        self._glyphs: tuple[LineFilter, ...] = ()
        if options.ascii:
            self._glyphs = (GlyphFilter(ascii_text),)
        elif options.console_font:
            self._glyphs = (GlyphFilter(console_text),)

    @property
    def scene(self) -> Scene:
        """The present moment."""
        retry = next((tr(one.label) for one in self.commands if one.id == "retry"), "")
        return Scene(*self._options.clock(), self._options.tz, retry)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and the glyphs that the terminal has."""
        return (*super().get_line_filters(), *self._glyphs)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Textual's own, with fewer bytes."""
        # Textual hands its updates on as renderables, which their type does not say.
        super()._display(screen, cast(RenderableType | None, terse(renderable)))

    def _first_theme(self) -> str:
        options, found = self._options, self._themes.found
        chosen = found.get(options.theme) or found[DEFAULT_THEME]
        if options.fallback_theme in found and not chosen.ansi:
            return options.fallback_theme
        return chosen.name

    def on_key(self, event: events.Key) -> None:
        """What is typed while a text is asked for belongs to it, also what was on its way when it was asked."""
        # Only what the focused widget has left over comes here, which the place to type never does.
        asking = next((one for one in self.screen.query(Asking) if one.display), None)
        if asking is not None and event.is_printable and event.character is not None:
            event.prevent_default()
            asking.take(event.character)

    def tell_problems(self) -> None:
        """Say why the wanted theme cannot be used; a file that nobody wants is no matter until one chooses."""
        wanted = self._options.theme
        said = self._themes.problems.get(wanted)
        if said is None and wanted not in self._themes.found:
            said = tr("There is no theme {name}.").format(name=clean(wanted))
        if said is not None:
            self.tell(said, Tone.WARN)

    def tell(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Say a sentence in the place of the key bar, where it hides nothing."""
        for screen in reversed(self.screen_stack):
            for bar in screen.query(KeyBar):
                bar.say(sentence, tone)
                return

    def untell(self, sentence: str) -> None:
        """Say this no longer, wherever it is being said."""
        for screen in self.screen_stack:
            for bar in screen.query(KeyBar):
                bar.unsay(sentence)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """What Textual itself has to say is said in the same place: its toasts would hide facts."""
        self.tell(clean(message), Tone.PLAIN if severity == "information" else Tone.WARN)

    def action_command_palette(self) -> None:
        """Open the palette, which speaks the language in use."""
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=tr("Search for commands")))

    def action_copy(self) -> None:
        """Copy what is selected, else the row or pane with the focus, else the verdict."""
        # Imported on first use, as below: neither is needed for the first frame.
        from pfha_tui.ui.copying import focused_text

        text = self.screen.get_selected_text() or focused_text(self.screen)
        self.copy_to_clipboard(text)
        lines = text.count("\n") + 1
        said = ntr(
            "Copied {count} line to the clipboard (by OSC 52, where the terminal allows it).",
            "Copied {count} lines to the clipboard (by OSC 52, where the terminal allows it).",
            lines,
        )
        self.tell(said.format(count=lines))

    async def action_picture(self) -> None:
        """Save the screen as a new SVG file and say where."""
        from pfha_tui.ui import pictures

        scene = self.scene
        name = pictures.file_name(self.subject, scene.local(scene.epoch))
        svg = pictures.tidied(self.export_screenshot(title=f"{self.title} {self.subject}"))
        try:
            path = await asyncio.to_thread(pictures.save, svg, name, pictures.folders())
        except OSError as error:
            said = tr("The picture cannot be saved: {why}.").format(why=reason(error))
            self.tell(said, Tone.WARN)
        else:
            self.tell(tr("Picture saved: {path}").format(path=clean(str(path))))

    def action_theme(self) -> None:
        """Choose a theme while seeing it."""
        from pfha_tui.ui.screens.theme_picker import ThemePicker

        before = self.theme

        def chosen(name: str | None) -> None:
            if name is None:
                self.theme = before
            else:
                self.use_theme(name)

        picker = ThemePicker(
            self._offered_themes(),
            before,
            self._preview,
            self.commands,
            ascii_only=self._options.ascii,
        )
        self.push_screen(picker, chosen)
        if self._themes.problems:
            self.tell(" ".join(self._themes.problems.values()), Tone.WARN)

    def _offered_themes(self) -> list[ThemeFile]:
        return sorted(self._themes.found.values(), key=lambda theme: (theme.own, theme.title))

    def _preview(self, name: str) -> None:
        self.theme = name

    def use_theme(self, name: str) -> None:
        """Show the screen in this theme, keep it for the next start, and say what comes of that."""
        self.theme = name
        title, options = tr(self._themes.found[name].title), self._options
        if options.state_folder is None:
            return
        try:
            theme_choice.keep(options.state_folder, name)
        except OSError as error:
            said = tr("Theme {title}, until you leave: it cannot be kept ({why}).")
            self.tell(said.format(title=title, why=reason(error)), Tone.WARN)
            return
        if options.theme_by is ChosenBy.CONFIG:
            said = tr("Theme {title}; at the next start the configuration's {name} comes first.")
            self.tell(said.format(title=title, name=clean(options.theme)))
        else:
            self.tell(tr("Theme {title}, kept for the next start.").format(title=title))

    def theme_commands(self) -> Iterable[SystemCommand]:
        """One entry of the palette per theme; none where there are no colours."""
        if self._options.no_color:
            return
        for theme in self._offered_themes():
            title = tr("Theme: {title}").format(title=tr(theme.title))
            said = tr("Show the screen in these colours")
            yield SystemCommand(title, said, lambda name=theme.name: self.use_theme(name))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: the commands with their keys, and one entry per theme."""
        for command in self.commands:
            if command.palette and self.check_action(command.action, ()):
                run = getattr(self, f"action_{command.action}")
                title = tr(command.title)
                key = f"{tr(command.label)}  " if command.keys else ""
                said = f"{key}{tr(command.help)}"
                yield SystemCommand(title[:1].upper() + title[1:], said, run)
        yield from self.theme_commands()
