"""Judging pairs built by hand, and reading what was judged."""

from dataclasses import replace
from typing import Any

from domain_pairs import NOW, reading

from pfha_tui.domain.judge import judge
from pfha_tui.domain.model import CarpCounters, PfsyncCounters
from pfha_tui.domain.snapshot import NodeRates, NodeSnapshot
from pfha_tui.domain.verdict import Severity, Verdict, VerdictKind

K = VerdictKind


def on(first: NodeSnapshot, second: NodeSnapshot, now: float = NOW) -> Verdict:
    return judge(first, second, now)


def ids(found: Verdict) -> list[tuple[str, str | None]]:
    return [(each.id, each.node) for each in found.causes]


def errors(found: Verdict) -> list[tuple[str, str | None]]:
    return [(each.id, each.node) for each in found.causes if each.severity is Severity.ERROR]


def with_pf(node: NodeSnapshot, **changes: Any) -> NodeSnapshot:
    assert node.pf.value is not None
    return replace(node, pf=reading(replace(node.pf.value, **changes), 1.0, 5.0))


def with_rates(node: NodeSnapshot, **rates: float) -> NodeSnapshot:
    pfsync = reading(PfsyncCounters(0, 0, 0, 0, (), (), (), 0, 0), 1.0, 5.0)
    carp = reading(CarpCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 1.0, 5.0)
    return replace(node, pfsync=pfsync, carp_counters=carp, rates=NodeRates(**rates))
