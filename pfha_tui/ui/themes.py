"""Themes from TOML files: found, read, checked; what is wrong with one is told in one sentence."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import user_config_path
from textual.color import Color, ColorParseError
from textual.theme import Theme

from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.text import clean

COLOURS = (
    "background", "panel", "text", "muted", "frame", "focus", "accent",
    "good", "warn", "bad", "badge", "badge-good", "badge-warn", "badge-bad", "badge-text",
)  # fmt: skip
FALLBACKS = {
    "production": "badge-warn", "lab": "badge", "node-a": "accent", "node-b": "focus",
    "production-text": "production", "lab-text": "lab",
}  # fmt: skip
"""Roles that a theme may leave out, and the role (of `COLOURS`, or before it here) whose colour then serves."""
ANSI_NAMES = (
    "default", "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black",
    "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white",
)  # fmt: skip
"""The colours of a theme with `ansi = true`: the terminal's own sixteen, and its default."""

TITLES = (
    mark("Dark"),
    mark("Light"),
    mark("High contrast"),
    mark("Deuteranopia"),
    mark("Tritanopia"),
    mark("Terminal"),
    mark("Terminal, light"),
)
"""What the themes that come along are called in their files, for `tr`."""

MOST_BYTES = 65_536


class ThemeError(Exception):
    """A theme file cannot be used; the message is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A theme: `name` is the file's stem, `title` is for people, `colours` maps each role to #rrggbb, or
    with `ansi` to one of ANSI_NAMES; `own` is one of the user's folder."""

    name: str
    title: str
    dark: bool
    colours: dict[str, str]
    ansi: bool = False
    own: bool = False

    def textual(self) -> Theme:
        """The theme for Textual, with the screen's own roles as variables."""
        colour = self.colours
        if self.ansi:
            colour = {role: f"ansi_{name.replace('-', '_')}" for role, name in colour.items()}
        cursor = {"foreground": colour["badge-text"], "background": colour["badge"]}
        marks = {
            f"{place}-{part}": value
            for place in ("block-cursor", "block-cursor-blurred", "screen-selection")
            for part, value in cursor.items()
        } | {f"input-selection-{part}": value for part, value in cursor.items()}
        if self.ansi:
            marks |= {"ansi-background": colour["background"], "ansi-foreground": colour["text"]}
        return Theme(
            name=self.name,
            dark=self.dark,
            primary=colour["accent"],
            secondary=colour["focus"],
            accent=colour["accent"],
            success=colour["good"],
            warning=colour["warn"],
            error=colour["bad"],
            foreground=colour["text"],
            background=colour["background"],
            surface=colour["panel"],
            panel=colour["panel"],
            variables=marks | {f"pf-{role}": value for role, value in colour.items()},
            ansi=self.ansi,
        )


@dataclass(frozen=True, slots=True)
class Themes:
    """The themes that can be used, and a sentence for each file that cannot, both by name."""

    found: dict[str, ThemeFile]
    problems: dict[str, str]


def parse(name: str, text: str, where: str) -> ThemeFile:
    """A theme from TOML text: `title`, `dark`, `ansi`, and under `[colours]` every role of `COLOURS`, and
    of `FALLBACKS` as wanted.

    Raises ThemeError.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(
            tr("Theme {file} is not valid TOML: {why}.").format(file=where, why=error)
        ) from error
    colours = raw.get("colours")
    if not isinstance(colours, dict):
        raise ThemeError(tr("Theme {file} has no [colours] table.").format(file=where))
    unknown = sorted({*colours} - {*COLOURS, *FALLBACKS}) + sorted(
        {*raw} - {"title", "dark", "ansi", "colours"}
    )
    if unknown:
        raise ThemeError(
            tr("Theme {file} has an unknown key: {key}.").format(file=where, key=clean(unknown[0]))
        )
    title, dark, ansi = raw.get("title", name), raw.get("dark", True), raw.get("ansi", False)
    if not isinstance(title, str) or not isinstance(dark, bool) or not isinstance(ansi, bool):
        said = tr("Theme {file}: title must be text, dark and ansi must be true or false.")
        raise ThemeError(said.format(file=where))
    for role in COLOURS:
        _check_colour(role, colours.get(role), where, ansi)
    for role, other in FALLBACKS.items():
        _check_colour(role, colours.setdefault(role, colours[other]), where, ansi)
    chosen = {role: colours[role] for role in (*COLOURS, *FALLBACKS)}
    return ThemeFile(name, clean(title), dark, chosen, ansi)


def _check_colour(role: str, value: object, where: str, ansi: bool) -> None:
    if value is None:
        raise ThemeError(tr("Theme {file} lacks the colour {role}.").format(file=where, role=role))
    if ansi:
        if value not in ANSI_NAMES:
            said = tr("Theme {file}: with ansi = true, {role} must be one of {names}.")
            raise ThemeError(said.format(file=where, role=role, names=", ".join(ANSI_NAMES)))
        return
    try:
        good = isinstance(value, str) and value.startswith("#") and Color.parse(value).a == 1
    except ColorParseError:
        good = False
    if not good:
        said = tr("Theme {file}: {role} must be a colour such as #1e90ff.")
        raise ThemeError(said.format(file=where, role=role))


def shipped() -> list[tuple[str, str, str]]:
    """(name, where, text) of the themes that come with the program: from the wheel, else the source tree."""
    packed = Path(__file__).parent.parent / "_themes"
    if packed.is_dir():
        files = [item for item in packed.iterdir() if item.name.endswith(".toml")]
        return sorted(
            (f.name.removesuffix(".toml"), f.name, f.read_text(encoding="utf-8")) for f in files
        )
    folder = Path(__file__).resolve().parent.parent.parent / "themes"
    return [(p.stem, p.name, p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.toml"))]


def user_folder() -> Path:
    """Where the user's own themes are looked for."""
    return user_config_path("pfha-tui") / "themes"


def load(user: Path | None = None) -> Themes:
    """All themes; one of the user's replaces a shipped one of the same name. Never raises."""
    found: dict[str, ThemeFile] = {}
    problems: dict[str, str] = {}
    own = list(_read_user(user or user_folder(), problems))
    for mine, files in ((False, shipped()), (True, own)):
        for name, where, text in files:
            try:
                found[name] = replace(parse(name, text, where), own=mine)
            except ThemeError as error:
                problems[name] = str(error)
    return Themes(found, problems)


def _read_user(folder: Path, problems: dict[str, str]) -> Iterable[tuple[str, str, str]]:
    try:
        paths: Sequence[Path] = sorted(folder.glob("*.toml"))
    except OSError:
        return
    for path in paths:
        try:
            with path.open("rb") as file:
                text = file.read(MOST_BYTES).decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = reason(error) if isinstance(error, OSError) else tr("it is not UTF-8 text")
            said = tr("Theme {file} cannot be read: {why}.").format(file=path, why=why)
            problems[path.stem] = said
        else:
            yield path.stem, str(path), text
