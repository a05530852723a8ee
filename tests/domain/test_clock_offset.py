"""How far clocks are apart: what is told is never more than what was read can prove."""

import math

from hypothesis import example, given
from hypothesis import strategies as st

from pfha_tui.domain.clock_offset import ClockOffset, offset_of
from pfha_tui.domain.model import NodeClock
from pfha_tui.domain.reading import Reading, Source

EPOCH = 1_795_389_300.0


def read(true_ahead: float, took_s: float, share: float, age_s: float) -> ClockOffset:
    """A clock that is `true_ahead`, read at a `share` of the time that asking took."""
    received = 500.0
    moment = EPOCH + received - took_s * (1 - share)
    clock = NodeClock(math.floor(moment + true_ahead), 0, took_s)
    reading: Reading[NodeClock] = Reading().renewed(clock, received, Source.SSH)
    found = offset_of(reading, received + age_s, EPOCH + received + age_s)
    assert found is not None
    return found


offsets = st.floats(-7200, 7200)
times, shares, ages = st.floats(0, 30), st.floats(0, 1), st.floats(0, 600)
NEAR = 1e-3


@given(offsets, times, shares, ages)
@example(0.0, 2.6, 0.0, 0.0)
@example(0.0, 2.6, 1.0, 0.0)
def test_the_true_difference_lies_within_the_bounds(
    true: float, took: float, share: float, age: float
) -> None:
    found = read(true, took, share, age)
    assert found.least - NEAR <= true <= found.most + NEAR
    assert found.least <= found.told <= found.most
    assert abs(found.proven) <= abs(true) + NEAR
    assert found.proven * true >= -NEAR
    assert found.exact is (found.most - found.least <= 2)


@given(offsets, offsets, times, times, shares, shares)
def test_two_nodes_are_apart_by_what_both_readings_prove(
    one: float, other: float, took: float, took_other: float, share: float, share_other: float
) -> None:
    found = read(one, took, share, 0.0) - read(other, took_other, share_other, 3.0)
    assert found.least - NEAR <= one - other <= found.most + NEAR
    assert abs(found.proven) <= abs(one - other) + NEAR


def test_a_clock_that_was_never_read_is_not_ahead_of_any() -> None:
    assert offset_of(Reading(), 1.0, EPOCH) is None
