"""The world's event queue: callbacks in order of simulated time, with no clock of its own."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True, slots=True)
class Timer:
    """One pending callback, due at `when` (seconds of world time)."""

    when: float
    order: int
    callback: Callable[[], None] = field(compare=False)
    periodic: bool = field(default=False, compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Never call back; harmless when it has already fired."""
        self.cancelled = True


class Scheduler:
    """A queue of timers; time moves only when `run_until` or `skip` is called."""

    def __init__(self, start: float) -> None:
        self._now = start
        self._heap: list[Timer] = []
        self._order = itertools.count()
        self.on_earlier: Callable[[], None] | None = None
        """Called when a timer becomes the first in the queue, so that a live pacer wakes up in time."""

    @property
    def now(self) -> float:
        """Seconds since the epoch, in world time."""
        return self._now

    def at(self, when: float, callback: Callable[[], None], *, periodic: bool = False) -> Timer:
        """Call back at `when`. ValueError for a time in the past: what re-arms itself there would never end.

        A periodic timer is one beat of a steady rhythm, which `skip` may leave out.
        """
        if not when >= self._now:
            raise ValueError(f"{when} has passed, it is {self._now}")
        timer = Timer(when, next(self._order), callback, periodic)
        heapq.heappush(self._heap, timer)
        if self.on_earlier is not None and self._heap[0] is timer:
            self.on_earlier()
        return timer

    def after(self, delay: float, callback: Callable[[], None], *, periodic: bool = False) -> Timer:
        """Call back `delay` seconds from now."""
        return self.at(self._now + delay, callback, periodic=periodic)

    def next_at(self) -> float | None:
        """When the next timer is due, or None when the queue is empty."""
        while self._heap and self._heap[0].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0].when if self._heap else None

    def run_until(self, when: float) -> None:
        """Fire everything due up to `when`, then stand at `when`."""
        while (due := self.next_at()) is not None and due <= when:
            timer = heapq.heappop(self._heap)
            self._now = max(self._now, timer.when)
            timer.callback()
        self._now = max(self._now, when)

    def next_event(self) -> float | None:
        """When the next timer is due that is not periodic, or None when there is none."""
        events = (timer.when for timer in self._heap if not (timer.periodic or timer.cancelled))
        return min(events, default=None)

    def skip(self, seconds: float) -> None:
        """Jump ahead without firing anything: every periodic timer moves along by the same amount.

        The caller sees to it that no other timer is due on the way (`next_event`).
        """
        self._now += seconds
        for timer in self._heap:
            if timer.periodic:
                timer.when += seconds
        heapq.heapify(self._heap)
