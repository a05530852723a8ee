"""The lab's world acted on in virtual time: the watching feed and the logins of actions, without any socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pfha_tui.actions.execute import Executor
from pfha_tui.actions.journal import Journal
from pfha_tui.actions.model import Plan, Progress, Report, Request, Unfinished
from pfha_tui.collector.coordinator import PairWatch
from pfha_tui.collector.node import NodeWatch
from pfha_tui.domain.command import Command, Output, PushedLine, Sample
from pfha_tui.domain.target import NodeRole, NodeTarget, PairTarget, SshTarget
from pfha_tui.lab import shell
from pfha_tui.lab.carp import State
from pfha_tui.lab.node import Node
from pfha_tui.lab.world import World
from pfha_tui.transports.base import (
    Call,
    Guard,
    NetworkFailure,
    NotInCatalogue,
    OperatorNeeded,
    TransportTimeout,
)
from tests.support.lab_worlds import fresh
from tests.support.virtual_time import VirtualClock

TRIP_S = 0.004
SILENT_S = 3.0
"""How long is waited for a node that is frozen."""
TARGET = PairTarget(
    "demo",
    NodeTarget("fw1", NodeRole.PRIMARY, "192.0.2.2", SshTarget("192.0.2.2")),
    NodeTarget("fw2", NodeRole.SECONDARY, "192.0.2.3", SshTarget("192.0.2.3")),
)


class Login:
    """A connection to a node of the world; it ends with the node's network, or when it is cut."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.alive = False
        self.after: Callable[[Command], None] = lambda command: None
        """Called when a command has run, before anybody hears of it."""
        self._gone = asyncio.Event()
        node.on_change.append(self._look)

    def _look(self) -> None:
        if not self.node.serving_network:
            self.cut()

    def cut(self) -> None:
        self.alive = False
        self._gone.set()

    async def open(self, on_mute: Callable[[str], None] | None = None) -> None:
        await self._trip()
        if not self.node.serving_network:
            raise NetworkFailure(f"{self.node.name} cannot be reached: timed out")
        self.alive, self._gone = True, asyncio.Event()

    async def close(self) -> None:
        self.cut()

    async def _trip(self) -> None:
        await asyncio.sleep(TRIP_S)
        if self.node.frozen:
            await asyncio.sleep(SILENT_S)
            raise TransportTimeout(f"{self.node.name} did not answer within {SILENT_S:.0f} s")

    async def run(self, commands: Sequence[Command], *, clock: bool = True) -> Sample:
        began = asyncio.get_running_loop().time()
        await self._trip()
        outputs = [await self._one(command) for command in commands]
        now = asyncio.get_running_loop().time()
        return Sample(tuple(outputs), int(self.node.world.now), 0, now, now - began)

    async def _one(self, command: Command) -> Output:
        self._check()
        reply = shell.answer(self.node, command.argv[0], list(command.argv[1:]), 0)
        if reply.work is not None:
            done = asyncio.Event()
            self.node.run(reply.work, done.set)
            waits = [asyncio.ensure_future(each.wait()) for each in (done, self._gone)]  # noqa: TID251
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()
        self.after(command)
        self._check()
        out, err = (text.encode(errors="surrogateescape") for text in (reply.out, reply.err))
        return Output(command, reply.code, out, err)

    def _check(self) -> None:
        if not self.alive:
            raise NetworkFailure(f"the connection to {self.node.name} ended")


class Watching(Login):
    """A NodeLink that only polls: what is pushed would have everything read four times as often."""

    quiet = silent = False
    push_gaps: tuple[str, ...] = ()
    rtt_s = TRIP_S
    heard_at: float | None = None

    async def lines(self) -> AsyncIterator[PushedLine]:
        await self._gone.wait()
        raise NetworkFailure(f"the connection to {self.node.name} ended")
        yield


@dataclass
class Faults:
    """What goes wrong with a node's own undo: how long it takes before it does anything, whether it fails, and whether
    another has planted something in the token's place while the step was done."""

    takes_s: float = 0.0
    fails: bool = False
    planted: bool = False


class Acting(Login):
    """An ActionLink; the watchdog lives on the node, and dies with its power."""

    def __init__(
        self,
        node: Node,
        allowed: frozenset[Command],
        locks: dict[str, "Acting"],
        faults: Faults | None = None,
    ) -> None:
        super().__init__(node)
        self._faults = Faults() if faults is None else faults
        self.allowed = set(allowed)
        self.ran: list[Command] = []
        self._locks = locks
        self._watchdog: Watchdog | None = None

    def allow(self, command: Command) -> None:
        self.allowed.add(command)

    async def lock(self, path: str) -> bool:
        await self._trip()
        self._check()
        holder = self._locks.get(self.node.name)
        if holder is not None and holder is not self and holder.alive:
            return False
        self._locks[self.node.name] = self
        return True

    async def _one(self, command: Command) -> Output:
        if command not in self.allowed:
            raise NotInCatalogue(f"{command.id} is not in the catalogue of this connection")
        self.ran.append(command)
        return await super()._one(command)

    async def run_armed(
        self, step: Command, undo: Sequence[Command], delay_s: float, guard: Guard
    ) -> Sample:
        assert self.allowed >= {step, *undo}
        self._check()
        done = self.after

        def arm(command: Command) -> None:
            # Whether or not anybody hears of it.
            if not self._faults.planted:
                self.node.folders[guard.token] = 0
                self._watchdog = Watchdog(self.node, undo, delay_s, guard, self._faults)
            elif not self._faults.fails:
                take_back(self.node, undo)
            done(command)

        self.after = arm
        try:
            sample = await self.run((step,))
        finally:
            self.after = done
        if not self._faults.planted:
            return sample
        problem = f"mkdir: {guard.token}: File exists"
        if self._faults.fails:
            raise OperatorNeeded(problem)
        output = replace(sample.outputs[0], exit_code=1, stderr=problem.encode())
        return replace(sample, outputs=(output,))

    async def call_off(self) -> Call:
        await self._trip()
        self._check()
        if self._watchdog is None or self._watchdog.stop():
            return Call.OFF
        return Call.FIRED


