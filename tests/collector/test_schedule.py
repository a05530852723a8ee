"""What is read when."""

from pfha_tui.collector import catalogue
from pfha_tui.collector.catalogue import SECTIONS, Cadence
from pfha_tui.collector.schedule import Schedule

FAST = {s.command for s in SECTIONS if s.cadence is Cadence.FAST}
PROMPT = {s.command for s in SECTIONS if s.prompt}


def test_everything_is_due_at_first_then_each_at_its_cadence() -> None:
    schedule = Schedule(SECTIONS, 1.0)
    assert set(schedule.take(0.0)) == {s.command for s in SECTIONS}
    assert schedule.take(0.5) == ()
    assert set(schedule.take(1.0)) == FAST
    assert catalogue.PF_INFO in schedule.take(5.0)
    assert catalogue.PF_MEMORY in schedule.take(60.0)
    assert catalogue.LOG_TAIL not in schedule.take(100_000.0)


def test_an_event_makes_the_fast_sections_due_at_once_and_often_for_a_while() -> None:
    schedule = Schedule(SECTIONS, 1.0)
    schedule.take(0.0)
    schedule.hurry(0.1)
    assert set(schedule.take(0.1)) == FAST | PROMPT
    assert schedule.take(0.2) == ()
    assert set(schedule.take(0.36)) == FAST | PROMPT
    schedule.take(15.2)
    assert schedule.take(15.6) == ()


def test_a_refused_section_is_not_hurried() -> None:
    schedule = Schedule(SECTIONS, 1.0)
    schedule.take(0.0)
    schedule.refused(catalogue.IFCONFIG, 0.0)
    schedule.hurry(1.0)
    assert catalogue.IFCONFIG not in schedule.take(1.0)
    assert catalogue.IFCONFIG in schedule.take(300.0)


def test_a_hung_section_rests_longer_each_time_until_it_answers() -> None:
    schedule = Schedule(SECTIONS, 1.0)
    now = 0.0
    schedule.take(now)
    for rest in (2.0, 4.0, 8.0, 16.0, 30.0, 30.0):
        schedule.hung(catalogue.PF_INFO, now)
        assert catalogue.PF_INFO not in schedule.take(now + rest - 0.1)
        assert catalogue.PF_INFO in schedule.take(now + rest)
        now += rest
    schedule.answered([catalogue.PF_INFO])
    schedule.hung(catalogue.PF_INFO, now)
    assert catalogue.PF_INFO in schedule.take(now + 2.0)


def test_an_event_ends_the_rest_of_a_fast_section_that_hung() -> None:
    schedule = Schedule(SECTIONS, 1.0)
    schedule.take(0.0)
    for _ in range(5):
        schedule.hung(catalogue.IFCONFIG, 0.0)
    schedule.hurry(0.5)
    assert catalogue.IFCONFIG in schedule.take(0.5)


def test_what_did_not_run_is_due_again() -> None:
    schedule = Schedule(SECTIONS, 1.0)
    taken = schedule.take(0.0)
    schedule.again(taken, 0.0)
    assert set(schedule.take(0.0)) == set(taken)
    assert schedule.wait_s(0.25) == 0.75
