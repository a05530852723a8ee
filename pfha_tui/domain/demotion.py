"""What a node's demotion is made of: dead links, a bulk transfer of states, an action of ours, and the rest."""

from dataclasses import dataclass

from pfha_tui.domain.mark import OwnMark
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.view import Side

DEFAULT_DEMOTION_FACTOR = 240


@dataclass(frozen=True, slots=True)
class Demotion:
    """net.inet.carp.demotion, taken apart.

    `lost` counts the VHIDs in INIT and `links` is what they add; `bulk` is what a running bulk transfer adds.
    `ours` is the mark of an action that the figure still contains, `stale` one that it contains no more: somebody
    else has reset the demotion since. `rest` is what nobody owns up to.
    """

    total: int
    lost: int = 0
    links: int = 0
    bulk: int = 0
    ours: OwnMark | None = None
    stale: OwnMark | None = None

    @property
    def own(self) -> int:
        """The part that is ours."""
        return self.ours.demotion if self.ours is not None else 0

    @property
    def rest(self) -> int:
        """The part that is neither explained nor ours: set by hand, or left over."""
        return self.total - self.links - self.bulk - self.own


def demotion_of(side: Side) -> Demotion | None:
    """The demotion of a node and its parts; None while it is not known.

    A mark counts as contained where the whole adds up with it, and where it does not add up either way but the
    unexplained part is at least as large: then another hand has added to it.
    """
    carp = side.current(side.node.carp)
    if carp is None or carp.demotion is None:
        return None
    total = carp.demotion
    lost = sum(role.state is CarpState.INIT for role in side.node.roles)
    factor = carp.ifdown_demotion_factor
    links = lost * (DEFAULT_DEMOTION_FACTOR if factor is None else factor)
    marks = side.current(side.node.mark) or ()
    mark = marks[0] if marks else None
    bulks = (0, carp.pfsync_demotion_factor) if carp.pfsync_demotion_factor else (0,)
    for bulk in bulks:
        if mark is not None and mark.demotion and total == links + bulk + mark.demotion:
            return Demotion(total, lost, links, bulk, ours=mark)
    for bulk in bulks:
        if total == links + bulk:
            return Demotion(total, lost, links, bulk, stale=mark)
    if mark is not None and 0 < mark.demotion <= total - links:
        return Demotion(total, lost, links, ours=mark)
    return Demotion(total, lost, links, stale=mark)
