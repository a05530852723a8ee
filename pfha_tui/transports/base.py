"""The one-method protocols behind which every transport stands, and the errors they raise."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from pfha_tui.domain.command import Command, PushedLine, Sample
from pfha_tui.domain.snapshot import Stop


class TransportError(Exception):
    """A transport could not do its work; the message is one sentence for the operator."""


class NetworkFailure(TransportError):
    """The node could not be reached or went silent; trying again later is right."""


class NoAnswer(NetworkFailure):
    """TCP got no answer at all: the node is gone, or a filter drops what we send."""


class OperatorNeeded(TransportError):
    """The login was refused, the host key is not the known one, or our settings allow no login; trying again would only
    count as another strike at the firewall's login protection, so only the operator may. `stop` tells which it is."""

    def __init__(self, message: str, stop: Stop = Stop.IMPOSSIBLE) -> None:
        super().__init__(message)
        self.stop = stop


class HeldBack(OperatorNeeded):
    """A login that was refused lately and is not tried again for now; nothing was sent."""


class TransportTimeout(NetworkFailure):
    """The link lives but the answer did not come in time; `hung` is the command that did not end."""

    def __init__(self, message: str, hung: Command | None = None) -> None:
        super().__init__(message)
        self.hung = hung


class NotInCatalogue(TransportError):
    """A command was refused because the transport was not built to run it."""


class Shell(Protocol):
    """Runs catalogue commands on one node."""

    async def run(self, commands: Sequence[Command]) -> Sample:
        """Run the commands in one framed script.

        Raises TransportTimeout, NetworkFailure, OperatorNeeded, NotInCatalogue.
        """
        ...


class Stream(Protocol):
    """Delivers the lines that a node pushes."""

    def lines(self) -> AsyncIterator[PushedLine]:
        """Lines of devd's pipe and the system log as they arrive, until the link ends (NetworkFailure)."""
        ...


class Snmp(Protocol):
    """Asks one SNMP agent."""

    async def alive(self) -> bool:
        """One object, one short try (0.4 s): does anything answer?"""
        ...

    async def close(self) -> None:
        """Release the sockets."""
        ...

    async def get(self, oids: Sequence[str]) -> dict[str, int | bytes | str | None]:
        """Values of scalar OIDs (numeric, no leading dot); None where the agent has no such object.

        Raises TransportTimeout when nothing answers, OperatorNeeded when the credentials are refused.
        """
        ...

    async def table(self, columns: Sequence[str]) -> dict[str, dict[str, int | bytes | str]]:
        """Rows of a table by index suffix: {index: {column OID: value}}; joined by index, never by position.

        Raises as `get`.
        """
        ...


class NodeLink(Protocol):
    """One login on one node: commands, pushed lines and a pulse over a single connection."""

    async def open(self, on_mute: Callable[[str], None] | None = None) -> None:
        """Connect and log in once. Where the node accepts the connection but no sshd speaks, `on_mute` is told so and
        the login goes on; without it that is a failure, too. Raises NetworkFailure or OperatorNeeded."""
        ...

    async def close(self) -> None:
        """End the connection; never waits for a dead peer."""
        ...

    async def run(self, commands: Sequence[Command], *, clock: bool = True) -> Sample:
        """As Shell.run; without `clock` the node's clock is not asked, which saves it a process."""
        ...

    def lines(self) -> AsyncIterator[PushedLine]:
        """As Stream.lines; absent streams are named in `push_gaps`."""
        ...

    @property
    def rtt_s(self) -> float | None:
        """The last measured round trip."""
        ...

    @property
    def heard_at(self) -> float | None:
        """Monotonic time of the last byte from the node."""
        ...

    @property
    def quiet(self) -> bool:
        """The pulse is late: time to ask a second witness."""
        ...

    @property
    def silent(self) -> bool:
        """The pulse has been missing for longer than the measured round trip explains."""
        ...

    @property
    def push_gaps(self) -> tuple[str, ...]:
        """One sentence for each stream that the node does not give us."""
        ...


@dataclass(frozen=True, slots=True)
class Guard:
    """What must still hold before a node takes an action back by itself: the symbolic link at `path` reads one of
    `texts` (an empty text: there is none). Without `texts` it always holds.

    `token` is an empty directory that the node makes as soon as the step is done, and that the undo begins by removing:
    whoever removes it before has called the undo off, and while it is there the step is done and not taken back.
    """

    path: str
    texts: tuple[str, ...]
    token: str


class Call(Enum):
    """What became of a watchdog that was called off: it never did anything, or it had come to its end already."""

    OFF = "off"
    FIRED = "fired"


class ActionLink(Protocol):
    """A login of its own on one node for the length of one action: it may run that plan's commands, nothing else."""

    async def open(self) -> None:
        """Connect and log in once. Raises NetworkFailure or OperatorNeeded."""
        ...

    async def close(self) -> None:
        """End the connection, and with it the lock; never waits for a dead peer."""
        ...

    def allow(self, command: Command) -> None:
        """Let it run one command more, whose text is only known on the way: the line for the node's log."""
        ...

    async def lock(self, path: str) -> bool:
        """Take the node's lock for as long as this connection lives; False: another action holds it.

        Raises as `run`.
        """
        ...

    async def run(self, commands: Sequence[Command]) -> Sample:
        """As Shell.run; commands of the plan and those read to prove it."""
        ...

    async def run_armed(
        self, step: Command, undo: Sequence[Command], delay_s: float, guard: "Guard"
    ) -> Sample:
        """Run one command and, unless it fails, let the node itself run `undo` so many seconds later, whatever becomes
        of us: if the guard holds then, and if it was not called off. The node does both or neither.

        Raises as `run`; then it is not known whether it did both.
        """
        ...

    async def call_off(self) -> Call:
        """Stop what `run_armed` has left behind. Raises as `run`; then it is not known whether that still fires."""
        ...
