"""A comparison in lines of text: as a list, as a unified diff, as Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from pfha_tui.configdiff import visible
from pfha_tui.configdiff.model import SEVERITY, Difference, Report, Side, Verdict
from pfha_tui.domain.language import mark, ntr, tr
from pfha_tui.domain.text import clean
from pfha_tui.domain.verdict import Severity
from pfha_tui.parsers.configxml import Revision

MARKS = {Severity.ERROR: "!!", Severity.WARNING: "! ", Severity.NOTE: "- "}
VERDICTS = {
    Verdict.DRIFT: mark("drift"),
    Verdict.MUST_MATCH: mark("must match"),
    Verdict.UNSYNCED: mark("unsynced"),
    Verdict.EXPECTED: mark("expected"),
    Verdict.CHANGED: mark("changed"),
}
"""The verdicts in words, English for `tr`."""

FEW: Final = 4
"""A set of more entries is told by what differs in it."""

_AUTHOR: Final = re.compile(r"(\S{1,120}?)(?: \([^)]{1,80}\))?: (.*)", re.DOTALL)


def lines(report: Report, *, everything: bool) -> Iterator[str]:
    """For people: the heaviest section first, each difference with what it would mean."""
    yield from _head(report)
    for section, found in _by_section(report, everything):
        yield ""
        yield f"{section}: {_counts(found)}"
        for each in found:
            yield f"  {MARKS[SEVERITY[each.verdict]]} {_what(each)}: {_values(each, report)}"
            if each.consequence:
                yield f"     {each.consequence}"
    yield ""
    yield from _summary(report, everything)
    if everything and report.coverage:
        yield ""
        yield from _coverage(report)


def unified(report: Report, *, everything: bool) -> Iterator[str]:
    """As `diff -u` would show what matters: a block for each thing, lines of the primary and of the secondary."""
    yield f"--- {report.primary.name}"
    yield f"+++ {report.secondary.name}"
    for section, found in _by_section(report, everything):
        for item, group in groupby(found, key=lambda each: each.item):
            yield f"@@ {section} {item}".rstrip() + " @@"
            for each in group:
                name = each.field or tr("the whole")
                verdict = tr(VERDICTS[each.verdict])
                one, two = values(each)
                if one is not None:
                    yield f"-{name}: {one}  [{verdict}]"
                if two is not None:
                    yield f"+{name}: {two}  [{verdict}]"


def markdown(report: Report, *, everything: bool) -> Iterator[str]:
    """For a ticket: a heading for each section, and a table."""
    yield "# " + tr("Configurations of {primary} and {secondary}").format(
        primary=_cell(report.primary.name), secondary=_cell(report.secondary.name)
    )
    yield ""
    for line in _head(report):
        yield f"- {_cell(line)}"
    for section, found in _by_section(report, everything):
        yield ""
        yield f"## {section}: {_counts(found)}"
        yield ""
        names = (tr("item"), tr("field"), report.primary.name, report.secondary.name, tr("verdict"))
        yield "| " + " | ".join(map(_cell, (*names, tr("consequence")))) + " |"
        yield "|---|---|---|---|---|---|"
        for each in found:
            row = (each.item, each.field, *map(_value, values(each)),
                   tr(VERDICTS[each.verdict]), each.consequence)  # fmt: skip
            yield "| " + " | ".join(map(_cell, row)) + " |"
    yield ""
    yield from map(_cell, _summary(report, everything))


def _head(report: Report) -> Iterator[str]:
    yield _side(report.primary)
    yield _side(report.secondary)
    for alert in report.alerts:
        yield f"{MARKS[alert.severity]} {alert.text}"


def _side(side: Side) -> str:
    return f"{side.name}: {side.version} {revision(side.revision)}".rstrip()


def revision(one: Revision) -> str:
    """When a revision was written, in UTC, by whom and why."""
    return f"{_when(one.time)} {visible.brief(one.description)}".strip()


def author(description: str) -> tuple[str, str]:
    """By whom a revision was written, and why; pfSense puts both in its description, as config.lib.inc has it."""
    found = _AUTHOR.match(description)
    return (found[1], found[2]) if found is not None else ("", description)


def nothing(report: Report) -> str:
    """What a report without differences says."""
    if report.one_node:
        return tr("Nothing differs between these revisions.")
    return tr(
        "Nothing would behave differently after a failover, as far as the configuration decides."
    )


def _when(epoch: int) -> str:
    if not 0 < epoch < 253_402_300_800:
        return ""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _by_section(report: Report, everything: bool) -> list[tuple[str, list[Difference]]]:
    found = [*report.differences, *(report.expected if everything else ())]
    order: dict[str, list[Difference]] = {}
    for each in found:
        order.setdefault(each.section, []).append(each)
    return list(order.items())


def _counts(found: Sequence[Difference]) -> str:
    counts = Counter(each.verdict for each in found)
    return ", ".join(
        f"{counts[verdict]} {tr(VERDICTS[verdict])}" for verdict in Verdict if counts[verdict]
    )


def _what(each: Difference) -> str:
    return " ".join(part for part in (each.item, each.field) if part) or each.section


def values(each: Difference) -> tuple[str | None, str | None]:
    """Both values in a length for people: long ones around what differs, of long sets what each has alone."""
    one, two = each.primary, each.secondary
    if one is None or two is None:
        return one and visible.short(one), two and visible.short(two)
    found = each.entries
    if max(found.counts) > FEW and (found.only_primary or found.only_secondary):
        return _alone(found.counts[0], found.only_primary), _alone(
            found.counts[1], found.only_secondary
        )
    return visible.around(one, two)


def _alone(count: int, only: Sequence[str]) -> str:
    """A set in words: how many entries it has, and those that the other lacks."""
    if not only:
        said = ntr("{count} entry, none only here", "{count} entries, none only here", count)
        return said.format(count=count)
    listed, length = 0, 0
    for name in only:
        length += len(name) + 2
        if listed and length > visible.LONGEST:
            break
        listed += 1
    names = ", ".join(visible.short(name) for name in only[:listed])
    if listed < len(only):
        names += " " + tr("and {count} more").format(count=len(only) - listed)
    said = ntr("{count} entry, only here: {names}", "{count} entries, only here: {names}", count)
    return said.format(count=count, names=names)


def _values(each: Difference, report: Report) -> str:
    one, two = map(_value, values(each))
    return tr("{primary} has {one}, {secondary} has {two}").format(
        primary=report.primary.name, one=one, secondary=report.secondary.name, two=two
    )


def _value(value: str | None) -> str:
    return tr("nothing") if value is None else value


def _summary(report: Report, everything: bool) -> Iterator[str]:
    if not report.differences:
        yield nothing(report)
    counts = Counter(each.rule for each in report.expected)
    known = [rule for rule in report.rules if counts[rule.id]]
    if everything:
        for rule in known:
            yield f"{rule.id} ({counts[rule.id]}): {tr(rule.reason)} [{rule.source}]"
    elif known:
        total = len(report.expected)
        rules = ", ".join(f"{rule.id} {counts[rule.id]}" for rule in known)
        said = ntr(
            "{count} hidden as expected: {rules}", "{count} hidden as expected: {rules}", total
        )
        yield said.format(count=total, rules=rules)


def _coverage(report: Report) -> Iterator[str]:
    yield tr("Who keeps what equal:")
    for each in report.coverage:
        state = tr("equal") if each.equal else tr("differs")
        boxes = tr("synced by {boxes}").format(boxes=", ".join(each.boxes))
        by = boxes if each.synced else each.how
        if each.last_merge:
            by += "; " + tr("last merged {when}").format(when=_when(each.last_merge))
        yield f"  {each.section}: {state}; {by}"


def _cell(text: str) -> str:
    return (
        clean(text)
        .replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("<", "&lt;")
        .replace("`", "\\`")
    )
