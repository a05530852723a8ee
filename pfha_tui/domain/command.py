"""A command as the catalogue lists it, and what came back when a transport ran it."""

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """Whether a command can change the firewall."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Command:
    """One command line: absolute executable first, every word literal (never shell text).

    `root` says that an account other than uid 0 needs `sudo -n` in front of it. `stdin` is fed to it
    (none: an empty input).
    """

    id: str
    argv: tuple[str, ...]
    root: bool = False
    timeout_s: float = 3.0
    access: Access = Access.READ
    stdin: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """What one command printed, as bytes, and how it ended."""

    command: Command
    exit_code: int
    stdout: bytes
    stderr: bytes = b""


@dataclass(frozen=True, slots=True)
class Sample:
    """One framed run of several commands on one node.

    `clock_epoch` and `utc_offset_s` are the node's own clock; `received_at` is the console's monotonic
    time, `duration_s` from sending to the last byte. `begun_s` is from sending to the arrival of the clock, which comes
    before any output; None where it was not noticed.
    """

    outputs: tuple[Output, ...]
    clock_epoch: int | None
    utc_offset_s: int | None
    received_at: float
    duration_s: float
    begun_s: float | None = None


class StreamKind(StrEnum):
    """Where a pushed line came from."""

    DEVD = "devd"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class PushedLine:
    """One line of devd's pipe or of the system log, with the console's monotonic arrival time."""

    kind: StreamKind
    text: str
    received_at: float
