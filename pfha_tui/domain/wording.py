"""Small things that every sentence needs in the language in use: words of enumerations, lists, figures."""

from collections.abc import Sequence
from enum import StrEnum

from pfha_tui.domain.language import mark, ntr, ptr, tr

WORDS = (
    mark("no-master"),
    mark("split-brain"),
    mark("unknown"),
    mark("partial"),
    mark("degraded"),
    mark("failed-over"),
    mark("maintenance"),
    mark("healthy"),
    mark("error"),
    mark("warning"),
    mark("note"),
    mark("not permitted"),
    mark("not there"),
    mark("failed"),
    mark("not understood"),
    mark("timed out"),
    mark("no connection"),
    mark("off"),
    mark("connecting"),
    mark("live"),
    mark("suspect"),
    mark("down"),
    mark("stopped"),
    mark("primary"),
    mark("secondary"),
    mark("production"),
    mark("lab"),
    mark("transition"),
    mark("demotion"),
    mark("link"),
    mark("pfsync"),
    mark("sync"),
    mark("connection"),
    mark("verdict"),
    mark("action"),
)
"""The values of VerdictKind, Severity, ErrorKind, LinkState, NodeRole, Environment and EventKind.

CARP's own words (MASTER, BACKUP, INIT) and the names of sources and streams are the same in every language.
"""


def word(value: StrEnum) -> str:
    """The word for a member of one of those enumerations; a program is told `value.value` instead."""
    english = value.value
    return tr(english)


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return tr("{words} and {last}").format(words=", ".join(words[:-1]), last=words[-1])


def abridged(words: Sequence[str]) -> str:
    """As `listed`, but of more than four words the first three and how many more."""
    if len(words) <= 4:
        return listed(words)
    more = len(words) - 3
    text = ntr("{words} and {count} more", "{words} and {count} more", more)
    return text.format(words=", ".join(words[:3]), count=more)


def decimal(figure: str) -> str:
    """A figure as Python formats it, with the language's decimal mark."""
    return figure.replace(".", ptr("decimal mark", "."))
