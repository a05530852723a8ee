"""What a block says of its age and of its last error."""

import pytest
from one_node import node

from pfha_tui.domain.reading import ErrorKind, ReadError, Reading, Source
from pfha_tui.ui.line import plain
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import condition, trouble_lines

GOOD: Reading[int] = Reading(period_s=60.0).renewed(1, 100.0, Source.SSH)


def said(reading: Reading[int], now: float) -> str:
    remark = condition(reading, Scene(now, 0.0)).remark
    return "".join(span[0] for span in remark) if remark else ""


def test_a_young_value_needs_no_word() -> None:
    assert said(GOOD, 101.0) == ""


@pytest.mark.parametrize("now", [101.0, 160.0])
def test_an_answer_not_understood_is_told_at_once(now: float) -> None:
    garbled = GOOD.failed(ReadError(ErrorKind.PARSE, "pf-info, line 3: no number"), now)
    assert "not understood" in said(garbled, now)


def test_a_timeout_waits_until_the_value_is_late() -> None:
    late = GOOD.failed(ReadError(ErrorKind.TIMEOUT, "no answer"), 101.0)
    assert said(late, 101.0) == ""
    assert "timed out" in said(late, 240.0)


def test_why_a_node_is_unreachable_is_whole_in_its_pane() -> None:
    why = (
        "SSH: 192.0.2.2 cannot be reached: timed out; SNMP: the SNMP agent at 192.0.2.2 gave no answer, "
        "2 tries of 1 s (a wrong community looks the same)"
    )
    gone = node(1, reachable=False, unreachable_why=why)
    for cells in (52, 56, 76):
        told = " ".join(plain(row) for row in trouble_lines(gone, Scene(100.0, 0.0), cells))
        assert told == f"✗ unreachable: {why}"
