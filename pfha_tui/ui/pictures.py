"""Pictures of the screen as SVG files, and reports: new files, where the operator finds them."""

import html
import os
import re
from datetime import datetime
from pathlib import Path

import platformdirs
from rich.cells import cell_len
from rich.terminal_theme import SVG_EXPORT_THEME

SUFFIX = ".svg"
_MOST = 1000


def file_name(subject: str, moment: datetime) -> str:
    """`pfha-tui-HQ-20261122-215307`: a name without a suffix that any file system takes."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", subject).strip("-.") or "pair"
    return f"pfha-tui-{plain}-{moment:%Y%m%d-%H%M%S}"


def folders() -> tuple[Path, ...]:
    """Where pictures go: the current folder, else the user's folder for pictures."""
    return Path.cwd(), platformdirs.user_pictures_path()


def save(text: str, name: str, places: tuple[Path, ...], suffix: str = SUFFIX) -> Path:
    """Write a new file, in the first of these folders that takes it; one that is there gets a number.

    Nothing is ever overwritten; what is no picture is for its owner alone. Raises OSError where no folder takes it.
    """
    refused: OSError | None = None
    for folder in places:
        try:
            return _create(text, folder, name, suffix)
        except OSError as error:
            refused = refused or error
    raise refused or FileNotFoundError(2, "No such file or directory")


def _create(text: str, folder: Path, name: str, suffix: str) -> Path:
    mode = 0o666 if suffix == SUFFIX else 0o600
    for number in range(1, _MOST):
        path = folder / f"{name}{f'-{number}' if number > 1 else ''}{suffix}"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return path
    raise FileExistsError(17, "File exists")


_RUN = re.compile(
    r'(<text [^>]*?x=")([\d.]+)("[^>]*? textLength=")([\d.]+)("[^>]*>)'
    r"((?:&#160;)*)([^<]*?)((?:&#160;)*)</text>"
)


def tidied(svg: str) -> str:
    """The picture without its references to fonts on the network, which opening it would fetch, with a black
    that is black: Rich's is a grey, on which a terminal's own colours cannot be told, and with no run of text
    that begins or ends with blanks: librsvg leaves them out and stretches the rest to the whole length."""
    svg = re.sub(r"@font-face\s*\{[^}]*\}\s*", "", svg)
    svg = _RUN.sub(_trimmed, svg)
    return svg.replace(SVG_EXPORT_THEME.ansi_colors[0].hex, "#000000")


def _trimmed(run: re.Match[str]) -> str:
    """The same characters in the same cells, without the blanks at both ends."""
    head, x, middle, length, tail, before, text, after = run.groups()
    if not text.strip():
        return ""
    first, words, last = (cell_len(html.unescape(part)) for part in (before, text, after))
    cell = float(length) / (first + words + last)
    left, long = round(float(x) + first * cell, 3), round(words * cell, 3)
    return f"{head}{left:g}{middle}{long:g}{tail}{text}</text>"
