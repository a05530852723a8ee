"""What a demotion is made of, and how the verdict says that it is ours."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.demotion import demotion_of
from pfha_tui.domain.findings import moment
from pfha_tui.domain.judge import judge
from pfha_tui.domain.mark import OwnMark
from pfha_tui.domain.model import CarpSysctls, NodeClock
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.verdict import Severity, Verdict, VerdictKind
from pfha_tui.domain.view import Side
from tests.domain.domain_pairs import NOW, B, M, X, primary, reading, secondary, unreachable

EPOCH = 1_790_000_000
MARK = OwnMark("0123456789abcdef", 120, EPOCH, "alice")
MARKED: dict[str, Any] = {"mark": reading((MARK,))}


def parts(node: NodeSnapshot) -> tuple[int, int, int, int]:
    """Links, bulk, ours and the rest."""
    found = demotion_of(Side(node, NOW))
    assert found is not None
    return found.links, found.bulk, found.own, found.rest


@pytest.mark.parametrize(
    ("node", "found"),
    [
        (primary(demotion=0), (0, 0, 0, 0)),
        (primary(demotion=33), (0, 0, 0, 33)),
        (primary(M, X, demotion=240), (240, 0, 0, 0)),
        (primary(B, B, demotion=120, **MARKED), (0, 0, 120, 0)),
        (primary(B, X, demotion=360, **MARKED), (240, 0, 120, 0)),
        (primary(B, X, demotion=240, **MARKED), (240, 0, 0, 0)),
        (primary(B, B, demotion=153, **MARKED), (0, 0, 120, 33)),
        (primary(B, B, demotion=0, **MARKED), (0, 0, 0, 0)),
        (primary(B, B, demotion=33, **MARKED), (0, 0, 0, 33)),
        (primary(B, B, demotion=-20, **MARKED), (0, 0, 0, -20)),
        (
            primary(B, B, carp=reading(CarpSysctls(True, True, 360, 1, 240, 0, 240)), **MARKED),
            (0, 240, 120, 0),
        ),
    ],
)
def test_a_demotion_is_taken_apart(node: NodeSnapshot, found: tuple[int, int, int, int]) -> None:
    assert parts(node) == found


def test_a_mark_that_the_demotion_no_longer_contains_is_stale() -> None:
    found = demotion_of(Side(primary(B, B, demotion=0, **MARKED), NOW))
    assert found is not None and (found.ours, found.stale) == (None, MARK)
    found = demotion_of(Side(primary(B, B, demotion=120, **MARKED), NOW))
    assert found is not None and (found.ours, found.stale) == (MARK, None)


def test_of_a_silent_node_nothing_is_known() -> None:
    assert demotion_of(Side(unreachable(primary(demotion=120, **MARKED)), NOW)) is None


@given(st.integers(-300, 1000), st.integers(1, 9999), st.sampled_from([B, X]))
def test_the_parts_add_up(total: int, amount: int, lan: Any) -> None:
    marked = reading((replace(MARK, demotion=amount),))
    found = demotion_of(Side(primary(B, lan, demotion=total, mark=marked), NOW))
    assert found is not None
    assert found.links + found.bulk + found.own + found.rest == found.total == total
    assert found.ours is None or found.stale is None


def ids(found: Verdict) -> dict[str, Severity]:
    return {each.id: each.severity for each in found.causes}


def test_a_switchover_of_ours_is_a_note_and_names_its_owner() -> None:
    first = primary(B, B, demotion=120, clock=reading(NodeClock(EPOCH + 60, 0)), **MARKED)
    found = judge(first, secondary(M, M), NOW)
    assert found.kind is VerdictKind.FAILED_OVER
    assert ids(found) == {"demoted-by-us": Severity.NOTE}
    when = moment(EPOCH, Side(first, NOW))
    assert found.why == (
        f"fw2 serves both VIPs; fw1 stands back for a switchover by alice since {when} "
        "(demoted by 120)"
    )
    assert len(when) == len("12:03")


def test_what_comes_on_top_of_ours_is_a_warning() -> None:
    found = judge(primary(B, B, demotion=153, **MARKED), secondary(M, M), NOW)
    assert ids(found) == {"demoted-by-us": Severity.NOTE, "demoted": Severity.WARNING}
    assert "33 of it unexplained" in found.why


def test_a_stale_mark_explains_nothing() -> None:
    found = judge(primary(B, B, demotion=33, **MARKED), secondary(M, M), NOW)
    assert ids(found) == {"demoted": Severity.WARNING}


def test_a_standby_that_stands_back_is_told_of_a_healthy_pair() -> None:
    found = judge(primary(), secondary(demotion=120, **MARKED), NOW)
    assert found.kind is VerdictKind.HEALTHY
    assert "fw2 stands by; fw2 stands back for a switchover by alice" in found.why


def test_long_ago_has_its_date_and_no_calendar_its_own_words() -> None:
    old = primary(B, B, demotion=120, clock=reading(NodeClock(EPOCH + 86_400, 0)), **MARKED)
    assert moment(EPOCH, Side(old, NOW)).startswith("2026-09-")
    assert moment(999_999_999_999, Side(old, NOW)) == "an impossible time"
