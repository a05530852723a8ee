"""One SSH connection to one node, and the beat that tells whether it lives."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import asyncssh

from pfha_tui.domain.command import Command
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import Stop
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.target import SshTarget
from pfha_tui.domain.text import said
from pfha_tui.domain.wording import decimal
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportTimeout
from pfha_tui.transports.ssh.elevation import Elevation
from pfha_tui.transports.ssh.errors import in_words
from pfha_tui.transports.ssh.pulse import Life, Pulse
from pfha_tui.transports.ssh.refusals import Refusals
from pfha_tui.transports.ssh.route import Route, log_in

TCP_TIMEOUT_S: Final = 1.5
TCP_TIMEOUT_CAP_S: Final = 6.0
CHANNEL_TIMEOUT_S: Final = 5.0
TICK_S: Final = 0.2
BEAT_COMMAND: Final = "exec /bin/cat"
SAID_LIMIT: Final = 200
LOGIN_TRIPS: Final = 6
"""Round trips that a login takes at least: version, key exchange (two), service, the key, its signature."""
TRIP_CAP_S: Final = 3.0
"""No slower is a link taken for by its login: an agent may have waited for a touch."""

Session = asyncssh.SSHClientSession[bytes]
Channel = asyncssh.SSHClientChannel[bytes]


class _Beat(Session):
    """The echo channel: what comes back goes to the pulse; its end before the first echo is told."""

    def __init__(self, link: "SshLink") -> None:
        self._link = link
        self.said = b""

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self.said = (self.said + data)[-SAID_LIMIT:]
        if datatype is None:
            self._link.echoed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._link.beat_ended(exc)


class SshLink:
    """One connection to the node's own address; channels for shell and stream are opened on it.

    `allowed` is every command that a shell on this link may run; with `read_only` none that writes.
    `on_life` is called in the event loop when the connection becomes LIVE, SUSPECT, SILENT or LOST.
    """

    def __init__(
        self,
        target: SshTarget,
        allowed: frozenset[Command],
        *,
        read_only: bool = True,
        on_life: Callable[[Life], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        refusals: Refusals | None = None,
    ) -> None:
        self.target = target
        self._refusals = refusals
        self.allowed = allowed
        self.read_only = read_only
        self.clock = clock
        self.elevation: Elevation | None = None
        self._on_life = on_life
        self._route: Route | None = None
        self._pulse: Pulse | None = None
        self._beat_channel: Channel | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._life = Life.LOST
        self._lost = asyncio.Event()
        self._measured = asyncio.Event()
        self._failure = NetworkFailure(tr("not connected"))
        self._tcp_timeout_s = TCP_TIMEOUT_S
        self._login_trip_s = 0.0

    @property
    def where(self) -> str:
        """The node's address for sentences."""
        return self.target.host

    @property
    def life(self) -> Life:
        """How the connection is doing now."""
        if self._pulse is None or self._lost.is_set():
            return Life.LOST
        return self._pulse.life(self.clock())

    @property
    def lost(self) -> bool:
        """Whether the connection has ended; `failure` tells why."""
        return self._lost.is_set()

    @property
    def rtt_s(self) -> float | None:
        """The smoothed round trip of the beat in seconds; None before the first connection."""
        return None if self._pulse is None else self._pulse.rtt_s

    @property
    def _trip_s(self) -> float:
        """The round trip; as long as the beat has not measured it, what the login lets guess."""
        return self._login_trip_s if self.rtt_s is None else self.rtt_s

    @property
    def heard_at(self) -> float | None:
        """Monotonic time of the last byte on any channel; None before the first connection."""
        return None if self._pulse is None else self._pulse.heard_at

    async def connect(self, on_mute: Callable[[str], None] | None = None) -> None:
        """Connect and log in once, then wait until the round trip is measured; `on_mute` as in `log_in`.

        Raises OperatorNeeded (login refused, host key wrong, no shell, settings unusable), NetworkFailure.
        """
        await self.close()
        self._lost, self._measured = asyncio.Event(), asyncio.Event()
        began = self.clock()
        try:
            self._route = await log_in(
                self.target, self._tcp_timeout_s, self._connection_lost, on_mute, self._refusals
            )
        except NetworkFailure:
            self._tcp_timeout_s = min(TCP_TIMEOUT_CAP_S, self._tcp_timeout_s * 1.5)
            raise
        except OSError as error:
            raise NetworkFailure(
                tr("{where} cannot be reached: {reason}").format(
                    where=self.where, reason=in_words(error)
                )
            ) from error
        self._login_trip_s = min(TRIP_CAP_S, (self.clock() - began) / LOGIN_TRIPS)
        try:
            await self._start_beat()
        except BaseException:  # cancelled or failed: no half-open link stays behind
            await self.close()
            raise
        self._tcp_timeout_s = max(TCP_TIMEOUT_S, min(TCP_TIMEOUT_CAP_S, 5 * (self.rtt_s or 0.0)))

    async def close(self) -> None:
        """End the connection; waits at most a second for each hop, never for a dead peer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        route, self._route = self._route, None
        self._beat_channel = None
        self.elevation = None
        if route is not None:
            self._end(
                NetworkFailure(tr("the connection to {where} was closed").format(where=self.where))
            )
            await route.close()

    def heard(self) -> None:
        """A channel of this link received bytes."""
        if self._pulse is not None:
            self._pulse.heard(self.clock())
            self._revived()

    def echoed(self, data: bytes) -> None:
        """The beat channel received bytes."""
        if self._pulse is not None:
            self._pulse.echo(data, self.clock())
            self._revived()
            if self._pulse.echoes >= 2:
                self._measured.set()
            elif self._pulse.echoes == 1:
                self._write(self._pulse.beat(self.clock()))

    def beat_ended(self, exc: Exception | None) -> None:
        """The beat channel has closed: without it silence cannot be told from death.

        With an exception it is the whole connection that ended, and that is what is told.
        """
        self._measured.set()
        if exc is not None:
            self.broken(exc)
        elif self._route is not None and not self._lost.is_set():
            self._end(NetworkFailure(tr("{where} closed our session").format(where=self.where)))
            self._route.connection.close()

    def broken(self, exc: Exception) -> None:
        """A channel ended with the whole connection, whichever of them is told first."""
        self._connection_lost(exc)

    def failure(self) -> NetworkFailure:
        """Why the connection is not there."""
        if self._route is not None and self._route.cut:
            text = tr("the jump host on the way to {where} went away")
            return NetworkFailure(text.format(where=self.where))
        return self._failure

    async def open_channel(self, session: Callable[[], Session], command: str) -> Channel:
        """Open one exec channel without a terminal or any forwarding.

        Raises TransportTimeout, NetworkFailure; ChannelOpenError of asyncssh when the node refuses it.
        """
        if self._route is None or self._lost.is_set():
            raise self.failure()
        limit = CHANNEL_TIMEOUT_S + 8 * self._trip_s
        try:
            async with asyncio.timeout(limit):
                channel, _ = await self._route.connection.create_session(
                    session, command, encoding=None, request_pty=False, env={}, send_env=[]
                )
        except TimeoutError as error:
            raise TransportTimeout(
                tr("{where} opened no channel within {seconds} s").format(
                    where=self.where, seconds=decimal(f"{limit:.1f}")
                )
            ) from error
        except asyncssh.ChannelOpenError:
            # A connection that has just ended refuses channels one turn of the loop before it tells its end.
            await asyncio.sleep(0)
            if self._lost.is_set():
                raise self.failure() from None
            raise
        except (OSError, asyncssh.Error) as error:
            raise (self.failure() if self._lost.is_set() else self._ended(error)) from error
        return channel

    async def _start_beat(self) -> None:
        now = self.clock()
        self._pulse = Pulse(now)
        session = _Beat(self)
        try:
            self._beat_channel = await self.open_channel(lambda: session, BEAT_COMMAND)
        except asyncssh.ChannelOpenError as error:
            raise self.no_shell(said(error.reason)) from error
        self._tick()
        limit = CHANNEL_TIMEOUT_S + self._tcp_timeout_s + 8 * self._trip_s
        try:
            async with asyncio.timeout(limit):
                await self._measured.wait()
        except TimeoutError as error:
            raise TransportTimeout(
                tr("{where} ran no command within {seconds} s").format(
                    where=self.where, seconds=decimal(f"{limit:.1f}")
                )
            ) from error
        if self._pulse.echoes == 0:
            raise self.no_shell(said(session.said))
        self._tell(Life.LIVE)

    def no_shell(self, words: str) -> OperatorNeeded:
        """The account's commands end at once; `words` are what the node said, cleaned."""
        text = tr("the account at {where} may log in but not run commands: give it shell access")
        if words:
            text = tr(
                "the account at {where} may log in but not run commands: give it shell access"
                " (the node said: {said})"
            )
        return OperatorNeeded(text.format(where=self.where, said=words), Stop.REFUSED)

    def _tick(self) -> None:
        """Send the beat when it is due, and tell when the link's life has changed."""
        if self._pulse is None or self._lost.is_set():
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(TICK_S, self._tick)
        now = self.clock()
        beat = self._pulse.tick(now)
        if beat is not None:
            self._write(beat)
        if self._measured.is_set():
            self._tell(self._pulse.life(now))

    def _write(self, beat: bytes) -> None:
        channel = self._beat_channel
        if channel is not None and not channel.is_closing():
            channel.write(beat)

    def _revived(self) -> None:
        """A byte ends doubt at once, without waiting for the next tick."""
        if self._life in (Life.SUSPECT, Life.SILENT):
            self._tell(Life.LIVE)

    def _connection_lost(self, exc: Exception | None) -> None:
        self._end(self._ended(exc))

    def _ended(self, exc: Exception | None) -> NetworkFailure:
        words = tr("closed by the other side") if exc is None else _words(exc)
        return NetworkFailure(
            tr("the connection to {where} ended: {words}").format(where=self.where, words=words)
        )

    def _end(self, failure: NetworkFailure) -> None:
        if not self._lost.is_set():
            self._failure = failure
            self._lost.set()
            self._tell(Life.LOST)

    def _tell(self, life: Life) -> None:
        if life is not self._life:
            self._life = life
            if self._on_life is not None:
                self._on_life(life)


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return reason(error)
    return said(str(error)) or type(error).__name__
