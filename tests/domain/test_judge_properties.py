"""What must hold of every pair, however strange."""

from dataclasses import replace
from typing import Any

from domain_pairs import NAMES, NOW, B, M, X, node, reading, unreachable
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.causes import CAUSES
from pfha_tui.domain.judge import judge
from pfha_tui.domain.reading import Reading
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.target import NodeRole
from pfha_tui.domain.verdict import Severity, Verdict, VerdictKind

K = VerdictKind
ORDER = list(VerdictKind)

facts = st.fixed_dictionaries(
    {
        "wan": st.sampled_from([M, B, X, None]),
        "lan": st.sampled_from([M, B, X, None]),
        "skew": st.tuples(st.integers(0, 254), st.integers(0, 254)),
        "allow": st.booleans(),
        "preempt": st.booleans(),
        "demotion": st.sampled_from([0, 240, 480, -20, 33]),
        "lan_status": st.sampled_from(["active", "no carrier"]),
        "states": st.integers(0, 500),
        "maintenance": st.sampled_from([Reading(), reading(False), reading(True)]),
        "booting": st.sampled_from([Reading(), reading(False), reading(True)]),
        "creators": st.sampled_from([Reading(), reading(()), reading(("a",)), reading(("a", "b"))]),
        "reachable": st.sampled_from([True, True, True, False, None]),
    }
)


def build(role: NodeRole, given_facts: dict[str, Any]) -> NodeSnapshot:
    rest = dict(given_facts)
    return node(role, rest.pop("wan"), rest.pop("lan"), rest.pop("skew"), **rest)


def pair(first: dict[str, Any], second: dict[str, Any]) -> tuple[NodeSnapshot, NodeSnapshot]:
    return build(NodeRole.PRIMARY, first), build(NodeRole.SECONDARY, second)


def errors(found: Verdict) -> set[str]:
    return {each.id for each in found.causes if each.severity is Severity.ERROR}


@given(facts, facts)
def test_the_verdict_is_the_worst_that_its_causes_speak_for(first: Any, second: Any) -> None:
    found = judge(*pair(first, second), NOW)
    said = errors(found)
    if "no-master" in said:
        assert found.kind is K.NO_MASTER
    elif "split-brain" in said:
        assert found.kind is K.SPLIT_BRAIN
    elif said:
        assert ORDER.index(found.kind) <= ORDER.index(K.DEGRADED)
    if found.kind in (K.HEALTHY, K.FAILED_OVER, K.MAINTENANCE):
        assert not said


@given(facts, facts)
def test_every_verdict_is_explained(first: Any, second: Any) -> None:
    found = judge(*pair(first, second), NOW)
    assert found.why and "\n" not in found.why
    assert all(each.id in CAUSES and each.evidence for each in found.causes)
    assert all(each.node in (None, *NAMES.values()) for each in found.causes)
    ranks = [list(Severity).index(each.severity) for each in found.causes]
    assert ranks == sorted(ranks)
    marks = [(each.id, each.node, each.interface, each.vhid) for each in found.causes]
    assert len(marks) == len(set(marks))
    assert all(each in found.causes and each.clause[1:] in found.why for each in found.told)


@given(facts, facts)
def test_an_outage_or_a_split_brain_rests_on_both_nodes(first: Any, second: Any) -> None:
    found = judge(*pair(first, second), NOW)
    if found.kind in (K.NO_MASTER, K.SPLIT_BRAIN):
        assert first["reachable"] and second["reachable"]


@given(facts, facts)
def test_no_cause_but_its_silence_comes_from_a_silent_node(first: Any, second: Any) -> None:
    talking, other = pair(first | {"reachable": True}, second)
    found = judge(talking, unreachable(other), NOW)
    of_it = {each.id for each in found.causes if each.node == other.name}
    assert of_it == {"unreachable"}
    never = NodeSnapshot(other.name, other.role, other.address, NOW, reachable=True)
    found = judge(talking, never, NOW)
    assert {each.id for each in found.causes if each.node == other.name} == {"roles-unread"}


@given(facts, facts)
def test_losing_sight_of_everything_is_unknown(first: Any, second: Any) -> None:
    dark = [unreachable(each) for each in pair(first, second)]
    assert judge(*dark, NOW).kind is K.UNKNOWN


@given(facts, facts)
def test_sections_never_read_cause_nothing(first: Any, second: Any) -> None:
    """Only roles are known: whatever the other sections would have said must not be guessed."""
    bare = [
        replace(
            each,
            **{name: Reading() for name in ("carp", "pf", "maintenance", "booting", "creators")},
        )
        for each in pair(first, second)
    ]
    ids = {each.id for each in judge(*bare, NOW).causes}
    assert not ids & {
        "carp-disabled",
        "preempt-off",
        "demoted",
        "pf-disabled",
        "booting",
        "cloned-host-id",
        "state-gap",
        "state-sync-broken",
        "vhid-gone",
    }


@given(facts, facts)
def test_the_pair_is_judged_alike_from_either_side(first: Any, second: Any) -> None:
    """Where the skews say who is preferred, it does not matter which node is called the primary."""

    def decided(at: int) -> bool:
        a, b = first["skew"][at], second["skew"][at]
        return a != b and 254 not in (a, b)

    if not (decided(0) and decided(1) and first["wan"] and second["wan"]):
        return
    if not (first["lan"] and second["lan"]):
        return
    one, two = pair(first, second)
    there, back = judge(one, two, NOW), judge(two, one, NOW)
    assert there.kind is back.kind

    def marks(found: Verdict) -> set[tuple[str, str | None]]:
        return {(each.id, each.node) for each in found.causes if each.id != "skew-reversed"}

    assert marks(there) == marks(back)
