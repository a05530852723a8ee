"""Pure: all pairs at one moment as lines of a wall, the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import Freshness
from pfha_tui.domain.snapshot import CarpRole, NodeSnapshot, PairSnapshot, Since
from pfha_tui.domain.target import BrokenPair, Environment, NodeRole
from pfha_tui.domain.text import clean
from pfha_tui.domain.verdict import VerdictKind
from pfha_tui.ui import present, texts, verdict_view, vips
from pfha_tui.ui.commands import DIGITS
from pfha_tui.ui.line import EMPTY, Line, Part, Tone, crop, fit, line, pad, retone, width, wrap
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.pairs import Entry
from pfha_tui.ui.present import Mark, Scene

NAME_CELLS = 24
LEAST_NAME = 12
NODE_CELLS = 12
SHORT_NODE = 9
SHORT_WHY_ROWS = 4
STATES_CELLS = 7
GAP = 2
LEAST_WHY = 24
MARGIN = 1
NOT_WATCHED = Mark("?", texts.NOT_WATCHED, Tone.WARN, Tone.BADGE_WARN)
STARTS = Mark("?", texts.STARTS, Tone.MUTED, Tone.BADGE_QUIET)

_ORDER = list(VerdictKind)
_LETTERS = {NodeRole.PRIMARY: ("A", Tone.NODE_A), NodeRole.SECONDARY: ("B", Tone.NODE_B)}


@dataclass(frozen=True, slots=True)
class Wall:
    """The heading and one (pair number, line) for each pair; lines start with a cell for the cursor."""

    heading: Line
    rows: tuple[tuple[int, Line], ...]


def is_stale(entry: Entry, scene: Scene) -> bool:
    """What is shown of the pair can no longer be taken for the present."""
    return entry.snapshot is None or verdict_view.is_stale(entry.snapshot, entry.trouble, scene)


def rank(entry: Entry, scene: Scene) -> int:
    """How bad the pair stands, the worst lowest; what cannot be known counts as unknown, or as the worse
    that it was."""
    unknown = _ORDER.index(VerdictKind.UNKNOWN)
    if entry.snapshot is None:
        return unknown
    known = _ORDER.index(entry.snapshot.verdict.kind)
    return min(known, unknown) if is_stale(entry, scene) else known


def ordered(entries: Sequence[Entry], scene: Scene) -> list[Entry]:
    """The worst first; pairs that stand alike in the order of the configuration."""
    return sorted(entries, key=lambda entry: (rank(entry, scene), entry.number))


def mark(entry: Entry, scene: Scene) -> Mark:
    """Sign and word of the pair's verdict: `? was HEALTHY` where that is old."""
    if entry.snapshot is None:
        return NOT_WATCHED
    unknown = entry.snapshot.verdict.kind is VerdictKind.UNKNOWN
    if unknown and not entry.started and not entry.trouble:
        return STARTS
    known = present.VERDICT_MARKS[entry.snapshot.verdict.kind]
    if not is_stale(entry, scene):
        return known
    return Mark("?", f"{tr(texts.WAS)} {known.word}", Tone.WARN, Tone.BADGE_WARN)


def tally(entries: Sequence[Entry], scene: Scene, cells: int) -> Line:
    """How many pairs stand how, the worst first: `✗ 1 SPLIT BRAIN`, in less room the last ones by sign alone, those
    of the same sign together."""
    counts = _counts(entries, scene)
    for worded in range(len(counts), -1, -1):
        told = line(*(line("   ", part) for part in _tallied(counts, worded)))
        if width(told) <= cells:
            break
    return fit(told, cells)


def others(entries: Sequence[Entry], scene: Scene) -> Line:
    """The pairs that are not on the screen, by sign: `✗ 1  ● 5`; nothing without any."""
    counts = _counts(entries, scene)
    return line(*(line("  ", part) for part in _tallied(counts, 0)))[1:]


def _counts(entries: Sequence[Entry], scene: Scene) -> dict[Mark, int]:
    counts: dict[Mark, int] = {}
    for entry in ordered(entries, scene):
        one = mark(entry, scene)
        counts[one] = counts.get(one, 0) + 1
    return counts


def _tallied(counts: Mapping[Mark, int], worded: int) -> list[Part]:
    """Sign and number, of the first so many with the word; without it those of the same sign and tone are one."""
    found: dict[tuple[str, str, Tone], int] = {}
    for place, (one, number) in enumerate(counts.items()):
        key = one.glyph, f" {one.word}" if place < worded else "", one.tone
        found[key] = found.get(key, 0) + number
    return [(f"{glyph} {number}{word}", tone) for (glyph, word, tone), number in found.items()]


def banner(entries: Sequence[Entry], mode: str, scene: Scene, cells: int) -> Line:
    """Program, how many pairs stand how, and the console's clock at the right."""
    clock = line((f"{scene.local(scene.epoch):%H:%M:%S}", Tone.STRONG), " " * MARGIN)
    count = tr(texts.PAIRS).format(count=len(entries))
    left = line(" " * MARGIN, ("pfha-tui", Tone.MUTED), "   ", (count, Tone.STRONG))
    left = line(left, "   " if mode else "", (mode, Tone.MUTED))
    room = cells - width(clock)
    return line(pad(line(left, tally(entries, scene, room - width(left) - 1)), room), clock)


