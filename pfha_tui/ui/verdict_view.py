"""Pure: the verdict bar, from the pair's name down to the causes."""

from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import Environment, PairTarget
from pfha_tui.domain.text import clean
from pfha_tui.domain.verdict import Cause, Severity
from pfha_tui.ui import present, texts
from pfha_tui.ui.line import EMPTY, Line, Tone, crop, fit, line, spread, width, wrap
from pfha_tui.ui.present import Scene

OLD_AFTER_S = 5.0
MARGIN = 1


def banner(target: PairTarget, read_only: bool, scene: Scene, cells: int) -> Line:
    """Program, pair, production or lab, and the console's clock at the right."""
    production = target.environment is Environment.PRODUCTION
    word = (texts.PRODUCTION, Tone.WARN) if production else (texts.LAB, Tone.ACCENT)
    left = line(
        " " * MARGIN,
        ("pfha-tui", Tone.MUTED),
        "   ",
        (crop(clean(target.name), 40), Tone.STRONG),
        "   ",
        word,
    )
    if read_only:
        left = line(left, "   ", (texts.READ_ONLY, Tone.MUTED))
    clock = line((f"{scene.local(scene.epoch):%H:%M:%S}", Tone.STRONG), " " * MARGIN)
    return spread(left, clock, cells)


def bar(
    snapshot: PairSnapshot, trouble: str, started: bool, scene: Scene, cells: int, cause_rows: int
) -> tuple[Line, ...]:
    """The verdict with its sentence, and up to `cause_rows` causes that the sentence does not tell.

    `trouble` is the sentence of a feed that ended; `started` False while the transports are loaded.
    """
    mark = present.VERDICT_MARKS[snapshot.verdict.kind]
    old = scene.now - snapshot.at
    stale = bool(trouble) or old > OLD_AFTER_S
    badge = Tone.BADGE_WARN if stale or not snapshot.verdict.confirmed else mark.badge
    word = mark.word if not stale else f"{texts.WAS} {mark.word}"
    glyph = mark.glyph if not stale else "?"
    head = line(" " * MARGIN, (f" {glyph} {word} ", badge), "  ")
    remark = _remark(snapshot, trouble, started, old, stale, scene)
    room = cells - width(head) - MARGIN
    lines = _sentence(head, remark, snapshot.verdict.why, stale, room)
    shown = causes(snapshot, cause_rows, cells - 2 * MARGIN)
    return (*lines, *(line(" " * MARGIN, one) for one in shown))


def _remark(
    snapshot: PairSnapshot, trouble: str, started: bool, old: float, stale: bool, scene: Scene
) -> str:
    if trouble:
        return trouble
    if not started:
        return texts.STARTING
    if stale:
        clock = present.clock_text(snapshot.epoch, scene)
        return texts.OLD_VERDICT.format(clock=clock, age=present.age(old))
    if not snapshot.verdict.confirmed:
        waited = snapshot.verdict.unconfirmed_for_s + max(0.0, old)
        return texts.UNCONFIRMED.format(age=present.age(waited))
    return ""


def _sentence(head: Line, remark: str, why: str, stale: bool, room: int) -> tuple[Line, ...]:
    indent = " " * width(head)
    why_lines = wrap(why, room, 2, Tone.MUTED if stale else Tone.PLAIN)
    if not remark:
        first = why_lines[0] if why_lines else EMPTY
        return (line(head, first), *(line(indent, more) for more in why_lines[1:]))
    gap = "   "
    note = line((clean(remark), Tone.WARN))
    if len(why_lines) == 1 and width(why_lines[0]) + len(gap) + width(note) <= room:
        return (line(head, why_lines[0], gap, note),)
    remarks = wrap(remark, room, 2, Tone.WARN)
    first, *rest = (*remarks, *why_lines[:1])
    return (line(head, first), *(line(indent, more) for more in rest))


def causes(snapshot: PairSnapshot, rows: int, cells: int) -> tuple[Line, ...]:
    """Errors and warnings, worst first, one line each; the last line counts those without room."""
    order = list(Severity)
    found = sorted(
        (c for c in snapshot.verdict.causes if _worth_telling(c, snapshot.verdict.why)),
        key=lambda cause: order.index(cause.severity),
    )
    if not found or rows <= 0:
        return ()
    shown = found if len(found) <= rows else found[: max(1, rows - 1) if rows > 1 else 1]
    lines = [_cause(cause, cells) for cause in shown]
    left = len(found) - len(shown)
    if left:
        more = line((texts.MORE_CAUSES.format(count=left), Tone.MUTED))
        if rows > len(lines):
            lines.append(line("  ", more))
        else:
            lines[-1] = spread(lines[-1], more, cells)
    return tuple(lines)


def _worth_telling(cause: Cause, why: str) -> bool:
    return cause.severity is not Severity.NOTE and cause.evidence not in why


def _cause(cause: Cause, cells: int) -> Line:
    mark = present.SEVERITY_MARKS[cause.severity]
    where = " ".join(
        part
        for part in (
            cause.node or "",
            cause.interface or "",
            f"{texts.VHID} {cause.vhid}" if cause.vhid is not None else "",
        )
        if part
    )
    head = line((f"{mark.glyph} {cause.id}", mark.tone), "  ", (clean(where[:80]), Tone.STRONG))
    head = line(head, "  " if where else "")
    return fit(line(head, clean(cause.evidence[:400])), cells)
