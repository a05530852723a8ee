"""What must hold of every plan that the gate lets through, however strange the pair."""

from dataclasses import replace
from typing import Any

from action_pairs import HOSTS, known, pair
from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.actions import gate
from pfha_tui.actions.model import Method, Plan, Request, Unplannable, Verb, Weight
from pfha_tui.actions.plan import build
from pfha_tui.domain.election import effective_skew
from pfha_tui.domain.mark import OwnMark
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot
from pfha_tui.domain.target import NodeRole
from tests.domain.domain_pairs import B, M, X, reading, unreachable

MARKS = [reading(()), reading((OwnMark("0123456789abcdef", 120, 1_790_000_000, "alice"),))]
skews = st.one_of(st.sampled_from([0, 0, 100, 100, 254]), st.integers(0, 254))

facts = st.fixed_dictionaries(
    {
        "wan": st.sampled_from([M, B, M, B, X]),
        "lan": st.sampled_from([M, B, M, B, X]),
        "skew": st.tuples(skews, skews),
        "allow": st.sampled_from([True, True, True, False]),
        "preempt": st.sampled_from([True, True, True, False]),
        "demotion": st.sampled_from([0, 0, 0, 120, 240, 33, -20]),
        "lan_status": st.sampled_from(["active", "active", "active", "no carrier"]),
        "maintenance": st.sampled_from([reading(False), reading(False), reading(True)]),
        "mark": st.sampled_from(MARKS),
        "booting": st.sampled_from([reading(False), reading(False), reading(True)]),
        "reachable": st.sampled_from([True, True, True, True, False]),
    }
)
wishes = st.builds(
    Request,
    st.sampled_from(Verb),
    st.sampled_from([None, "fw1", "fw2"]),
    st.sampled_from([None, *Method]),
    reason=st.just("why"),
    confirmed=st.sampled_from(["fw1", "fw2"]),
)


def make(role: NodeRole, given_facts: dict[str, Any]) -> NodeSnapshot:
    rest = dict(given_facts)
    there = rest.pop("reachable")
    made = known(role, rest.pop("wan"), rest.pop("lan"), rest.pop("skew"), **rest)
    assert made.pf.value is not None and made.pf.value.host_id == HOSTS[role]
    return made if there else unreachable(made)


def permitted(first: Any, second: Any, wish: Request) -> tuple[Plan, PairSnapshot] | None:
    """A plan that the gate lets through, and the pair that it was made for; None where it does not."""
    snapshot = pair(make(NodeRole.PRIMARY, first), make(NodeRole.SECONDARY, second))
    try:
        made = build(wish, snapshot)
    except Unplannable:
        return None
    made = replace(made, request=replace(made.request, confirmed=made.node))
    found = gate.permit(made, snapshot, gate.Context())
    return (made, snapshot) if isinstance(found, gate.Permit) else None


@settings(max_examples=150)
@given(facts, facts, wishes)
def test_every_wish_is_planned_and_judged_or_refused_in_a_sentence(
    first: Any, second: Any, wish: Request
) -> None:
    snapshot = pair(make(NodeRole.PRIMARY, first), make(NodeRole.SECONDARY, second))
    try:
        made = build(wish, snapshot)
    except Unplannable as problem:
        assert str(problem)
        return
    assert made == build(wish, snapshot)
    assert made.title and made.undo and made.loss and made.steps
    assert 0 < made.duration_s[0] <= made.duration_s[1] < made.verify_s
    for step in made.steps:
        assert step.watchdog_s is None or step.watchdog_s > made.verify_s
    found = gate.findings(made, snapshot, gate.Context())
    assert len(found) == len(set(found))
    assert all(each.text and "\n" not in each.text for each in found)
    assert all(each.node in (None, "fw1", "fw2") for each in found)


