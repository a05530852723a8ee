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


def duration(seconds: float, *, tenths: bool = False) -> str:
    """How long: `41 s`, `4 m 05 s`, `4 h 12 m`, `3 d 04:12`; below ten seconds with `tenths`: `0.4 s`."""
    if tenths and seconds < 9.95:
        return decimal(f"{max(0.0, seconds):.1f} s")
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return tr("{minutes} m {seconds} s").format(minutes=minutes, seconds=f"{rest:02d}")
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return tr("{hours} h {minutes} m").format(hours=hours, minutes=f"{minutes:02d}")
    days, hours = divmod(hours, 24)
    return tr("{days} d {clock}").format(days=days, clock=f"{hours:02d}:{minutes:02d}")


def grouped(number: int) -> str:
    """A whole number with thin grouping: `12 431`."""
    return f"{number:,}".replace(",", " ")


def decimal(figure: str) -> str:
    """A figure as Python formats it, with the language's decimal mark."""
    return figure.replace(".", ptr("decimal mark", "."))
