"""An action's course on the lab's world in virtual time: what confirms it, what refuses it, and what is told of it."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pfha_tui.actions import journal as journals
from pfha_tui.actions.commands import MARK, demote
from pfha_tui.actions.execute import Executor
from pfha_tui.actions.journal import Journal
from pfha_tui.actions.model import Progress, Report, Result, Stage, StillArmed, Verb, Weight
from pfha_tui.domain.events import EventKind
from pfha_tui.domain.mark import read
from tests.actions.action_stand import CASES, Case, Print
from tests.support import virtual_time
from tests.support.lab_actions import TARGET, Acting, Stand
from tests.support.lab_worlds import fresh


class Rig:
    """A stand on which one verb makes sense, and what was told of it."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case
        self.stand = Stand(folder / "journal.jsonl", case.prepared(fresh()))
        self.told: list[Progress] = []

    async def perform(self, act: Any = None) -> Report:
        """Do it; `act` is called with each progress."""
        plan = self.stand.plan(self.case.request)

        def tell(progress: Progress) -> None:
            self.told.append(progress)
            if act is not None:
                act(progress)

        return await self.stand.perform(plan, tell)

    def print(self, name: str | None = None) -> Print:
        return Print.of(self.stand.node(name or self.case.node))


def played(case: Case, folder: Path, act: Any) -> Any:
    """What `act(rig)` gives, with the world going on."""

    async def main() -> Any:
        rig = Rig(case, folder)
        async with rig.stand.running():
            return await act(rig)

    return virtual_time.run(main())


