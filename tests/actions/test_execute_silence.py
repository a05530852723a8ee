"""The peer falls silent while an action is under way: nothing more is done, and what lets nobody serve is undone."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pfha_tui.actions.commands import CARP_ON, MARK, TOKEN
from pfha_tui.actions.conditions.general import COOLDOWN_S
from pfha_tui.actions.journal import Journal
from pfha_tui.actions.model import Progress, Report, Result, Stage, Verb
from pfha_tui.domain.command import Access, Command
from pfha_tui.domain.mark import OwnMark, write
from tests.actions.action_stand import CASES, Case, Print
from tests.support import virtual_time
from tests.support.lab_actions import Killed, Stand
from tests.support.lab_worlds import fresh

SILENCE_S = 5.0
"""From the end of CARP on the node until the silence of its peer is noticed."""
ENABLE_S = 36.0
"""How long pfSense takes to enable CARP with two VIPs: it waits 31 s for pfsync."""
OFF_S = 4.0
"""How long it takes to disable it."""


def played(
    case: Case, folder: Path, act: Callable[[Stand], Awaitable[Report | None]]
) -> tuple[Stand, Report | None]:
    """The stand on which the verb makes sense, after `act(stand)`, and what that gave."""

    async def main() -> tuple[Stand, Report | None]:
        stand = Stand(folder / "journal.jsonl", case.prepared(fresh()))
        async with stand.running():
            return stand, await act(stand)

    return virtual_time.run(main())


def done(
    case: Case, folder: Path, stage: Stage, fault: Callable[[Stand], None]
) -> tuple[Stand, Report | None]:
    """The stand after an action at one of whose stages a fault came, and its report."""

    async def act(stand: Stand) -> Report | None:
        faults = [fault]

        def tell(progress: Progress) -> None:
            if progress.stage is stage and faults:
                faults.pop()(stand)

        report: Report | None = None
        try:
            report = await stand.perform(stand.plan(case.request), tell)
        except Killed:
            await asyncio.sleep(150)
        await asyncio.sleep(10)
        assert not faults
        return report

    return played(case, folder, act)


def freeze(stand: Stand) -> None:
    stand.node("fw2").freeze()


def cable(stand: Stand) -> None:
    stand.node("fw2").set_link("LAN", False)


@pytest.mark.parametrize("fault", [freeze, cable])
def test_carp_comes_back_at_once_where_the_peer_cannot_serve(
    fault: Callable[[Stand], None], tmp_path: Path
) -> None:
    stand, report = done(CASES["carp-disable"], tmp_path, Stage.DO, fault)
    assert report is not None and report.result in (Result.UNKNOWN, Result.REVERTED), report
    assert "fw2" in report.text
    node = stand.node("fw1")
    assert node.carp_allow == 1
    assert node.is_master("vtnet0") and node.is_master("vtnet1")
    assert stand.longest_gap < OFF_S + SILENCE_S + ENABLE_S


def test_a_node_whose_console_died_enables_carp_by_itself(tmp_path: Path) -> None:
    def die(stand: Stand) -> None:
        freeze(stand)
        stand.cut()
        raise Killed

    stand, report = done(CASES["carp-disable"], tmp_path, Stage.VERIFY, die)
    assert report is None
    node = stand.node("fw1")
    assert node.carp_allow == 1
    assert node.is_master("vtnet0") and node.is_master("vtnet1")


def test_a_watchdog_of_carp_is_called_off_when_it_is_confirmed(tmp_path: Path) -> None:
    async def act(stand: Stand) -> Report:
        plan = stand.plan(CASES["carp-disable"].request)
        assert plan.steps[0].watchdog_s is not None and plan.steps[0].undo == (CARP_ON,)
        report = await stand.perform(plan)
        assert report.result is Result.CONFIRMED
        await asyncio.sleep(2 * plan.steps[0].watchdog_s)
        assert stand.node("fw1").carp_allow == 0
        return report

    played(CASES["carp-disable"], tmp_path, act)


def test_a_watchdog_does_not_outlive_the_undo_of_its_action(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, undone and done again: what the first left on the node has no say in the second."""
    monkeypatch.setattr("pfha_tui.actions.plans.switches.WATCHDOG_GRACE_S", 200.0)

    def die(progress: Progress) -> None:
        if progress.stage is Stage.VERIFY:
            raise Killed

    async def act(stand: Stand) -> Report:
        request = CASES["carp-disable"].request
        with pytest.raises(Killed):
            await stand.perform(stand.plan(request), die)
        stand.cut()
        (left,) = stand.start().unfinished()
        assert (await stand.undo(left)).result is Result.REVERTED
        await asyncio.sleep(COOLDOWN_S + 5)
        report = await stand.perform(stand.plan(request))
        assert report.result is Result.CONFIRMED, report
        await asyncio.sleep(400)
        assert stand.node("fw1").carp_allow == 0
        return report

    played(CASES["carp-disable"], tmp_path, act)


