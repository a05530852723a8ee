"""Pairs as the collector would show them, with everything known that the gate asks for."""

from dataclasses import replace
from typing import Any

from pfha_tui.actions import gate
from pfha_tui.actions.model import Finding, Plan, Request, Verb, Weight
from pfha_tui.actions.plan import build
from pfha_tui.domain.judge import judge
from pfha_tui.domain.mark import OwnMark
from pfha_tui.domain.model import Gateway, NodeClock, PfInfo, SystemStats
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot
from pfha_tui.domain.target import NodeRole
from tests.domain.domain_pairs import NOW, B, M, node, reading

EPOCH = 1_790_000_000.0
HOSTS = {NodeRole.PRIMARY: "aaaa", NodeRole.SECONDARY: "bbbb"}
MARK = OwnMark("0123456789abcdef", 120, int(EPOCH) - 600, "alice")


def known(role: NodeRole, wan: Any = None, lan: Any = None, *args: Any, **changes: Any) -> Any:
    """A node of which every section was read."""
    first = M if role is NodeRole.PRIMARY else B
    wan, lan = wan or first, lan or first
    states = changes.pop("states", 100)
    rest: dict[str, Any] = {
        "maintenance": reading(False),
        "booting": reading(False),
        "mark": reading(()),
        "pf": reading(PfInfo(True, 60, HOSTS[role], states, 0, 0, 0)),
        "creators": reading(("aaaa", "bbbb")),
        "gateways": reading((Gateway("WAN_GW", 0.01, 0.001, 0.0),)),
        "clock": reading(NodeClock(int(EPOCH), 0)),
        "system": reading(SystemStats(boottime=int(EPOCH) - 86_400)),
    }
    return node(role, wan, lan, *args, states=states, **(rest | changes))


def fw1(*args: Any, **changes: Any) -> NodeSnapshot:
    return known(NodeRole.PRIMARY, *args, **changes)


def fw2(*args: Any, **changes: Any) -> NodeSnapshot:
    return known(NodeRole.SECONDARY, *args, **changes)


def pair(
    first: NodeSnapshot | None = None, second: NodeSnapshot | None = None, at: float = NOW
) -> PairSnapshot:
    first, second = first or fw1(), second or fw2()
    return PairSnapshot("HQ", 1, at, EPOCH, first, second, judge(first, second, at))


def switched(**changes: Any) -> PairSnapshot:
    """After a switchover by demotion: fw2 serves, fw1 bears our mark."""
    return pair(fw1(B, B, demotion=120, mark=reading((MARK,)), **changes), fw2(M, M))


def maintained(**changes: Any) -> PairSnapshot:
    """fw1 in maintenance, fw2 serves."""
    return pair(fw1(B, B, 254, maintenance=reading(True), **changes), fw2(M, M))


def sampled(snapshot: PairSnapshot, first: float, second: float, at: float) -> PairSnapshot:
    """The same picture at another moment, from samples that began so long after `NOW`."""
    later = {"interfaces", "carp", "maintenance", "booting", "mark", "system", "pf"}
    nodes = []
    for each, begun in ((snapshot.primary, first), (snapshot.secondary, second)):
        fresh = {
            name: replace(getattr(each, name), taken_at=at)
            for name in later
            if getattr(each, name).taken_at is not None
        }
        nodes.append(replace(each, sampled_from=NOW + begun, **fresh))
    return replace(snapshot, primary=nodes[0], secondary=nodes[1], at=at)


def plan(verb: Verb, snapshot: PairSnapshot, node: str | None = None, **wish: Any) -> Plan:
    return build(Request(verb, node, **wish), snapshot)


def refusals(made: Plan, snapshot: PairSnapshot, **context: Any) -> set[str]:
    """The ids of what refuses the plan."""
    found = gate.permit(made, snapshot, gate.Context(**context))
    return set() if isinstance(found, gate.Permit) else {each.id for each in found}


def warnings(made: Plan, snapshot: PairSnapshot, **context: Any) -> set[str]:
    found: tuple[Finding, ...] = gate.findings(made, snapshot, gate.Context(**context))
    return {each.id for each in found if each.weight is Weight.WARN}
