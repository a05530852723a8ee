"""What a block says of its age and of its last error."""

import pytest

from pfha_tui.domain.reading import ErrorKind, ReadError, Reading, Source
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import condition

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
