"""What would behave differently after a failover: two configurations in, a report out."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

from pfha_tui.configdiff import coverage, item, visible, words
from pfha_tui.configdiff.conditions import TESTS, Case
from pfha_tui.configdiff.consequences import consequence
from pfha_tui.configdiff.model import WEIGHT, Difference, Entries, Report, Rule, Side, Verdict
from pfha_tui.configdiff.rules import RULES
from pfha_tui.configdiff.sections import Sync, sync_of
from pfha_tui.configdiff.walk import Change, Kind, changes
from pfha_tui.domain.language import tr
from pfha_tui.parsers.configxml import ConfigXml, Revision


class ComparisonFault(Exception):
    """A fault of the comparison itself; str() names its kind and its place in the code, and nothing of a file."""


def compare(
    primary: ConfigXml,
    secondary: ConfigXml,
    *,
    names: tuple[str, str] = ("fw1", "fw2"),
    revisions: Sequence[Revision] = (),
    rules: Sequence[Rule] = RULES,
    now: float | None = None,
) -> Report:
    """Compare the primary's configuration with the secondary's; takes seconds for large ones, so not on a loop.

    `revisions` are earlier ones of the secondary, for the last merge of each section; `now` (epoch seconds) allows a
    change of this moment to be still on its way. The report holds no secret.
    Raises ComparisonFault.
    """
    try:
        return _compare(primary, secondary, names, revisions, rules, now)
    # Whatever it is, the frames below hold secrets, and a crash report shows the locals of every frame.
    except Exception as error:
        raise ComparisonFault(place(error)) from None


def _compare(
    primary: ConfigXml,
    secondary: ConfigXml,
    names: tuple[str, str],
    revisions: Sequence[Revision],
    rules: Sequence[Rule],
    now: float | None,
) -> Report:
    hasync = primary.root.get("hasync")
    target = hasync.get("synchronizetoip") if isinstance(hasync, dict) else ""
    works = bool(target) and primary.version == secondary.version
    sync = sync_of(primary.root, primary.version, works=works)
    past = coverage.past_of([secondary.revision, *revisions])
    found = []
    for change in changes(primary.root, secondary.root):
        judged = _judge(Case(change, primary, secondary, sync), rules)
        if judged is not None:
            verdict, rule = judged
            found.append(_difference(change, verdict, rule, names, sync))
    found.sort(key=lambda each: WEIGHT[each.verdict])
    return Report(
        primary=_side(names[0], primary),
        secondary=_side(names[1], secondary),
        differences=tuple(each for each in found if each.verdict is not Verdict.EXPECTED),
        expected=tuple(each for each in found if each.verdict is Verdict.EXPECTED),
        coverage=coverage.coverage(primary.root, secondary.root, sync, past, found),
        alerts=coverage.alerts(primary, secondary, sync, past, names, now),
        rules=tuple(rules),
    )


def compare_revisions(
    old: ConfigXml, new: ConfigXml, *, names: tuple[str, str] = ("old", "new")
) -> Report:
    """What changed between two revisions of one node: every difference is `changed`, and no rule is asked.

    Raises ComparisonFault.
    """
    try:
        found = tuple(
            _difference(change, Verdict.CHANGED, None, names, None)
            for change in changes(old.root, new.root)
            if change.left != change.right and change.path[0] != "revision"
        )
    # As in `compare`.
    except Exception as error:
        raise ComparisonFault(place(error)) from None
    return Report(_side(names[0], old), _side(names[1], new), found, (), (), (), one_node=True)


def place(error: BaseException) -> str:
    """The kind of an error and where in the code it arose, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return type(error).__name__ + where


def _judge(case: Case, rules: Sequence[Rule]) -> tuple[Verdict, Rule | None] | None:
    """The verdict, and the rule that gave it; None for a relation that holds between equal values."""
    change = case.change
    path = "/" + change.text
    for rule in rules:
        if not rule.pattern.fullmatch(path) or not TESTS[rule.when](case):
            continue
        if TESTS[rule.test](case):
            return (rule.verdict, rule) if change.left != change.right else None
        if rule.otherwise is not None:
            return rule.otherwise, rule
        if rule.section_decides:
            return (Verdict.DRIFT if case.sync.covers(change.section) else Verdict.UNSYNCED), rule
    if change.left == change.right:
        return None
    return (Verdict.DRIFT if case.sync.covers(change.section) else Verdict.UNSYNCED), None


def _difference(
    change: Change,
    verdict: Verdict,
    rule: Rule | None,
    names: tuple[str, str],
    sync: Sync | None,
) -> Difference:
    left, right = _shown(change)
    judge = rule.id if rule is not None else ""
    wiped = sync is not None and sync.works
    return Difference(
        section=change.section,
        item=words.item(change),
        field=change.field,
        primary=left,
        secondary=right,
        verdict=verdict,
        consequence=consequence(change, verdict, judge, names, wiped=wiped),
        rule=judge,
        path=change.text,
        xml=item.rows(change),
        entries=_entries(change),
    )


def _shown(change: Change) -> tuple[str | None, str | None]:
    """Both values as they may be shown."""
    if change.kind is Kind.ITEM:
        there = tr("present")
        return (None if change.left is None else there), (None if change.right is None else there)
    path = change.path
    if change.kind is Kind.ORDER:
        if change.entries:
            place = tr("place {number}")
            return place.format(number=change.left), place.format(number=change.right)
        # The names of interfaces, which are elements, not text.
        return _joined(change.left), _joined(change.right)
    return (
        visible.shown(change.section, path, change.left),
        visible.shown(change.section, path, change.right),
    )


def _entries(change: Change) -> Entries:
    if change.kind is not Kind.FIELD:
        return Entries()
    return visible.entries(change.section, change.path, change.left, change.right)


def _joined(names: object) -> str:
    return visible.text(", ".join(map(str, names))) if isinstance(names, list) else ""


def _side(name: str, config: ConfigXml) -> Side:
    revision = config.revision
    return Side(
        name,
        visible.text(config.version),
        Revision(
            revision.time, visible.text(revision.description), visible.text(revision.username)
        ),
    )
