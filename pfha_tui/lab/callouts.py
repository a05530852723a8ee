"""The callouts of a node's kernel: they wait while it hangs, and its jobs end with its power."""

import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pfha_tui.lab.carp import TICK_SLACK
from pfha_tui.lab.scheduler import Scheduler, Timer

CROWD = 100


@dataclass(slots=True, eq=False)
class _Process:
    """A job that can be killed: what follows its next pause, and who is told if nothing does."""

    timer: Timer
    killed: Callable[[], None]


class Callouts:
    """What a node still has to do, on the world's queue of events."""

    def __init__(self, scheduler: Scheduler, chance: random.Random) -> None:
        self.frozen = False
        """Whether the node hangs, as a paused virtual machine does: it has power and carrier, and does nothing."""
        self.firmware: Timer | None = None
        """The boot that follows a reboot, while the firmware runs: it outlives the power of the old system."""
        self._scheduler = scheduler
        self._chance = chance
        self._timers: list[Timer] = []
        self._crowded = CROWD
        """How many of them there are before those that are over are sorted out."""
        self._held: list[tuple[Timer, Callable[[], None]]] = []
        self._processes: dict[Iterator[float], _Process] = {}
        self._tasks: set[Callable[[], None]] = set()
        self._queue: deque[Iterator[float]] = deque()
        """Processes that run one after another; the first of them runs."""

    def arm(self, delay: float, callback: Callable[[], None], *, periodic: bool = False) -> Timer:
        """Call back `delay` seconds from now, or when the node no longer hangs."""

        def fire() -> None:
            if self.frozen:
                self._held.append((timer, callback))
            else:
                callback()

        timer = self._scheduler.after(delay, fire, periodic=periodic)
        return timer

    def later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """As `arm`, a tick late as callouts are, and only if the power lasts."""
        if len(self._timers) >= self._crowded:
            now = self._scheduler.now
            self._timers = [
                timer for timer in self._timers if timer.when >= now and not timer.cancelled
            ]
            self._crowded = 2 * len(self._timers) + CROWD
        timer = self.arm(delay + self._chance.uniform(*TICK_SLACK), callback)
        self._timers.append(timer)
        return timer

    def enqueue(self, task: Callable[[], None]) -> None:
        """Do a task when what happens now is over, once however often it is asked for (taskqueue(9))."""

        def begin() -> None:
            self._tasks.discard(task)
            task()

        if task not in self._tasks:
            self._tasks.add(task)
            self.arm(0.0, begin)

    def run(
        self,
        work: Iterator[float],
        done: Callable[[], None] | None = None,
        killed: Callable[[], None] | None = None,
    ) -> None:
        """Do a job of several steps: it yields the seconds until its next step, and dies with the power.

        `done` is called at its end. With `killed` it is a process that `kill` ends on the way, which calls that.
        """
        pause = next(work, None)
        if pause is not None:
            timer = self.later(pause, lambda: self.run(work, done, killed))
            if killed is not None:
                self._processes[work] = _Process(timer, killed)
            return
        self._processes.pop(work, None)
        if done is not None:
            done()

    def queue(self, work: Iterator[float]) -> bool:
        """Run a process once those that were queued before it have ended; whether it need not wait for any."""
        self._queue.append(work)
        if len(self._queue) > 1:
            return False
        self._run_first()
        return True

    def _run_first(self) -> None:
        self.run(self._queue[0], self._run_next, killed=lambda: None)

    def _run_next(self) -> None:
        self._queue.popleft()
        if self._queue:
            self._run_first()

    def kill(self) -> None:
        """End every process, and what is queued: none of them takes another step."""
        self._queue.clear()
        processes, self._processes = self._processes, {}
        for process in processes.values():
            process.timer.cancel()
            process.killed()

    def run_firmware(self, seconds: float, boot: Callable[[], None]) -> None:
        """Boot so many seconds after a reset, unless the power is cut, or somebody boots, before."""
        self.firmware = self._scheduler.after(seconds, boot)

    def end_firmware(self) -> None:
        """It has done its work, or its power is gone."""
        if self.firmware is not None:
            self.firmware.cancel()
            self.firmware = None

    def release(self) -> None:
        """The node goes on: what was due meanwhile happens now, in its order."""
        self.frozen = False
        held, self._held = self._held, []
        for timer, callback in held:
            if not timer.cancelled:
                callback()

    def drop(self) -> None:
        """The power is gone."""
        self.frozen = False
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._held.clear()
        self._tasks.clear()
        self._processes.clear()
        self._queue.clear()
