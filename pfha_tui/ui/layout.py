"""Pure: who gets which rows of a terminal of a given size."""

from dataclasses import dataclass

LEAST_WIDTH = 60
LEAST_HEIGHT = 16
SIDE_BY_SIDE_WIDTH = 100
FULL_STACKED_ROWS = 22
BANNER_ROWS = 1
KEY_ROWS = 1
OTHER_ROWS = 4
LEAST_PART = 4
FRAMED_ROW = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """Heights in rows. `panes` are those of both panes (equal when side by side); `short` says which show
    a summary."""

    side_by_side: bool
    verdict: int
    panes: tuple[int, int]
    short: tuple[bool, bool]
    timeline: int


def fits(width: int, height: int) -> bool:
    """Whether the terminal has room for the screens; below that a notice stands in for all of them."""
    return width >= LEAST_WIDTH and height >= LEAST_HEIGHT


def cause_rows(height: int) -> int:
    """How many rows of causes a terminal of this height can spare."""
    return 0 if height < 20 else 1 if height < 30 else 3


def plan(width: int, height: int, verdict: int, wanted: int, expanded: int | None) -> Plan:
    """Share out the rows; `verdict` is what its bar needs, `wanted` what a full pane would like within its
    frame, `expanded` the pane (0 or 1) that the operator gave the screen to."""
    free = height - BANNER_ROWS - KEY_ROWS - verdict
    if expanded is not None:
        timeline = 3 if height < 30 else 6
        main = free - timeline - OTHER_ROWS
        panes = (main, OTHER_ROWS) if expanded == 0 else (OTHER_ROWS, main)
        return Plan(False, verdict, panes, (expanded != 0, expanded != 1), timeline)
    side = width >= SIDE_BY_SIDE_WIDTH
    timeline = _timeline_rows(height, side)
    rest = free - timeline
    if side:
        rest = min(rest, max(wanted + 2, free // 2))
        timeline = free - rest
        return Plan(True, verdict, (rest, rest), (False, False), timeline)
    first = rest - rest // 2
    panes = (first, rest // 2)
    short = (panes[0] < FULL_STACKED_ROWS, panes[1] < FULL_STACKED_ROWS)
    return Plan(False, verdict, panes, short, timeline)


def _timeline_rows(height: int, side: bool) -> int:
    if height < 20:
        return 3
    if height < 28:
        return 5
    if not side:
        return 7
    return 8


@dataclass(frozen=True, slots=True)
class DetailPlan:
    """Heights in rows of the detail screen's parts; `outputs` are side by side or one at a time."""

    side_by_side: bool
    verdict: int
    facts: int
    events: int
    outputs: int


def detail(
    width: int, height: int, verdict: int, facts: int, events: int, grown: str | None
) -> DetailPlan:
    """Share out the rows of the detail screen; `facts` and `events` are the lines that they have,
    `grown` is the part ("facts", "events", else the outputs) that the operator gave most of it to."""
    # A long verdict never takes the rows of a frame with one line in it from any part.
    verdict = max(0, min(verdict, height - BANNER_ROWS - KEY_ROWS - 3 * FRAMED_ROW))
    free = height - BANNER_ROWS - KEY_ROWS - verdict
    least = LEAST_PART if free >= 3 * LEAST_PART else FRAMED_ROW
    side = width >= SIDE_BY_SIDE_WIDTH
    if grown is not None:
        heights = {"facts": least, "events": least, "outputs": least}
        heights[grown if grown in heights else "outputs"] = free - 2 * least
        return DetailPlan(side, verdict, heights["facts"], heights["events"], heights["outputs"])
    event_rows = min(max(FRAMED_ROW, events + 2), least if free < 24 else free // 4)
    fact_rows = min(max(least, facts + 2), (free - event_rows + 1) // 2)
    return DetailPlan(side, verdict, fact_rows, event_rows, free - event_rows - fact_rows)
