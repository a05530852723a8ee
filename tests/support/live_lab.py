"""The lab behind its ports, within a test's own event loop."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncssh

from pfha_tui.lab import scenarios
from pfha_tui.lab.runner import Lab, running


@asynccontextmanager
async def lab(scenario: str = "healthy", *, speed: float = 1.0) -> AsyncIterator[Lab]:
    """A scenario behind its ports, at the pace of the clock."""
    async with running(scenarios.build(scenario, time.time()), speed=speed) as found:
        yield found


@asynccontextmanager
async def login(
    found: Lab, name: str = "fw1", user: str = "admin"
) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A connection to a node, ended at once at the end."""
    live = found.nodes[name]
    async with asyncio.timeout(60):
        connection = await asyncssh.connect(
            "127.0.0.1",
            live.ssh.listener.port,
            username=user,
            client_keys=[str(found.identity)],
            known_hosts=None,
            config=None,
        )
    try:
        yield connection
    finally:
        connection.abort()
        await connection.wait_closed()


async def script(
    connection: asyncssh.SSHClientConnection, text: str
) -> asyncssh.SSHCompletedProcess:
    """Run shell text as the console does: from standard input."""
    async with asyncio.timeout(90):
        return await connection.run("/bin/sh -s", input=text)
