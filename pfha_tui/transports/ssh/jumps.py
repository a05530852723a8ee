"""The ways over jump hosts: all logins of this process that take the same one share its connections.

So a bastion sees one login however many nodes are behind it, and asks for one touch of a FIDO key. What dies on the way
takes every login over it along; whoever is the first to try again opens it anew for all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Final
from weakref import WeakKeyDictionary

import asyncssh

from pfha_tui.transports.base import TransportError

CLOSE_TIMEOUT_S: Final = 1.0

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
                    raise type(self._failure)(str(self._failure)) from self._failure
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
    for connection in connections:
        connection.close()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await connection.wait_closed()
        except TimeoutError:
            connection.abort()


_ways: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Way]] = WeakKeyDictionary()
