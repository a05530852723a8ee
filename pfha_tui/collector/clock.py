"""The collector's idea of time, replaceable in tests."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Reads time and waits."""

    def monotonic(self) -> float:
        """Seconds that never go back; ages are differences of these."""
        ...

    def epoch(self) -> float:
        """Wall clock, seconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def monotonic(self) -> float:
        """As Clock.monotonic."""
        return time.monotonic()

    def epoch(self) -> float:
        """As Clock.epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """As Clock.sleep."""
        await asyncio.sleep(seconds)
