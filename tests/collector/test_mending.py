"""When a broken pair is looked at again."""

import asyncio

import pytest

from pfha_tui.collector.mending import mended
from pfha_tui.domain.target import BrokenPair, NodeRole, NodeTarget, PairTarget, SshTarget

LOCKED = BrokenPair("dark", "locked", ("The keyring is locked.",), may_ask=True)
MENDED = PairTarget(
    "dark",
    NodeTarget("fw1", NodeRole.PRIMARY, "192.0.2.1", SshTarget("192.0.2.1")),
    NodeTarget("fw2", NodeRole.SECONDARY, "192.0.2.2", SshTarget("192.0.2.2")),
)


@pytest.mark.parametrize("again", [False, True])
async def test_a_wish_made_while_a_look_is_under_way_is_one_for_another_look(again: bool) -> None:
    loop, asked, looks = asyncio.get_running_loop(), asyncio.Event(), asyncio.Semaphore(0)
    answers: list[PairTarget | BrokenPair] = [LOCKED, MENDED]

    def look(_: BrokenPair) -> PairTarget | BrokenPair:
        if again and len(answers) == 2:
            loop.call_soon_threadsafe(asked.set)
        return answers.pop(0)

    asked.set()
    async with asyncio.timeout(60):
        watching = loop.create_task(mended(LOCKED, look, lambda *_: looks.release(), asked))
        await looks.acquire()
        if not again:
            assert not asked.is_set() and answers == [MENDED]
            asked.set()
        assert await watching == MENDED
    assert not asked.is_set()
