"""What a simulated command answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

USAGE = 64
"""EX_USAGE: the exit code for arguments that the lab does not know, so that none passes unnoticed."""


class Follow(Enum):
    """Which lines a command goes on printing until it is killed."""

    DEVD = "devd"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Reply:
    """Output and exit code; `follow` streams after `out`, `real` hands over to the host's own program.

    `hold` names a lock: while nobody holds it, the command takes it and goes on as cat(1) until it is ended.
    `work` is what the command does before it answers, step by step (see `Node.run`); `killable` tells that it can be
    ended on the way.
    """

    out: str = ""
    err: str = ""
    code: int = 0
    follow: Follow | None = None
    real: bool = False
    work: Iterator[float] | None = None
    killable: bool = False
    hold: str = ""


REAL = Reply(real=True)


def usage(command: str, text: str) -> Reply:
    """The answer to arguments that the command does not know here."""
    return Reply(err=f"usage: {command} {text}\n", code=USAGE)
