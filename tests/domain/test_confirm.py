"""Two equal judgements, the second on samples of both nodes that began after the first, make a verdict."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.causes import cause
from pfha_tui.domain.confirm import Confirmation, alarm_due, alarm_wait, key, step
from pfha_tui.domain.verdict import Verdict, VerdictKind

HEALTHY = Verdict(VerdictKind.HEALTHY, "fine")
DOWN = Verdict(VerdictKind.DEGRADED, "link", (cause("link-down", "no carrier", "fw1", "vtnet1"),))
SPLIT = Verdict(VerdictKind.SPLIT_BRAIN, "both")
NEVER = float("-inf")


def fold(*steps: tuple[Verdict, tuple[float, float], float]) -> Confirmation:
    """Judgements, each with when the newest sample of either node began, and when it was made."""
    state = Confirmation.initial()
    for verdict, begun, now in steps:
        state = step(state, verdict, begun, now)
    return state


def test_it_begins_unknown_and_unconfirmed() -> None:
    state = Confirmation.initial()
    assert state.verdict.kind is VerdictKind.UNKNOWN
    assert not state.verdict.confirmed and state.settled is None


def test_the_first_judgement_is_unconfirmed_even_if_it_is_unknown() -> None:
    nothing = Verdict(VerdictKind.UNKNOWN, "nothing yet")
    assert not fold((nothing, (NEVER, NEVER), 5.0)).verdict.confirmed
    assert not fold(
        (nothing, (NEVER, NEVER), 5.0), (nothing, (NEVER, NEVER), 6.0)
    ).verdict.confirmed


def test_both_nodes_must_have_been_sampled_again() -> None:
    state = fold((HEALTHY, (9.9, 9.9), 10.0), (HEALTHY, (11.1, 9.9), 11.2))
    assert not state.verdict.confirmed
    assert round(state.verdict.unconfirmed_for_s, 3) == 1.2
    state = step(state, HEALTHY, (11.1, 11.9), 12.0)
    assert state.verdict.confirmed and state.verdict.unconfirmed_for_s == 0.0
    assert state.settled == state.verdict


def test_a_change_reopens_and_keeps_what_was_settled() -> None:
    state = fold((HEALTHY, (0.9, 0.9), 1.0), (HEALTHY, (1.9, 1.9), 2.0), (SPLIT, (1.9, 2.4), 2.5))
    assert state.verdict.kind is VerdictKind.SPLIT_BRAIN and not state.verdict.confirmed
    assert state.settled is not None and state.settled.kind is VerdictKind.HEALTHY


def test_a_blip_must_be_confirmed_away_again() -> None:
    state = fold((HEALTHY, (0.9, 0.9), 1.0), (HEALTHY, (1.9, 1.9), 2.0), (SPLIT, (1.9, 2.4), 2.5))
    state = step(state, HEALTHY, (2.9, 2.9), 3.0)
    assert not state.verdict.confirmed
    assert step(state, HEALTHY, (3.9, 3.9), 4.0).verdict.confirmed


def test_warnings_and_wording_do_not_unsettle() -> None:
    warned = Verdict(VerdictKind.HEALTHY, "gap", (cause("state-gap", "76 and 50"),))
    state = fold((HEALTHY, (0.9, 0.9), 1.0), (HEALTHY, (1.9, 1.9), 2.0), (warned, (2.4, 1.9), 2.5))
    assert state.verdict.confirmed and state.verdict.why == "gap"


def test_another_node_in_maintenance_is_another_verdict() -> None:
    one, two = (
        Verdict(VerdictKind.MAINTENANCE, "m", (cause("maintenance", "flag", name),))
        for name in ("fw1", "fw2")
    )
    assert key(one) != key(two)


def test_an_alarm_waits_one_and_a_half_dead_times_or_two_polls() -> None:
    assert alarm_wait(1.0, 3.39) == 1.5 * 3.39
    assert alarm_wait(5.0, 3.39) == 10.0
    state = fold((DOWN, (9.9, 9.9), 10.0), (DOWN, (10.9, 10.9), 11.0))
    assert not alarm_due(state, 15.0, 1.0, 3.39)
    assert alarm_due(state, 15.1, 1.0, 3.39)


def test_new_causes_of_the_same_kind_do_not_put_the_alarm_off() -> None:
    more = replace(DOWN, causes=(*DOWN.causes, cause("init", "in INIT", "fw1", "vtnet0", 1)))
    state = fold((DOWN, (9.9, 9.9), 10.0), (DOWN, (10.9, 10.9), 11.0), (more, (14.9, 14.9), 15.0))
    assert not state.verdict.confirmed
    assert alarm_due(state, 15.1, 1.0, 3.39)


def test_no_alarm_without_a_confirmed_verdict() -> None:
    assert not alarm_due(
        fold((DOWN, (9.9, 9.9), 10.0), (DOWN, (98.9, 9.9), 99.0)), 100.0, 1.0, 3.39
    )
    assert not alarm_due(Confirmation.initial(), 100.0, 1.0, 3.39)


def test_an_answer_that_was_under_way_confirms_nothing() -> None:
    """fw2 pushes that it is MASTER; what fw1, far away, answers then was asked before, and still says the same."""
    state = fold((HEALTHY, (0.0, 0.0), 1.0), (HEALTHY, (1.5, 1.5), 2.0), (SPLIT, (1.5, 1.5), 2.5))
    state = step(state, SPLIT, (2.4, 2.6), 2.8)
    assert not state.verdict.confirmed
    assert step(state, SPLIT, (2.9, 2.6), 3.3).verdict.confirmed


RUNS = st.lists(
    st.tuples(
        st.sampled_from([HEALTHY, DOWN, SPLIT]),
        st.booleans(),
        st.booleans(),
        st.floats(0.01, 3.0),
        st.floats(0.01, 3.0),
    ),
    max_size=40,
)


@given(RUNS)
def test_a_confirmed_verdict_has_been_seen_by_both_nodes_since_it_was_first_made(
    rows: list[tuple[Verdict, bool, bool, float, float]],
) -> None:
    """A sample of either node may come with each judgement, and takes as long as it takes."""
    state, begun, first_at = Confirmation.initial(), (NEVER, NEVER), 0.0
    last: Verdict | None = None
    done = False
    for at, (verdict, first, second, slow, slower) in enumerate(rows):
        begun = (at - slow if first else begun[0], at - slower if second else begun[1])
        if verdict is not last:
            first_at, done = float(at), False
        else:
            done = done or min(begun) > first_at
        last = verdict
        state = step(state, verdict, begun, float(at))
        assert state.verdict.confirmed is done
        assert state.verdict.unconfirmed_for_s >= 0.0
        if done:
            assert state.settled == state.verdict
