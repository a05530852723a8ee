"""From a pair to one judged snapshot of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from pfha_tui.collector.feed import Feed
    from pfha_tui.domain.snapshot import PairSnapshot
    from pfha_tui.domain.target import PairTarget


@dataclass(frozen=True, slots=True)
class Observation:
    """The snapshot that was waited for, or the last one before the time was up (`complete` False)."""

    snapshot: "PairSnapshot"
    complete: bool


async def observe(
    target: "PairTarget", timeout_s: float, enough: Callable[["PairSnapshot"], bool]
) -> Observation:
    """Watch the pair until a snapshot is enough, for `timeout_s` at most; all connections are closed then.

    Whatever makes the feed itself fail is raised as it is.
    """
    from pfha_tui import wiring

    feed: Feed = wiring.open_feed(target, once=True)
    found: list[PairSnapshot] = []
    done = asyncio.Event()

    def look(snapshot: "PairSnapshot") -> None:
        if not found and enough(snapshot):
            found.append(snapshot)
            done.set()

    unsubscribe = feed.subscribe(look)
    try:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(feed.run())
            try:
                async with asyncio.timeout(timeout_s):
                    await done.wait()
            except TimeoutError:
                look(feed.current)
            watching.cancel()
    except* Exception as group:
        raise group.exceptions[0] from None
    finally:
        unsubscribe()
    return Observation(found[0] if found else feed.current, bool(found))


def judged(snapshot: "PairSnapshot") -> bool:
    """The verdict is confirmed, and it is known of each node whether it can be reached."""
    tried = all(node.reachable is not None for node in snapshot.nodes)
    return tried and snapshot.verdict.confirmed


def nobody_reached(snapshot: "PairSnapshot") -> bool:
    """Both nodes have been tried, and neither could be reached."""
    return all(node.reachable is False for node in snapshot.nodes)


def unreachable_sentences(snapshot: "PairSnapshot") -> list[str]:
    """Why each node that could not be reached, or logged in to, was not, a sentence for each."""
    sentences = []
    for node in snapshot.nodes:
        if node.reachable is not False:
            continue
        why = node.unreachable_why or tr("no reason known")
        text = tr("{node} ({address}) cannot be reached: {why}")
        if node.stop is not None:
            text = tr("{node} ({address}) cannot be logged in to: {why}")
            why = told_to_try(why)
        sentences.append(text.format(node=node.name, address=node.address, why=why))
    return sentences


def told_to_try(why: str) -> str:
    """Why a login is not tried again by itself, and what tries it at once."""
    return tr("{why}: `pfha-tui config check --live`, or r in the console, tries at once").format(
        why=why
    )
