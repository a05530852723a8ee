"""Pure: below the wall's list, all of why the marked pair stands as it does, and both of its nodes."""

from collections.abc import Sequence
from dataclasses import replace

from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import BrokenPair
from pfha_tui.domain.text import clean
from pfha_tui.ui import layout, texts, verdict_view, vips
from pfha_tui.ui.line import EMPTY, Line, Tone, crop, line, pad, plain, spread, width, wrap
from pfha_tui.ui.node_view import NodeView
from pfha_tui.ui.pairs import Entry
from pfha_tui.ui.present import Scene
from pfha_tui.ui.wall_view import MARGIN, is_stale, why_line

LEAST_DETAILS = 4
LEAST_NODE = 4
"""Rows that tell anything of a node, its name included."""
MOST_CAUSES = 99
SENTENCE_ROWS = 12
GAP = 3


def details(entry: Entry, scene: Scene, cells: int, rows: int) -> tuple[Line, ...]:
    """Of one pair all that fits in `rows`: the verdict with its whole sentence and causes, then its nodes."""
    target = entry.target
    name = line(" " * MARGIN, (crop(clean(target.name), 40), Tone.STRONG), "  ")
    if rows < LEAST_DETAILS:
        return (line(name, why_line(entry, scene, cells - width(name))),)[:rows]
    lines: list[Line] = [EMPTY, line(name, verdict_view.environment(target.environment))]
    if entry.snapshot is None:
        again = entry.trouble or tr(texts.PRESS_TO_RETRY).format(key=scene.retry_key)
        for said in (*(target.faults if isinstance(target, BrokenPair) else ()), again):
            lines += _indented(wrap(said, cells - 2 * MARGIN, rows))
        return tuple(lines[:rows])
    lines += _verdict(entry, entry.snapshot, scene, cells)
    lines += _causes(entry.snapshot, cells - 2 * MARGIN, rows - len(lines))
    nodes = _nodes(entry.snapshot, scene, cells - 2 * MARGIN, rows - len(lines) - 1)
    return tuple([*lines, EMPTY, *_indented(nodes)][:rows])


def _indented(rows: Sequence[Line]) -> list[Line]:
    return [line(" " * MARGIN, row) for row in rows]


def _verdict(entry: Entry, pair: PairSnapshot, scene: Scene, cells: int) -> list[Line]:
    """The badge with what has to be known beside it, and below it the sentence, whole."""
    bare = replace(pair, verdict=replace(pair.verdict, why=""))
    head = verdict_view.bar(bare, entry.trouble, entry.started, scene, cells, 0)
    tone = Tone.MUTED if is_stale(entry, scene) else Tone.PLAIN
    return [*head, *_indented(wrap(pair.verdict.why, cells - 2 * MARGIN, SENTENCE_ROWS, tone))]


def _causes(pair: PairSnapshot, cells: int, rows: int) -> list[Line]:
    """The causes, whole, as many as fit; the last line counts the others."""
    found = verdict_view.causes(pair, MOST_CAUSES, MOST_CAUSES * cells)
    told: list[Line] = []
    for number, cause in enumerate(found):
        head, evidence = line(*cause[:-1]), plain(cause[-1:])
        parts = wrap(evidence, cells - 4, SENTENCE_ROWS, first=max(1, cells - width(head)))
        lines = [line("    " if place else head, part) for place, part in enumerate(parts)]
        left = len(found) - number
        if len(told) + len(lines) > rows - (1 if left > 1 else 0):
            more = line((tr(texts.MORE_CAUSES).format(count=left), Tone.MUTED))
            return _indented([*told, line("  ", more)][: max(0, rows)])
        told += lines
    return _indented(told)


def _nodes(pair: PairSnapshot, scene: Scene, cells: int, rows: int) -> tuple[Line, ...]:
    """Both nodes, side by side or one above the other, each as its pane would tell it in so many rows."""
    if cells >= layout.SIDE_BY_SIDE_WIDTH:
        if rows < LEAST_NODE:
            return ()
        half = (cells - GAP) // 2
        first, second = (_node(pair, index, scene, half, rows) for index in (0, 1))
        most = max(len(first), len(second))
        blank = (EMPTY,) * most
        beside = zip((*first, *blank), (*second, *blank), strict=False)
        return tuple(line(pad(one, half), " " * GAP, two) for one, two in list(beside)[:most])
    each = (rows - 1) // 2
    if each < LEAST_NODE:
        return ()
    first, second = (_node(pair, index, scene, cells, each) for index in (0, 1))
    return (*first, EMPTY, *second)


def _node(pair: PairSnapshot, index: int, scene: Scene, cells: int, rows: int) -> tuple[Line, ...]:
    view = NodeView.of(pair, index, scene)
    word, tone = vips.badge(view.node, view.sick, scene)
    head = spread(view.title(), line((f" {word} ", tone)), cells)
    if rows - 1 < layout.FULL_STACKED_ROWS - 2:
        return (head, *view.summary(cells, rows - 1))
    return (head, *(entry.line for entry in view.full(cells, rows - 1, fold=True)))
