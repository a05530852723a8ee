"""A comparison of both configurations as lines: the sections, and what differs in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pfha_tui.configdiff import told, visible
from pfha_tui.configdiff.model import SEVERITY, WEIGHT, Difference, Report, Side, Verdict
from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.text import clean
from pfha_tui.domain.verdict import Severity
from pfha_tui.ui.line import EMPTY, Line, Tone, line, pad, width, wrap

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

MOST = 200
"""Differences that are laid out: thousands would hold up the screen, and nobody reads them one by one."""

MOST_ROWS = 40
"""Rows of one value."""

NARROWEST = 12
"""Cells that a value needs beside what stands before it."""


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


@dataclass(frozen=True, slots=True)
class Found:
    """What a view shows of a report: the differences of one section together, the heaviest section first."""

    report: Report
    view: View
    differences: tuple[Difference, ...]
    sections: Mapping[str, tuple[int, Tone]]
    """By section how many there are, and the tone of the heaviest."""


def find(report: Report, view: View) -> Found:
    """Look up what the view shows; takes some milliseconds for thousands of differences, so once per view."""
    needle = view.needle.casefold()
    found = [
        each
        for each in (*report.differences, *report.expected)
        if each.verdict in FILTERS[view.filter] and (not needle or needle in _said(each).casefold())
    ]
    weight: dict[str, int] = {}
    tones: dict[str, Tone] = {}
    for each in found:
        heavy = WEIGHT[each.verdict]
        if heavy < weight.get(each.section, 9):
            weight[each.section], tones[each.section] = heavy, TONES[SEVERITY[each.verdict]]
    found.sort(key=lambda each: (weight[each.section], each.section))
    counts = Counter(each.section for each in found)
    sections = {name: (count, tones[name]) for name, count in counts.items()}
    return Found(report, view, tuple(found), sections)


def page(found: Found, cells: int) -> Page:
    """As much of it as `MOST`, laid out for this width."""
    report, view = found.report, found.view
    rows: list[Line] = list(_revisions(report, cells)) if report.one_node else []
    for alert in report.alerts:
        tone = TONES[alert.severity]
        rows += wrap(f"{MARKS[alert.severity]} {clean(alert.text)}", cells, 3, tone)
    differences, sections, section = [], [], ""
    for each in found.differences[:MOST]:
        if each.section != section:
            section = each.section
            rows += [EMPTY] if rows else []
            sections.append(len(rows))
            rows.append(line((clean(section), Tone.STRONG)))
        differences.append(len(rows))
        rows += _difference(each, report, view, cells)
    if not differences:
        rows += [*([EMPTY] if rows else []), *wrap(_nothing(found), cells, 2, Tone.GOOD)]
    if len(found.differences) > MOST:
        said = tr("{count} more: search (/), choose a kind (v), or export all (e)")
        rows += [
            EMPTY,
            *wrap(said.format(count=len(found.differences) - MOST), cells, 2, Tone.WARN),
        ]
    if view.filter == 0 and report.expected:
        said = tr("{count} hidden as expected").format(count=len(report.expected))
        rows += [EMPTY, line((said, Tone.MUTED))]
    return Page(tuple(rows), tuple(differences), tuple(sections))


def raw(found: Found, number: int, cells: int) -> tuple[Line, ...]:
    """The thing of a difference (counted from 0) as XML: what is of one node alone in that node's colour."""
    if not 0 <= number < len(found.differences) or not found.differences[number].xml:
        return (line((tr("Nothing of it can be shown as XML."), Tone.MUTED)),)
    tones = {"-": Tone.NODE_A, "+": Tone.NODE_B, "!": Tone.BAD}
    names = (clean(found.report.primary.name), clean(found.report.secondary.name))
    head = line(("- ", Tone.NODE_A), f"{names[0]}   ", ("+ ", Tone.NODE_B), names[1])
    rows: list[Line] = []
    for row in map(clean, found.differences[number].xml):
        tone = tones.get(row[:1], Tone.PLAIN)
        deep = len(row) - len(row[1:].lstrip())
        rows += _hanging(line((row[:deep], tone)), row[deep:], cells, tone)
    return (head, EMPTY, *rows)


