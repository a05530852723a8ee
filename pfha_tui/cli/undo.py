"""`undo`: what was begun and never came to an end: take it back, or say that nothing needs to be."""

import asyncio
import time
from typing import TYPE_CHECKING

from pfha_tui.actions.chain import JournalError
from pfha_tui.actions.model import Result, Risk, StillArmed, Unfinished
from pfha_tui.cli import output
from pfha_tui.cli.acting import Bench, bench, facts, tell, watching, writable
from pfha_tui.cli.actions import EXITS, Wish, ask_for, need_person, show_report, warn_of_rest
from pfha_tui.cli.actions_json import SCHEMA
from pfha_tui.cli.actions_json import unfinished as document
from pfha_tui.cli.actions_text import unfinished_lines
from pfha_tui.cli.diagnostics import Failure, warn
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from pfha_tui.actions.model import Report


def run(options: Options, wish: Wish, action: str | None, *, close: bool) -> ExitCode:
    """Take back the action of this id, or the only one there is; or close it. Raises Failure."""
    at = bench(writable(options))
    try:
        damage = at.operator.damage()
        left = _chosen(at, action)
        if damage is not None:
            warn(damage)
        if left is None and damage is not None:
            return _perhaps(at, wish, damage)
        if left is None:
            if wish.json:
                output.dump(None)
            else:
                output.line(tr("{pair}: nothing is unfinished.").format(pair=at.target.name))
            return ExitCode.OK
        if wish.plan:
            _show(left, wish)
            return ExitCode.OK
        if close:
            return _close(at, left, wish)
        return asyncio.run(_undo(at, left, wish))
    except JournalError as error:
        raise Failure(ExitCode.OUTPUT, str(error)) from None


def _perhaps(at: Bench, wish: Wish, damage: str) -> ExitCode:
    """Nothing is known to be unfinished, and that does not say that nothing is."""
    if wish.json:
        output.dump({"schema": SCHEMA, "pair": at.target.name, "damage": damage})
    else:
        text = tr("{pair}: whether anything is unfinished is not known.")
        output.line(text.format(pair=at.target.name))
    return ExitCode.UNVERIFIED


def _chosen(at: Bench, action: str | None) -> Unfinished | None:
    """The one that is meant; None where there is none at all. Raises Failure (USAGE)."""
    found = at.operator.unfinished()
    if action is not None:
        meant = [left for left in found if left.id.startswith(action)]
        if len(meant) == 1:
            return meant[0]
        text = tr("{pair} has no unfinished action {id}.").format(pair=at.target.name, id=action)
        raise Failure(ExitCode.USAGE, text, *_listed(found))
    if len(found) > 1:
        text = tr("{pair} has {count} unfinished actions; say which one:")
        text = text.format(pair=at.target.name, count=len(found))
        raise Failure(ExitCode.USAGE, text, *_listed(found))
    return found[0] if found else None


def _listed(found: tuple[Unfinished, ...]) -> list[str]:
    return [next(unfinished_lines(left, time.time())) for left in found]


def _show(left: Unfinished, wish: Wish) -> None:
    if wish.json:
        output.dump(document(left))
        return
    for line in unfinished_lines(left, time.time()):
        output.line(line)


def _close(at: Bench, left: Unfinished, wish: Wish) -> ExitCode:
    if not wish.reason.strip():
        raise Failure(ExitCode.USAGE, tr("--close wants --reason; it stands in the journal."))
    try:
        at.operator.close(left, wish.reason)
    except StillArmed as error:
        raise Failure(ExitCode.REFUSED, str(error)) from None
    if wish.json:
        output.dump(document(left) | {"closed": True})
    else:
        output.line(tr("Closed in the journal: {title}.").format(title=left.title))
    return ExitCode.OK


async def _undo(at: Bench, left: Unfinished, wish: Wish) -> ExitCode:
    async with watching(at.feed):
        await facts(at.feed, wish.timeout_s, unconfirmed=True)
        if not wish.yes:
            need_person()
            for line in unfinished_lines(left, time.time()):
                warn(line)
            await ask_for(left.node, Risk.ROLE_CHANGING if left.undo else Risk.REVERSIBLE, wish)
        report = await _taken_back(at, left)
    show_report(report, wish)
    # Taken back is what was wanted here.
    return ExitCode.OK if report.result is Result.REVERTED else EXITS[report.result]


async def _taken_back(at: Bench, left: Unfinished) -> "Report":
    try:
        return await at.operator.undo(left, tell)
    except asyncio.CancelledError:
        warn_of_rest()
        raise
