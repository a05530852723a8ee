"""What a screen draws at one moment."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.ui.line import EMPTY, Line
from pfha_tui.ui.present import Scene
from pfha_tui.ui.raw_view import Raw, no_output

if TYPE_CHECKING:
    from pfha_tui.actions.model import Lease


@dataclass(frozen=True, slots=True)
class Moment:
    """All that the main screen draws: the newest snapshot, the state of the feed, and the time.

    `trouble` is the sentence of a feed that ended; `started` is False while it is being opened;
    `others` tells how the pairs stand that are not on this screen; `raw` gives the newest output of a
    node's command, as Feed.raw; `deeds` say what is under way or unfinished, `leases` how long maintenance
    is meant to last.
    """

    snapshot: PairSnapshot
    scene: Scene
    trouble: str = ""
    started: bool = True
    others: Line = EMPTY
    raw: Raw = no_output
    deeds: tuple[Line, ...] = ()
    leases: "tuple[Lease, ...]" = ()
