"""Pure: the verdict bar, from the pair's name down to the causes."""

from collections.abc import Sequence

from rich.cells import cell_len

from pfha_tui.domain.events import Event, EventKind
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot, place_of
from pfha_tui.domain.target import BrokenPair, Environment, PairTarget
from pfha_tui.domain.text import clean
from pfha_tui.domain.verdict import Cause, Severity
from pfha_tui.ui import present, texts
from pfha_tui.ui.line import CUT, EMPTY, Line, Tone, crop, fit, line, plain, spread, width, wrap
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.present import Scene

OLD_AFTER_S = 5.0
MARGIN = 1
GAP = 3
WHY_ROWS = 3
NEWS_S = 20.0
NAME_CELLS = 24
MOST_NAME = 40
LEAST_NAME = 12


def mode(options: ConsoleOptions, target: PairTarget | BrokenPair) -> str:
    """That nothing can be changed here, in a word; empty where it can."""
    if options.watch:
        return tr(texts.WATCHING)
    return tr(texts.READ_ONLY) if options.read_only or target.read_only else ""


def banner(
    target: PairTarget,
    mode: str,
    scene: Scene,
    cells: int,
    others: Line = EMPTY,
    news: Sequence[Line] = (),
) -> Line:
    """Program, pair, production or lab, and at the right the news, the other pairs, the console's clock.

    News come in the order of their weight; those for which there is no room are left out. Where there is little
    room the words give way first, then the name is shortened; no sign of a state ever is.
    """
    gap, name = " " * GAP, clean(target.name)
    most = min(NAME_CELLS, cell_len(name))
    program = line(" " * MARGIN, ("pfha-tui", Tone.MUTED), gap)
    words = line((tr(texts.OTHER_PAIRS), Tone.MUTED), "  ") if others else EMPTY
    kind = line(gap, environment(target.environment), gap if mode else "", (mode, Tone.MUTED))
    clock = line((f"{scene.local(scene.epoch):%H:%M:%S}", Tone.STRONG), " " * MARGIN)
    right = line(others, gap if others else "", clock)

    def room() -> int:
        return cells - width(line(program, kind, words, right)) - GAP

    if room() < most:
        program = line(" " * MARGIN)
    if room() < min(LEAST_NAME, most):
        words = EMPTY
    if room() < min(LEAST_NAME, most):
        badge = environment(target.environment, short=True)
        kind = line(gap, badge, gap if mode else "", (mode, Tone.MUTED))
    told = EMPTY
    for one in news:
        longer = line(told, " " if told else "", one)
        if width(longer) + GAP <= room() - most:
            told = longer
    told = line(told, gap if told else "")
    shown = crop(name, max(1, min(MOST_NAME, room() - width(told))))
    left = line(program, (shown, Tone.STRONG), kind)
    return spread(left, line(told, words, right), cells)


def news(pair: PairSnapshot, scene: Scene) -> tuple[Line, ...]:
    """What changed within the last seconds, the gravest first: a node lost or back, another verdict.

    It has a place of its own, where nothing is ever covered; the timeline holds the same for good.
    """
    last: dict[str | None, Event] = {}
    before: set[str | None] = set()
    for event in reversed(pair.events):
        if event.kind in (EventKind.CONNECTION, EventKind.VERDICT):
            # The first word on a node or on the pair is no change.
            if event.node in last:
                before.add(event.node)
            else:
                last[event.node] = event
    lost: list[Line] = []
    told: list[Line] = []
    for node in pair.nodes:
        name = clean(node.name[:NAME_CELLS])
        found = last.get(node.name)
        if found is None or not _recent(found, scene):
            continue
        if node.reachable is False and _was_reached(node):
            text = tr("{node} lost {age} ago").format(node=name, age=_ago(found, scene))
            lost.append(line((f" ✗ {text} ", Tone.BADGE_BAD)))
        elif node.reachable and node.name in before:
            text = tr("{node} back {age} ago").format(node=name, age=_ago(found, scene))
            told.append(line((f" ● {text} ", Tone.BADGE_GOOD)))
    found = last.get(None)
    if found is not None and None in before and _recent(found, scene):
        text = tr("verdict changed {age} ago").format(age=_ago(found, scene))
        told.append(line((f" ◆ {text} ", Tone.BADGE)))
    return (*lost, *told)


def _was_reached(node: NodeSnapshot) -> bool:
    return any(link.heard_at is not None for link in (node.ssh, node.snmp_link))


def _recent(event: Event, scene: Scene) -> bool:
    return -NEWS_S < scene.epoch - event.epoch < NEWS_S


def _ago(event: Event, scene: Scene) -> str:
    return present.age(scene.epoch - event.epoch)


def environment(kind: Environment, *, short: bool = False) -> Line:
    """Production or lab as a badge that nobody overlooks."""
    if kind is Environment.PRODUCTION:
        word = tr(texts.PRODUCTION_SHORT) if short else tr(texts.PRODUCTION)
        return line((f" {word} ", Tone.BADGE_PRODUCTION))
    return line((f" {tr(texts.LAB)} ", Tone.BADGE_LAB))