sane: dict[str, Any] = {
    "demotion": 0,
    "allow": True,
    "preempt": True,
    "lan_status": "active",
    "maintenance": reading(False),
    "mark": reading(()),
    "booting": reading(False),
    "reachable": True,
}
HEALTHY = (
    sane | {"wan": M, "lan": M, "skew": (0, 0)},
    sane | {"wan": B, "lan": B, "skew": (100, 100)},
)
AWAY = {"wan": B, "lan": B}
SERVES = {"wan": M, "lan": M}
BASES = (
    HEALTHY,
    (HEALTHY[0] | AWAY | {"demotion": 120, "mark": MARKS[1]}, HEALTHY[1] | SERVES),
    (
        HEALTHY[0] | AWAY | {"skew": (254, 254), "maintenance": reading(True)},
        HEALTHY[1] | SERVES,
    ),
    (
        HEALTHY[0] | {"wan": X, "lan": X, "allow": False, "demotion": 480},
        HEALTHY[1] | SERVES,
    ),
    (HEALTHY[0] | AWAY | {"demotion": 240}, HEALTHY[1] | SERVES),
)
"""Healthy, after a switchover, in maintenance, with CARP off, and with a demotion left over."""

faults = st.sets(st.tuples(st.integers(0, 1), st.sampled_from(sorted(HEALTHY[0]))), max_size=3)
"""Which facts of which node are others than those of the base."""


@settings(max_examples=150)
@given(facts, facts, wishes, st.none() | st.tuples(st.sampled_from(BASES), faults))
def test_no_permit_takes_the_last_master_or_puts_both_into_maintenance(
    first: Any, second: Any, wish: Request, known_pair: Any
) -> None:
    if known_pair is not None:
        base, wrong = known_pair
        first, second = (
            base[index] | {key: odd[key] for where, key in wrong if where == index}
            for index, odd in enumerate((first, second))
        )
    let_through = permitted(first, second, wish)
    if let_through is None:
        return
    made, snapshot = let_through
    after: dict[str, set[Any]] = {}
    before: dict[str, set[Any]] = {}
    for line in made.roles:
        after.setdefault(line.label, set()).add(line.after)
        before.setdefault(line.label, set()).add(line.before)
    for label, states in after.items():
        if M in before[label]:
            assert M in states or None in states
        if made.request.verb in (Verb.SWITCHOVER, Verb.MAINTENANCE_ENTER, Verb.CARP_DISABLE):
            assert M in states
    enters = [each for each in made.expectation.maintenance if each[1]]
    if enters:
        other = snapshot.secondary if made.node == "fw1" else snapshot.primary
        assert other.maintenance.value is not True or not other.reachable
        if not made.request.forced:
            assert other.maintenance.value is False


@settings(max_examples=150)
@given(
    st.tuples(st.integers(0, 120), st.integers(0, 120)),
    st.tuples(st.integers(60, 235), st.integers(60, 235)),
    st.sampled_from([0, 0, 10, 60]),
)
def test_a_demotion_is_just_enough(
    mine: tuple[int, int], theirs: tuple[int, int], demotion: int
) -> None:
    first = {"wan": M, "lan": M, "skew": mine, "demotion": demotion}
    second = {"wan": B, "lan": B, "skew": theirs, "demotion": 0}
    wish = Request(Verb.SWITCHOVER)
    let_through = permitted(sane | first, sane | second, wish)
    if let_through is None:
        return
    made, snapshot = let_through
    amount = made.steps[0].demotion
    acted, peer = snapshot.nodes if made.node == "fw1" else snapshot.nodes[::-1]
    ahead = []
    for own, other in zip(acted.roles, peer.roles, strict=True):
        assert own.advskew is not None and other.effective_skew is not None
        total = own.advskew + demotion + amount
        assert other.effective_skew < total < 240
        assert effective_skew(own.advskew, demotion + amount) == total
        ahead.append(total - other.effective_skew)
    assert min(ahead) == 20 or (amount == 1 and min(ahead) > 20)


@settings(max_examples=60)
@given(facts, facts, wishes)
def test_read_only_lets_nothing_through(first: Any, second: Any, wish: Request) -> None:
    snapshot = pair(make(NodeRole.PRIMARY, first), make(NodeRole.SECONDARY, second))
    try:
        made = build(wish, snapshot)
    except Unplannable:
        return
    found = gate.permit(made, snapshot, gate.Context(read_only=True))
    assert not isinstance(found, gate.Permit)
    assert all(each.weight is Weight.BLOCK for each in found)
