"""A comparison of both configurations as lines: the sections, and what differs in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pfha_tui.configdiff.model import SEVERITY, WEIGHT, Difference, Report, Verdict
from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.text import clean
from pfha_tui.domain.verdict import Severity
from pfha_tui.ui.line import EMPTY, Line, Tone, line, wrap

TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.NOTE: Tone.MUTED}
MARKS = {Severity.ERROR: "!!", Severity.WARNING: "! ", Severity.NOTE: "- "}
WORDS = {
    Verdict.DRIFT: mark("drift"),
    Verdict.MUST_MATCH: mark("must match"),
    Verdict.UNSYNCED: mark("unsynced"),
    Verdict.CHANGED: mark("changed"),
    Verdict.EXPECTED: mark("expected"),
}

FILTERS: tuple[tuple[Verdict, ...], ...] = (
    (Verdict.DRIFT, Verdict.MUST_MATCH, Verdict.UNSYNCED, Verdict.CHANGED),
    (Verdict.DRIFT,),
    (Verdict.MUST_MATCH,),
    (Verdict.UNSYNCED,),
    (Verdict.EXPECTED,),
)
"""What is shown, one after the other; the first is all but what is expected."""


@dataclass(frozen=True, slots=True)
class View:
    """What the operator wants to see: a filter of `FILTERS`, a text to find, and the form."""

    filter: int = 0
    needle: str = ""
    unified: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The lines, and the row of each difference and of each section's heading."""

    rows: tuple[Line, ...]
    differences: tuple[int, ...]
    sections: tuple[int, ...]


def chosen(report: Report, view: View) -> list[Difference]:
    """The differences of this view, those of one section together and the heaviest section first."""
    needle = view.needle.casefold()
    found = [
        each
        for each in (*report.differences, *report.expected)
        if each.verdict in FILTERS[view.filter] and needle in _said(each).casefold()
    ]
    weight: dict[str, int] = {}
    for each in found:
        weight[each.section] = min(weight.get(each.section, 9), WEIGHT[each.verdict])
    return sorted(found, key=lambda each: (weight[each.section], each.section))


def page(report: Report, view: View, cells: int) -> Page:
    """All of it, laid out for this width."""
    rows: list[Line] = []
    for alert in report.alerts:
        tone = TONES[alert.severity]
        rows += wrap(f"{MARKS[alert.severity]} {clean(alert.text)}", cells, 3, tone)
    differences, sections, section = [], [], ""
    for each in chosen(report, view):
        if each.section != section:
            section = each.section
            rows += [EMPTY] if rows else []
            sections.append(len(rows))
            rows.append(line((clean(section), Tone.STRONG)))
        differences.append(len(rows))
        rows += _difference(each, report, view, cells)
    if not differences:
        rows += [*([EMPTY] if rows else []), *wrap(_nothing(view), cells, 2, Tone.GOOD)]
    if view.filter == 0 and report.expected:
        said = tr("{count} hidden as expected").format(count=len(report.expected))
        rows += [EMPTY, line((said, Tone.MUTED))]
    return Page(tuple(rows), tuple(differences), tuple(sections))


def raw(report: Report, view: View, number: int) -> tuple[Line, ...]:
    """The thing of a difference (counted from 0) as XML: what is of one node alone in that node's colour."""
    found = chosen(report, view)
    if not 0 <= number < len(found) or not found[number].xml:
        return (line((tr("Nothing of it can be shown as XML."), Tone.MUTED)),)
    tones = {"-": Tone.NODE_A, "+": Tone.NODE_B, "!": Tone.BAD}
    names = (clean(report.primary.name), clean(report.secondary.name))
    head = line(("- ", Tone.NODE_A), f"{names[0]}   ", ("+ ", Tone.NODE_B), names[1])
    rows = (
        line((f"{sign} {clean(text)}", tones.get(sign, Tone.PLAIN)))
        for sign, text in found[number].xml
    )
    return (head, EMPTY, *rows)


def tree(report: Report, view: View, section: str) -> tuple[Line, ...]:
    """Every section with how many differences it has, and whether something syncs it; `section` is marked."""
    shown = chosen(report, view)
    rows = []
    for each in report.coverage:
        found = [one for one in shown if one.section == each.section]
        tone = Tone.MUTED
        count = ""
        if found:
            severity = min((one.verdict for one in found), key=lambda verdict: WEIGHT[verdict])
            tone, count = TONES[SEVERITY[severity]], f" {len(found)}"
        pointer = "> " if each.section == section else "  "
        synced = "=" if each.synced else "·"
        rows.append(line(pointer, f"{synced} ", (f"{clean(each.section)}{count}", tone)))
    return tuple(rows)


def heading(view: View) -> str:
    """What the view shows, in words."""
    words = tr("all") if view.filter == 0 else tr(WORDS[FILTERS[view.filter][0]])
    return f"{words}, /{view.needle}" if view.needle else words


def section_at(report: Report, view: View, number: int) -> str:
    """The section of a difference, counted from 0; empty where there is none."""
    found = chosen(report, view)
    return found[number].section if 0 <= number < len(found) else ""


def _difference(each: Difference, report: Report, view: View, cells: int) -> Sequence[Line]:
    severity = SEVERITY[each.verdict]
    what = clean(" ".join(part for part in (each.item, each.field) if part) or each.section)
    rows = [
        line(
            (f"  {MARKS[severity]} ", TONES[severity]),
            what,
            (f"  [{tr(WORDS[each.verdict])}]", Tone.MUTED),
        )
    ]
    one, two = (tr("nothing") if v is None else clean(v) for v in (each.primary, each.secondary))
    if view.unified:
        rows += [line("     - ", (one, Tone.NODE_A)), line("     + ", (two, Tone.NODE_B))]
    else:
        names = (clean(report.primary.name), clean(report.secondary.name))
        rows.append(
            line("     ", (names[0], Tone.NODE_A), f" {one}   ", (names[1], Tone.NODE_B), f" {two}")
        )
    for row in (
        wrap(each.consequence, max(10, cells - 5), 3, Tone.MUTED) if each.consequence else ()
    ):
        rows.append(line("     ", row))
    return rows


def _said(each: Difference) -> str:
    return " ".join((each.section, each.item, each.field, each.primary or "", each.secondary or ""))


def _nothing(view: View) -> str:
    if view.filter or view.needle:
        return tr("Nothing of this kind.")
    return tr(
        "Nothing would behave differently after a failover, as far as the configuration decides."
    )
