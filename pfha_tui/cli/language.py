"""Which language the process speaks, and its catalogue.

What is written for machines is English whatever the locale: `check`, and every `--json`.
"""

import gettext
import os
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pfha_tui.domain import language

ENGLISH = "en"
LANGUAGES = (ENGLISH, "fr")
"""What --lang takes."""

DOMAIN = "pfha_tui"
FLAG = "--lang"

_FOR_MACHINES = ("--json",)
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order of setlocale(3): the first that is set and not empty decides."""

Spelling = Callable[[str], str]

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_QUOTES = str.maketrans({"«": '"', "»": '"'})


def choose(args: Sequence[str], environ: Mapping[str, str], *, machine: bool, ascii: bool) -> None:
    """Speak the language that this command line and this environment ask for.

    `machine`: English, for a program reads along. `ascii`: without accents, for the terminal has none.
    """
    english = machine or any(arg in _FOR_MACHINES for arg in args)
    code = ENGLISH if english else chosen(flag_of(args), environ)
    if ascii or "--ascii" in args:
        speak(code, fold)
    elif environ.get("TERM") == "linux":
        speak(code, spelled)
    else:
        speak(code)


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


def speak(code: str, spelling: Spelling | None = None) -> None:
    """Speak this language of LANGUAGES from now on, click's own words included; `spelling` fits the texts
    to a terminal that lacks letters.

    click asks gettext for the process-wide domain, whose language only the variable LANGUAGE can name.
    """
    folder = Path(__file__).parent.parent / "locale"
    gettext.bindtextdomain(DOMAIN, str(folder))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = code
    if code == ENGLISH:
        language.use(None)
        return
    found = gettext.translation(DOMAIN, str(folder), [code], fallback=True)
    language.use(_Respelled(found, spelling) if spelling is not None else found)


class _Respelled:
    """A catalogue for a terminal that lacks letters; glyphs are left to whoever draws them."""

    def __init__(self, catalogue: language.Catalogue, spelling: Spelling) -> None:
        self._catalogue = catalogue
        self._spelling = spelling

    def gettext(self, message: str) -> str:
        return self._spelling(self._catalogue.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._spelling(self._catalogue.ngettext(msgid1, msgid2, n))

    def pgettext(self, context: str, message: str) -> str:
        return self._spelling(self._catalogue.pgettext(context, message))


def spelled(text: str) -> str:
    """Ligatures as two letters: Latin-1, and so the console of Linux, has none."""
    return text.translate(_LIGATURES)


def fold(text: str) -> str:
    """Letters without their accents, ligatures as two letters; anything else stays as it is."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", spelled(text).translate(_QUOTES))
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare)
