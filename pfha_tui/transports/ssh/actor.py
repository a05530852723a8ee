"""The login of an action behind the ActionLink protocol: its commands, the node's lock and the watchdog."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import asyncssh

from pfha_tui.domain.command import Command, Sample
from pfha_tui.domain.language import tr
from pfha_tui.domain.target import SshTarget
from pfha_tui.domain.text import said
from pfha_tui.domain.wording import decimal
from pfha_tui.transports.base import (
    Call,
    Guard,
    NetworkFailure,
    OperatorNeeded,
    TransportTimeout,
)
from pfha_tui.transports.ssh.frames import quote
from pfha_tui.transports.ssh.link import Channel, Session, SshLink
from pfha_tui.transports.ssh.refusals import Refusals
from pfha_tui.transports.ssh.shell import SshShell
from pfha_tui.transports.ssh.watchdog import WatchdogShell

LOCK_WAIT_S: Final = 5.0
BUSY: Final = 75
"""EX_TEMPFAIL: lockf(1) found the lock taken."""
PROBE: Final = b"held\n"
SAID_LIMIT: Final = 400


class _Lock(Session):
    """lockf(1) around cat(1): an echo proves that the lock is ours; without it the exit code tells."""

    def __init__(self, link: SshLink) -> None:
        self._link = link
        self.settled = asyncio.Event()
        self.held = False
        self.code: int | None = None
        self.said = b""

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._link.heard()
        self.said = (self.said + data)[-SAID_LIMIT:]
        if datatype is None and self.said.endswith(PROBE):
            self.held = True
            self.settled.set()

    def exit_status_received(self, status: int) -> None:
        self.code = status

    def connection_lost(self, exc: Exception | None) -> None:
        self.held = False
        if exc is not None:
            self._link.broken(exc)
        self.settled.set()


class SshActor:
    """One login on one node for the length of one action; see transports.base.ActionLink."""

    def __init__(
        self,
        target: SshTarget,
        allowed: frozenset[Command],
        *,
        clock: Callable[[], float] = time.monotonic,
        refusals: Refusals | None = None,
    ) -> None:
        self.link = SshLink(target, allowed, read_only=False, clock=clock, refusals=refusals)
        self._shell = SshShell(self.link)
        self._watchdog = WatchdogShell(self.link)
        self._channel: Channel | None = None

    async def open(self) -> None:
        """As SshLink.connect."""
        await self.link.connect()

    async def close(self) -> None:
        """As SshLink.close; the lock ends with its channel, a watchdog does not."""
        self._channel = None
        await self.link.close()

    def allow(self, command: Command) -> None:
        """As ActionLink.allow."""
        self.link.allowed |= {command}

    async def run(self, commands: Sequence[Command]) -> Sample:
        """As SshShell.run."""
        return await self._shell.run(commands)

    async def run_armed(
        self, step: Command, undo: Sequence[Command], delay_s: float, guard: Guard
    ) -> Sample:
        """As ActionLink.run_armed."""
        return await self._watchdog.run_armed(step, undo, delay_s, guard)

    async def call_off(self) -> Call:
        """As ActionLink.call_off."""
        return await self._watchdog.call_off()

    async def lock(self, path: str) -> bool:
        """As ActionLink.lock. OperatorNeeded where the node has no lockf(1), or cannot use the file."""
        words = ("/usr/bin/lockf", "-k", "-s", "-t", "0", path, "/bin/cat")
        session = _Lock(self.link)
        try:
            channel = await self.link.open_channel(lambda: session, f"exec {quote(words)}")
        except asyncssh.ChannelOpenError as error:
            text = tr(
                "{where} refuses another session on the connection ({reason}): MaxSessions of its sshd must be "
                "4 or more"
            )
            raise OperatorNeeded(
                text.format(where=self.link.where, reason=said(error.reason))
            ) from error
        if not channel.is_closing():  # lockf may have ended at once
            channel.write(PROBE)
        limit = LOCK_WAIT_S + 4 * (self.link.rtt_s or 0.0)
        try:
            async with asyncio.timeout(limit):
                await session.settled.wait()
        except TimeoutError as error:
            channel.close()
            text = tr("{where} did not say within {seconds} s whether the lock is free")
            seconds = decimal(f"{limit:.1f}")
            raise TransportTimeout(text.format(where=self.link.where, seconds=seconds)) from error
        if session.held:
            self._channel = channel
            return True
        if session.code == BUSY:
            return False
        if session.code is None:
            raise (
                self.link.failure()
                if self.link.lost
                else NetworkFailure(tr("{where} closed our session").format(where=self.link.where))
            )
        text = tr("{where} cannot lock {path}: lockf ended with exit code {code} ({said})")
        raise OperatorNeeded(
            text.format(
                where=self.link.where, path=path, code=session.code, said=said(session.said)
            )
        )
