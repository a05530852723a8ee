"""Pure: facts of both nodes side by side, as a table that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import Freshness, Reading
from pfha_tui.domain.text import clean
from pfha_tui.domain.wording import word
from pfha_tui.ui import present
from pfha_tui.ui.line import EMPTY, Line, Tone, fit, flow, line, pad, plain, width, wrap
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import condition

Items = tuple[Line, ...]
NAME_CELLS = 18
GAP = 2
ITEM_GAP = 2
WRAP_ROWS = 6
TEXT_LIMIT = 400
DIFFERS = "≠"


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value on both nodes, each as items that may stand below each other.

    `equal` says that a sound pair has the same on both: a difference is marked.
    """

    name: str
    primary: Items
    secondary: Items
    equal: bool = False

    @property
    def differs(self) -> bool:
        """Both are known, ought to be equal, and are not."""
        sides = [tuple(plain(one) for one in side) for side in (self.primary, self.secondary)]
        return self.equal and all(sides) and sides[0] != sides[1]


def text(value: object, tone: Tone = Tone.PLAIN) -> Items:
    """One item; nothing for None and the empty string."""
    if value is None or value == "":
        return ()
    return (line((clean(str(value)[:TEXT_LIMIT]), tone)),)


def number(value: int | None) -> Items:
    """A whole number with its digits grouped; nothing while unknown."""
    return () if value is None else (line(present.count(value)),)


def yes_no(value: bool | None, wrong: bool | None = None) -> Items:
    """`yes` or `no`; `wrong` is the answer that is worth a warning."""
    if value is None:
        return ()
    tone = Tone.WARN if value is wrong else Tone.PLAIN
    return (line((tr("yes") if value else tr("no"), tone)),)


def read_item(name: str, reading: Reading[Any], scene: Scene) -> Items:
    """When a section was read, how, and what went wrong the last time: `ifconfig ssh 0.4 s ago`."""
    items: list[Line] = []
    if reading.taken_at is not None:
        ago = tr("{age} ago").format(age=present.age(reading.age(scene.now)))
        fresh = reading.freshness(scene.now) is Freshness.FRESH
        tone = Tone.MUTED if fresh else Tone.WARN
        way = f" {reading.source}" if reading.source is not None else ""
        items.append(line((f"{name}{way} ", Tone.MUTED), (ago, tone)))
    if reading.error is not None:
        said = tr("{what}: {detail}").format(what=name, detail=word(reading.error.kind))
        message = clean(reading.error.message[:TEXT_LIMIT])
        if message:
            said = tr("{what}: {detail}").format(what=said, detail=message)
        items.append(line((said, Tone.WARN)))
    elif reading.taken_at is None:
        items.append(line((f"{name} ", Tone.MUTED), condition(reading, scene).remark))
    return tuple(items)


def table(facts: Sequence[Fact], heads: tuple[Line, Line], cells: int) -> tuple[Line, ...]:
    """The facts below the nodes' heads; those of which neither node tells anything are left out.

    Long values are broken; `≠` stands between two that ought to be equal.
    """
    shown = [fact for fact in facts if fact.primary or fact.secondary]
    name_cells = min(
        NAME_CELLS, max((cell_len(fact.name) for fact in shown), default=0), cells // 4
    )
    column = max(1, (cells - name_cells - GAP - 3) // 2)
    head = [pad(one, column) for one in heads]
    rows = [line(" " * (name_cells + GAP), head[0], "   ", head[1])]
    for fact in shown:
        left, right = _rows(fact.primary, column), _rows(fact.secondary, column)
        for at in range(max(len(left), len(right), 1)):
            name = fact.name if at == 0 else ""
            sign = f" {DIFFERS} " if at == 0 and fact.differs else "   "
            rows.append(
                line(
                    pad(line((name, Tone.MUTED)), name_cells),
                    " " * GAP,
                    pad(left[at] if at < len(left) else EMPTY, column),
                    (sign, Tone.WARN),
                    right[at] if at < len(right) else EMPTY,
                )
            )
    return tuple(fit(row, cells) for row in rows)


def _rows(items: Items, cells: int) -> tuple[Line, ...]:
    rows: list[Line] = []
    waiting: list[Line] = []
    for item in items or (line((present.UNKNOWN, Tone.MUTED)),):
        if width(item) <= cells:
            waiting.append(item)
            continue
        rows += flow(waiting, cells, ITEM_GAP)
        waiting = []
        rows += wrap(plain(item), cells, WRAP_ROWS, item[-1][1])
    return (*rows, *flow(waiting, cells, ITEM_GAP))
