"""Runs catalogue commands through one long-lived `/bin/sh -s` that is fed framed scripts."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

import asyncssh

from pfha_tui.domain.command import Access, Command, Output, Sample
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import Stop
from pfha_tui.domain.text import said
from pfha_tui.transports.base import (
    NetworkFailure,
    NotInCatalogue,
    OperatorNeeded,
    TransportTimeout,
)
from pfha_tui.transports.ssh import frames
from pfha_tui.transports.ssh.elevation import PROBES, Elevation, from_probes
from pfha_tui.transports.ssh.link import SAID_LIMIT, Channel, Session, SshLink
from pfha_tui.transports.ssh.pulse import STALL_S

SHELL_COMMAND: Final = "/bin/sh -s"
ALLOWANCE_S: Final = 0.5
OPEN_TIMEOUT_S: Final = 5.0
KILLED: Final = -1
"""The exit status that asyncssh gives for a signal."""


class _FrameSession(Session):
    """Feeds the parser from the channel's callbacks and settles the one awaited frame."""

    def __init__(self, link: SshLink, nonce: str) -> None:
        self._link = link
        self.parser = frames.FrameParser(nonce)
        self.waiter: asyncio.Future[frames.Frame] | None = None
        self.moved = asyncio.Event()
        self.ended = False
        self.broken = False
        self.begun_at: float | None = None
        self.said = b""
        """The end of what came before the node's first answer."""

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._link.heard()
        if self._link.elevation is None:
            self.said = (self.said + data)[-SAID_LIMIT:]
        if self.broken:
            return
        try:
            frame = self.parser.feed(data, stderr=datatype is not None)
            if self.begun_at is None and (frame is not None or self.parser.begun):
                self.begun_at = self._link.clock()
        except frames.FrameError as error:
            self.stop_hearing()
            self._settle(error)
            return
        if frame is not None and self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(frame)
        self.moved.set()

    def stop_hearing(self) -> None:
        """What follows has no meaning; it is not kept until the channel is closed."""
        self.broken = True
        self.parser.forget()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        if exc is not None:
            self._link.broken(exc)
        self._settle(self.failure())

    def failure(self) -> NetworkFailure:
        """Why it ended."""
        if self._link.lost:
            return self._link.failure()
        return NetworkFailure(tr("the shell on {where} ended").format(where=self._link.where))

    def _settle(self, error: Exception) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_exception(error)
        self.moved.set()


