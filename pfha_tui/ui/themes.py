"""Themes from TOML files: found, read, checked; what is wrong with one is told in one sentence."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from platformdirs import user_config_path
from textual.color import Color, ColorParseError
from textual.theme import Theme

COLOURS = (
    "background", "panel", "text", "muted", "frame", "focus", "accent",
    "good", "warn", "bad", "badge", "badge-good", "badge-warn", "badge-bad", "badge-text",
)  # fmt: skip
FALLBACKS = {
    "production": "badge-warn", "lab": "badge", "node-a": "accent", "node-b": "focus",
}  # fmt: skip
"""Roles that a theme may leave out, and the role whose colour then serves."""
MOST_BYTES = 65_536


class ThemeError(Exception):
    """A theme file cannot be used; the message is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A theme: `name` is the file's stem, `title` is for people, `colours` maps each role to #rrggbb."""

    name: str
    title: str
    dark: bool
    colours: dict[str, str]

    def textual(self) -> Theme:
        """The theme for Textual, with the screen's own roles as variables."""
        colour = self.colours
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
            variables={f"pf-{role}": value for role, value in colour.items()},
        )


@dataclass(frozen=True, slots=True)
class Themes:
    """The themes that can be used, by name, and a sentence for each file that cannot."""

    found: dict[str, ThemeFile]
    problems: tuple[str, ...] = ()


def parse(name: str, text: str, where: str) -> ThemeFile:
    """A theme from TOML text: `title`, `dark`, and under `[colours]` every role of `COLOURS`, and of
    `FALLBACKS` as wanted.

    Raises ThemeError.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(f"Theme {where} is not valid TOML: {error}.") from error
    colours = raw.get("colours")
    if not isinstance(colours, dict):
        raise ThemeError(f"Theme {where} has no [colours] table.")
    unknown = sorted({*colours} - {*COLOURS, *FALLBACKS}) + sorted(
        {*raw} - {"title", "dark", "colours"}
    )
    if unknown:
        raise ThemeError(f"Theme {where} has an unknown key: {unknown[0]}.")
    for role in COLOURS:
        _check_colour(role, colours.get(role), where)
    for role, other in FALLBACKS.items():
        _check_colour(role, colours.setdefault(role, colours[other]), where)
    title, dark = raw.get("title", name), raw.get("dark", True)
    if not isinstance(title, str) or not isinstance(dark, bool):
        raise ThemeError(f"Theme {where}: title must be text and dark must be true or false.")
    return ThemeFile(name, title, dark, {role: colours[role] for role in (*COLOURS, *FALLBACKS)})


def _check_colour(role: str, value: object, where: str) -> None:
    if value is None:
        raise ThemeError(f"Theme {where} lacks the colour {role}.")
    try:
        good = isinstance(value, str) and value.startswith("#") and Color.parse(value).a == 1
    except ColorParseError:
        good = False
    if not good:
        raise ThemeError(f"Theme {where}: {role} must be a colour such as #1e90ff.")


def shipped() -> list[tuple[str, str, str]]:
    """(name, where, text) of the themes that come with the program: from the wheel, else the source tree."""
    packed = resources.files("pfha_tui") / "_themes"
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
    problems: list[str] = []
    for name, where, text in [*shipped(), *_read_user(user or user_folder(), problems)]:
        try:
            found[name] = parse(name, text, where)
        except ThemeError as error:
            problems.append(str(error))
    return Themes(found, tuple(problems))


def _read_user(folder: Path, problems: list[str]) -> Iterable[tuple[str, str, str]]:
    try:
        paths: Sequence[Path] = sorted(folder.glob("*.toml"))
    except OSError:
        return
    for path in paths:
        try:
            with path.open("rb") as file:
                text = file.read(MOST_BYTES).decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            problems.append(f"Theme {path} cannot be read: {reason}.")
        else:
            yield path.stem, str(path), text
