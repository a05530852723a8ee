"""The mark that an action of ours leaves on a node: which part of its demotion is ours, since when and by whom."""

import re
from dataclasses import dataclass

_LINE = re.compile(
    r"pfha-tui:1:([0-9a-f]{8,32}):(-?[0-9]{1,5}):([0-9]{1,12}):([\w.@-]{1,64})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class OwnMark:
    """`action` is the journal's id, `demotion` what it added, `epoch` when (the console's clock), `who` a user name."""

    action: str
    demotion: int
    epoch: int
    who: str


def write(mark: OwnMark) -> str:
    """The text of the mark: one word, with nothing in it that a shell or sudo could read otherwise."""
    who = re.sub(r"[^\w.@-]", "_", mark.who, flags=re.ASCII)[:64] or "_"
    return f"pfha-tui:1:{mark.action}:{mark.demotion}:{mark.epoch}:{who}"


def read(text: str) -> OwnMark | None:
    """The mark of a line; None where it is not one of ours."""
    found = _LINE.fullmatch(text.strip())
    if found is None:
        return None
    return OwnMark(found[1], int(found[2]), int(found[3]), found[4])
