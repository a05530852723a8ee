"""The CARP rules, against the timings that the reference pair showed and against their own symmetry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.election import (
    Contender,
    contender,
    dead_time,
    effective_skew,
    master_down_timer,
    preferred,
    takes_over,
    yields,
)
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import CarpRole

contenders = st.builds(
    Contender,
    advbase=st.integers(1, 255),
    advskew=st.integers(0, 254),
    demotion=st.integers(-300, 3000),
    preempt=st.booleans(),
)


@pytest.mark.parametrize(
    ("advskew", "demotion", "effective"),
    [
        (0, 0, 0),
        (100, 0, 100),
        (0, 240, 240),
        (100, 240, 240),
        (254, 0, 240),
        (0, 2880, 240),
        (10, -20, 0),
    ],
)
def test_effective_skew(advskew: int, demotion: int, effective: int) -> None:
    assert effective_skew(advskew, demotion) == effective


def test_the_timeout_takes_the_configured_skew() -> None:
    assert round(master_down_timer(1, 100), 2) == 3.39
    assert round(master_down_timer(1, 254), 2) == 3.99
    assert Contender(1, 100, demotion=240).dead_time == Contender(1, 100).dead_time


def test_a_demoted_master_loses_its_vips_to_a_backup_that_preempts() -> None:
    spare = Contender(1, 100)
    assert takes_over(spare, Contender(1, 0, demotion=240))
    assert not takes_over(Contender(1, 100, preempt=False), Contender(1, 0, demotion=240))
    assert not takes_over(Contender(1, 100, demotion=240), Contender(1, 0, demotion=240))
    assert takes_over(Contender(1, 0, preempt=False), Contender(4, 0))


def test_equal_masters_both_step_down_and_equal_backups_stay() -> None:
    one, other = Contender(1, 50), Contender(1, 50)
    assert yields(one, other) and yields(other, one)
    assert not takes_over(one, other)
    assert preferred(one, other) is None


@given(contenders, contenders)
def test_exactly_one_yields_unless_both_are_equal(a: Contender, b: Contender) -> None:
    winner = preferred(a, b)
    assert winner == preferred(b, a)
    if winner is None:
        assert yields(a, b) and yields(b, a)
    else:
        assert (yields(a, b), yields(b, a)) == (winner is b, winner is a)


@given(contenders, contenders)
def test_who_takes_over_keeps_it(a: Contender, b: Contender) -> None:
    if takes_over(a, b):
        assert not takes_over(b, a)
        assert yields(b, a)


def test_roles_become_contenders_unless_the_skew_is_unknown() -> None:
    role = CarpRole("vtnet0", 1, CarpState.MASTER, advbase=1, advskew=100, effective_skew=240)
    assert contender(role) == Contender(1, 100, 140)
    assert contender(role, demoted=False) == Contender(1, 100)
    assert contender(CarpRole("vtnet0", 1, CarpState.MASTER)) is None
    assert (
        contender(CarpRole("vtnet0", 1, CarpState.MASTER, advbase=1, advskew=0, vrrp=True)) is None
    )


def test_the_dead_time_is_the_longest_of_all_vhids() -> None:
    fast = CarpRole("vtnet0", 1, CarpState.MASTER, advbase=1, advskew=100)
    slow = CarpRole("vtnet1", 2, CarpState.BACKUP, advbase=2, advskew=0)
    assert dead_time([fast, slow]) == 6.0
    assert round(dead_time([]), 2) == 3.99
