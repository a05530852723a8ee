"""From the command line's options to a pair, and from a pair to one judged snapshot of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode

if TYPE_CHECKING:
    from pfha_tui.collector.feed import Feed
    from pfha_tui.config.settings import Configuration
    from pfha_tui.domain.snapshot import PairSnapshot
    from pfha_tui.domain.target import PairTarget


@dataclass(frozen=True, slots=True)
class Options:
    """What stands before the command, or after it where the command takes it too."""

    config: str | None = None
    pair: str | None = None
    read_only: bool = False
    ascii: bool = False
    no_color: bool = False
    theme: str | None = None


def configuration(options: Options) -> "Configuration":
    """The checked configuration file. Raises Failure (USAGE) with every fault, a sentence each."""
    from pfha_tui.config.load import load
    from pfha_tui.config.locations import config_location
    from pfha_tui.config.problems import ConfigError, NoConfiguration

    location = config_location(options.config)
    try:
        return load(location.path)
    except NoConfiguration:
        raise Failure(
            ExitCode.USAGE,
            f"There is no configuration at {location.path} ({location.chosen_by}).",
            "`pfha-tui config init` writes one; `pfha-tui demo` needs none.",
        ) from None
    except ConfigError as error:
        raise config_failure(error) from None


def config_failure(error: Exception) -> Failure:
    """A ConfigError as the end of a command."""
    return Failure(ExitCode.USAGE, *str(error).splitlines())


def pair_target(options: Options) -> "PairTarget":
    """The pair that the options name, ready to be watched. Raises Failure (USAGE)."""
    from pfha_tui.config.problems import ConfigError
    from pfha_tui.config.resolve import find_pair
    from pfha_tui.config.resolve import pair_target as resolve

    loaded = configuration(options)
    try:
        target = resolve(loaded, find_pair(loaded, options.pair))
    except ConfigError as error:
        raise config_failure(error) from None
    return replace(target, read_only=True) if options.read_only else target


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

    feed: Feed = wiring.open_feed(target)
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
    """Why each node that could not be reached was not, a sentence for each."""
    return [
        f"{node.name} ({node.address}) cannot be reached: {node.unreachable_why or 'no reason known'}"
        for node in snapshot.nodes
        if node.reachable is False
    ]
