"""A fault between every pair of steps of every verb ends right and is announced: the lab's world in virtual time."""

import asyncio
import os
from pathlib import Path

import pytest

from pfha_tui.actions.journal import Journal
from pfha_tui.actions.model import Plan, Progress, Report, Result, Verb
from pfha_tui.domain.command import Access, Command
from pfha_tui.lab.node import Power
from tests.actions.action_stand import CASES, Case, Print, quick
from tests.support import virtual_time
from tests.support.lab_actions import Killed, Stand
from tests.support.lab_worlds import fresh

POINTS = ("lock", "check", "record", "arm", "do", "changed", "verify")
"""The stages before which a fault comes; `changed`: after the first change, before anybody hears of it."""
FAULTS = ("cut", "power-off", "peer-off", "killed", "flipped")
EXTRA = 250
"""What another hand adds to the demotion of the node that serves, so that its roles flip."""
IRREVERSIBLE = (Verb.REBOOT, Verb.SYNC_NOW, Verb.PFSYNC_BULK, Verb.DEMOTION_RESET)


class Scene:
    """One action that meets one fault at one point."""

    def __init__(self, case: Case, point: str, fault: str, folder: Path) -> None:
        self.case, self.point, self.fault = case, point, fault
        self.stand = Stand(folder / "journal.jsonl", case.prepared(fresh()))
        self.before = {name: Print.of(self.stand.node(name)) for name in ("fw1", "fw2")}
        self.struck = False
        self.booted: set[str] = set()
        self.report: Report | None = None

    async def play(self) -> None:
        stand = self.stand
        async with stand.running():
            plan = quick(stand.plan(self.case.request))
            stand.after = self._ran
            try:
                self.report = await stand.perform(plan, self._told)
            except Killed:
                assert self.fault == "killed"
            self.judge(plan)
            await self.recover()

    def _told(self, progress: Progress) -> None:
        if progress.stage.value == self.point:
            self._strike()

    def _ran(self, command: Command) -> None:
        harmless = command.id in ("mark", "announce")
        if self.point == "changed" and command.access is Access.WRITE and not harmless:
            self._strike()

    def _strike(self) -> None:
        if self.struck:
            return
        self.struck = True
        stand = self.stand
        match self.fault:
            case "cut":
                stand.cut()
            case "power-off":
                self._off(self.case.node)
            case "peer-off":
                self._off(self.case.peer)
            case "killed":
                stand.cut()
                raise Killed
            case "flipped":
                nodes = stand.world.nodes
                serving = next((n for n in nodes if n.is_master("vtnet0")), nodes[0])
                serving.demote(EXTRA, "sysctl")
                before = self.before[serving.name]
                self.before[serving.name] = Print(
                    before.demotion + EXTRA, before.maintenance, before.allow, before.mark
                )

    def _off(self, name: str) -> None:
        self.stand.node(name).power_off()
        self.booted.add(name)

    def unchanged(self) -> bool:
        """Whether the node that was acted on is as before, or as a boot leaves it."""
        node = self.stand.node(self.case.node)
        before = self.before[node.name]
        if node.name in self.booted:
            return node.power is not Power.ON or Print.of(node) == before.booted
        return Print.of(node) == before

    def judge(self, plan: Plan) -> None:
        """What was reported is so, and what is not known is in the journal."""
        left = self.stand.start().unfinished()
        if self.report is None or self.report.result is Result.UNKNOWN:
            recorded = any(r["kind"] == "begun" for r in journal(self.stand).records())
            assert bool(left) is recorded
            return
        assert left == ()
        assert self.report.text
        if self.report.result in (Result.REFUSED, Result.REVERTED):
            assert self.unchanged(), self.report
        if self.report.result is Result.CONFIRMED and self.fault != "flipped":
            assert self.case.verb in IRREVERSIBLE or not self.unchanged()

    async def recover(self) -> None:
        """Power comes back, the next console takes back what is left, and the pair is as it was."""
        stand = self.stand
        for node in stand.world.nodes:
            node.boot()
        left = stand.executor.unfinished()
        if self.booted:
            await asyncio.sleep(60)
        elif self.report is not None and self.report.result is Result.CONFIRMED:
            now = {name: Print.of(stand.node(name)) for name in ("fw1", "fw2")}
            await asyncio.sleep(30)  # longer than the node's own patience
            assert {name: Print.of(stand.node(name)) for name in ("fw1", "fw2")} == now
        for each in left:
            report = await stand.undo(each)
            assert report.result is Result.REVERTED, report
        assert stand.executor.unfinished() == ()
        if left and self.case.verb not in IRREVERSIBLE:
            assert self.unchanged()
        assert not stand.both
        if self.fault in ("cut", "killed"):
            assert stand.longest_gap < 4.5


def journal(stand: Stand) -> Journal:
    return Journal(stand.journal, "reader")


def reached(case: Case, point: str) -> bool:
    demotes = (Verb.SWITCHOVER, Verb.FAILOVER)
    return point != "arm" or case.verb in demotes


def cases() -> list[tuple[str, str, str]]:
    """Each verb at each point with one of the faults, taken in turn; with PFHA_EVERY_FAULT set each with all."""
    points = [
        (verb, point) for verb, case in CASES.items() for point in POINTS if reached(case, point)
    ]
    every = "PFHA_EVERY_FAULT" in os.environ
    return [
        (verb, point, fault)
        for number, (verb, point) in enumerate(points)
        for turn, fault in enumerate(FAULTS)
        if every or turn == (number + number // len(FAULTS)) % len(FAULTS)
    ]


@pytest.mark.parametrize(("verb", "point", "fault"), cases())
def test_a_fault_between_two_steps_ends_right(
    verb: str, point: str, fault: str, tmp_path: Path
) -> None:
    async def play() -> Scene:
        scene = Scene(CASES[verb], point, fault, tmp_path)
        await scene.play()
        return scene

    assert virtual_time.run(play()).struck
