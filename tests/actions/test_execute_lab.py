"""Actions on the lab behind real sockets: every verb to its proof, faults on the way, and a console that is killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pfha_tui import wiring
from pfha_tui.actions.commands import MARK
from pfha_tui.actions.execute import Executor
from pfha_tui.actions.journal import Journal
from pfha_tui.actions.model import Plan, Progress, Report, Result, Stage, Unfinished, Verb
from pfha_tui.collector.clock import SystemClock
from pfha_tui.collector.feed import Feed
from pfha_tui.domain.snapshot import LinkState
from pfha_tui.domain.target import NodeRole, NodeTarget, PairTarget, SshTarget
from pfha_tui.lab import scenarios
from pfha_tui.lab.runner import Lab, running
from tests.actions.action_stand import CASES, Case
from tests.support.deadline import until

SLOW = (Verb.PFSYNC_BULK,)
"""What takes its time on the console's clock whatever the speed of the lab: the log is read every two seconds."""


def target_of(lab: Lab, user: str = "admin") -> PairTarget:
    nodes = [
        NodeTarget(
            name,
            role,
            "127.0.0.1",
            SshTarget(
                "127.0.0.1",
                live.ssh.listener.port,
                user,
                identity_file=str(lab.identity),
                fingerprints=(live.fingerprint,),
            ),
        )
        for (name, live), role in zip(
            lab.nodes.items(), (NodeRole.PRIMARY, NodeRole.SECONDARY), strict=True
        )
    ]
    return PairTarget("demo", nodes[0], nodes[1])


class Desk:
    """A running lab with a console that watches it and acts on it."""

    def __init__(self, lab: Lab, feed: Feed, executor: Executor, journal: Path) -> None:
        self.lab, self.feed, self.executor, self.journal = lab, feed, executor, journal

    async def perform(self, case: Case, act: Callable[[Progress], None] | None = None) -> Report:
        plan = self.executor.plan(case.request)
        async with asyncio.timeout(150):
            return await self.executor.perform(plan, act or (lambda progress: None))


@asynccontextmanager
async def desk(
    case: Case, folder: Path, *, speed: float = 20.0, user: str = "admin"
) -> AsyncIterator[Desk]:
    world = scenarios.build("healthy", time.time())
    async with running(case.prepared(world), speed=speed) as lab:
        target = target_of(lab, user)
        feed = wiring.open_feed(target)
        journal = folder / "journal.jsonl"
        executor = Executor(
            target, feed, wiring._open_actor, Journal(journal, "alice@desk"), SystemClock()
        )
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(feed.run())
            try:
                await until(lambda: feed.current.verdict.confirmed)
                yield Desk(lab, feed, executor, journal)
            finally:
                watching.cancel()


@pytest.mark.parametrize("verb", CASES)
async def test_every_verb_is_confirmed_over_ssh(verb: str, tmp_path: Path) -> None:
    case = CASES[verb]
    async with desk(case, tmp_path, speed=5.0 if case.verb in SLOW else 20.0) as found:
        report = await found.perform(case)
        assert report.result is Result.CONFIRMED, report.text
        assert found.executor.unfinished() == ()


async def test_an_account_with_sudo_switches_over_too(tmp_path: Path) -> None:
    async with desk(CASES["switchover"], tmp_path, user="monitor") as found:
        assert (await found.perform(CASES["switchover"])).result is Result.CONFIRMED
        assert found.lab.world.node("fw1").carp_demotion == 120


def cut(found: Desk) -> None:
    """End every connection of both nodes, the watching ones too."""
    for live in found.lab.nodes.values():
        for connection in tuple(live.ssh._connections):
            connection.abort()


FAULTS: dict[str, Callable[[Desk], None]] = {
    "cut": cut,
    "power-off": lambda found: found.lab.world.node("fw1").power_off(),
    "peer-off": lambda found: found.lab.world.node("fw2").power_off(),
}


@pytest.mark.parametrize(
    ("stage", "fault"),
    [(Stage.LOCK, "peer-off"), (Stage.DO, "cut"), (Stage.DO, "power-off"), (Stage.VERIFY, "cut")],
)
async def test_a_fault_on_the_way_is_told_as_what_it_is(
    stage: Stage, fault: str, tmp_path: Path
) -> None:
    case = CASES["switchover"]
    async with desk(case, tmp_path, speed=5.0) as found:

        def strike(progress: Progress) -> None:
            if progress.stage is stage:
                FAULTS[fault](found)

        plan = found.executor.plan(case.request)
        short = _patient(plan)
        async with asyncio.timeout(150):
            report = await found.executor.perform(short, strike)
        assert report.text
        left = found.executor.unfinished()
        if stage is Stage.LOCK:
            assert report.result is Result.REFUSED
            assert found.lab.world.node("fw1").carp_demotion == 0
        if report.result is Result.UNKNOWN:
            assert len(left) == 1
            assert "takes it back by itself" in report.text
        else:
            assert left == ()


def _patient(plan: Plan) -> Plan:
    """The same plan, for which is not waited so long."""
    return replace(plan, duration_s=(1.0, 4.0), verify_s=5.0)


def console(found: Desk, tmp_path: Path, *words: str) -> "subprocess.Popen[bytes]":
    """The command line in a process of its own, on the running lab."""
    environ = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    return subprocess.Popen(
        [sys.executable, "-m", "pfha_tui", "--config", str(found.lab.config), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environ,
    )


@pytest.mark.parametrize("stage", ["do", "verify"])
async def test_a_console_that_is_killed_leaves_what_the_next_one_takes_back(
    stage: str, tmp_path: Path
) -> None:
    async with desk(CASES["switchover"], tmp_path, speed=1.0) as found:
        child = console(found, tmp_path, "switchover", "--yes", "--reason", "a test")
        assert child.stderr is not None
        try:
            said = await asyncio.to_thread(_read_until, child, f"{stage}:")
        finally:
            child.send_signal(signal.SIGKILL)
            await asyncio.to_thread(child.communicate)
        assert f"{stage}:" in said
        path = tmp_path / "state" / "pfha-tui" / "journal.jsonl"
        executor = Executor(
            found.feed.target,
            found.feed,
            wiring._open_actor,
            Journal(path, "bob@desk"),
            SystemClock(),
        )
        node = found.lab.world.node("fw1")
        for left in executor.unfinished():
            assert left.verb is Verb.SWITCHOVER
            due = left.fires_at
            if due is not None:
                # The node would do it by itself; the test has not got that long.
                await _end_watchdog(found)
                left = _without_watchdog(left)
            async with asyncio.timeout(150):
                report = await executor.undo(left, lambda progress: None)
            assert report.result is Result.REVERTED, report
        assert executor.unfinished() == ()
        assert (node.carp_demotion, node.links.get(MARK)) == (0, None)


async def _end_watchdog(found: Desk) -> None:
    """End every process of fw1, the watching ones too, and wait until it is watched again."""
    found.lab.nodes["fw1"].ssh._jobs.signal(signal.SIGKILL)
    ended = time.monotonic()

    def watched() -> bool:
        node = found.feed.current.primary
        taken = node.interfaces.taken_at
        return node.ssh.state is LinkState.LIVE and taken is not None and taken > ended + 0.5

    await until(watched)


def _without_watchdog(left: Unfinished) -> Unfinished:
    return replace(left, fires_at=None)


def _read_until(child: "subprocess.Popen[bytes]", word: str) -> str:
    said = ""
    assert child.stderr is not None
    for line in child.stderr:
        said += line.decode()
        if line.decode().startswith(word):
            break
    return said
