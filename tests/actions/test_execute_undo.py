"""What an undo makes of a token that is gone or comes back: nothing is told as taken back that still stands."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pfha_tui.actions.commands import MARK, TOKEN
from pfha_tui.actions.journal import CALLED_OFF, Journal, JournalError
from pfha_tui.actions.model import Progress, Result, Stage, Unfinished
from tests.actions.action_stand import CASES, Print
from tests.support import virtual_time
from tests.support.lab_actions import Killed, Stand
from tests.support.lab_worlds import fresh


def played(verb: str, folder: Path, act: Callable[[Stand], Awaitable[None]]) -> None:
    """`act(stand)` on the stand on which the verb makes sense."""

    async def main() -> None:
        stand = Stand(folder / "journal.jsonl", CASES[verb].prepared(fresh()))
        async with stand.running():
            await act(stand)

    virtual_time.run(main())


async def killed(stand: Stand, verb: str, point: Stage = Stage.VERIFY) -> Unfinished:
    """What a console leaves that dies at this point, by default with its step done and the watchdog waiting."""

    def die(progress: Progress) -> None:
        if progress.stage is point:
            raise Killed

    with pytest.raises(Killed):
        await stand.perform(stand.plan(CASES[verb].request), die)
    stand.cut()
    (left,) = stand.start().unfinished()
    return left


@pytest.mark.parametrize("verb", ["switchover", "failback", "demotion-reset"])
def test_a_full_disk_at_the_end_leaves_what_the_undo_needs(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither that the watchdog was called off nor the end is written: the token must stay, as the journal says."""
    note = Journal.note

    def full(self: Journal, action: str, kind: str, **facts: Any) -> None:
        if kind == CALLED_OFF:
            raise JournalError("no space left on device")
        note(self, action, kind, **facts)

    def fail(*args: Any) -> None:
        raise JournalError("no space left on device")

    async def act(stand: Stand) -> None:
        node = stand.node(CASES[verb].node)
        before = Print.of(node)
        with monkeypatch.context() as patched:
            patched.setattr(Journal, "note", full)
            patched.setattr(Journal, "end", fail)
            report = await stand.perform(stand.plan(CASES[verb].request))
        assert report.result is Result.CONFIRMED and "does not say so" in report.text
        assert Print.of(node) != before
        (left,) = stand.start().unfinished()
        report = await stand.undo(left)
        assert report.result is Result.REVERTED, report
        assert (Print.of(node), node.folders) == (before, {})

    played(verb, tmp_path, act)


def test_an_undo_waits_for_the_node_s_own_and_does_what_that_could_not(tmp_path: Path) -> None:
    async def act(stand: Stand) -> None:
        plan = stand.plan(CASES["switchover"].request)
        stand.faults.takes_s, stand.faults.fails = 1.0, True
        left = await killed(stand, "switchover")
        assert left.fires_at is not None and plan.steps[0].watchdog_s is not None
        token, node = f"{TOKEN}{left.id}", stand.node("fw1")
        while token in node.folders:  # noqa: ASYNC110 (virtual time)
            await asyncio.sleep(0.1)
        report = await stand.undo(left)
        assert report.result is Result.REVERTED, report
        assert (node.carp_demotion, node.links, node.folders) == (0, {}, {})

    played("switchover", tmp_path, act)


@pytest.mark.parametrize("verb", ["switchover", "failback", "demotion-reset"])
def test_what_stands_although_its_token_is_gone_is_not_told_as_taken_back(
    verb: str, tmp_path: Path
) -> None:
    async def act(stand: Stand) -> None:
        left = await killed(stand, verb)
        node = stand.node(left.node)
        node.folders.clear()
        after = Print.of(node)
        report = await stand.undo(left)
        assert report.result is Result.REFUSED, report
        assert f"token of it on {left.node} is gone" in report.text
        assert Print.of(node) == after
        assert stand.executor.unfinished() == (left,)

    played(verb, tmp_path, act)


def test_the_mark_of_a_demotion_that_the_node_took_back_goes_with_the_undo(tmp_path: Path) -> None:
    """The node undid the step and could not remove the mark."""

    async def act(stand: Stand) -> None:
        left = await killed(stand, "switchover")
        node = stand.node("fw1")
        node.folders.clear()
        node.demote(-120, "sysctl")
        await asyncio.sleep(5)
        assert MARK in node.links
        report = await stand.undo(left)
        assert report.result is Result.REVERTED, report
        assert (node.carp_demotion, node.links) == (0, {})

    played("switchover", tmp_path, act)


@pytest.mark.parametrize("verb", ["switchover", "failback", "demotion-reset", "carp-disable"])
@pytest.mark.parametrize("fails", [False, True])
def test_a_step_that_could_not_be_armed_is_taken_back_by_the_node_or_else_by_us(
    verb: str, fails: bool, tmp_path: Path
) -> None:
    async def act(stand: Stand) -> None:
        node = stand.node(CASES[verb].node)
        before = Print.of(node)
        stand.faults.planted, stand.faults.fails = True, fails
        report = await stand.perform(stand.plan(CASES[verb].request))
        undone = not fails and verb != "carp-disable"  # which is switched back again where it was
        assert report.result is (Result.REFUSED if undone else Result.REVERTED), report
        assert "File exists" in report.text
        assert Print.of(node) == before
        assert stand.executor.unfinished() == ()

    played(verb, tmp_path, act)


def test_a_token_that_nobody_waits_for_any_more_goes_with_the_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The console died when it had written down that the watchdog was called off, and before it removed the token."""
    note = Journal.note

    def die(self: Journal, action: str, kind: str, **facts: Any) -> None:
        note(self, action, kind, **facts)
        if kind == CALLED_OFF:
            raise Killed

    async def act(stand: Stand) -> None:
        node = stand.node("fw1")
        before = Print.of(node)
        with monkeypatch.context() as patched:
            patched.setattr(Journal, "note", die)
            with pytest.raises(Killed):
                await stand.perform(stand.plan(CASES["switchover"].request))
        stand.cut()
        (left,) = stand.start().unfinished()
        assert left.fires_at is None and list(node.folders) == [f"{TOKEN}{left.id}"]
        report = await stand.undo(left)
        assert report.result is Result.REVERTED, report
        assert (Print.of(node), node.folders) == (before, {})

    played("switchover", tmp_path, act)
