"""Comparing the configurations of a pair that is being watched, over its open logins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pfha_tui.collector.feed import Feed
from pfha_tui.configdiff import remote
from pfha_tui.configdiff.engine import compare
from pfha_tui.configdiff.model import Report
from pfha_tui.configdiff.rules import RULES, Rule
from pfha_tui.domain.command import Command, Sample
from pfha_tui.parsers.configxml import Revision

TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class _Login:
    """One node of a watched pair."""

    feed: Feed
    node: str

    async def run(self, commands: Sequence[Command]) -> Sample:
        return await self.feed.ask(self.node, commands)


async def compare_watched(feed: Feed, now: float, rules: Sequence[Rule] = RULES) -> Report:
    """Read both nodes and compare them in a thread; `now` is in seconds since the epoch.

    Raises TransportError, remote.NotReadable, ParseError, ComparisonFault and TimeoutError, alone.
    """
    one, two = (_Login(feed, node.name) for node in feed.target.nodes)
    async with asyncio.timeout(TIMEOUT_S):
        # One after the other: the polls of a node wait while it is asked.
        first = await remote.read(one)
        second = await remote.read(two)
        revisions = await remote.read_past(two)
        return await asyncio.to_thread(
            _compare, first, second, (one.node, two.node), revisions, now, rules
        )


def _compare(
    first: bytes,
    second: bytes,
    names: tuple[str, str],
    revisions: Sequence[Revision],
    now: float,
    rules: Sequence[Rule],
) -> Report:
    primary, secondary = remote.unpacked(first), remote.unpacked(second)
    return compare(primary, secondary, names=names, revisions=revisions, now=now, rules=rules)
