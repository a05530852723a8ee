"""Several pairs on one console, each with a feed of hand-made snapshots."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import factory
from driving import until
from textual.pilot import Pilot

from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import BrokenPair, Environment, PairTarget
from pfha_tui.domain.verdict import Cause, Severity, Verdict, VerdictKind
from pfha_tui.ui.app import ConsoleApp
from pfha_tui.ui.widgets.lines import Lines

Pairs = Sequence[tuple[PairTarget | BrokenPair, PairSnapshot | None]]

BROKEN = BrokenPair(
    "branch-03",
    "snmp.community: the variable COMMUNITY is not set",
    (
        "/etc/pfha-tui/config.toml:41: pair[branch-03].snmp.community: the variable COMMUNITY is not set; "
        "export COMMUNITY first",
        "/etc/pfha-tui/config.toml:37: pair[branch-03].ssh.identity_file: the file ~/.ssh/id cannot be read "
        "(No such file or directory); mend the path",
    ),
)


def target(name: str, environment: Environment = Environment.PRODUCTION, **more) -> PairTarget:
    return replace(factory.TARGET, name=name, environment=environment, **more)


def named(name: str, snapshot: PairSnapshot) -> PairSnapshot:
    return replace(snapshot, pair=name)


def no_master() -> PairSnapshot:
    causes = (Cause("no-master", Severity.ERROR, "nobody serves WAN VHID 1", None, "vtnet0", 1),)
    why = "No node serves WAN VHID 1: fw1 says INIT, fw2 says BACKUP; WAN (vtnet0) of fw1 has no carrier."
    first = factory.node(0, roles=factory.roles(factory.INIT, factory.B))
    second = factory.node(1, roles=factory.roles(factory.B, factory.B, 100))
    return factory.pair(first, second, Verdict(VerdictKind.NO_MASTER, why, causes, False, 0.6))


def maintenance() -> PairSnapshot:
    why = "fw1 is in maintenance on purpose; fw2 serves both VIPs."
    first = factory.node(0, roles=factory.roles(factory.B, factory.B, 254))
    second = factory.node(1, roles=factory.roles(factory.M, factory.M, 100))
    return factory.pair(first, second, Verdict(VerdictKind.MAINTENANCE, why, (), True))


def mixed() -> Pairs:
    """A healthy one, a split brain that is read-only, a degraded lab."""
    return (
        (target("HQ"), named("HQ", factory.healthy())),
        (target("branch-south", read_only=True), named("branch-south", factory.split_brain())),
        (target("mfr-lab", Environment.LAB), factory.unreachable()),
    )


def twenty() -> Pairs:
    builders = {2: no_master, 7: factory.unreachable, 11: maintenance, 13: factory.split_brain}
    found = []
    for number in range(20):
        name = f"branch-{number + 1:02}"
        environment = Environment.LAB if number % 5 == 4 else Environment.PRODUCTION
        snapshot = builders.get(number, factory.healthy)()
        found.append((target(name, environment, read_only=number == 7), named(name, snapshot)))
    return tuple(found)


def starting() -> Pairs:
    """Nothing has been heard of any pair."""
    return tuple((one, named(one.name, factory.never())) for one, _ in mixed())


def with_broken() -> Pairs:
    return (*mixed()[:2], (BROKEN, None), mixed()[2])


def make(
    pairs: Pairs, operator=None, resolve=None, **options
) -> tuple[ConsoleApp, list[factory.FakeFeed]]:
    """The console on these pairs; with an operator, one that may act; with `resolve`, broken ones may be mended."""
    feeds = {
        one.name: factory.FakeFeed(snapshot, one) for one, snapshot in pairs if snapshot is not None
    }
    app = ConsoleApp(
        [one for one, _ in pairs],
        lambda one: feeds[one.name],
        factory.options(**options),
        None if operator is None else lambda *_: operator,
        resolve,
    )
    return app, list(feeds.values())


async def settle(pilot: Pilot, feeds: Sequence[factory.FakeFeed]) -> None:
    """Wait until every feed is subscribed to and what it has is drawn."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: all(feed.subscribers for feed in feeds))
    known = [feed.current for feed in feeds]
    await until(pilot, lambda: [p.snapshot for p in watched(app)] == known)
    app.tick()
    await pilot.pause()


def watched(app: ConsoleApp):
    """The console's pairs that can be watched."""
    return [pair for pair in app.pairs if isinstance(pair.target, PairTarget)]


@asynccontextmanager
async def running(
    pairs: Pairs, size: tuple[int, int] = (120, 36), **options
) -> AsyncIterator[tuple[ConsoleApp, list[factory.FakeFeed], Pilot]]:
    app, feeds = make(pairs, **options)
    async with app.run_test(size=size) as pilot:
        await settle(pilot, feeds)
        yield app, feeds, pilot
        assert app.wall is None or app.wall.drawing_error is None
        await asyncio.sleep(0)


def wall_text(app: ConsoleApp, selector: str = "") -> str:
    """What the wall, or one widget of it, shows as text."""
    assert app.wall is not None
    if selector:
        return app.wall.query_one(selector, Lines).text
    return "\n".join(one.text for one in app.wall.query(Lines) if one.display)


def names_in_order(app: ConsoleApp) -> list[str]:
    """The pairs from the top of the wall to its bottom."""
    assert app.wall is not None
    rows = wall_text(app, "#pairs").splitlines()[1:]
    known = [pair.target.name for pair in app.pairs]
    return [name for row in rows for name in known if f" {name} " in row]
