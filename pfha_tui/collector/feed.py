"""What the screen and the command line need of a watched pair."""

from collections.abc import Callable, Sequence
from typing import Protocol

from pfha_tui.domain.command import Command, Output, Sample
from pfha_tui.domain.events import Event
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import PairTarget


class Feed(Protocol):
    """A pair being watched: snapshots out, three wishes in."""

    @property
    def target(self) -> PairTarget:
        """The pair as configured."""
        ...

    @property
    def current(self) -> PairSnapshot:
        """The newest snapshot; before the first answer one in which everything is unknown."""
        ...

    def subscribe(self, callback: Callable[[PairSnapshot], None]) -> Callable[[], None]:
        """Call back (in the event loop) with every new snapshot; the result ends the subscription."""
        ...

    async def run(self) -> None:
        """Watch until cancelled; connections are closed on the way out."""
        ...

    def raw(self, node: str, command_id: str) -> tuple[Output, float] | None:
        """The newest output of one catalogue command on one node, and its monotonic time."""
        ...

    async def ask(self, node: str, commands: Sequence[Command]) -> Sample:
        """Run commands of `catalogue.PERMITTED` now over the node's open login; nothing keeps the output.

        Raises NetworkFailure where no login is open, and as transports.base.Shell.run.
        """
        ...

    def retry(self, node: str) -> None:
        """Try a stopped or waiting connection of this node at once (the operator asked)."""
        ...

    def tell(self, event: Event) -> None:
        """Put an event of the console itself into the timeline: what an action did."""
        ...
