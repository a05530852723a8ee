"""Which theme the console starts with, and the one that was kept in it. No Textual here."""

import contextlib
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path

KEPT_FILE = "theme"
DEFAULT = "dark"
TERMINAL = "terminal"
TERMINAL_LIGHT = "terminal-light"
LONGEST = 40
_LIGHT_BACKGROUNDS = ("7", "15")
_MANY_COLOURS = ("256color", "direct", "kitty", "truecolor")


class ChosenBy(Enum):
    """What named the theme: the command line, the configuration, the choice kept last, or nothing."""

    FLAG = auto()
    CONFIG = auto()
    KEPT = auto()
    NOTHING = auto()


def first(flag: str | None, configured: str | None, kept: str | None) -> tuple[str, ChosenBy]:
    """The theme to start with: `--theme`, else the configuration's, else the kept one, else the default."""
    for name, chosen_by in (
        (flag, ChosenBy.FLAG),
        (configured, ChosenBy.CONFIG),
        (kept, ChosenBy.KEPT),
    ):
        if name:
            return name, chosen_by
    return DEFAULT, ChosenBy.NOTHING


def few_colours(environment: Mapping[str, str]) -> bool:
    """Whether the terminal has sixteen colours only, by $COLORTERM and $TERM as Rich reads them."""
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return False
    return environment.get("TERM", "").lower().rpartition("-")[2] not in _MANY_COLOURS


def for_few_colours(environment: Mapping[str, str]) -> str:
    """The theme for sixteen colours that suits the background, as far as $COLORFGBG tells."""
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return TERMINAL_LIGHT if background in _LIGHT_BACKGROUNDS else TERMINAL


def kept(folder: Path) -> str | None:
    """The name of the theme kept in the state folder; None where there is none that could be one."""
    try:
        with (folder / KEPT_FILE).open(encoding="utf-8") as file:
            name = file.read(LONGEST + 2).strip()
    except (OSError, ValueError):
        return None
    return name if name.isprintable() and 0 < len(name) <= LONGEST else None


def keep(folder: Path, name: str) -> None:
    """Keep the name in the state folder, for this user alone. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f"{KEPT_FILE}.new"
    try:
        fresh.write_text(f"{name}\n", encoding="utf-8")
        fresh.replace(folder / KEPT_FILE)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
