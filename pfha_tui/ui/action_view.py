"""Pure: an action as lines: its plan, what the gate finds, how it goes on and how it ended."""

import shlex
from collections.abc import Sequence

from rich.cells import cell_len

from pfha_tui.actions.model import (
    Evidence,
    Finding,
    Plan,
    Progress,
    Report,
    Result,
    Risk,
    RoleLine,
    Step,
    Unfinished,
    Verb,
    Weight,
)
from pfha_tui.actions.plans.around import around
from pfha_tui.domain.command import Command
from pfha_tui.domain.language import ntr, tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.target import Environment
from pfha_tui.domain.text import clean
from pfha_tui.domain.wording import word
from pfha_tui.ui import action_texts as texts
from pfha_tui.ui import present
from pfha_tui.ui.line import EMPTY, Line, Tone, crop, line, pad, spread, width, wrap
from pfha_tui.ui.node_view import NODE_TONES
from pfha_tui.ui.present import Mark, Scene
from pfha_tui.ui.texts import VHID
from pfha_tui.ui.verdict_view import environment

LABEL_CELLS = 10
NAME_CELLS = 24
TEXT_LIMIT = 600
SENTENCE_ROWS = 6
COMMAND_ROWS = 6
GAP = 2

WEIGHT_MARKS = {
    Weight.BLOCK: Mark("✗", texts.WEIGHTS[Weight.BLOCK], Tone.BAD),
    Weight.WARN: Mark("▲", texts.WEIGHTS[Weight.WARN], Tone.WARN),
    Weight.FINE: Mark("✓", texts.WEIGHTS[Weight.FINE], Tone.MUTED),
}
RESULT_MARKS = {
    Result.CONFIRMED: Mark("●", texts.RESULTS[Result.CONFIRMED], Tone.GOOD, Tone.BADGE_GOOD),
    Result.CONTRADICTED: Mark("✗", texts.RESULTS[Result.CONTRADICTED], Tone.BAD, Tone.BADGE_BAD),
    Result.UNKNOWN: Mark("?", texts.RESULTS[Result.UNKNOWN], Tone.WARN, Tone.BADGE_WARN),
    Result.REVERTED: Mark("▲", texts.RESULTS[Result.REVERTED], Tone.WARN, Tone.BADGE_WARN),
    Result.REFUSED: Mark("✗", texts.RESULTS[Result.REFUSED], Tone.WARN, Tone.BADGE_WARN),
}


def short(name: str) -> str:
    """A node's or a pair's name for a line of its own words."""
    return crop(clean(name[: 2 * NAME_CELLS]), NAME_CELLS)


def head(pair: str, node: str, title: str, kind: Environment, scene: Scene, cells: int) -> Line:
    """Production or lab, the node that is acted on, what is done, the pair, the clock."""
    left = line(
        " ",
        environment(kind),
        "  ",
        (short(node), Tone.PRODUCTION if kind is Environment.PRODUCTION else Tone.LAB),
        "  ",
        (clean(title[:TEXT_LIMIT]), Tone.STRONG),
    )
    clock = f"{scene.local(scene.epoch):%H:%M:%S}"
    return spread(left, line((short(pair), Tone.MUTED), "  ", (clock, Tone.STRONG), " "), cells)


def risk(plan: Plan) -> Line:
    """Whether it changes roles, as the badge of the plan."""
    if plan.risk is Risk.ROLE_CHANGING:
        return line((f" ▲ {tr(texts.CHANGES_ROLES)} ", Tone.BADGE_WARN))
    return line((tr(texts.REVERSIBLE), Tone.MUTED))


def plan_rows(plan: Plan, cells: int, height: int) -> tuple[Line, ...]:
    """Topology before and after, loss, commands, expected duration, undo, notes, what is done around it.

    What may be lost by force stands above the topology where it would not be seen below it.
    """
    least, most = (present.age(seconds) for seconds in plan.duration_s)
    expected = tr(texts.DURATION).format(least=least, most=most, wait=present.age(plan.verify_s))
    roles = role_rows(plan, cells)
    tone = Tone.WARN if plan.request.forced else Tone.PLAIN
    loss = _labelled(texts.LOST, plan.loss, cells, tone)
    above = plan.request.forced and len(roles) + 1 + len(loss) > height
    rows = [*loss, EMPTY, *roles] if above else [*roles, EMPTY, *loss]
    rows += [EMPTY, line((tr(texts.COMMANDS), Tone.STRONG))]
    for number, step in enumerate(plan.steps, 1):
        rows += _step(number, step, cells)
    rows.append(EMPTY)
    rows += _labelled(texts.EXPECTED, expected, cells)
    rows += _labelled(texts.UNDO, plan.undo, cells)
    for note in plan.notes:
        rows += _labelled(texts.NOTE, note, cells, Tone.WARN)
    for number, text in enumerate(around(plan)):
        rows += _labelled("" if number else texts.AROUND, text, cells, Tone.MUTED)
    return tuple(rows)


