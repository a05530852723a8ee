"""What is done to the pair on the wire, and what must come of it: each drill in a lab of its own.

A drill asserts what must be so in any case, and hands back `facts`: numbers in seconds, by name. `slack` is how late
anything may be that a clock decides; the tests are generous with it, `make prove` is not.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Facts = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """How strict a run is: `lost` pings of a switchover are forgiven, on a machine that others keep busy."""

    slack: float
    lost: int = 0


Play = Callable[[Rule], Awaitable[Facts]]


@dataclass(frozen=True)
class Drill:
    """`needs` are programs without which it is skipped; `proof` ones run in `make prove` only."""

    name: str
    play: Play
    needs: tuple[str, ...] = ()
    proof: bool = False


DRILLS: list[Drill] = []


def drill(name: str, *needs: str, proof: bool = False) -> Callable[[Play], Play]:
    """Register a drill."""

    def add(play: Play) -> Play:
        DRILLS.append(Drill(name, play, needs, proof))
        return play

    return add


@dataclass
class Result:
    """How a drill went: `failed` is a traceback or empty, `skipped` a reason or empty."""

    name: str
    failed: str = ""
    skipped: str = ""
    took: float = 0.0
    facts: Facts = field(default_factory=dict)


def load() -> list[Drill]:
    """All drills; importing their modules registers them."""
    from tests.wirelab import actions, peers, power, sessions, splits  # noqa: F401

    return DRILLS