def wall(entries: Sequence[Entry], options: ConsoleOptions, scene: Scene, cells: int) -> Wall:
    """Every pair in one line of at most `cells`; columns are left out, and names
    shortened, before the why gets too short."""
    shown = ordered(entries, scene)
    table = [_cells(entry, options, scene) for entry in shown]
    heads = _heads()
    columns = list(range(len(heads)))
    for unwanted in (_STATES, _SINCE):
        if cells - _width(columns, heads, table) < LEAST_WHY:
            columns.remove(unwanted)
    missing = LEAST_WHY - (cells - _width(columns, heads, table))
    if missing > 0:
        names = max(LEAST_NAME, max(width(row[_PAIR]) for row in table) - missing)
        table = [(*row[:_PAIR], fit(row[_PAIR], names), *row[_PAIR + 1 :]) for row in table]
    if cells - _width(columns, heads, table) < LEAST_WHY:
        table = [
            (*row[:_SERVES], _short_serves(entry, row[_SERVES], scene), *row[_SERVES + 1 :])
            for entry, row in zip(shown, table, strict=True)
        ]
    gap = GAP if cells - _width(columns, heads, table) >= LEAST_WHY + len(columns) else 1
    widths = {c: max(map(width, (heads[c], *(row[c] for row in table)))) for c in columns}

    def build(row: Sequence[Line], why: Line) -> Line:
        parts = [line(pad(row[c], widths[c]), " " * gap) for c in columns]
        return pad(line(*parts, why), cells)

    room = max(1, cells - sum(widths.values()) - gap * len(columns))
    rows = [
        (entry.number, build(row, why_line(entry, scene, room)))
        for entry, row in zip(shown, table, strict=True)
    ]
    return Wall(build(heads, line((tr(texts.WALL_WHY), Tone.MUTED))), tuple(rows))


def in_short(entries: Sequence[Entry], scene: Scene, cells: int) -> tuple[Line, ...]:
    """How the pairs stand, the worst first: its name and verdict, who serves, and what has to be known beside it."""
    rows: list[Line] = []
    for entry in ordered(entries, scene):
        rows.append(line((crop(clean(entry.target.name), cells), Tone.STRONG)))
        told = mark(entry, scene)
        badge = line((f" {told.glyph} {told.word} ", told.badge))
        if entry.snapshot is None:
            rows.append(badge)
            continue
        serving = _serves(entry.snapshot, masters(entry.snapshot, scene), scene)
        words = line(badge, "  ", (f"{tr(texts.WALL_SERVES)} ", Tone.MUTED), serving)
        rows.append(words)
        remark = verdict_view.remark(entry.snapshot, entry.trouble, entry.started, scene)
        rows += wrap(remark, cells, 2, Tone.WARN)
        if len(entries) == 1:
            rows += wrap(entry.snapshot.verdict.why, cells, SHORT_WHY_ROWS)
    return tuple(rows)


# Cursor and number, verdict, pair, environment, serves, since, states, age.
_PAIR, _SERVES, _SINCE, _STATES = 2, 4, 5, 6


def _heads() -> tuple[Line, ...]:
    words = (
        "",
        tr(texts.WALL_VERDICT),
        tr(texts.WALL_PAIR),
        "",
        tr(texts.WALL_SERVES),
        tr(texts.SINCE),
        tr(texts.STATES),
        tr(texts.WALL_AGE),
    )
    return tuple(line((word, Tone.MUTED)) for word in words)


def _width(columns: Sequence[int], heads: Sequence[Line], table: Sequence[Sequence[Line]]) -> int:
    """Cells that these columns take with a gap of one."""
    return sum(max(width(row[c]) for row in (heads, *table)) + 1 for c in columns)


def _cells(entry: Entry, options: ConsoleOptions, scene: Scene) -> tuple[Line, ...]:
    number = str(entry.number + 1) if entry.number < DIGITS else ""
    target, pair = entry.target, entry.snapshot
    head = (
        line(f" {number:1}"),
        _verdict(entry, scene),
        line((crop(clean(target.name), NAME_CELLS), Tone.STRONG)),
        _environment(target.environment, options.watch or options.read_only or target.read_only),
    )
    if pair is None:
        return (*head, EMPTY, EMPTY, EMPTY, EMPTY)
    serving = masters(pair, scene)
    fact = _serves(pair, serving, scene)
    start = _since(serving)
    since = present.since_short(start, scene) if start is not None else ""
    facts = (fact, line((since, Tone.MUTED)), _states(pair, serving), _age(pair, scene))
    if not is_stale(entry, scene):
        return (*head, *facts)
    return (*head, *(retone(one, Tone.MUTED) for one in facts))


