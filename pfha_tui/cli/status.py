"""`status`: one confirmed look at the pair, as a table or as JSON."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure, warn
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, pair_target
from pfha_tui.cli.watching import (
    Observation,
    judged,
    nobody_reached,
    observe,
    unreachable_sentences,
)
from pfha_tui.domain.language import tr
from pfha_tui.domain.wording import decimal

if TYPE_CHECKING:
    from pfha_tui.domain.snapshot import PairSnapshot


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """The options of `status` itself; `timeout_s` in seconds."""

    json: bool
    exit_code: bool
    timeout_s: float


def run(options: Options, wish: StatusOptions) -> ExitCode:
    """Look at the pair and say how it stands. Raises Failure where it cannot even be tried."""
    target = pair_target(options)
    seen = asyncio.run(observe(target, wish.timeout_s, judged))
    if wish.json:
        from pfha_tui.cli.status_json import status_document

        output.dump(status_document(seen.snapshot))
    else:
        from pfha_tui.cli.status_table import status_table

        ascii_only = options.ascii or not output.unicode_output()
        output.show(status_table(seen.snapshot, ascii_only=ascii_only), no_color=options.no_color)
    return _code(seen, wish)


def _code(seen: Observation, wish: StatusOptions) -> ExitCode:
    if nobody_reached(seen.snapshot):
        output.flush()
        raise Failure(ExitCode.UNREACHABLE, *unreachable_sentences(seen.snapshot))
    if not seen.complete:
        raise Failure(
            ExitCode.TIMEOUT,
            tr("No confirmed verdict within {seconds} s; what is shown is unconfirmed.").format(
                seconds=decimal(f"{wish.timeout_s:g}")
            ),
            *unreachable_sentences(seen.snapshot),
        )
    for sentence in unreachable_sentences(seen.snapshot):
        warn(sentence)
    return ExitCode.FINDINGS if wish.exit_code and has_findings(seen.snapshot) else ExitCode.OK


def has_findings(snapshot: "PairSnapshot") -> bool:
    """The verdict is not healthy, or it is but there is a cause that weighs more than a note."""
    from pfha_tui.domain.verdict import Severity, VerdictKind

    verdict = snapshot.verdict
    weighty = any(cause.severity is not Severity.NOTE for cause in verdict.causes)
    return weighty or verdict.kind is not VerdictKind.HEALTHY