class Watchdog:
    """A node's own undo."""

    def __init__(
        self,
        node: Node,
        undo: Sequence[Command],
        delay_s: float,
        guard: Guard,
        faults: Faults,
    ) -> None:
        self.fired = False
        self._node, self._undo, self._guard, self._faults = node, undo, guard, faults
        self._timer = node.later(delay_s, self._fire)

    def stop(self) -> bool:
        """Whether it was stopped in time."""
        self._timer.cancel()
        return not self.fired

    def _fire(self) -> None:
        self.fired = True
        texts = self._guard.texts
        held = not texts or self._node.links.get(self._guard.path, "") in texts
        if held and self._node.folders.pop(self._guard.token, None) is not None:
            self._node.later(self._faults.takes_s, self._take_back)

    def _take_back(self) -> None:
        if self._faults.fails:
            self._node.folders[self._guard.token] = 0
        else:
            take_back(self._node, self._undo)


def take_back(node: Node, undo: Sequence[Command]) -> None:
    """The node runs an undo by itself."""
    for each in undo:
        reply = shell.answer(node, each.argv[0], list(each.argv[1:]), 0)
        if reply.work is not None:
            node.run(reply.work)


class Patience:
    """Tries again after two seconds."""

    def failed(self, error: NetworkFailure) -> float:
        return 2.0

    def succeeded(self) -> None:
        """Nothing to forget."""

    def wake(self) -> bool:
        return True


class Killed(BaseException):
    """The console's process is gone; nothing of it runs any more."""


class Stand:
    """A world, the feed that watches it, and consoles that act on it; used inside a VirtualLoop."""

    def __init__(self, journal: Path, world: World | None = None) -> None:
        self.world = fresh() if world is None else world
        self.clock = VirtualClock(self.world.now)
        self.world.go_live(self.clock.monotonic)
        watches = [
            NodeWatch(node, Watching(self.node(node.name)), None, self.clock, Patience(), 1.0)
            for node in TARGET.nodes
        ]
        self.feed = PairWatch(TARGET, watches[0], watches[1], self.clock)
        self.journal = journal
        self.locks: dict[str, Acting] = {}
        self.actors: list[Acting] = []
        self.faults = Faults()
        self.after: Callable[[Command], None] = lambda command: None
        self.gaps: dict[int, float] = {}
        self.longest_gap = 0.0
        self.both = False
        self.executor = self.start()

    def node(self, name: str) -> Node:
        return self.world.node(name)

    def start(self) -> Executor:
        """A console, as if newly started."""
        journal = Journal(self.journal, "alice@desk", clock=self.clock.epoch)
        self.executor = Executor(TARGET, self.feed, self._login, journal, self.clock)
        return self.executor

    def _login(self, node: NodeTarget, commands: frozenset[Command]) -> Acting:
        made = Acting(self.node(node.name), commands, self.locks, self.faults)
        made.after = lambda command: self.after(command)
        self.actors.append(made)
        return made

    def cut(self) -> None:
        """Every login of an action ends."""
        for each in self.actors:
            each.cut()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The world goes on and is watched; until the first confirmed verdict nothing else happens."""
        async with asyncio.TaskGroup() as tasks:
            parts = [tasks.create_task(self._pace()), tasks.create_task(self.feed.run())]
            try:
                async with asyncio.timeout(60):
                    while not self.feed.current.verdict.confirmed:  # noqa: ASYNC110 (virtual time)
                        await asyncio.sleep(0.2)
                yield
            finally:
                for part in parts:
                    part.cancel()

    async def _pace(self) -> None:
        while True:
            self.world.catch_up()
            self._observe()
            due = self.world.seconds_to_next()
            await asyncio.sleep(min(0.1, due or 0.1))

    def _observe(self) -> None:
        """How long each VIP has no master, and whether both nodes were ever in maintenance."""
        now = self.world.now
        nodes = self.world.nodes
        self.both |= all(node.maintenance for node in nodes)
        for vip in nodes[0].config_vips:
            number = vip.vhid
            here = [node.vhid(vip.interface, number) for node in nodes if not node.frozen]
            served = any(each is not None and each.state is State.MASTER for each in here)
            if served:
                self.gaps.pop(number, None)
            else:
                began = self.gaps.setdefault(number, now)
                self.longest_gap = max(self.longest_gap, now - began)

    async def perform(self, plan: Plan, tell: Callable[[Progress], None] | None = None) -> Report:
        async with asyncio.timeout(600):
            return await self.executor.perform(plan, tell or (lambda progress: None))

    async def undo(self, left: Unfinished) -> Report:
        async with asyncio.timeout(600):
            return await self.executor.undo(left, lambda progress: None)

    def plan(self, request: Request) -> Plan:
        return self.executor.plan(request)
