"""Every text for a person, in the language that the process speaks: English, or a gettext catalogue over it.

`tr("next try in {seconds} s").format(seconds=3)`: the literal is the English text and the catalogue's key,
its named fields are filled after the translation, so that a language is free in its word order. A text that
a module keeps in a table is written `mark("…")` there and translated by `tr` where it is shown.
"""

from typing import Protocol


class Catalogue(Protocol):
    """What is used of gettext.NullTranslations and gettext.GNUTranslations."""

    def gettext(self, message: str) -> str:
        """The text in the catalogue's language, or as it is."""
        ...

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form for `n` in the catalogue's language, or one of the two."""
        ...

    def pgettext(self, context: str, message: str) -> str:
        """The text as it is said in this context."""
        ...


_catalogue: Catalogue | None = None


def use(catalogue: Catalogue | None) -> None:
    """Speak the catalogue's language from now on; None is English."""
    global _catalogue
    _catalogue = catalogue


def in_use() -> Catalogue | None:
    """The catalogue in use; None is English."""
    return _catalogue


def tr(text: str) -> str:
    """`text`, an English literal, in the language in use; nothing stays nothing."""
    return _catalogue.gettext(text) if _catalogue is not None and text else text


def ntr(one: str, many: str, n: int) -> str:
    """The form for the number `n` of two English literals, in the language in use."""
    if _catalogue is not None:
        return _catalogue.ngettext(one, many, n)
    return one if n == 1 else many


def ptr(context: str, text: str) -> str:
    """As `tr`, for a short word whose translation depends on what it is said of."""
    return _catalogue.pgettext(context, text) if _catalogue is not None else text


def mark(text: str) -> str:
    """`text` as it is: a literal that `tr` translates later, marked so that the catalogue holds it."""
    return text
