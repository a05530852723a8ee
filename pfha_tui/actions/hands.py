"""The logins of one action: on both nodes, with only its own commands, and with the lock of both."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from pfha_tui.actions.commands import LOCK
from pfha_tui.domain.command import Command, Output, Sample
from pfha_tui.domain.language import tr
from pfha_tui.domain.outcome import classify
from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.target import NodeTarget, PairTarget
from pfha_tui.transports.base import (
    ActionLink,
    Call,
    Guard,
    NetworkFailure,
    TransportError,
    TransportTimeout,
)

T = TypeVar("T")
Links = Callable[[NodeTarget, frozenset[Command]], ActionLink]

OPEN_S = 60.0
"""The longest that a login may take, jump hosts included."""
LOCK_S = 15.0
CLOSE_S = 5.0
SLACK_S = 15.0
"""How much longer than a transport's own limits is waited for it."""
PROBE_S = 4.0
"""How long a link that answers may take to say so."""


class Hands:
    """The links that are open, by the node's name; `failures` says why there is none."""

    def __init__(
        self, target: PairTarget, links: Links, allowed: Mapping[str, frozenset[Command]]
    ) -> None:
        self._target = target
        self._make = links
        self._allowed = allowed
        self._links: dict[str, ActionLink] = {}
        self.failures: dict[str, TransportError] = {}

    async def open(self) -> None:
        """Log in to both nodes at the same time; what fails is kept in `failures`."""
        async with asyncio.TaskGroup() as tasks:
            for node in self._target.nodes:
                tasks.create_task(self._open(node))

    async def _open(self, node: NodeTarget) -> None:
        if node.ssh is None:
            text = tr("this node is not reached by SSH")
            self.failures[node.name] = NetworkFailure(text)
            return
        link = self._make(node, self._allowed.get(node.name, frozenset()))
        try:
            async with asyncio.timeout(OPEN_S):
                await link.open()
        except TimeoutError:
            text = tr("the login did not end within {seconds} s")
            self.failures[node.name] = NetworkFailure(text.format(seconds=f"{OPEN_S:.0f}"))
        except TransportError as error:
            self.failures[node.name] = error
        else:
            self._links[node.name] = link
            return
        await _close(link)

    async def lock(self) -> str | None:
        """Take the lock of each node that is open, the primary's first: everybody's order. Where another action holds
        one, that in a sentence. Raises TransportError."""
        for node in self._target.nodes:
            link = self._links.get(node.name)
            if link is None:
                continue
            async with _within(LOCK_S):
                if not await link.lock(LOCK):
                    text = tr(
                        "Another action is under way on {node}; a login of ours that was lost may hold it for up "
                        "to 90 s."
                    )
                    return text.format(node=node.name)
        return None

    def reaches(self, node: str) -> bool:
        """Whether there is a link to this node, and it did not fail since."""
        return node in self._links and node not in self.failures

    def allow(self, node: str, command: Command) -> None:
        """One command more on this node, whose text is only known now."""
        if node in self._links:
            self._links[node].allow(command)

    async def say(self, command: Command) -> None:
        """Run a command on each node that is reached, at the same time; what becomes of it is not looked at."""

        async def on(node: str) -> None:
            self.allow(node, command)
            with suppress(TransportError):
                await self.run(node, command)

        async with asyncio.TaskGroup() as tasks:
            for node in self._links:
                if self.reaches(node):
                    tasks.create_task(on(node))

    async def run(self, node: str, *commands: Command) -> Sample:
        """Run commands on a node. Raises TransportError; after NetworkFailure the link counts as gone."""
        limit = sum(command.timeout_s for command in commands)
        return await self._used(node, lambda link: link.run(commands), limit)

    async def probe(self, node: str, *commands: Command) -> Sample | None:
        """As `run`, of a link that must answer at once; None where there never was a link. Raises as `run`."""
        if node not in self._links:
            return None
        try:
            async with asyncio.timeout(PROBE_S):
                return await self.run(node, *commands)
        except TimeoutError as error:
            text = tr("no answer within {seconds} s")
            raise TransportTimeout(text.format(seconds=f"{PROBE_S:.0f}")) from error

    async def run_armed(
        self, node: str, step: Command, undo: Sequence[Command], delay_s: float, guard: Guard
    ) -> Sample:
        """As ActionLink.run_armed. Raises as `run`."""
        return await self._used(
            node, lambda link: link.run_armed(step, undo, delay_s, guard), step.timeout_s
        )

    async def call_off(self, node: str) -> Call:
        """As ActionLink.call_off. Raises as `run`."""
        return await self._used(node, lambda link: link.call_off(), LOCK_S)

    async def close(self) -> None:
        """End all of them, and with them the locks; never waits for a dead peer."""
        links, self._links = self._links, {}
        async with asyncio.TaskGroup() as tasks:
            for link in links.values():
                tasks.create_task(_close(link))

    async def _used(
        self, node: str, use: Callable[[ActionLink], Awaitable[T]], limit_s: float
    ) -> T:
        link = self._links.get(node)
        if node in self.failures or link is None:
            raise self.failures.get(node) or NetworkFailure(tr("not connected"))
        try:
            async with _within(limit_s):
                return await use(link)
        except TransportTimeout:
            raise
        except NetworkFailure as error:
            self.failures[node] = error
            raise


def refusal(output: Output) -> str | None:
    """Why the node did not run a command at all, in its words: not allowed, or not there; None where it ran."""
    error = classify(output)
    if error is None or error.kind not in (ErrorKind.NOT_PERMITTED, ErrorKind.MISSING):
        return None
    return error.message


@asynccontextmanager
async def _within(limit_s: float) -> AsyncIterator[None]:
    """A transport keeps its own limits; this is for one that does not. Raises TransportTimeout."""
    try:
        async with asyncio.timeout(limit_s + SLACK_S):
            yield
    except TimeoutError as error:
        text = tr("no answer within {seconds} s")
        raise TransportTimeout(text.format(seconds=f"{limit_s + SLACK_S:.0f}")) from error


async def _close(link: ActionLink) -> None:
    with suppress(TimeoutError, TransportError):
        async with asyncio.timeout(CLOSE_S):
            await link.close()
