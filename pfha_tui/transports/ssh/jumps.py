"""The ways over jump hosts: all logins of this process that take the same one share its connections.

So a bastion sees one login however many nodes are behind it, and asks for one touch of a FIDO key. What dies on the way
takes every login over it along; whoever is the first to try again opens it anew for all.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Hashable
from copy import copy
from typing import Any, Final
from weakref import WeakKeyDictionary

import asyncssh

from pfha_tui.domain.language import tr
from pfha_tui.domain.target import SshTarget
from pfha_tui.domain.text import said
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportError
from pfha_tui.transports.ssh.errors import LoginInterrupted
from pfha_tui.transports.ssh.settings import Settings, load, parse_jumps

CLOSE_TIMEOUT_S: Final = 1.0
JUMP_LIMIT: Final = 4

Connections = list[asyncssh.SSHClientConnection]


class Way:
    """The connections to the jump hosts of one way, the nearest first; closed when the last login over it leaves."""

    def __init__(self) -> None:
        self._connections: Connections = []
        self._lock = asyncio.Lock()
        self._users = 0
        self._failures = 0
        self._failure: TransportError | None = None

    @property
    def end(self) -> asyncssh.SSHClientConnection:
        """The jump host before the node."""
        return self._connections[-1]

    @property
    def up(self) -> bool:
        """Every connection on the way is there."""
        alive = [not connection.is_closed() for connection in self._connections]
        return bool(alive) and all(alive)

    async def enter(self, log_in: Callable[[], Awaitable[Connections]]) -> None:
        """Use it, and log in at its jump hosts unless that is done. Whoever entered must `leave`.

        Of those that wait for one login all are told how it failed. Raises as `log_in`; then it is left already.
        """
        self._users += 1
        try:
            known = self._failures
            async with self._lock:
                if self._failure is not None and self._failures != known:
                    raise copy(self._failure) from self._failure
                if not self.up:
                    await self._open(log_in)
        except BaseException:  # cancelled or failed: no half-open way stays behind
            await self.leave()
            raise

    async def leave(self) -> None:
        """The last one closes it; a dead jump host is not waited for."""
        self._users -= 1
        if self._users:
            return
        ways = _ways.get(asyncio.get_running_loop(), {})
        for key in [key for key, way in ways.items() if way is self]:
            del ways[key]
        connections, self._connections = self._connections, []
        await close_all(connections[::-1])

    async def _open(self, log_in: Callable[[], Awaitable[Connections]]) -> None:
        dead, self._connections = self._connections, []
        await close_all(dead[::-1])
        try:
            self._connections = await log_in()
        except TransportError as error:
            self._failure = error
            self._failures += 1
            raise


def way(key: Hashable) -> Way:
    """The way of this key in the running event loop."""
    return _ways.setdefault(asyncio.get_running_loop(), {}).setdefault(key, Way())


async def close_all(connections: Connections) -> None:
    """Close connections, the farthest first, and cut those that take longer than a second."""
    try:
        for connection in connections:
            connection.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await connection.wait_closed()
    finally:  # cancelled, too: nothing stays half-open
        for connection in connections:
            connection.abort()


_ways: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Way]] = WeakKeyDictionary()


async def jump_settings(target: SshTarget, settings: Settings) -> list[Settings]:
    """The jump hosts on the way, the nearest first. As with ssh(1) the nearest may be behind others by its own
    ProxyJump. Raises OperatorNeeded."""
    hops: list[Settings] = []
    text = target.proxy_jump or settings.proxy_jump
    while text is not None and text.lower() != "none":
        names = parse_jumps(text)
        hops = [await load(target, name.host, name.port, name.user) for name in names] + hops
        if len(hops) > JUMP_LIMIT:
            raise OperatorNeeded(
                tr("more than {count} jump hosts on the way to {host}").format(
                    count=JUMP_LIMIT, host=settings.host
                )
            )
        text = hops[0].proxy_jump
        if text is not None and text.lower() != "none":
            last = parse_jumps(text)[-1].host
            if last == hops[0].name:
                break  # `Host *` with a ProxyJump means the jump host, too
            if last in {hop.name for hop in hops}:
                raise OperatorNeeded(
                    tr("the jump hosts on the way to {host} lead in a circle, by {jump}").format(
                        host=settings.host, jump=last
                    )
                )
    return hops


class JumpTunnel:
    """Opens the next hop over a jump host, with a time limit for the TCP part.

    `opened` tells whether the far sshd was reached.
    """

    def __init__(self, via: asyncssh.SSHClientConnection, timeout_s: float) -> None:
        self._via = via
        self._timeout_s = timeout_s
        self.opened = False

    async def create_connection(self, factory: Any, host: str, port: int) -> Any:
        """As SSHClientConnection.create_connection. Raises NetworkFailure."""
        try:
            async with asyncio.timeout(self._timeout_s):
                made = await self._via.create_connection(factory, host, port)
        except TimeoutError as error:
            raise NetworkFailure(
                tr("{where} cannot be reached over the jump host: {reason}").format(
                    where=host, reason=tr("timed out")
                )
            ) from error
        self.opened = True
        return made


def not_tunnelled(error: Exception, settings: Settings) -> NetworkFailure:
    """Why the way over a jump host did not open; none of it has reached the far sshd."""
    if isinstance(error, NetworkFailure):
        return error
    if isinstance(error, asyncssh.ConnectionLost):
        return LoginInterrupted(
            tr("the jump host on the way to {where} went away").format(where=settings.where)
        )
    words = said(error.reason if isinstance(error, asyncssh.Error) else str(error))
    return NetworkFailure(
        tr("{where} cannot be reached over the jump host: {reason}").format(
            where=settings.where, reason=words
        )
    )
