"""The keys that act on a pair; what they do is loaded when one is pressed, or the first feed is open."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pfha_tui.collector.feed import Feed
from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.ui.desk import Desk
from pfha_tui.ui.line import Line
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.pairs import Watched

if TYPE_CHECKING:
    from pfha_tui.actions.model import Lease
    from pfha_tui.actions.operator import Operator
    from pfha_tui.ui.operating import Operating

OpenOperator = Callable[[PairTarget, Feed], "Operator | None"]
ACTION_WORKER = "action"


class Acting(Desk):
    """Between the looks of the application and its pairs: what can be done to the pair that is open.

    Operators are made by `open_operator`, in a thread, once the pair's feed is open; without it, in a session
    that only watches, and on a pair that is read-only, nothing here exists for the operator.
    """

    pairs: Sequence[Watched]
    shown: Watched | None
    """The pair that is open."""

    def __init__(self, options: ConsoleOptions, open_operator: OpenOperator | None) -> None:
        super().__init__(options)
        self.open_operator = open_operator
        self._operating: Operating | None = None

    @property
    def options(self) -> ConsoleOptions:
        """How the console is to look and tell the time."""
        return self._options

    @property
    def operating(self) -> "Operating":
        """What acts, loaded on first use."""
        if self._operating is None:
            from pfha_tui.ui.operating import Operating

            self._operating = Operating(self)
        return self._operating

    def acts_on(self, target: PairTarget | BrokenPair) -> bool:
        """Whether this pair can be acted on from here; a broken one, whether it could be once it is mended."""
        options = self._options
        may = self.open_operator is not None and not (options.watch or options.read_only)
        return may and not target.read_only

    @abstractmethod
    def tick(self) -> None:
        """Draw the screen that is open."""

    @abstractmethod
    def focused_node(self) -> int | None:
        """The node (0 or 1) of the open pair whose pane has the focus."""

    def show_deeds(self) -> None:
        """Draw the dialog that is open, or open the one that waits."""
        if self._operating is not None:
            self._operating.show()

    def deeds_of(self, pair: Watched) -> "tuple[tuple[Line, ...], tuple[Lease, ...]]":
        """What the banner says of the actions on a pair, and the leases of its maintenance."""
        if self._operating is None:
            return (), ()
        deeds = self._operating.deeds(pair)
        return deeds.badges(self.scene), deeds.leases

    def keeps_from_leaving(self) -> bool:
        """Say once that an action is under way; True where that was not said of it before."""
        return self._operating is not None and self._operating.keeps()

    def action_maintenance(self) -> None:
        """Enter or leave maintenance."""
        self.operating.maintenance()

    def action_switchover(self) -> None:
        """Hand the VIPs over, or back to where they belong."""
        self.operating.switchover()

    def action_failover(self) -> None:
        """Hand the VIPs over past the gate's soft conditions."""
        self.operating.failover()

    def action_sync_now(self) -> None:
        """Push the configuration to the secondary."""
        self.operating.sync_now()

    def action_carp_enable(self) -> None:
        """Switch CARP on."""
        self.operating.carp_enable()

    def action_carp_disable(self) -> None:
        """Switch CARP off."""
        self.operating.carp_disable()

    def action_demotion_reset(self) -> None:
        """Remove a demotion whose cause is gone."""
        self.operating.demotion_reset()

    def action_pfsync_bulk(self) -> None:
        """Fetch all states from the peer."""
        self.operating.pfsync_bulk()

    def action_reboot(self) -> None:
        """Restart a node."""
        self.operating.reboot()

    def action_undo(self) -> None:
        """Take back what was left unfinished, else what was done last."""
        self.operating.undo()
