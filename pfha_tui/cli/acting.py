"""Watching a pair while something is done to it: the feed, the operator on it, and facts to plan by."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfha_tui.cli.diagnostics import Failure, warn
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, pair_target
from pfha_tui.cli.watching import judged, nobody_reached, unreachable_sentences
from pfha_tui.domain.language import tr
from pfha_tui.domain.wording import decimal

if TYPE_CHECKING:
    from pfha_tui.actions.model import Progress
    from pfha_tui.actions.operator import Operator
    from pfha_tui.collector.feed import Feed
    from pfha_tui.domain.snapshot import PairSnapshot
    from pfha_tui.domain.target import PairTarget


@dataclass(frozen=True, slots=True)
class Bench:
    """A pair, its feed, and who may act on it."""

    target: "PairTarget"
    feed: "Feed"
    operator: "Operator"


def writable(options: Options) -> "PairTarget":
    """The pair that the options name. Raises Failure, REFUSED where nothing may be changed on it."""
    target = pair_target(options)
    if target.read_only:
        text = tr("Refused: {pair} is read-only (--read-only, or read_only in the configuration).")
        raise Failure(ExitCode.REFUSED, text.format(pair=target.name))
    return target


def bench(target: "PairTarget") -> Bench:
    """The pair with its feed, which is not run yet, and its operator. Raises Failure."""
    from pfha_tui import wiring

    feed = wiring.open_feed(target)
    operator = wiring.open_operator(target, feed)
    if operator is None:
        raise Failure(
            ExitCode.REFUSED, tr("Refused: {pair} is read-only.").format(pair=target.name)
        )
    return Bench(target, feed, operator)


@asynccontextmanager
async def watching(feed: "Feed") -> AsyncIterator[None]:
    """Run the feed meanwhile; whatever ends it or the body is raised as it is."""
    try:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(feed.run())
            try:
                yield
            finally:
                running.cancel()
    except BaseExceptionGroup as group:
        raise _first(group) from None


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


async def facts(feed: "Feed", timeout_s: float, *, unconfirmed: bool = False) -> "PairSnapshot":
    """A confirmed snapshot of the pair, or with `unconfirmed` the best there is when the time is up.

    Raises Failure: UNREACHABLE, or TIMEOUT.
    """
    snapshot = await _until(feed, timeout_s, judged)
    if nobody_reached(snapshot):
        raise Failure(ExitCode.UNREACHABLE, *unreachable_sentences(snapshot))
    if not judged(snapshot) and not unconfirmed:
        text = tr("No confirmed verdict within {seconds} s; nothing was done.")
        seconds = decimal(f"{timeout_s:g}")
        raise Failure(
            ExitCode.TIMEOUT, text.format(seconds=seconds), *unreachable_sentences(snapshot)
        )
    return snapshot


async def _until(
    feed: "Feed", timeout_s: float, enough: "Callable[[PairSnapshot], bool]"
) -> "PairSnapshot":
    there = asyncio.Event()

    def look(snapshot: "PairSnapshot") -> None:
        if enough(snapshot):
            there.set()

    unsubscribe = feed.subscribe(look)
    look(feed.current)
    try:
        async with asyncio.timeout(timeout_s):
            await there.wait()
    except TimeoutError:
        pass
    finally:
        unsubscribe()
    return feed.current


def tell(progress: "Progress") -> None:
    """A step of an action, as a line on standard error."""
    from pfha_tui.cli.actions_text import progress_line

    warn(progress_line(progress))
