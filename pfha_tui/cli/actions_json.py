"""The form that the commands that act print with `--json`.

One object. New fields may be added without a new schema number. Unknown is always `null`; words are the same in
every language, but for sentences.

- `schema`: 1. `pair`, `verb`, `node` (acted on), `peer`. `risk`: reversible or role-changing. `method`: demotion,
  maintenance or `null`. `reason`, `title`, `loss`, `undo`, `notes`: sentences.
- `steps`: in their order, each with `node`, `command` (words), `root`, `what`, `undo` (commands that take it back)
  and `watchdog_s` (after that many seconds the node itself runs them, unless called off).
- `roles`: `node`, `interface`, `vhid`, `label`, `before`, `after`. `duration_s`: least and most. `verify_s`.
- `undo_request`: the `verb`, `node` and `method` that lead back. `around`: sentences, what is done beside the steps.
- `findings`: of the gate, worst first: `id`, `weight` (block, warn, fine), `node`, `text`. `permitted`: none blocks.
- `result`: `null` with `--plan`, else confirmed, contradicted, unknown, reverted or refused. `id`: the journal's.
  `text`: one sentence. `took_s`. `evidence`: `node`, `what`, `expected`, `found`, `holds` (`null`: not known).

Refused before there is a plan (an unknown node, read-only, nobody to ask, no facts): `schema`, `result` (refused),
`why`: sentences, `exit_code`, `verb` (or undo), and as they were given, else `null`, `pair` and `node`.
"""

from collections.abc import Sequence
from typing import Any

from pfha_tui.actions.model import Finding, Plan, Report, Request, Result, Step, Unfinished, Weight
from pfha_tui.actions.plans.around import around

SCHEMA = 1


def document(
    plan: Plan,
    findings: tuple[Finding, ...],
    *,
    report: Report | None = None,
    result: Result | None = None,
) -> dict[str, Any]:
    """The whole object: the plan, what the gate found, and, if there is one, how it ended."""
    if report is not None:
        result = report.result
    return _plan(plan) | {
        "findings": [
            {"id": one.id, "weight": one.weight.value, "node": one.node, "text": one.text}
            for one in findings
        ],
        "permitted": not any(one.weight is Weight.BLOCK for one in findings),
        "result": result.value if result is not None else None,
        "id": report.id or None if report is not None else None,
        "text": report.text if report is not None else None,
        "took_s": round(report.took_s, 3) if report is not None else None,
        "evidence": [
            {
                "node": one.node,
                "what": one.what,
                "expected": one.expected,
                "found": one.found,
                "holds": one.holds,
            }
            for one in (report.evidence if report is not None else ())
        ],
    }


def refusal(
    verb: str, pair: str | None, node: str | None, why: Sequence[str], exit_code: int
) -> dict[str, Any]:
    """What was refused before there was a plan, or where the operator did not confirm it."""
    return {
        "schema": SCHEMA,
        "verb": verb,
        "pair": pair,
        "node": node,
        "result": Result.REFUSED.value,
        "why": list(why),
        "exit_code": int(exit_code),
    }


def unfinished(left: Unfinished) -> dict[str, Any]:
    """An action that was begun and never ended."""
    return {
        "schema": SCHEMA,
        "pair": left.pair,
        "id": left.id,
        "verb": left.verb.value,
        "node": left.node,
        "title": left.title,
        "began": left.began,
        "who": left.who,
        "undo": left.undo_text,
        "commands": [list(command.argv) for command in left.undo],
        "fires_at": left.fires_at,
    }


def _plan(plan: Plan) -> dict[str, Any]:
    request = plan.request
    return {
        "schema": SCHEMA,
        "pair": plan.pair,
        "verb": request.verb.value,
        "node": plan.node,
        "peer": plan.peer,
        "risk": plan.risk.value,
        "method": request.method.value if request.method is not None else None,
        "reason": request.reason,
        "title": plan.title,
        "steps": [_step(step) for step in plan.steps],
        "roles": [
            {
                "node": role.node,
                "interface": role.interface,
                "vhid": role.vhid,
                "label": role.label,
                "before": role.before.value if role.before is not None else None,
                "after": role.after.value if role.after is not None else None,
            }
            for role in plan.roles
        ],
        "duration_s": list(plan.duration_s),
        "verify_s": plan.verify_s,
        "loss": plan.loss,
        "undo": plan.undo,
        "undo_request": _request(plan.undo_request),
        "notes": list(plan.notes),
        "around": list(around(plan)),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "node": step.node,
        "command": list(step.command.argv),
        "root": step.command.root,
        "what": step.what,
        "undo": [list(command.argv) for command in step.undo],
        "watchdog_s": step.watchdog_s,
    }


def _request(request: Request | None) -> dict[str, Any] | None:
    if request is None:
        return None
    return {
        "verb": request.verb.value,
        "node": request.node,
        "method": request.method.value if request.method is not None else None,
    }
