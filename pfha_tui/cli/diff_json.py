"""The documented JSON of `diff`.

Values of secrets are never in it: `(hidden)` stands for them, `(set)` for an element that is there, `null` for one that
is not. Times are RFC 3339 in UTC.

- `schema`: 1. `primary`, `secondary`: `name`, configuration `version`, `revision` (`time`, `description`).
- `summary`: how many of each verdict. `alerts[]`: `kind`, `severity`, `text` about the sync as a whole.
- `differences[]`: `section`, `item`, `field` (empty: the whole item), `primary`, `secondary`, `verdict` (drift,
  must-match, unsynced; changed between revisions of one node), `consequence`, `rule` (`null`: the sync alone
  decided), `path`; of sets (addresses, members, interfaces) `only_primary` and `only_secondary`: what each has alone.
- `expected`: `count`, `rules[]` (`id`, `count`, `reason`, `source`), and with `--all` its `differences[]`.
- `coverage[]`: `section`, `boxes`, `synced`, `how`, `equal`, `drift`, `must_match`, `unsynced`, `expected`,
  `last_merge`.
"""

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pfha_tui.cli.status_json import rfc3339
from pfha_tui.configdiff import visible
from pfha_tui.configdiff.model import Verdict
from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfha_tui.configdiff.model import Difference, Report, Side
    from pfha_tui.parsers.configxml import Revision

SCHEMA = 1


def document(report: "Report", *, everything: bool) -> dict[str, Any]:
    """`differences` and `coverage` always; of what is expected each rule with its count, and with `everything`
    each difference too."""
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
        "coverage": [
            asdict(each) | {"boxes": list(each.boxes), "last_merge": _when(each.last_merge)}
            for each in report.coverage
        ],
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
        "only_primary": list(each.entries.only_primary),
        "only_secondary": list(each.entries.only_secondary),
    }


def history(revisions: "Sequence[Revision]") -> dict[str, Any]:
    """The earlier revisions of a node, the newest first."""
    return {
        "schema": SCHEMA,
        "revisions": [
            {"time": _when(each.time), "description": visible.text(each.description)}
            for each in revisions
        ],
    }


def _when(epoch: int | None) -> str | None:
    return rfc3339(epoch) if epoch else None


def _side(side: "Side") -> dict[str, Any]:
    revision = side.revision
    return {
        "name": side.name,
        "version": side.version,
        "revision": {"time": _when(revision.time), "description": revision.description},
    }


def _rules(report: "Report") -> list[dict[str, Any]]:
    counts = Counter(each.rule for each in report.expected)
    return [
        {"id": rule.id, "count": counts[rule.id], "reason": tr(rule.reason), "source": rule.source}
        for rule in report.rules
        if counts[rule.id]
    ]