def tree(found: Found, section: str) -> tuple[Line, ...]:
    """Every section with how many differences it has, and whether something syncs it; `section` is marked.

    Of two revisions of one node only the sections that differ.
    """
    signs = {each.section: "= " if each.synced else "· " for each in found.report.coverage}
    signs = signs or dict.fromkeys(found.sections, "")
    rows = []
    for name, sign in signs.items():
        count, tone = found.sections.get(name, (0, Tone.MUTED))
        pointer = "> " if name == section else "  "
        rows.append(line(pointer, sign, (f"{clean(name)} {count or ''}".rstrip(), tone)))
    return tuple(rows)


def heading(view: View) -> str:
    """What the view shows, in words."""
    words = tr("all") if view.filter == 0 else tr(WORDS[FILTERS[view.filter][0]])
    return f"{words}, /{view.needle}" if view.needle else words


def section_at(found: Found, number: int) -> str:
    """The section of a difference, counted from 0; empty where there is none."""
    return found.differences[number].section if 0 <= number < len(found.differences) else ""


def _revisions(report: Report, cells: int) -> Sequence[Line]:
    """Which two revisions these are, by whom and why."""
    return (
        *_side("- ", Tone.NODE_A, report.primary, cells),
        *_side("+ ", Tone.NODE_B, report.secondary, cells),
    )


def _side(sign: str, tone: Tone, side: Side, cells: int) -> Sequence[Line]:
    who, what = told.author(visible.short(side.revision.description))
    return _hanging(line((f"{sign}{clean(side.name)}  ", tone)), f"{who} {what}".strip(), cells)


def _difference(each: Difference, report: Report, view: View, cells: int) -> Sequence[Line]:
    severity = SEVERITY[each.verdict]
    what = clean(" ".join(part for part in (each.item, each.field) if part) or each.section)
    lead = line((f"  {MARKS[severity]} ", TONES[severity]))
    verdict = line((f"  [{tr(WORDS[each.verdict])}]", Tone.MUTED))
    rows = [*_hanging(lead, what, cells)]
    fits = width(rows[-1]) + width(verdict) <= cells
    rows[-1:] = [line(rows[-1], verdict)] if fits else [rows[-1], line("   ", verdict)]
    one, two = (tr("nothing") if v is None else clean(v) for v in told.values(each))
    if view.unified:
        rows += _hanging(line("     - "), one, cells, Tone.NODE_A)
        rows += _hanging(line("     + "), two, cells, Tone.NODE_B)
    else:
        rows += _both(one, two, report, cells)
    for row in (
        wrap(each.consequence, max(10, cells - 5), 3, Tone.MUTED) if each.consequence else ()
    ):
        rows.append(line("     ", row))
    return rows


def _both(one: str, two: str, report: Report, cells: int) -> Sequence[Line]:
    """The values side by side, or where they are too long for that one below the other."""
    names = (clean(report.primary.name), clean(report.secondary.name))
    first = line("     ", (names[0], Tone.NODE_A), " ")
    second = line((names[1], Tone.NODE_B), " ")
    row = line(first, f"{one}   ", second, two)
    if width(row) <= cells:
        return (row,)
    # Below each other both values begin in the same column.
    both = max(width(first), width(second) + 5)
    return (
        *_hanging(pad(first, both), one, cells),
        *_hanging(pad(line("     ", second), both), two, cells),
    )


def _hanging(lead: Line, text: str, cells: int, tone: Tone = Tone.PLAIN) -> Sequence[Line]:
    """A text after a lead, its further rows below its beginning."""
    indent = width(lead)
    if cells - indent < NARROWEST:
        indent, found = 2, wrap(text, max(1, cells - 2), MOST_ROWS, tone)
        return (lead, *(line("  ", row) for row in found))
    found = wrap(text, cells - indent, MOST_ROWS, tone) or (EMPTY,)
    return tuple(line(" " * indent if place else lead, row) for place, row in enumerate(found))


def _said(each: Difference) -> str:
    return " ".join((each.section, each.item, each.field, each.primary or "", each.secondary or ""))


def _nothing(found: Found) -> str:
    if found.view.filter or found.view.needle:
        return tr("Nothing of this kind.")
    return told.nothing(found.report)
