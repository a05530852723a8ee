"""Which language the process speaks, and its catalogue."""

import gettext
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files

from pfha_tui.domain import language

ENGLISH = "en"
LANGUAGES = (ENGLISH, "fr")
"""What --lang takes."""

FLAG = "--lang"

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order of setlocale(3): the first that is set and not empty decides."""


def chosen(flag: str | None, environ: Mapping[str, str]) -> str:
    """The flag's language, else the locale's of LC_ALL, LC_MESSAGES or LANG, else English."""
    if flag in LANGUAGES:
        return flag
    locale = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    spoken = locale.replace("-", "_").partition(".")[0].partition("@")[0].partition("_")[0].lower()
    return spoken if spoken in LANGUAGES else ENGLISH


def flag_of(args: Sequence[str]) -> str | None:
    """The value of the last --lang among the arguments, before they are parsed: help and usage errors
    are already in that language. A value that is no language is left for the parser to refuse."""
    value = None
    for index, arg in enumerate(args):
        if arg == "--":
            break
        if arg == FLAG and index + 1 < len(args):
            value = args[index + 1]
        elif arg.startswith(f"{FLAG}="):
            value = arg.partition("=")[2]
    return value


def catalogue(code: str) -> language.Catalogue | None:
    """The catalogue of a language of LANGUAGES; None for English, which the code itself holds."""
    if code == ENGLISH:
        return None
    path = files("pfha_tui").joinpath("locale", code, "LC_MESSAGES", "pfha_tui.mo")
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


def speak(code: str) -> None:
    """Speak this language from now on."""
    language.use(catalogue(code))


@contextmanager
def english() -> Iterator[None]:
    """What is written for machines inside it is English, whatever the locale."""
    before = language.in_use()
    language.use(None)
    try:
        yield
    finally:
        language.use(before)
