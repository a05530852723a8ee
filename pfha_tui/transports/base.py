"""The one-method protocols behind which every transport stands, and the errors they raise."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from pfha_tui.domain.command import Command, PushedLine, Sample


class TransportError(Exception):
    """A transport could not do its work; the message is one sentence for the operator."""


class NetworkFailure(TransportError):
    """The node could not be reached or went silent; trying again later is right."""


class OperatorNeeded(TransportError):
    """The login was refused or the host key is not the pinned one; trying again would only count
    as another strike at the firewall's login protection, so only the operator may."""


class TransportTimeout(NetworkFailure):
    """The link lives but the answer did not come in time."""


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
