"""Comparing the configurations of a pair that is being watched, over its open logins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pfha_tui.collector import catalogue
from pfha_tui.collector.feed import Feed
from pfha_tui.configdiff import remote
from pfha_tui.configdiff.apart import compare_apart
from pfha_tui.configdiff.job import Job
from pfha_tui.configdiff.model import Report, Rule
from pfha_tui.configdiff.rules import RULES
from pfha_tui.domain.command import Command, Sample
from pfha_tui.parsers.configxml import Revision

TIMEOUT_S: Final = 60.0
LARGE: Final = 1024 * 1024
"""Bytes of both configurations together from which a thread would be felt on the screen.

Below, starting a process takes longer than the whole comparison.
"""


@dataclass(frozen=True, slots=True)
class _Login:
    """One node of a watched pair."""

    feed: Feed
    node: str

    async def run(self, commands: Sequence[Command]) -> Sample:
        return await self.feed.ask(self.node, commands)


async def compare_watched(feed: Feed, now: float, rules: Sequence[Rule] = RULES) -> Report:
    """Read both nodes and compare them; `now` is in seconds since the epoch.

    Raises TransportError, remote.NotReadable, ParseError, ComparisonFault, apart.Ended and TimeoutError, alone.
    """
    one, two = (_Login(feed, node.name) for node in feed.target.nodes)
    async with asyncio.timeout(TIMEOUT_S):
        # One after the other: the polls of a node wait while it is asked.
        first = await remote.read(one)
        second = await remote.read(two)
        revisions = await remote.read_past(two)
        names = (one.node, two.node)
        return await _compare(Job(first, second, names, revisions, tuple(rules), now))


async def revisions_watched(feed: Feed, node: str) -> tuple[Revision, ...]:
    """The earlier revisions of a node, the newest first.

    Raises TransportError, remote.NotReadable, ParseError and TimeoutError.
    """
    async with asyncio.timeout(TIMEOUT_S):
        return await remote.read_index(_Login(feed, node))


async def compare_past(
    feed: Feed, node: str, old: int, new: int | None, names: tuple[str, str]
) -> Report:
    """What changed on a node between two of its revisions, given by their times; None is what it has now.

    Raises as `compare_watched`.
    """
    login = _Login(feed, node)
    async with asyncio.timeout(TIMEOUT_S):
        first = await remote.read(login, catalogue.backup(old))
        later = catalogue.CONFIG if new is None else catalogue.backup(new)
        second = await remote.read(login, later)
        return await _compare(Job(first, second, names, one_node=True))


async def _compare(job: Job) -> Report:
    """In a thread, or in a process where a thread would be felt and a process can be started."""
    if await asyncio.to_thread(_size, job) >= LARGE:
        try:
            return await compare_apart(job)
        except OSError:
            # Out of processes or of memory for one: slower for the screen, but the answer is the same.
            pass
    return await asyncio.to_thread(job.run)


def _size(job: Job) -> int:
    """Bytes of both files. Raises ParseError."""
    return len(remote.inflate(job.first)) + len(remote.inflate(job.second))