def _verdict(entry: Entry, scene: Scene) -> Line:
    """Sign and word; `✗ SPLIT BRAIN ?` until it is confirmed."""
    told = mark(entry, scene)
    sign = line((f"{told.glyph} {told.word}", told.tone))
    if entry.snapshot is None or entry.snapshot.verdict.confirmed or is_stale(entry, scene):
        return sign
    return sign if told.glyph == "?" else line(sign, (" ?", Tone.WARN))


def _environment(kind: Environment, read_only: bool) -> Line:
    production = kind is Environment.PRODUCTION
    word = tr(texts.PRODUCTION_SHORT) if production else tr(texts.LAB)
    badge = line((word, Tone.PRODUCTION if production else Tone.LAB))
    return line(badge, f" {tr(texts.READ_ONLY_SHORT)}") if read_only else badge


def masters(pair: PairSnapshot, scene: Scene) -> tuple[NodeSnapshot, ...]:
    """The nodes that are MASTER of something, by facts that may be taken for the present."""
    return tuple(
        node
        for node in pair.nodes
        if any(role.state is CarpState.MASTER for role in _present_roles(node, scene))
    )


def _present_roles(node: NodeSnapshot, scene: Scene) -> tuple[CarpRole, ...]:
    """The roles that may be taken for the present."""
    if not node.reachable:
        return ()
    return tuple(
        role for role in node.roles if vips.freshness(role, node, scene) is not Freshness.STALE
    )


def _serves(pair: PairSnapshot, serving: Sequence[NodeSnapshot], scene: Scene) -> Line:
    """`A fw1`; `fw1+fw2` where both are MASTER of something; `nobody` only where both nodes say so."""
    if len(serving) == 1:
        letter, tone = _LETTERS[serving[0].role]
        return line((f"{letter} {crop(clean(serving[0].name), NODE_CELLS)}", tone))
    if serving:
        both = [
            line((crop(clean(node.name), SHORT_NODE), _LETTERS[node.role][1])) for node in serving
        ]
        return line(both[0], "+", both[1])
    told = all(_present_roles(node, scene) for node in pair.nodes)
    return line((tr(texts.NOBODY), Tone.BAD)) if told else line((present.UNKNOWN, Tone.MUTED))


def _short_serves(entry: Entry, told: Line, scene: Scene) -> Line:
    """The same by letters alone: `A`, `A+B`; in its own words where no node serves."""
    serving = masters(entry.snapshot, scene) if entry.snapshot is not None else ()
    signs = [line("+", (_LETTERS[node.role][0], told[0][1])) for node in serving]
    return line(*signs)[1:] if signs else told


def _since(serving: Sequence[NodeSnapshot]) -> Since | None:
    """Since when one node serves what it serves: its latest start."""
    if len(serving) != 1:
        return None
    starts = [role.since for role in serving[0].roles if role.state is CarpState.MASTER]
    known = [start for start in starts if start is not None]
    return max(known, key=lambda start: start.epoch) if len(known) == len(starts) else None


def _states(pair: PairSnapshot, serving: Sequence[NodeSnapshot]) -> Line:
    """Entries of the state table, of the node that serves where one does, else the larger number."""
    found = [node.states for node in (serving if len(serving) == 1 else pair.nodes)]
    known = [number for number in found if number is not None]
    return line(present.count(max(known), STATES_CELLS) if known else (present.UNKNOWN, Tone.MUTED))


def _age(pair: PairSnapshot, scene: Scene) -> Line:
    """How old the roles are of that node of which they are older."""
    ages = [node.interfaces.age(scene.now) for node in pair.nodes]
    known = [age for age in ages if age is not None]
    fresh = all(
        node.interfaces.freshness(scene.now) in (Freshness.FRESH, Freshness.LATE)
        for node in pair.nodes
    )
    text = present.age(max(known)) if len(known) == len(ages) else present.UNKNOWN
    return line((text, Tone.PLAIN if fresh else Tone.WARN))


def why_line(entry: Entry, scene: Scene, cells: int) -> Line:
    """Why the pair stands as it does, as far as it fits, and what has to be known beside it."""
    if entry.snapshot is None:
        why = entry.target.why if isinstance(entry.target, BrokenPair) else ""
        return _sentence(entry.trouble or why, cells, Tone.WARN)
    remark = verdict_view.remark(entry.snapshot, entry.trouble, entry.started, scene)
    if not remark:
        return _sentence(entry.snapshot.verdict.why, cells, Tone.PLAIN)
    rest = cells - cell_len(remark) - GAP
    if not entry.started or is_stale(entry, scene):
        return _sentence(remark, cells, Tone.WARN)
    if rest < LEAST_WHY:
        return _sentence(entry.snapshot.verdict.why, cells, Tone.PLAIN)
    return line(
        (remark, Tone.WARN), " " * GAP, _sentence(entry.snapshot.verdict.why, rest, Tone.PLAIN)
    )


def _sentence(text: str, cells: int, tone: Tone) -> Line:
    rows = wrap(text, cells, 1, tone)
    return rows[0] if rows else EMPTY
