"""What a comparison of two configurations goes by and has found: rules, differences with verdicts, coverage, alerts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pfha_tui.domain.verdict import Severity
from pfha_tui.parsers.configxml import Revision


class Verdict(StrEnum):
    """What a difference is."""

    DRIFT = "drift"
    """A sync keeps these equal, and they are not."""
    MUST_MATCH = "must-match"
    """Nothing syncs it, yet a failover goes wrong unless it is equal (or stands in a fixed relation)."""
    UNSYNCED = "unsynced"
    """It differs, and nothing keeps it equal: the box is not ticked, or there is none."""
    EXPECTED = "expected"
    """It differs by design."""
    CHANGED = "changed"
    """Two revisions of one node differ."""


WEIGHT = {
    Verdict.DRIFT: 0, Verdict.MUST_MATCH: 1, Verdict.UNSYNCED: 2, Verdict.CHANGED: 3, Verdict.EXPECTED: 4,
}  # fmt: skip
"""Order of importance, the heaviest first."""

SEVERITY = {
    Verdict.DRIFT: Severity.ERROR,
    Verdict.MUST_MATCH: Severity.WARNING,
    Verdict.UNSYNCED: Severity.NOTE,
    Verdict.CHANGED: Severity.NOTE,
    Verdict.EXPECTED: Severity.NOTE,
}


@dataclass(frozen=True)
class Rule:
    """One rule.

    `test` names a condition of `conditions.TESTS`. Where the test fails, `otherwise` is the verdict, or the next rule
    is asked if that is None.
    """

    id: str
    paths: tuple[str, ...]
    reason: str
    """English, for `tr`: why."""
    source: str
    """The file of pfSense, or the page, that says so."""
    verdict: Verdict = Verdict.EXPECTED
    test: str = "always"
    otherwise: Verdict | None = None
    section_decides: bool = False
    """Where the test fails, the sync decides, and no other rule."""
    when: str = "always"
    """As `test`: where it fails, the rule is not asked at all."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the paths that the rule is about."""
        return re.compile("|".join(_compiled(path) for path in self.paths))


def _compiled(path: str) -> str:
    steps = []
    for step in path.split("/"):
        if step == "**":
            steps.append("(?:/[^/]+)*")
        else:
            steps.append("/" + re.escape(step).replace(r"\*", "[^/]*"))
    return "".join(steps)


@dataclass(frozen=True, slots=True)
class Entries:
    """Two sets compared, as they may be shown: how many entries each has, and those that the other lacks."""

    counts: tuple[int, int] = (0, 0)
    only_primary: tuple[str, ...] = ()
    only_secondary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs, safe to show: no text of it is a secret.

    `primary` and `secondary` are None where the thing is absent. `field` is empty where a whole item, or a section
    without items, is meant, and `order` where only the place among its neighbours differs.
    """

    section: str
    item: str
    field: str
    primary: str | None
    secondary: str | None
    verdict: Verdict
    consequence: str
    rule: str = ""
    """The id of the rule that judged it; empty where the sync alone decided."""
    path: str = ""
    """Where it stands in config.xml, entries without their identity: `filter/rule/disabled`."""
    xml: tuple[str, ...] = ()
    """The thing as XML, as `item.rows` has it."""
    entries: Entries = Entries()
    """Of two sets (addresses, members, interfaces) what each has alone; else empty."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One section: who keeps it equal, and whether it is."""

    section: str
    boxes: tuple[str, ...]
    """The boxes of System > High Availability any of which syncs it; none where nothing can."""
    synced: bool
    how: str
    """In words: how the receiver applies it, or why nothing syncs it."""
    equal: bool
    """Nothing differs that should not."""
    drift: int
    must_match: int
    unsynced: int
    expected: int
    last_merge: int | None
    """When the secondary last merged this section (epoch seconds, its clock); None where that is not known."""


class AlertKind(StrEnum):
    """What is wrong with the sync itself."""

    VERSIONS_DIFFER = "versions-differ"
    NO_TARGET = "no-target"
    BOTH_SYNC = "both-sync"
    REVERSED = "reversed"
    NOTHING_TICKED = "nothing-ticked"
    PRIMARY_NEWER = "primary-newer"
    SECONDARY_EDITED = "secondary-edited"
    NEVER_MERGED = "never-merged"


@dataclass(frozen=True, slots=True)
class Alert:
    """One sentence about the sync as a whole."""

    kind: AlertKind
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two configurations: what to call it, its version and revision (already fit to show)."""

    name: str
    version: str
    revision: Revision


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: everything that differs, the most important first within each section."""

    primary: Side
    secondary: Side
    differences: tuple[Difference, ...]
    """All but the expected ones."""
    expected: tuple[Difference, ...]
    coverage: tuple[Coverage, ...]
    alerts: tuple[Alert, ...]
    rules: tuple[Rule, ...] = ()
    """The rules that were asked."""
    one_node: bool = False
    """The two are revisions of one node."""

    @property
    def findings(self) -> bool:
        """Whether anything must be looked at: drift, must-match, or an alert heavier than a note."""
        weighty = (Verdict.DRIFT, Verdict.MUST_MATCH, Verdict.CHANGED)
        return any(each.verdict in weighty for each in self.differences) or any(
            alert.severity is not Severity.NOTE for alert in self.alerts
        )

    def count(self, verdict: Verdict) -> int:
        """How many differences have this verdict."""
        return sum(each.verdict is verdict for each in (*self.differences, *self.expected))
