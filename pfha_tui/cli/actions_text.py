"""A plan, what the gate found, and how an action ended, as lines of words."""

import re
import shlex
from collections.abc import Iterator

from pfha_tui.actions.model import (
    Evidence,
    Finding,
    Plan,
    Progress,
    Report,
    Result,
    RoleLine,
    Stage,
    Step,
    Unfinished,
    Weight,
)
from pfha_tui.actions.plans.around import around
from pfha_tui.domain.command import Command
from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.wording import duration

WEIGHTS = {
    Weight.BLOCK: mark("refuses"),
    Weight.WARN: mark("warns"),
    Weight.FINE: mark("ok"),
}
RESULTS = {
    Result.CONFIRMED: mark("CONFIRMED"),
    Result.CONTRADICTED: mark("CONTRADICTED"),
    Result.UNKNOWN: mark("UNKNOWN"),
    Result.REVERTED: mark("TAKEN BACK"),
    Result.REFUSED: mark("REFUSED"),
}
STAGES = {
    Stage.CONNECT: mark("connect"),
    Stage.LOCK: mark("lock"),
    Stage.CHECK: mark("check"),
    Stage.RECORD: mark("record"),
    Stage.ARM: mark("arm"),
    Stage.DO: mark("do"),
    Stage.VERIFY: mark("verify"),
    Stage.REVERT: mark("revert"),
    Stage.CLOSE: mark("close"),
}


def plan_lines(plan: Plan) -> Iterator[str]:
    """What would be done, on which node, by which commands, with what before and after, and how it is undone."""
    yield tr("{pair}: {title}").format(pair=plan.pair, title=plan.title)
    for role in plan.roles:
        yield f"  {_role(role)}"
    for number, step in enumerate(plan.steps, 1):
        yield from _step_lines(number, step)
    least, most = (duration(seconds, tenths=True) for seconds in plan.duration_s)
    text = tr("expected: {least} to {most} until it is confirmed; waits up to {wait}")
    yield text.format(least=least, most=most, wait=duration(plan.verify_s, tenths=True))
    yield tr("lost: {loss}").format(loss=plan.loss)
    yield tr("undo: {undo}").format(undo=plan.undo)
    for note in plan.notes:
        yield tr("note: {note}").format(note=note)
    for text in around(plan):
        yield tr("around it: {text}").format(text=text)


def progress_line(progress: Progress) -> str:
    """A step that has begun."""
    return _of(tr(STAGES[progress.stage]), progress.text)


def _of(what: str, detail: str) -> str:
    return tr("{what}: {detail}").format(what=what, detail=detail)


def _about(node: str | None, text: str) -> str:
    """The sentence, after the node's name where it does not name it itself."""
    if not node or re.search(rf"(?<![\w.-]){re.escape(node)}(?![\w-]|\.\w)", text):
        return text
    return _of(node, text)


def finding_lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    """What the gate found, worst first."""
    if not findings:
        yield tr("Nothing speaks against it.")
    for finding in findings:
        yield f"[{tr(WEIGHTS[finding.weight])}] {_about(finding.node, finding.text)}"


def report_lines(report: Report) -> Iterator[str]:
    """How it ended, with the proof, and its id in the journal."""
    yield _of(tr(RESULTS[report.result]), report.text)
    for one in report.evidence:
        yield f"  {_evidence(one)}"
    if report.id:
        text = tr("took {age}; in the journal as {id}")
        yield text.format(age=duration(report.took_s, tenths=True), id=report.id)


def unfinished_lines(left: Unfinished, now: float) -> Iterator[str]:
    """What was begun, by whom and when, what takes it back, and whether the node does so by itself."""
    text = tr("{id}  {title}, begun {age} ago by {who}")
    ago = duration(now - left.began)
    yield text.format(id=left.id, title=left.title, age=ago, who=left.who)
    yield "  " + tr("undo: {undo}").format(undo=left.undo_text)
    for command in left.undo:
        yield f"    {command_line(command)}"
    if left.fires_at is None:
        return
    wait = left.fires_at - now
    if wait > 0:
        text = tr("{node} takes it back by itself in {age}, unless it is called off.")
    else:
        text = tr("{node} was to take it back by itself {age} ago.")
    yield "  " + text.format(node=left.node, age=duration(abs(wait)))


def command_line(command: Command) -> str:
    """The command's words as a shell would be given them, and whether root runs it."""
    words = shlex.join(command.argv)
    return f"{words}  ({tr('as root')})" if command.root else words


def _step_lines(number: int, step: Step) -> Iterator[str]:
    yield f"{number}. {_about(step.node, step.what)}"
    yield f"     {command_line(step.command)}"
    for command in step.undo:
        yield "     " + tr("taken back by {command}").format(command=command_line(command))
    if step.watchdog_s is not None:
        text = tr("on {node} itself after {age}, unless it is called off")
        yield "     " + text.format(node=step.node, age=duration(step.watchdog_s))


def _role(role: RoleLine) -> str:
    before = role.before.value if role.before is not None else "?"
    after = role.after.value if role.after is not None else "?"
    change = before if before == after else f"{before} -> {after}"
    place = role.label or f"{role.interface} vhid {role.vhid}"
    return f"{role.node}  {place}  {change}"


def _evidence(one: Evidence) -> str:
    if one.holds:
        text = tr("{node}: {what}: {found}")
        return text.format(node=one.node, what=one.what, found=one.found)
    text = tr("{node}: {what}: expected {expected}, found {found}")
    return text.format(node=one.node, what=one.what, expected=one.expected, found=one.found)