@pytest.mark.parametrize("verb", CASES)
def test_every_verb_is_confirmed_by_both_nodes_and_written_down(verb: str, tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        report = await rig.perform()
        assert (report.result, report.text) == (
            Result.CONFIRMED,
            f"{report.plan.title}: both nodes show it.",
        )
        assert report.evidence and all(each.holds for each in report.evidence)
        await asyncio.sleep(100)  # longer than a watchdog waits
        assert rig.stand.executor.unfinished() == ()
        kinds = [r["kind"] for r in Journal(rig.stand.journal, "reader").records()]
        assert kinds[0] == "begun" and kinds[-1] == "ended"
        lines = [
            [line for line in node.log if " pfha-tui: " in line] for node in rig.stand.world.nodes
        ]
        assert len(lines[0]) == len(lines[1]) or report.plan.request.verb is Verb.REBOOT
        told = [e.text for e in rig.stand.feed.current.events if e.kind is EventKind.ACTION]
        assert told[-1] == report.text
        stages = [each.stage for each in rig.told]
        assert stages[:4] == [Stage.CONNECT, Stage.LOCK, Stage.CHECK, Stage.RECORD]
        assert stages[-2:] == [Stage.VERIFY, Stage.CLOSE]

    played(CASES[verb], tmp_path, act)


def test_the_logs_of_both_nodes_hold_the_journal_s_newest_hash(tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        await rig.perform()
        records = Journal(rig.stand.journal, "reader").records()
        hashes = [r["hash"] for r in records if r["kind"] in ("begun", "ended")]
        for node in rig.stand.world.nodes:
            said = [line.rsplit(" ", 1)[1].strip() for line in node.log if " pfha-tui: " in line]
            assert said == hashes

    played(CASES["switchover"], tmp_path, act)


def test_a_switchover_leaves_a_mark_that_names_the_action_and_no_watchdog(tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        report = await rig.perform()
        mark = read(rig.stand.node("fw1").links[MARK])
        assert mark is not None
        assert (mark.action, mark.demotion, mark.who) == (report.id, 120, "alice@desk")
        await asyncio.sleep(200)
        assert rig.print().demotion == 120
        assert rig.stand.node("fw2").is_master("vtnet0")

    played(CASES["switchover"], tmp_path, act)


def test_the_undo_is_on_the_disk_before_the_first_change(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    async def act(rig: Rig) -> None:
        def ran(command: Any) -> None:
            if command == demote(120):
                records = Journal(rig.stand.journal, "reader").records()
                seen.append([r["kind"] for r in records])

        rig.stand.after = ran
        await rig.perform()

    played(CASES["switchover"], tmp_path, act)
    assert seen == [["begun", "step", "armed"]]


@pytest.mark.parametrize("name", ["fw1", "fw2"])
def test_the_lock_of_either_node_refuses_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        other = Acting(rig.stand.node(name), frozenset(), rig.stand.locks)
        await other.open()
        assert await other.lock("x")
        before = rig.print()
        report = await rig.perform()
        assert report.result is Result.REFUSED
        assert f"under way on {name}; a login of ours that was lost" in report.text
        (told,) = Journal(rig.stand.journal, "reader").records()
        assert (told["kind"], told["id"], told["why"]) == ("refused", report.id, report.text)
        assert rig.print() == before

    played(CASES["switchover"], tmp_path, act)


def test_two_consoles_at_once_take_turns(tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        plan = rig.stand.plan(rig.case.request)
        first, second = await asyncio.gather(rig.stand.perform(plan), rig.stand.perform(plan))
        assert {first.result, second.result} == {Result.CONFIRMED, Result.REFUSED}
        assert rig.print().demotion == 120

    played(CASES["switchover"], tmp_path, act)


@pytest.mark.parametrize("verb", CASES)
def test_every_verb_is_refused_on_a_pair_that_is_only_watched(verb: str, tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        stand = rig.stand
        journal = Journal(stand.journal, "alice")
        stand.executor = Executor(
            replace(TARGET, read_only=True), stand.feed, stand._login, journal, stand.clock
        )
        before = rig.print()
        report = await rig.perform()
        assert report.result is Result.REFUSED
        assert "read-only" in report.text
        assert (stand.actors, rig.print()) == ([], before)

    played(CASES[verb], tmp_path, act)


@pytest.mark.parametrize("verb", CASES)
def test_every_verb_is_refused_where_the_journal_cannot_be_written(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise journals.JournalError("no space left on device")

    async def act(rig: Rig) -> None:
        before = rig.print()
        monkeypatch.setattr(journals.Journal, "begin", full)
        report = await rig.perform()
        assert report.result is Result.REFUSED
        assert "no space left" in report.text
        assert rig.print() == before

    played(CASES[verb], tmp_path, act)


def test_a_journal_that_fills_up_in_the_middle_takes_the_first_step_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failback takes its demotion back in one step and its mark in the next."""
    note = journals.Journal.note

    def full(self: Any, action: str, kind: str, **facts: Any) -> None:
        if facts.get("number") == 1:
            raise journals.JournalError("no space left on device")
        note(self, action, kind, **facts)

    async def act(rig: Rig) -> None:
        before = rig.print()
        monkeypatch.setattr(journals.Journal, "note", full)
        report = await rig.perform()
        assert report.result is Result.REVERTED
        assert rig.print() == before

    played(CASES["failback"], tmp_path, act)


def test_roles_that_flip_at_the_last_moment_refuse(tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        def flip(progress: Progress) -> None:
            if progress.stage is Stage.CHECK:
                rig.stand.node("fw1").demote(250, "sysctl")

        report = await rig.perform(flip)
        assert report.result is Result.REFUSED
        assert rig.print().demotion == 250
        (told,) = Journal(rig.stand.journal, "reader").records()
        assert (told["kind"], told["id"], told["why"]) == ("refused", report.id, report.text)

    played(CASES["switchover"], tmp_path, act)


def test_a_peer_that_will_not_take_over_has_it_taken_back(tmp_path: Path) -> None:
    """Its cable is pulled in the same moment: what was planned does not come about, and the service stays."""

    async def act(rig: Rig) -> None:
        def fail(progress: Progress) -> None:
            if progress.stage is Stage.DO:
                rig.stand.node("fw2").set_link("LAN", False)
                rig.stand.node("fw2").set_link("WAN", False)

        report = await rig.perform(fail)
        assert report.result in (Result.REVERTED, Result.UNKNOWN), report
        await asyncio.sleep(60)
        assert rig.print().demotion == 0
        assert rig.print().mark is None
        assert rig.stand.node("fw1").is_master("vtnet0")

    played(CASES["switchover"], tmp_path, act)


@pytest.mark.parametrize("verb", ["switchover", "maintenance-enter", "failback"])
@pytest.mark.parametrize("stage", [Stage.LOCK, Stage.RECORD, Stage.DO, Stage.VERIFY])
def test_cancelled_it_leaves_nothing_or_says_in_the_journal_what_is_left(
    verb: str, stage: Stage, tmp_path: Path
) -> None:
    async def act(rig: Rig) -> None:
        before = rig.print()
        there = asyncio.Event()

        def look(progress: Progress) -> None:
            if progress.stage is stage:
                there.set()

        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(rig.perform(look))
            await there.wait()
            task.cancel()
        assert task.cancelled()
        assert all(not each.alive for each in rig.stand.actors)
        await asyncio.sleep(1)
        left = rig.stand.start().unfinished()
        if not left:
            assert rig.print() == before
        for each in left:
            assert (await rig.stand.undo(each)).result is Result.REVERTED
        assert rig.print() == before

    played(CASES[verb], tmp_path, act)


def test_what_a_killed_console_left_is_offered_with_its_undo_and_closed_by_hand(
    tmp_path: Path,
) -> None:
    async def act(rig: Rig) -> None:
        def die(progress: Progress) -> None:
            if progress.stage is Stage.VERIFY:
                rig.stand.cut()
                raise KeyboardInterrupt

        with pytest.raises(BaseExceptionGroup):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_quiet(rig.perform(die)))
        executor = rig.stand.start()
        (left,) = executor.unfinished()
        assert left.undo[0] == demote(-120)
        assert left.fires_at is not None
        assert left.node == "fw1"
        with pytest.raises(StillArmed, match="fw1 takes it back by itself"):
            executor.close(left, "seen to by hand")
        await asyncio.sleep(left.fires_at - rig.stand.clock.epoch())
        executor.close(left, "seen to by hand")
        assert executor.unfinished() == ()

    async def _quiet(work: Any) -> None:
        try:
            await work
        except KeyboardInterrupt:
            raise RuntimeError("killed") from None

    played(CASES["switchover"], tmp_path, act)
    assert os.path.exists(tmp_path / "journal.jsonl")


def test_a_journal_that_may_have_lost_an_action_refuses_until_it_is_accepted(
    tmp_path: Path,
) -> None:
    async def act(rig: Rig) -> None:
        journal = Journal(rig.stand.journal, "reader")
        plan = rig.stand.plan(rig.case.request)
        journal.begin(replace(plan, request=replace(plan.request, reason="fan")))
        rig.stand.journal.write_bytes(rig.stand.journal.read_bytes().replace(b'"fan"', b'"fun"'))
        found = [one.id for one in rig.stand.executor.findings(plan) if one.weight is Weight.BLOCK]
        assert found == ["journal"]
        assert rig.stand.executor.damage() is not None
        before = rig.print()
        report = await rig.perform()
        assert (report.result, rig.print()) == (Result.REFUSED, before)
        assert "an unfinished action may be lost" in report.text
        journal.accept("both nodes looked at")
        assert rig.stand.executor.damage() is None
        report = await rig.perform()
        assert report.result is Result.CONFIRMED

    played(CASES["switchover"], tmp_path, act)


def test_what_cannot_be_recorded_has_no_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise journals.JournalError("no space left on device")

    async def act(rig: Rig) -> None:
        for name in ("begin", "refuse"):
            monkeypatch.setattr(journals.Journal, name, full)
        report = await rig.perform()
        assert (report.result, report.id) == (Result.REFUSED, "")

    played(CASES["switchover"], tmp_path, act)
