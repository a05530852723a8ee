"""What a case is: something that befalls a firewall over a real wire, watched, measured, mended, measured again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from pfha_tui.domain.reading import ErrorKind, Reading
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot
from tests.support.netns import Box
from tests.support.watched import Watched


@dataclass
class Found:
    """What one case showed: `sentence` as the operator reads it; times in seconds, None where nothing is to be seen."""

    sentence: str
    noticed_s: float | None = None
    recovered_s: float | None = None
    sentences: list[str] = field(default_factory=list)


Play = Callable[[Box], Awaitable[Found]]


@dataclass(frozen=True)
class Case:
    """`sentence` is what must be read, with {host} for the address and * for what varies."""

    name: str
    sentence: str
    play: Play
    box: dict[str, object] = field(default_factory=dict)
    remark: str = ""


class Cases(list[Case]):
    """Cases in the order in which they were written down."""

    def case(
        self, name: str, sentence: str, remark: str = "", **box: object
    ) -> Callable[[Play], Play]:
        """Add a case; further words are settings of its box."""

        def add(play: Play) -> Play:
            self.append(Case(name, sentence, play, box, remark))
            return play

        return add


def said(watched: Watched, since: float, part: str) -> str:
    """The first sentence since then that holds this part."""
    return next(text for text in watched.sentences(since) if part in text)


def dead(node: NodeSnapshot) -> bool:
    return node.reachable is False


def failed(reading: Reading[Any], kind: ErrorKind) -> bool:
    """It has an error of this kind; a slow moment of the machine gives one of another."""
    return reading.error is not None and reading.error.kind is kind


def in_order(watched: Watched, since: float, *states: LinkState) -> None:
    """SSH went through these states, in this order, whatever it went through in between."""
    seen = iter(watched.states(since))
    missing = [state for state in states if state not in seen]
    assert not missing, f"{watched.states(since)} lacks {missing}"
