"""`status`: one confirmed look at the pair, or at all pairs, as a table or as JSON."""

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfha_tui.cli import leftovers, output
from pfha_tui.cli.diagnostics import warn
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.cli.pairs import wanted_pairs
from pfha_tui.cli.watching import (
    Observation,
    judged,
    nobody_reached,
    observe,
    unreachable_sentences,
)
from pfha_tui.domain.language import tr
from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.domain.wording import decimal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfha_tui.cli.status_table import Stand
    from pfha_tui.domain.snapshot import PairSnapshot


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """The options of `status` itself; `timeout_s` in seconds."""

    json: bool
    exit_code: bool
    timeout_s: float


def run(options: Options, wish: StatusOptions) -> ExitCode:
    """Look at the pair, or at all pairs at once, and say how they stand; of several the greatest exit code
    counts. Raises Failure where it cannot even be tried."""
    pairs = wanted_pairs(options)
    targets = [pair for pair in pairs if isinstance(pair, PairTarget)]
    seen = asyncio.run(_observe_all(targets, wish.timeout_s))
    if len(pairs) == 1:
        _show(options, wish, seen[0])
    else:
        snapshots = iter([one.snapshot for one in seen])
        _show_all(
            options,
            wish,
            [(pair, None if isinstance(pair, BrokenPair) else next(snapshots)) for pair in pairs],
        )
    output.flush()
    codes = []
    for target, one in zip(targets, seen, strict=True):
        code, sentences = _result(one, wish)
        for sentence in (*sentences, *leftovers.sentences(one.snapshot)):
            warn(sentence if len(pairs) == 1 else f"{target.name}: {sentence}")
        codes.append(code)
    for pair in pairs:
        if isinstance(pair, BrokenPair):
            for fault in pair.faults:
                warn(fault)
            codes.append(ExitCode.USAGE)
    return max(codes)


async def _observe_all(targets: "Sequence[PairTarget]", timeout_s: float) -> list[Observation]:
    each: list[asyncio.Task[Observation]] = []
    try:
        async with asyncio.TaskGroup() as tasks:
            for target in targets:
                each.append(tasks.create_task(observe(target, timeout_s, judged)))
    except* Exception as group:
        raise group.exceptions[0] from None
    return [one.result() for one in each]


def _show(options: Options, wish: StatusOptions, seen: Observation) -> None:
    if wish.json:
        from pfha_tui.cli.status_json import status_document

        output.dump(status_document(seen.snapshot, leftovers.leases(seen.snapshot.pair)))
    else:
        from pfha_tui.cli.status_table import status_table

        ascii_only = options.ascii or not output.unicode_output()
        output.show(status_table(seen.snapshot, ascii_only=ascii_only), no_color=options.no_color)


def _show_all(options: Options, wish: StatusOptions, stands: "Sequence[Stand]") -> None:
    if wish.json:
        from pfha_tui.cli.status_json import broken_document, status_document

        output.dump(
            [
                status_document(snapshot, leftovers.leases(snapshot.pair))
                if snapshot
                else broken_document(pair, time.time())
                for pair, snapshot in stands
            ]
        )
    else:
        from pfha_tui.cli.status_table import pairs_table

        ascii_only = options.ascii or not output.unicode_output()
        output.show(pairs_table(stands, ascii_only=ascii_only), no_color=options.no_color)


def _result(seen: Observation, wish: StatusOptions) -> tuple[ExitCode, list[str]]:
    """The exit code for one pair, and what has to be told beside its status."""
    sentences = unreachable_sentences(seen.snapshot)
    if nobody_reached(seen.snapshot):
        return ExitCode.UNREACHABLE, sentences
    if not seen.complete:
        late = tr("No confirmed verdict within {seconds} s; what is shown is unconfirmed.")
        seconds = decimal(f"{wish.timeout_s:g}")
        return ExitCode.TIMEOUT, [late.format(seconds=seconds), *sentences]
    found = wish.exit_code and has_findings(seen.snapshot)
    return ExitCode.FINDINGS if found else ExitCode.OK, sentences


def has_findings(snapshot: "PairSnapshot") -> bool:
    """The verdict is not healthy, or it is but there is a cause that weighs more than a note."""
    from pfha_tui.domain.verdict import Severity, VerdictKind

    verdict = snapshot.verdict
    weighty = any(cause.severity is not Severity.NOTE for cause in verdict.causes)
    return weighty or verdict.kind is not VerdictKind.HEALTHY
