"""Looks again at a pair that could not be watched, until its configuration, files and secrets are as they must be."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from pfha_tui.domain.target import BrokenPair, PairTarget

Resolve = Callable[[BrokenPair], PairTarget | BrokenPair]
"""Looks again at the configuration of a pair that was broken; blocks, and needs no event loop."""

FIRST_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 300.0
"""Between two looks at a broken pair; each wait is twice the one before."""


async def mended(
    pair: PairTarget | BrokenPair,
    resolve: Resolve,
    found: Callable[[PairTarget | BrokenPair, bool], None],
    asked: asyncio.Event | None = None,
) -> PairTarget | None:
    """The pair's target, for a broken pair once a look finds it mended; `found` gets what each look has found, and
    whether the operator had asked for it.

    `asked` is set by an operator who wants a look now, and cleared before that look. A pair that may ask the operator
    is looked at then only; without `asked` the result for it is None. Raises what `resolve` raises.
    """
    wait_s = FIRST_WAIT_S
    wish = asked or asyncio.Event()
    while isinstance(pair, BrokenPair):
        if pair.may_ask and asked is None:
            return None
        with suppress(TimeoutError):
            async with asyncio.timeout(None if pair.may_ask else wait_s):
                await wish.wait()
        wished = wish.is_set()
        wish.clear()
        wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        pair = await asyncio.to_thread(resolve, pair)
        found(pair, wished)
    return pair
