"""Runs the console without a terminal, for the screen's tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import factory
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.ui.app import ConsoleApp
from pfha_tui.ui.widgets.lines import Lines

NAMED = {"\r": "enter", "\x1b": "escape"}
DEADLINE_S = 60.0


async def until(pilot: Pilot, condition: Callable[[], object]) -> None:
    """Wait for the condition with a generous deadline, then for the screen to have settled."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await pilot.pause()
            await asyncio.sleep(0.01)
    await pilot.pause()


def make(snapshot: PairSnapshot, **options) -> tuple[ConsoleApp, factory.FakeFeed]:
    feed = factory.FakeFeed(snapshot)
    return ConsoleApp((factory.TARGET,), lambda _: feed, factory.options(**options)), feed


async def settle(pilot: Pilot, feed: factory.FakeFeed) -> None:
    """Wait until the feed is subscribed to and its first snapshot is drawn."""
    await until(pilot, lambda: feed.subscribers)
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: app.moment.snapshot is feed.current)
    await pilot.pause()


@asynccontextmanager
async def running(
    snapshot: PairSnapshot, size: tuple[int, int] = (120, 36), **options
) -> AsyncIterator[tuple[ConsoleApp, factory.FakeFeed, Pilot]]:
    app, feed = make(snapshot, **options)
    async with app.run_test(size=size) as pilot:
        await settle(pilot, feed)
        yield app, feed, pilot
        if app.is_running:
            assert app.main.drawing_error is None


def text_of(app: ConsoleApp, selector: str = "") -> str:
    """What a widget, or the whole main screen, shows as text."""
    if selector:
        return app.main.query_one(selector, Lines).text
    return "\n".join(one.text for one in app.main.query(Lines) if one.display)


def burst(app: ConsoleApp, keys: str) -> None:
    """Send these characters as a terminal does that has them all in one read: none waits for the one before."""
    for character in keys:
        key = NAMED.get(character) or _character_to_key(character)
        app._driver.send_message(events.Key(key, character))
