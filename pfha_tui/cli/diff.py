"""`diff`: what would behave differently after a failover, by the configurations of both nodes."""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfha_tui.configdiff.model import Report
    from pfha_tui.parsers.configxml import Revision


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """The options of `diff` itself; `form` is table, json, unified or markdown, `timeout_s` in seconds."""

    places: tuple[str, ...]
    form: str
    section: str | None
    all: bool
    exit_code: bool
    timeout_s: float


def run(options: Options, wish: DiffOptions) -> ExitCode:
    """Read both configurations, compare them, and print what differs. Raises Failure."""
    from pfha_tui.cli.diff_rules import rules
    from pfha_tui.cli.diff_sources import history_of, sides
    from pfha_tui.configdiff.engine import compare, compare_revisions
    from pfha_tui.parsers.errors import ParseError

    try:
        if len(wish.places) == 1 and wish.places[0].endswith("@"):
            listed = asyncio.run(history_of(options, wish.places[0][:-1], wish.timeout_s))
            _list(listed, wish.form)
            return ExitCode.OK
        both = asyncio.run(sides(options, wish.places, wish.timeout_s))
    except ParseError as error:
        raise Failure(ExitCode.UNVERIFIED, str(error)) from None
    names = (both.primary.name, both.secondary.name)
    if both.same_node:
        report = compare_revisions(both.primary.config, both.secondary.config, names=names)
    else:
        report = compare(
            both.primary.config,
            both.secondary.config,
            names=names,
            revisions=both.revisions,
            rules=rules(options, configured=not both.files),
            now=time.time(),
        )
    findings = report.findings
    if wish.section is not None:
        report = _only(report, wish.section)
        findings = report.findings
    _print(report, options, wish)
    return ExitCode.FINDINGS if wish.exit_code and findings else ExitCode.OK


def _list(revisions: "Sequence[Revision]", form: str) -> None:
    """The earlier revisions of a node, the newest first, each with the number that names it after @."""
    from pfha_tui.configdiff import told

    if form == "json":
        from pfha_tui.cli.diff_json import history

        output.dump(history(revisions))
        return
    for number, revision in enumerate(revisions, 1):
        output.line(f"@-{number} {told.revision(revision)}")


def _print(report: "Report", options: Options, wish: DiffOptions) -> None:
    from pfha_tui.configdiff import told

    if wish.form == "json":
        from pfha_tui.cli.diff_json import document

        output.dump(document(report, everything=wish.all))
        return
    lines = {
        "table": told.lines,
        "unified": told.unified,
        "markdown": told.markdown,
    }[wish.form](report, everything=wish.all)
    ascii_only = options.ascii or not output.unicode_output()
    for line in lines:
        output.line(line.replace("…", "...") if ascii_only else line)


def _only(report: "Report", section: str) -> "Report":
    """The report on one section, or on all below it. Raises Failure where neither node has such a section."""

    def within(name: str) -> bool:
        return name == section or name.startswith(f"{section}/")

    known = {each.section for each in report.coverage}
    known |= {each.section for each in (*report.differences, *report.expected)}
    if report.coverage and not any(map(within, known)):
        raise Failure(
            ExitCode.USAGE,
            tr('Neither node has a section "{section}".').format(section=section),
            tr("Sections: {names}").format(names=", ".join(sorted(known))),
        )
    return replace(
        report,
        differences=tuple(each for each in report.differences if within(each.section)),
        expected=tuple(each for each in report.expected if within(each.section)),
        coverage=tuple(each for each in report.coverage if within(each.section)),
    )
