"""A login of the product on a node, for the length of a test."""

import contextlib
from collections.abc import AsyncIterator

from pfha_tui.domain.command import Command
from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.ssh import SshNode


@contextlib.asynccontextmanager
async def opened(
    target: SshTarget, allowed: frozenset[Command] = frozenset(), *, read_only: bool = True
) -> AsyncIterator[SshNode]:
    """The open login, which may run the allowed commands; it is closed however the test ends."""
    node = SshNode(target, allowed, read_only=read_only)
    try:
        await node.open()
        yield node
    finally:
        await node.close()
