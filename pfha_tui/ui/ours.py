"""Pure: what our own actions have left on a node, each in one line."""

from typing import TYPE_CHECKING

from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.mark import OwnMark
from pfha_tui.domain.text import clean
from pfha_tui.ui import present
from pfha_tui.ui.line import Line, Tone, crop, line
from pfha_tui.ui.present import Scene

if TYPE_CHECKING:
    from pfha_tui.actions.model import Lease

DEMOTED = mark("demoted by us: {amount}, by {who} since {clock}")
MARKED = mark("marked by us for a demotion by {amount} that is not there, by {who} since {clock}")
LEASED = mark("maintenance by {who}: {age} left")
OVERDUE = mark("maintenance by {who}: over since {age}, leave it")
WHO_CELLS = 20
REASON_CELLS = 60


def demoted(found: OwnMark, demotion: int | None, scene: Scene) -> Line:
    """Which part of the node's `demotion` is ours, whose and since when; or that only our mark is there."""
    there = demotion is None or demotion >= found.demotion
    said = (tr(DEMOTED) if there else tr(MARKED)).format(
        amount=found.demotion,
        who=_short(found.who, WHO_CELLS),
        clock=present.clock_text(found.epoch, scene),
    )
    return line((f"◆ {said}", Tone.ACCENT) if there else (f"▲ {said}", Tone.WARN))


def leased(lease: "Lease", scene: Scene) -> Line:
    """How long the node's maintenance is still meant to last, whose it is, and why."""
    left = lease.until - scene.epoch
    text, tone = (tr(LEASED), Tone.ACCENT) if left > 0 else (tr(OVERDUE), Tone.WARN)
    said = text.format(who=_short(lease.who, WHO_CELLS), age=present.age(abs(left)))
    sign = "◆" if left > 0 else "▲"
    return line((f"{sign} {said}", tone), (f"  {_short(lease.reason, REASON_CELLS)}", Tone.MUTED))


def _short(text: str, cells: int) -> str:
    return crop(clean(text[: 2 * cells]), cells)
