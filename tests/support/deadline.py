"""Waiting for a condition, with a deadline instead of a fixed sleep."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Poll until the condition holds; TimeoutError after so many seconds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (the condition belongs to another process)
            await asyncio.sleep(0.02)