class SshShell:
    """A Shell over one channel of a link; a channel that hangs or talks nonsense is replaced.

    What still runs there is killed, its background jobs included, unless `sparing`.
    """

    def __init__(self, link: SshLink, *, sparing: bool = False) -> None:
        self._link = link
        self._sparing = sparing
        self._lock = asyncio.Lock()
        self._channel: Channel | None = None
        self._session: _FrameSession | None = None
        self._seq = 0

    async def run(self, commands: Sequence[Command], *, clock: bool = True) -> Sample:
        """Run the commands in one framed script, one after another, and wait for all of it.

        Each has its own time limit, from the end of the one before, plus an allowance for the round trip.
        Without `clock` the node's clock is not asked: that is a process of its own. Raises
        NotInCatalogue before anything is sent; TransportTimeout, with the command that was running,
        after which the next run opens a new channel; NetworkFailure; OperatorNeeded.
        """
        self.check(commands)
        if not commands:
            return Sample((), None, None, self._link.clock(), 0.0)
        async with self._lock:
            return await self._run(commands, clock)

    async def elevation(self) -> Elevation:
        """Who the account is and which sudo there is, asked on the way of opening the channel.

        Raises as `run`.
        """
        async with self._lock:
            return await self._open()

    def check(self, commands: Sequence[Command]) -> None:
        """Raise NotInCatalogue for a command that this connection may not run."""
        for command in commands:
            if command not in self._link.allowed:
                raise NotInCatalogue(
                    tr("{id} is not in the catalogue of this connection").format(id=command.id)
                )
            if self._link.read_only and command.access is not Access.READ:
                raise NotInCatalogue(
                    tr("{id} writes, and this connection only reads").format(id=command.id)
                )

    async def _run(self, commands: Sequence[Command], clock: bool) -> Sample:
        elevation = await self._open()
        words = [elevation.words(command, self._link.target.privilege) for command in commands]
        limits = [command.timeout_s for command in commands]
        inputs = {i: command.stdin for i, command in enumerate(commands) if command.stdin}
        sent_at = self._link.clock()
        self._seq += 1
        script = frames.script(self._seq, words, inputs, clock=clock)
        frame = await self._exchange(script, limits, commands)
        outputs = tuple(
            Output(command, part.exit_code, part.stdout, part.stderr)
            for command, part in zip(commands, frame.parts, strict=True)
        )
        now = self._link.clock()
        begun_at = None if self._session is None else self._session.begun_at
        begun_s = None if begun_at is None else begun_at - sent_at
        return Sample(outputs, frame.clock_epoch, frame.utc_offset_s, now, now - sent_at, begun_s)

    @property
    def _allowance_s(self) -> float:
        return ALLOWANCE_S + 4 * (self._link.rtt_s or 0.0)

    async def _open(self) -> Elevation:
        """The channel, opened and probed unless it is there."""
        if (
            self._session is not None
            and not self._session.ended
            and not self._session.broken
            and self._link.elevation is not None
        ):
            return self._link.elevation
        self._drop()
        nonce = frames.new_nonce()
        session = _FrameSession(self._link, nonce)
        try:
            channel = await self._link.open_channel(lambda: session, SHELL_COMMAND)
        except asyncssh.ChannelOpenError as error:
            raise OperatorNeeded(
                tr(
                    "{where} refuses a second session on the connection ({reason}): MaxSessions of its "
                    "sshd must be 3 or more"
                ).format(where=self._link.where, reason=said(error.reason)),
                Stop.REFUSED,
            ) from error
        self._channel, self._session = channel, session
        self._seq += 1
        probes = frames.preamble(nonce) + frames.script(self._seq, PROBES)
        try:
            frame = await self._exchange(probes, [OPEN_TIMEOUT_S] * len(PROBES), ())
        except TransportTimeout:
            raise
        except NetworkFailure as error:
            # Not by a signal, as at a shutdown, and not with the connection.
            by_itself = channel.get_exit_status() not in (None, KILLED)
            if by_itself and self._link.elevation is None:
                raise self._link.no_shell(said(session.said)) from error
            raise
        self._link.elevation = from_probes(frame.parts)
        return self._link.elevation

    async def _exchange(
        self,
        script: bytes,
        limits_s: Sequence[float],
        commands: Sequence[Command],
    ) -> frames.Frame:
        """Send the script of frame `_seq`, of as many parts as there are limits, and wait for all of it."""
        channel, session = self._channel, self._session
        if channel is None or session is None:
            raise self._link.failure()
        if session.ended:
            self._drop()
            raise session.failure()
        session.parser.expect(self._seq, len(limits_s))
        session.begun_at = None
        waiter: asyncio.Future[frames.Frame] = asyncio.get_running_loop().create_future()
        session.waiter = waiter
        try:
            # A channel that is ending takes nothing more; the session is told when it has ended.
            with contextlib.suppress(BrokenPipeError):
                channel.write(script)
            while not waiter.done():
                await self._progress(session, waiter, limits_s)
            return waiter.result()
        except TimeoutError as error:
            hung = self._running(commands)
            self._drop()
            what = tr("the shell") if hung is None else hung.id
            said = tr("{what} did not answer in time on {where}")
            raise TransportTimeout(said.format(what=what, where=self._link.where), hung) from error
        except frames.FrameError as error:
            hung = self._running(commands)
            self._drop()
            raise TransportTimeout(
                tr("the shell on {where} answered with {error}").format(
                    where=self._link.where, error=error
                ),
                hung,
            ) from error
        except NetworkFailure:
            self._drop()
            raise
        finally:
            session.waiter = None
            if waiter.done() and not waiter.cancelled():
                waiter.exception()  # looked at, for a run that was cancelled meanwhile

    async def _progress(
        self,
        session: _FrameSession,
        waiter: asyncio.Future[frames.Frame],
        limits_s: Sequence[float],
    ) -> None:
        """Wait until one more command has ended, or all of it. Raises TimeoutError.

        A stall of the console itself is not counted against the node, as with the pulse: it has its time anew.
        """
        ended = session.parser.ended
        limit_s = limits_s[min(ended, len(limits_s) - 1)] + self._allowance_s
        loop = asyncio.get_running_loop()

        def waiting() -> bool:
            return not waiter.done() and session.parser.ended == ended

        while waiting():
            due = loop.time() + limit_s
            try:
                async with asyncio.timeout_at(due):
                    while waiting():
                        session.moved.clear()
                        await session.moved.wait()
            except TimeoutError:
                if waiting() and loop.time() - due < STALL_S:
                    raise

    def _running(self, commands: Sequence[Command]) -> Command | None:
        ended = 0 if self._session is None else self._session.parser.ended
        return commands[ended] if ended < len(commands) else None

    def _drop(self) -> None:
        """Close the channel without waiting for it; what runs there is killed if sshd can, unless it is spared."""
        channel, session = self._channel, self._session
        self._channel, self._session = None, None
        if session is not None:
            session.stop_hearing()
        if channel is not None and session is not None and not session.ended:
            if not self._sparing:
                channel.kill()
            channel.close()
