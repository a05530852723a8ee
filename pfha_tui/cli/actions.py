"""The commands that act: plan, gate, your word, then the operator; progress on standard error, the result on output."""

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pfha_tui.actions.model import (
    Finding,
    Plan,
    Report,
    Request,
    Result,
    Risk,
    Unplannable,
    Verb,
    Weight,
)
from pfha_tui.cli import output
from pfha_tui.cli.acting import Bench, bench, facts, tell, watching, writable
from pfha_tui.cli.actions_json import document
from pfha_tui.cli.actions_text import finding_lines, plan_lines, report_lines
from pfha_tui.cli.diagnostics import Failure, warn
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.domain.language import tr
from pfha_tui.domain.text import same_name

if TYPE_CHECKING:
    from pfha_tui.domain.target import PairTarget

EXITS = {
    Result.CONFIRMED: ExitCode.OK,
    Result.CONTRADICTED: ExitCode.UNVERIFIED,
    Result.UNKNOWN: ExitCode.UNVERIFIED,
    Result.REVERTED: ExitCode.UNVERIFIED,
    Result.REFUSED: ExitCode.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What every command that acts takes; `confirm` is the name given beforehand, `timeout_s` in seconds."""

    plan: bool
    json: bool
    reason: str
    yes: bool
    timeout_s: float
    confirm: str | None = None


def check_force(force: bool, wish: Wish) -> None:
    """Raise Failure (USAGE) unless a forced failover is said to be one, and why."""
    if not force and not wish.plan:
        raise Failure(
            ExitCode.USAGE,
            tr("A failover past the gate wants --force; for a sound pair `switchover` is the way."),
        )
    if not wish.reason.strip() and not wish.plan:
        raise Failure(
            ExitCode.USAGE, tr("A forced failover wants --reason; it stands in the journal.")
        )


def run(options: Options, wish: Wish, request: Request) -> ExitCode:
    """Carry out one request, or with `plan` only say what it would be. Raises Failure."""
    target = writable(options)
    check_node(target, request.node)
    check_node(target, wish.confirm)
    return asyncio.run(_run(bench(target), wish, request))


def check_node(target: "PairTarget", node: str | None) -> None:
    """Raise Failure (USAGE) for a name that neither firewall of the pair has."""
    names = [each.name for each in target.nodes]
    if node is not None and not any(same_name(node, name) for name in names):
        text = tr('{pair} has no node "{node}"; its nodes are {names}.')
        raise Failure(
            ExitCode.USAGE, text.format(pair=target.name, node=node, names=", ".join(names))
        )


async def _run(at: Bench, wish: Wish, request: Request) -> ExitCode:
    async with watching(at.feed):
        await facts(at.feed, wish.timeout_s, unconfirmed=request.forced)
        try:
            plan = at.operator.plan(request)
        except Unplannable as error:
            raise Failure(ExitCode.REFUSED, str(error)) from None
        findings = at.operator.findings(plan)
        if wish.plan:
            return _show_plan(plan, findings, wish)
        if not blocking(findings):
            plan = await _confirmed(plan, findings, wish)
            # The facts went on while the question stood.
            findings = at.operator.findings(plan)
        if blocking(findings):
            return _refused(plan, findings, wish)
        report = await perform(at, plan)
    show_report(report, wish, findings)
    return EXITS[report.result]


def _show_plan(plan: Plan, findings: tuple[Finding, ...], wish: Wish) -> ExitCode:
    if wish.json:
        output.dump(document(plan, findings))
    else:
        for line in (*plan_lines(plan), *finding_lines(findings)):
            output.line(line)
    return ExitCode.REFUSED if blocking(findings) else ExitCode.OK


def blocking(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that refuse."""
    return tuple(one for one in findings if one.weight is Weight.BLOCK)


async def _confirmed(plan: Plan, findings: tuple[Finding, ...], wish: Wish) -> Plan:
    """The plan with the operator's word for it. Raises Failure (REFUSED)."""
    if wish.yes:
        named = _given_name(plan, wish)
    else:
        need_person()
        for line in (*plan_lines(plan), *finding_lines(findings)):
            warn(line)
        named = await ask_for(plan.node, plan.risk, wish)
    return replace(plan, request=replace(plan.request, confirmed=named))


def _given_name(plan: Plan, wish: Wish) -> str | None:
    """The node's name without a prompt. Raises Failure (REFUSED) where `--yes` is not enough, or it is another."""
    if plan.request.verb is Verb.FAILOVER and wish.confirm is None:
        text = tr("Refused: a forced failover wants --confirm {node} beside --yes.")
        raise Failure(ExitCode.REFUSED, text.format(node=plan.node))
    _check_given(plan.node, wish)
    return plan.node if plan.risk is Risk.ROLE_CHANGING else None


def _check_given(node: str, wish: Wish) -> None:
    """Raise Failure (REFUSED) where --confirm names the other node; as the gate has it."""
    if wish.confirm is not None and not same_name(wish.confirm, node):
        text = tr("Refused: --confirm names {given}, but {node} would lose its VIPs.")
        raise Failure(ExitCode.REFUSED, text.format(given=wish.confirm, node=node))


def need_person() -> None:
    """Raise Failure (REFUSED) where nobody can be asked."""
    if not output.answerable():
        raise Failure(
            ExitCode.REFUSED,
            tr("Refused: nobody can be asked here without a terminal; --yes answers beforehand."),
        )


async def ask_for(node: str, risk: Risk, wish: Wish) -> str | None:
    """The operator's word: the node's name where roles change, else yes. Raises Failure (REFUSED)."""
    if risk is Risk.REVERSIBLE:
        question = tr("{question} [y/N]").format(question=tr("Do it?"))
        if output.affirmed(await output.answer(question)):
            return None
        raise Failure(ExitCode.REFUSED, tr("Not confirmed; nothing was done."))
    _check_given(node, wish)
    said = await output.answer(tr("Type the name of the node ({node}) to do it:").format(node=node))
    if not same_name(said, node):
        raise Failure(ExitCode.REFUSED, tr("That is not the name of the node; nothing was done."))
    return said


def _refused(plan: Plan, findings: tuple[Finding, ...], wish: Wish) -> ExitCode:
    if wish.json:
        output.dump(document(plan, findings, result=Result.REFUSED))
    for finding in blocking(findings):
        warn(tr("Refused: {why}").format(why=finding.text))
    return ExitCode.REFUSED


async def perform(at: Bench, plan: Plan) -> Report:
    """Let the operator do it; interrupted, say where the rest of it stands."""
    try:
        return await at.operator.perform(plan, tell)
    except asyncio.CancelledError:
        warn_of_rest()
        raise


def warn_of_rest() -> None:
    """Say where an action that was cut short is looked after."""
    warn(tr("Interrupted; `pfha-tui undo` tells whether something is left to take back."))


def show_report(report: Report, wish: Wish, findings: tuple[Finding, ...] = ()) -> None:
    """The result on standard output, as lines or as the documented JSON."""
    if wish.json:
        output.dump(document(report.plan, findings, report=report))
        return
    for line in report_lines(report):
        output.line(line)
