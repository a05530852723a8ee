"""Waiting for the screen that is no guess, for all of the screen's tests."""

import asyncio

import pytest
from textual import app, pilot

SOON_S = 0.02
"""A timer that is due so soon is waited for: the screen's own paints what has changed, 60 times a second."""
TURNS = 10_000
"""A screen that is never at rest is waited for no longer than this."""


async def _at_rest(*_: float) -> None:
    """Until nothing is ready to run and no timer is about to fire; what threads and longer timers bring must be
    waited for by its effect."""
    loop = asyncio.get_running_loop()
    for _ in range(TURNS):
        await asyncio.sleep(0)
        if loop._ready:
            continue
        due = min((one.when() for one in loop._scheduled if not one.cancelled()), default=None)
        if due is None or due > loop.time() + SOON_S:
            return
        await asyncio.sleep(max(0.0, due - loop.time()))


@pytest.fixture(autouse=True)
def _waits_for_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's own wait takes a process that used no CPU for 20 ms for one that has nothing left to do: a machine
    that stalls gives it none."""
    monkeypatch.setattr(pilot, "wait_for_idle", _at_rest)
    monkeypatch.setattr(app, "wait_for_idle", _at_rest)
