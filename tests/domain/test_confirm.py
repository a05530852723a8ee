"""Two equal judgements on different samples of both nodes make a verdict."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.causes import cause
from pfha_tui.domain.confirm import Confirmation, alarm_due, alarm_wait, key, step
from pfha_tui.domain.verdict import Verdict, VerdictKind

HEALTHY = Verdict(VerdictKind.HEALTHY, "fine")
DOWN = Verdict(VerdictKind.DEGRADED, "link", (cause("link-down", "no carrier", "fw1", "vtnet1"),))
SPLIT = Verdict(VerdictKind.SPLIT_BRAIN, "both")


def fold(*steps: tuple[Verdict, tuple[int, int], float]) -> Confirmation:
    state = Confirmation.initial()
    for verdict, samples, now in steps:
        state = step(state, verdict, samples, now)
    return state


def test_it_begins_unknown_and_unconfirmed() -> None:
    state = Confirmation.initial()
    assert state.verdict.kind is VerdictKind.UNKNOWN
    assert not state.verdict.confirmed and state.settled is None


def test_the_first_judgement_is_unconfirmed_even_if_it_is_unknown() -> None:
    nothing = Verdict(VerdictKind.UNKNOWN, "nothing yet")
    assert not fold((nothing, (0, 0), 5.0)).verdict.confirmed
    assert not fold((nothing, (0, 0), 5.0), (nothing, (0, 0), 6.0)).verdict.confirmed


def test_both_nodes_must_have_been_sampled_again() -> None:
    state = fold((HEALTHY, (1, 1), 10.0), (HEALTHY, (2, 1), 11.2))
    assert not state.verdict.confirmed
    assert round(state.verdict.unconfirmed_for_s, 3) == 1.2
    state = step(state, HEALTHY, (3, 2), 12.0)
    assert state.verdict.confirmed and state.verdict.unconfirmed_for_s == 0.0
    assert state.settled == state.verdict


def test_a_change_reopens_and_keeps_what_was_settled() -> None:
    state = fold((HEALTHY, (1, 1), 1.0), (HEALTHY, (2, 2), 2.0), (SPLIT, (2, 3), 2.5))
    assert state.verdict.kind is VerdictKind.SPLIT_BRAIN and not state.verdict.confirmed
    assert state.settled is not None and state.settled.kind is VerdictKind.HEALTHY


def test_a_blip_must_be_confirmed_away_again() -> None:
    state = fold((HEALTHY, (1, 1), 1.0), (HEALTHY, (2, 2), 2.0), (SPLIT, (2, 3), 2.5))
    state = step(state, HEALTHY, (3, 3), 3.0)
    assert not state.verdict.confirmed
    assert step(state, HEALTHY, (4, 4), 4.0).verdict.confirmed


def test_warnings_and_wording_do_not_unsettle() -> None:
    warned = Verdict(VerdictKind.HEALTHY, "gap", (cause("state-gap", "76 and 50"),))
    state = fold((HEALTHY, (1, 1), 1.0), (HEALTHY, (2, 2), 2.0), (warned, (3, 2), 2.5))
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
    state = fold((DOWN, (1, 1), 10.0), (DOWN, (2, 2), 11.0))
    assert not alarm_due(state, 15.0, 1.0, 3.39)
    assert alarm_due(state, 15.1, 1.0, 3.39)


def test_new_causes_of_the_same_kind_do_not_put_the_alarm_off() -> None:
    more = replace(DOWN, causes=(*DOWN.causes, cause("init", "in INIT", "fw1", "vtnet0", 1)))
    state = fold((DOWN, (1, 1), 10.0), (DOWN, (2, 2), 11.0), (more, (3, 3), 15.0))
    assert not state.verdict.confirmed
    assert alarm_due(state, 15.1, 1.0, 3.39)


def test_no_alarm_without_a_confirmed_verdict() -> None:
    assert not alarm_due(fold((DOWN, (1, 1), 10.0), (DOWN, (2, 1), 99.0)), 100.0, 1.0, 3.39)
    assert not alarm_due(Confirmation.initial(), 100.0, 1.0, 3.39)


@given(
    st.lists(
        st.tuples(st.sampled_from([HEALTHY, DOWN, SPLIT]), st.integers(0, 1), st.integers(0, 1)),
        max_size=40,
    )
)
def test_a_confirmed_verdict_rests_on_a_run_of_equal_judgements(
    rows: list[tuple[Verdict, int, int]],
) -> None:
    state, samples, run_began = Confirmation.initial(), (0, 0), (0, 0)
    last: Verdict | None = None
    for at, (verdict, first, second) in enumerate(rows):
        samples = (samples[0] + first, samples[1] + second)
        if verdict is not last:
            run_began = samples
        last = verdict
        state = step(state, verdict, samples, float(at))
        renewed = samples[0] > run_began[0] and samples[1] > run_began[1]
        assert state.verdict.confirmed is renewed
        assert state.verdict.unconfirmed_for_s >= 0.0
        if renewed:
            assert state.settled == state.verdict
