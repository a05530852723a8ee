"""A pair as plan and gate look at it: both sides, who serves, and what we ourselves hold back."""

from dataclasses import dataclass
from functools import cached_property

from pfha_tui.actions.model import Unplannable
from pfha_tui.domain.demotion import Demotion, demotion_of
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.text import same_name
from pfha_tui.domain.view import PairView, Side, look


@dataclass(frozen=True)
class Scene:
    """One moment of a pair; nodes are told by their index, 0 the primary by configuration.

    Ages are judged at monotonic `now` where that is later than the snapshot: one that is renewed no more grows old.
    """

    snapshot: PairSnapshot
    now: float = 0.0

    @property
    def at(self) -> float:
        """The moment at which it is looked at, in monotonic seconds."""
        return max(self.now, self.snapshot.at)

    @cached_property
    def view(self) -> PairView:
        """Both nodes side by side."""
        return look(self.snapshot.primary, self.snapshot.secondary, self.at)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Primary and secondary."""
        return self.view.sides

    def name(self, index: int) -> str:
        """The node's name."""
        return self.sides[index].name

    def index(self, name: str) -> int:
        """The index of the node of that name, in any case of letters. Raises Unplannable for another name."""
        for index, side in enumerate(self.sides):
            if same_name(name, side.name):
                return index
        text = tr("{pair} has no node {node}; its nodes are {first} and {second}.")
        raise Unplannable(
            text.format(pair=self.snapshot.pair, node=name, first=self.name(0), second=self.name(1))
        )

    def masters(self, index: int) -> int:
        """Of how many VHIDs the node is MASTER, as far as is known."""
        return sum(vip.state(index) is CarpState.MASTER for vip in self.view.vips)

    @property
    def serving(self) -> int:
        """Index of the node that serves, or serves more; where neither does, that of the home."""
        server = self.view.server
        if server is not None:
            return server
        known = [self.masters(i) if self.sides[i].known else 0 for i in (0, 1)]
        if known[0] == known[1]:
            return self.home
        return int(known[1] > known[0])

    @property
    def home(self) -> int:
        """Index of the node that most VHIDs are configured to be served by; the primary where it is even."""
        homes = [vip.home for vip in self.view.vips]
        return int(2 * sum(homes) > len(homes))

    def demotion(self, index: int) -> Demotion | None:
        """The node's demotion, taken apart; None while it is not known."""
        return demotion_of(self.sides[index])

    def flagged(self, index: int) -> bool:
        """pfSense's maintenance mode shows on the node: by its flag, or by the skew of every VHID."""
        return self.sides[index].maintenance is not None

    def period_s(self) -> float:
        """The longer of the two nodes' polling periods, in seconds."""
        return max(side.node.interfaces.period_s for side in self.sides)