def test_an_undo_that_dies_is_done_by_the_next(tmp_path: Path) -> None:
    """It had already taken the token from the watchdog."""

    def die(progress: Progress) -> None:
        if progress.stage in (Stage.VERIFY, Stage.REVERT):
            raise Killed

    async def act(stand: Stand) -> Report:
        with pytest.raises(Killed):
            await stand.perform(stand.plan(CASES["switchover"].request), die)
        stand.cut()
        (left,) = stand.start().unfinished()
        with pytest.raises(Killed):
            await stand.executor.undo(left, die)
        node = stand.node("fw1")
        assert node.carp_demotion and list(node.folders) == [f"{TOKEN}{left.id}.taken"]
        stand.cut()
        report = await stand.start().undo(left, lambda progress: None)
        assert report.result is Result.REVERTED, report
        assert (node.carp_demotion, node.links, node.folders) == (0, {}, {})
        return report

    played(CASES["switchover"], tmp_path, act)


@pytest.mark.parametrize(
    ("point", "result"), [(Stage.ARM, Result.REVERTED), (Stage.DO, Result.REFUSED)]
)
def test_a_demotion_by_hand_is_not_taken_for_one_that_was_never_done(
    point: Stage, result: Result, tmp_path: Path
) -> None:
    """The console died before the step; another hand demoted the node by as much. Where the mark was left by then,
    nobody can tell whose that is."""

    def die(progress: Progress) -> None:
        if progress.stage is point:
            raise Killed

    async def act(stand: Stand) -> Report:
        plan = stand.plan(CASES["switchover"].request)
        with pytest.raises(Killed):
            await stand.perform(plan, die)
        stand.cut()
        stand.node("fw1").demote(plan.steps[0].demotion, "sysctl")
        await asyncio.sleep(5)
        (left,) = stand.start().unfinished()
        report = await stand.undo(left)
        assert report.result is result, report
        node = stand.node("fw1")
        assert node.carp_demotion == plan.steps[0].demotion
        assert bool(node.links) is (result is Result.REFUSED)
        return report

    played(CASES["switchover"], tmp_path, act)


@pytest.mark.parametrize(
    "verb", [verb for verb, case in CASES.items() if case.verb is not Verb.FAILOVER]
)
def test_a_peer_that_freezes_after_the_permit_has_nothing_done(verb: str, tmp_path: Path) -> None:
    case = CASES[verb]

    before: list[Print] = []

    def fault(stand: Stand) -> None:
        before.append(Print.of(stand.node(case.node)))
        stand.node(case.peer).freeze()

    stand, report = done(case, tmp_path, Stage.RECORD, fault)
    assert report is not None and report.result is Result.REFUSED, report
    assert [Print.of(stand.node(case.node))] == before
    ran = {c.id for actor in stand.actors for c in actor.ran if c.access is Access.WRITE}
    assert ran <= {"announce"}


def test_a_forced_failover_asks_the_node_itself_only(tmp_path: Path) -> None:
    """The other node may be too far gone for a login, and yet hear CARP."""

    def fault(stand: Stand) -> None:
        for actor in stand.actors:
            if actor.node.name == "fw2":
                actor.cut()

    _, report = done(CASES["failover"], tmp_path, Stage.RECORD, fault)
    assert report is not None and report.result is Result.CONFIRMED, report


def test_a_mark_left_by_a_killed_console_is_removed_with_the_undo(tmp_path: Path) -> None:
    case = CASES["switchover"]

    async def act(stand: Stand) -> Report:
        def die(command: Command) -> None:
            if command.id == "mark" and command.access is Access.WRITE:
                stand.cut()
                raise Killed

        plan = stand.plan(case.request)
        stand.after = die
        with pytest.raises(Killed):
            await stand.perform(plan)
        assert MARK in stand.node("fw1").links
        stand.after = lambda command: None
        stand.start()
        (left,) = stand.executor.unfinished()
        report = await stand.undo(left)
        assert report.result is Result.REVERTED
        assert MARK not in stand.node("fw1").links
        assert stand.node("fw1").carp_demotion == 0
        return report

    played(case, tmp_path, act)


def test_a_connection_cut_with_the_mark_leaves_the_action_unfinished(tmp_path: Path) -> None:
    case = CASES["switchover"]
    other = write(OwnMark("ffffffff", 50, 1_795_389_300, "bob@desk"))

    async def act(stand: Stand) -> Report:
        plan = stand.plan(case.request)

        def cut(command: Command) -> None:
            if command.id == "mark" and command.access is Access.WRITE:
                stand.cut()

        stand.after = cut
        report = await stand.perform(plan)
        assert report.result is Result.UNKNOWN, report
        stand.after = lambda command: None
        (left,) = stand.start().unfinished()
        assert left.id == report.id
        stand.node("fw1").links[MARK] = other
        assert (await stand.undo(left)).result is Result.REVERTED
        assert stand.node("fw1").links[MARK] == other, "another action's is none of ours"
        kinds = [r["kind"] for r in Journal(stand.journal, "reader").records()]
        assert kinds[:2] == ["begun", "step"]
        return report

    played(case, tmp_path, act)