def bar(
    snapshot: PairSnapshot, trouble: str, started: bool, scene: Scene, cells: int, cause_rows: int
) -> tuple[Line, ...]:
    """The verdict with its sentence, and up to `cause_rows` causes that the sentence does not tell.

    `trouble` is the sentence of a feed that ended; `started` False while the transports are loaded.
    """
    mark = present.VERDICT_MARKS[snapshot.verdict.kind]
    stale = is_stale(snapshot, trouble, scene)
    badge = Tone.BADGE_WARN if stale or not snapshot.verdict.confirmed else mark.badge
    word = mark.word if not stale else f"{tr(texts.WAS)} {mark.word}"
    glyph = mark.glyph if not stale else "?"
    head = line(" " * MARGIN, (f" {glyph} {word} ", badge), "  ")
    said = remark(snapshot, trouble, started, scene)
    lines = _sentence(head, said, snapshot.verdict.why, stale, cells)
    shown = causes(snapshot, cause_rows, cells - 2 * MARGIN)
    return (*lines, *(line(" " * MARGIN, one) for one in shown))


def is_stale(snapshot: PairSnapshot, trouble: str, scene: Scene) -> bool:
    """The snapshot can no longer be taken for the present."""
    return bool(trouble) or scene.now - snapshot.at > OLD_AFTER_S


def remark(snapshot: PairSnapshot, trouble: str, started: bool, scene: Scene) -> str:
    """What has to be known beside the verdict: that watching ended, has not begun, or that the verdict is
    old or unconfirmed; empty where nothing has."""
    if trouble:
        return trouble
    if not started:
        return tr(texts.STARTING)
    old = scene.now - snapshot.at
    if is_stale(snapshot, trouble, scene):
        clock = present.clock_text(snapshot.epoch, scene)
        return tr(texts.OLD_VERDICT).format(clock=clock, age=present.age(old))
    if not snapshot.verdict.confirmed:
        waited = snapshot.verdict.unconfirmed_for_s + max(0.0, old)
        return tr(texts.UNCONFIRMED).format(age=present.age(waited))
    return ""


def _sentence(head: Line, remark: str, why: str, stale: bool, cells: int) -> tuple[Line, ...]:
    """Badge, remark and why one after another, wrapped under the why's beginning, or under the badge where
    it needs the room; in one line the why comes first."""
    beside = cells - width(head) - MARGIN
    tone = Tone.MUTED if stale else Tone.PLAIN
    if remark and cell_len(why) + GAP + cell_len(remark) <= beside:
        why_line = wrap(why, beside, 1, tone)
        return (line(head, *why_line, " " * GAP, (clean(remark), Tone.WARN)),)
    told = wrap(remark, beside, 2, Tone.WARN) if remark else ()
    lead = line(told[-1], " " * GAP) if told else EMPTY
    room = beside - width(lead)
    indent, rows = width(head), wrap(why, beside, WHY_ROWS, tone, room)
    if rows and plain(rows[-1]).endswith(CUT):
        indent, rows = MARGIN, wrap(why, cells - 2 * MARGIN, WHY_ROWS, tone, room)
    starts = [*told[:-1], line(lead, *rows[:1])]
    beginning = (line(head if not n else " " * width(head), one) for n, one in enumerate(starts))
    return (*beginning, *(line(" " * indent, row) for row in rows[1:]))


def causes(snapshot: PairSnapshot, rows: int, cells: int) -> tuple[Line, ...]:
    """Errors and warnings that the sentence does not tell, worst first, one line each; the last line counts
    those without room."""
    order, verdict = list(Severity), snapshot.verdict
    found = sorted(
        (c for c in verdict.causes if c.severity is not Severity.NOTE and c not in verdict.told),
        key=lambda cause: order.index(cause.severity),
    )
    if not found or rows <= 0:
        return ()
    shown = found if len(found) <= rows else found[: max(1, rows - 1) if rows > 1 else 1]
    lines = [_cause(cause, snapshot, cells) for cause in shown]
    left = len(found) - len(shown)
    if left:
        more = line((tr(texts.MORE_CAUSES).format(count=left), Tone.MUTED))
        if rows > len(lines):
            lines.append(line("  ", more))
        else:
            lines[-1] = spread(lines[-1], more, cells)
    return tuple(lines)


def _cause(cause: Cause, snapshot: PairSnapshot, cells: int) -> Line:
    mark = present.SEVERITY_MARKS[cause.severity]
    where = place_of(cause, snapshot)
    head = line((f"{mark.glyph} {cause.id}", mark.tone), "  ", (clean(where[:80]), Tone.STRONG))
    head = line(head, "  " if where else "")
    return fit(line(head, clean(cause.evidence[:400])), cells)
