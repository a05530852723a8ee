"""A node's whole SSH side behind the NodeLink protocol: one link, its shell and its stream."""

import time
from collections.abc import AsyncIterator, Callable, Sequence

from pfha_tui.domain.command import Command, PushedLine, Sample
from pfha_tui.domain.language import tr
from pfha_tui.domain.target import SshTarget
from pfha_tui.domain.wording import word
from pfha_tui.transports.ssh.link import SshLink
from pfha_tui.transports.ssh.pulse import Life
from pfha_tui.transports.ssh.refusals import Refusals
from pfha_tui.transports.ssh.shell import SshShell
from pfha_tui.transports.ssh.stream import DEVD, LOG, SshStream, StreamSource


class SshNode:
    """One login on one node; see transports.base.NodeLink."""

    def __init__(
        self,
        target: SshTarget,
        allowed: frozenset[Command],
        *,
        read_only: bool = True,
        on_life: Callable[[Life], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        devd: StreamSource = DEVD,
        log: StreamSource = LOG,
        refusals: Refusals | None = None,
    ) -> None:
        self.link = SshLink(
            target, allowed, read_only=read_only, on_life=on_life, clock=clock, refusals=refusals
        )
        self._shell = SshShell(self.link)
        self._stream = SshStream(self.link, self._shell, devd, log)

    async def open(self, on_mute: Callable[[str], None] | None = None) -> None:
        """As SshLink.connect."""
        await self.link.connect(on_mute)

    async def close(self) -> None:
        """As SshLink.close."""
        await self.link.close()

    async def run(self, commands: Sequence[Command], *, clock: bool = True) -> Sample:
        """As SshShell.run."""
        return await self._shell.run(commands, clock=clock)

    def lines(self) -> AsyncIterator[PushedLine]:
        """As SshStream.lines."""
        return self._stream.lines()

    @property
    def life(self) -> Life:
        """LIVE, SUSPECT, SILENT or LOST at this moment."""
        return self.link.life

    @property
    def rtt_s(self) -> float | None:
        """As SshLink.rtt_s."""
        return self.link.rtt_s

    @property
    def heard_at(self) -> float | None:
        """As SshLink.heard_at."""
        return self.link.heard_at

    @property
    def quiet(self) -> bool:
        """The pulse is late: time to ask a second witness."""
        return self.link.life is not Life.LIVE

    @property
    def silent(self) -> bool:
        """The pulse has been missing for longer than the measured round trip explains."""
        return self.link.life in (Life.SILENT, Life.LOST)

    @property
    def push_gaps(self) -> tuple[str, ...]:
        """One sentence for each stream that the node does not give us."""
        return tuple(
            tr("{what}: {detail}").format(what=kind, detail=f"{word(error.kind)} ({error.message})")
            for kind, error in self._stream.gaps.items()
        )
