"""The election rules against FreeBSD's own advertisements: what they predict is what the wire did."""

from itertools import pairwise

import pytest

from pfha_tui.domain.election import Contender, interval, takes_over
from tests.listen.recorded import SCENARIOS, recorded

FW1, FW2 = Contender(1, 0), Contender(1, 100)
LATE_S = 0.12
"""A callout of the recorded kernel, in a virtual machine, fires so late at most."""


def changes(name: str) -> list[tuple[str, int, float]]:
    """Who spoke first in a master's place, the last skew of that master, and after how long."""
    return [
        (who, skew, at - before)
        for (before, last, _, skew, _), (at, who, _, _, _) in pairwise(recorded(name))
        if who != last
    ]


@pytest.mark.parametrize("name", SCENARIOS)
def test_masters_keep_the_interval_of_their_skew(name: str) -> None:
    """But for a change of the demotion, which a master says at once."""
    for (before, last, _, skew, base), (at, who, _, new, _) in pairwise(recorded(name)):
        if who == last and at > before:
            early = skew != new
            assert early or interval(base, skew) - 0.01 < at - before
            assert at - before < interval(base, skew) + LATE_S


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_changeover_is_the_predicted_one(name: str) -> None:
    for who, skew, after in changes(name):
        mine = FW1 if who.endswith(".2") else FW2
        other = Contender(1, skew)
        if takes_over(mine, other):
            assert after < 0.02, "pre-emption is at once"
        else:
            assert mine.dead_time <= after < mine.dead_time + LATE_S


def test_the_wires_show_both_ways() -> None:
    found = [one for name in SCENARIOS for one in changes(name)]
    timeouts = [after for _, _, after in found if after > 1]
    assert len(timeouts) >= 5 and len(found) - len(timeouts) >= 5
    assert any(skew == 240 for _, skew, _ in found)