def _labelled(label: str, sentence: str, cells: int, tone: Tone = Tone.PLAIN) -> list[Line]:
    """A sentence with its label in a column before it."""
    rows = wrap(sentence, max(1, cells - LABEL_CELLS), SENTENCE_ROWS, tone)
    return [
        line(pad(line((tr(label), Tone.MUTED)) if number == 0 else EMPTY, LABEL_CELLS), row)
        for number, row in enumerate(rows)
    ]


def role_rows(plan: Plan, cells: int) -> tuple[Line, ...]:
    """One row per VHID: the role before and after, on the node that is acted on and on its peer."""
    groups: dict[str, dict[str, RoleLine]] = {}
    for role in plan.roles:
        label = role.label or f"{role.interface} {tr(VHID)} {role.vhid}"
        groups.setdefault(label, {})[role.node] = role
    if not groups:
        return (line((tr(texts.NO_ROLES), Tone.MUTED)),)
    names = [short(label) for label in groups]
    first = min(max(map(cell_len, names)), max(8, cells // 3)) + GAP
    each = max(0, cells - first) // 2
    rows = [
        line(
            " " * first,
            pad(line((short(plan.node), Tone.STRONG)), each),
            (short(plan.peer), Tone.STRONG),
        )
    ]
    for name, roles in zip(names, groups.values(), strict=True):
        sides = [_change(roles.get(node)) for node in (plan.node, plan.peer)]
        rows.append(line(pad(line(name), first), pad(sides[0], each), pad(sides[1], each)))
    return tuple(rows)


def _change(role: RoleLine | None) -> Line:
    """`● MASTER → ○ BACKUP`, or the one role where it stays."""
    if role is None:
        return line((present.UNKNOWN, Tone.MUTED))
    before = present.ROLE_MARKS[role.before]
    if role.after is None:
        was = before.line() if role.known else line((present.UNKNOWN, Tone.MUTED))
        return line(was, f" → {tr(texts.NOT_FORESEEN)}")
    after = present.ROLE_MARKS[role.after]
    if role.after is role.before:
        return line((f"{after.glyph} {after.word}", Tone.MUTED))
    return line(
        (f"{before.glyph} {before.word} → ", Tone.PLAIN),
        (f"{after.glyph} {after.word}", Tone.ACCENT),
    )


def _of(what: str, detail: str) -> str:
    return tr("{what}: {detail}").format(what=what, detail=detail)


def _step(number: int, step: Step, cells: int) -> list[Line]:
    indent = "    "
    lead = f"{number:>2}  "
    what = step.what if step.node in step.what else _of(short(step.node), step.what)
    rows = wrap(what, cells - len(indent), SENTENCE_ROWS)
    told = [line(lead if n == 0 else indent, row) for n, row in enumerate(rows)]
    told += [line(indent, row) for row in command_rows(step.command, cells - len(indent))]
    for command in step.undo:
        said = tr(texts.TAKEN_BACK_BY).format(command=shlex.join(command.argv))
        wrapped = wrap(said, cells - len(indent), COMMAND_ROWS, Tone.MUTED)
        told += [line(indent, row) for row in wrapped]
    if step.watchdog_s is not None:
        said = tr(texts.WATCHDOG).format(node=short(step.node), age=present.age(step.watchdog_s))
        told += [line(indent, row) for row in wrap(said, cells - len(indent), 2, Tone.MUTED)]
    return told


def command_rows(command: Command, cells: int) -> tuple[Line, ...]:
    """The words of a command as a shell would be given them, and whether root runs it."""
    said = shlex.join(command.argv)
    if command.root:
        said = f"{said}   ({tr(texts.AS_ROOT)})"
    return wrap(said, cells, COMMAND_ROWS, Tone.ACCENT)


def finding_rows(findings: Sequence[Finding], cells: int) -> tuple[Line, ...]:
    """What the gate found, as it comes: worst first."""
    if not findings:
        return (line((tr(texts.NO_FINDINGS), Tone.MUTED)),)
    rows: list[Line] = []
    for finding in findings:
        mark = WEIGHT_MARKS[finding.weight]
        lead = line((f"{mark.glyph} {mark.word}", mark.tone), "  ")
        if finding.node and finding.node not in finding.text:
            lead = line(lead, (short(finding.node), Tone.STRONG), "  ")
        tone = Tone.MUTED if finding.weight is Weight.FINE else Tone.PLAIN
        wrapped = wrap(finding.text, max(10, cells - width(lead)), SENTENCE_ROWS, tone)
        indent = " " * width(lead)
        rows += [line(lead if n == 0 else indent, row) for n, row in enumerate(wrapped)]
    return tuple(rows)


def blocking(findings: Sequence[Finding]) -> Finding | None:
    """The first finding that refuses."""
    return next((one for one in findings if one.weight is Weight.BLOCK), None)


def progress_rows(
    stages: Sequence[tuple[Progress, float]], since: float, cells: int, *, under_way: bool
) -> tuple[Line, ...]:
    """The stages as they came, each with the seconds since the action was begun (monotonic `since`)."""
    words = {stage: tr(word) for stage, word in texts.STAGES.items()}
    longest = max(map(cell_len, words.values()))
    rows: list[Line] = []
    for number, (progress, at) in enumerate(stages):
        last = under_way and number == len(stages) - 1
        lead = line(
            ("► " if last else "✓ ", Tone.ACCENT if last else Tone.MUTED),
            pad(line((words[progress.stage], Tone.STRONG if last else Tone.MUTED)), longest + GAP),
            (f"{present.age(at - since):>7}  ", Tone.MUTED),
        )
        wrapped = wrap(progress.text, max(10, cells - width(lead)), SENTENCE_ROWS)
        indent = " " * width(lead)
        rows += [line(lead if n == 0 else indent, row) for n, row in enumerate(wrapped or (EMPTY,))]
    return tuple(rows)


def choice(node: NodeSnapshot, index: int, verb: Verb) -> Line:
    """A node in the list from which one is taken: its part, what it serves, what would be done."""
    served = sum(role.state is CarpState.MASTER for role in node.roles)
    state = ntr("MASTER of {count} VIP", "MASTER of {count} VIPs", served).format(count=served)
    if not node.roles:
        state = tr("nothing is known of it")
    return line(
        (short(node.name), NODE_TONES[index]),
        (f"  {word(node.role)}  ", Tone.MUTED),
        f"{state}  ",
        (tr(texts.VERBS[verb]), Tone.ACCENT),
    )


def result_badge(result: Result) -> Line:
    """`● CONFIRMED`."""
    mark = RESULT_MARKS[result]
    return line((f" {mark.glyph} {mark.word} ", mark.badge))


def report_rows(report: Report, cells: int) -> tuple[Line, ...]:
    """How it ended, in a sentence, and what was read back to prove it."""
    rows = [*wrap(report.text, cells, SENTENCE_ROWS, Tone.STRONG)]
    took = tr(texts.TOOK).format(age=present.age(report.took_s))
    if report.id:
        took += tr("; ") + tr(texts.RECORDED).format(id=clean(report.id[:TEXT_LIMIT]))
    rows += wrap(took, cells, 2, Tone.MUTED)
    if report.evidence:
        rows += [EMPTY, line((tr(texts.EVIDENCE), Tone.STRONG))]
    for one in report.evidence:
        rows += _evidence(one, cells)
    return tuple(rows)


def _evidence(one: Evidence, cells: int) -> list[Line]:
    glyph, tone = {True: ("✓", Tone.GOOD), False: ("✗", Tone.BAD), None: ("?", Tone.WARN)}[
        one.holds
    ]
    lead = line((f"{glyph} ", tone), (short(one.node), Tone.STRONG), "  ")
    said = tr(texts.EXPECTED_FOUND).format(expected=one.expected, found=one.found)
    what = _of(one.what, one.found if one.holds else said)
    wrapped = wrap(what, max(10, cells - width(lead)), SENTENCE_ROWS)
    indent = " " * width(lead)
    return [line(lead if n == 0 else indent, row) for n, row in enumerate(wrapped)]


def unfinished_rows(left: Unfinished, scene: Scene, cells: int) -> tuple[Line, ...]:
    """What was under way, when and whose, what takes it back, and whether the node does so itself."""
    said = tr(texts.LEFT_WHAT).format(
        title=left.title,
        pair=short(left.pair),
        clock=present.clock_text(left.began, scene),
        age=present.age(scene.epoch - left.began),
        who=short(left.who),
    )
    rows = [*wrap(said, cells, SENTENCE_ROWS, Tone.STRONG), EMPTY]
    rows += wrap(tr(texts.LEFT_UNDO).format(undo=left.undo_text), cells, SENTENCE_ROWS)
    for command in left.undo:
        wrapped = command_rows(command, cells - 4)
        rows += [line("    ", row) for row in wrapped]
    rows += wrap(_watchdog(left, scene), cells, 2, Tone.WARN)
    return tuple(rows)


def _watchdog(left: Unfinished, scene: Scene) -> str:
    if left.fires_at is None:
        return tr(texts.LEFT_NONE)
    wait = left.fires_at - scene.epoch
    text = tr(texts.LEFT_FIRES) if wait > 0 else tr(texts.LEFT_FIRED)
    return text.format(node=short(left.node), age=present.age(abs(wait)))
