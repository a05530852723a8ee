"""The documented JSON of `diff`, schema 1."""

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pfha_tui.configdiff import visible
from pfha_tui.configdiff.model import Verdict
from pfha_tui.configdiff.rules import RULES
from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfha_tui.configdiff.model import Difference, Report, Side
    from pfha_tui.parsers.configxml import Revision

SCHEMA = 1


def document(report: "Report", *, everything: bool) -> dict[str, Any]:
    """`differences` and `coverage` always; of what is expected each rule with its count, and with `everything`
    each difference too. Times are seconds since the epoch."""
    return {
        "schema": SCHEMA,
        "primary": _side(report.primary),
        "secondary": _side(report.secondary),
        "summary": {verdict.value: report.count(verdict) for verdict in Verdict},
        "alerts": [
            {"kind": each.kind.value, "severity": each.severity.value, "text": each.text}
            for each in report.alerts
        ],
        "differences": [difference(each) for each in report.differences],
        "expected": {
            "count": len(report.expected),
            "rules": _rules(report),
            "differences": [difference(each) for each in report.expected] if everything else [],
        },
        "coverage": [asdict(each) | {"boxes": list(each.boxes)} for each in report.coverage],
    }


def difference(each: "Difference") -> dict[str, Any]:
    """One difference; values are null where the thing is absent."""
    return {
        "section": each.section,
        "item": each.item,
        "field": each.field,
        "primary": each.primary,
        "secondary": each.secondary,
        "verdict": each.verdict.value,
        "consequence": each.consequence,
        "rule": each.rule or None,
        "path": each.path,
    }


def history(revisions: "Sequence[Revision]") -> dict[str, Any]:
    """The earlier revisions of a node, the newest first."""
    return {
        "schema": SCHEMA,
        "revisions": [
            {"time": each.time, "description": visible.text(each.description)} for each in revisions
        ],
    }


def _side(side: "Side") -> dict[str, Any]:
    revision = side.revision
    return {
        "name": side.name,
        "version": side.version,
        "revision": {"time": revision.time or None, "description": revision.description},
    }


def _rules(report: "Report") -> list[dict[str, Any]]:
    counts = Counter(each.rule for each in report.expected)
    return [
        {"id": rule.id, "count": counts[rule.id], "reason": tr(rule.reason), "source": rule.source}
        for rule in RULES
        if counts[rule.id]
    ]
