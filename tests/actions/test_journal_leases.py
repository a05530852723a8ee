"""Leases: how long a node was meant to stay in maintenance."""

from pathlib import Path

import pytest
from journal_plans import Clock, a_journal, a_plan, maintenance

from pfha_tui.actions import lease
from pfha_tui.actions.journal import Journal
from pfha_tui.actions.model import Lease, Method, Plan, Result, Verb


class Story:
    """A journal, its clock, and what is done in it."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.journal: Journal = a_journal(folder, self.clock)

    def do(self, plan: Plan, result: Result = Result.CONFIRMED) -> str:
        action = self.journal.begin(plan)
        self.clock.now += 10
        self.journal.end(action, result, "…")
        return action

    @property
    def leases(self) -> tuple[Lease, ...]:
        return lease.leases(self.journal.records(), "HQ")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def test_it_has_owner_reason_and_end(story: Story) -> None:
    story.do(maintenance(1800.0, reason="new disk"))
    (found,) = story.leases
    now = story.clock.now
    assert found == Lease("fw1", "ann@desk", "new disk", now, now + 1800)
    assert lease.overdue(story.leases, now + 1799) == ()
    assert lease.overdue(story.leases, now + 1800) == (found,)
    assert lease.leases(story.journal.records(), "other") == ()


def test_without_a_time_there_is_none(story: Story) -> None:
    story.do(maintenance(None))
    assert story.leases == ()
    story.do(maintenance(60.0))
    story.do(maintenance(None, reason="for good"))
    assert story.leases == ()


@pytest.mark.parametrize("result", [r for r in Result if r is not Result.CONFIRMED])
def test_what_was_not_confirmed_is_none(story: Story, result: Result) -> None:
    story.do(maintenance(1800.0), result)
    assert story.leases == ()


@pytest.mark.parametrize("verb", [Verb.MAINTENANCE_LEAVE, Verb.FAILBACK])
def test_leaving_ends_it_on_that_node_only(story: Story, verb: Verb) -> None:
    story.do(maintenance(1800.0))
    story.do(a_plan(verb, "fw2"))
    assert len(story.leases) == 1
    story.do(a_plan(verb, "fw1"), Result.CONTRADICTED)
    assert len(story.leases) == 1
    story.do(a_plan(verb, "fw1"))
    assert story.leases == ()


def test_entering_again_begins_it_anew(story: Story) -> None:
    story.do(maintenance(60.0))
    story.do(maintenance(1800.0, reason="longer"))
    assert [found.reason for found in story.leases] == ["longer"]


def test_taking_the_action_back_ends_it(story: Story) -> None:
    action = story.do(maintenance(60.0))
    story.journal.end(action, Result.REVERTED, "taken back")
    assert story.leases == ()


def test_switching_over_by_maintenance_is_one_and_by_demotion_none(story: Story) -> None:
    story.do(a_plan(Verb.SWITCHOVER, method=Method.DEMOTION, lease_s=60.0))
    assert story.leases == ()
    story.do(maintenance(60.0, verb=Verb.SWITCHOVER, reason="fan"))
    assert [found.reason for found in story.leases] == ["fan"]


def test_the_nodes_have_the_last_word(story: Story) -> None:
    story.do(maintenance(60.0))
    assert lease.standing(story.leases, [("fw1", True), ("fw2", False)]) == story.leases
    assert lease.standing(story.leases, [("fw1", None)]) == story.leases
    assert lease.standing(story.leases, [("fw1", False)]) == ()


def test_the_one_over_for_longest_comes_first(story: Story) -> None:
    story.do(maintenance(600.0, node="fw1"))
    story.do(maintenance(60.0, node="fw2"))
    over = lease.overdue(story.leases, story.clock.now + 3600)
    assert [found.node for found in over] == ["fw2", "fw1"]
