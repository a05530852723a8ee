"""Before anything is changed: the logins, the locks, and what both nodes show at the last moment."""

from collections.abc import Callable
from dataclasses import replace

from pfha_tui.actions import gate, sight
from pfha_tui.actions.bench import Bench, context
from pfha_tui.actions.hands import Hands
from pfha_tui.actions.model import Plan, Stage
from pfha_tui.actions.sight import Sight
from pfha_tui.collector.catalogue import MAINTENANCE, MARK
from pfha_tui.domain.command import Sample
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.transports.base import TransportError


class Refused(Exception):
    """Nothing was changed on any node; one sentence for the operator."""


class LastLook:
    """Whether one action may be begun, and gone on with."""

    def __init__(
        self,
        bench: Bench,
        plan: Plan,
        action: str,
        sight: Sight,
        hands: Hands,
        tell: Callable[[Stage, str], None],
    ) -> None:
        self._bench, self._plan, self._id = bench, plan, action
        self._sight, self._hands, self._tell = sight, hands, tell

    async def approach(self) -> gate.Permit:
        """Log in, take the locks, look once more. Raises Refused."""
        plan, target = self._plan, self._bench.target
        if target.read_only:
            raise Refused(tr("{pair} is watched read-only.").format(pair=target.name))
        both = tr("Log in to {first} and {second} for this action alone.")
        self._tell(Stage.CONNECT, both.format(first=plan.node, second=plan.peer))
        await self._hands.open()
        for node, error in self._hands.failures.items():
            if node == plan.node or sight.reached(self._bench.feed.current, node):
                text = tr("No login on {node} for this action: {why}")
                raise Refused(text.format(node=node, why=error))
        self._tell(Stage.LOCK, tr("Lock both nodes against other actions."))
        try:
            busy = await self._hands.lock()
        except TransportError as error:
            raise Refused(tr("No lock: {why}").format(why=error)) from error
        if busy is not None:
            raise Refused(busy)
        self._tell(Stage.CHECK, tr("Look at both nodes once more."))
        return await self.check()

    async def check(self) -> gate.Permit:
        """The gate's permit for what both nodes show now: after the locks, and again right before the first step,
        for whatever was said to the nodes in between may have taken long. Raises Refused."""
        await self._same_flags()
        snapshot = await self._sight.fresh()
        found = gate.permit(self._plan, snapshot, self._context(snapshot))
        if not isinstance(found, gate.Permit):
            raise Refused(" ".join(each.text for each in found))
        return found

    def _context(self, snapshot: PairSnapshot) -> gate.Context:
        """As `bench.context`, without this action's own record among those that came to no end."""
        found = context(self._bench, snapshot)
        if not found.unfinished:
            return found
        left = self._bench.journal.unfinished(self._bench.target.name)
        return replace(found, unfinished=sum(each.id != self._id for each in left))

    async def links_answer(self) -> dict[str, Sample]:
        """The maintenance flag and the mark of each node, read over the action's own logins: those must still
        answer, a forced failover's only on the node itself. Raises Refused."""
        plan, found = self._plan, {}
        for node in (plan.node, plan.peer):
            spared = plan.request.forced and node == plan.peer
            try:
                sample = await self._hands.probe(node, MAINTENANCE, MARK)
            except TransportError as error:
                if spared:
                    continue
                raise Refused(tr("{node}: {why}").format(node=node, why=error)) from error
            if sample is not None:
                found[node] = sample
        return found

    async def _same_flags(self) -> None:
        """The maintenance flag and the mark are watched every few seconds only: they are read now. Raises Refused."""
        for node, sample in (await self.links_answer()).items():
            flag, own = sample.outputs
            seen = sight.node_of(self._bench.feed.current, node)
            known = flag.exit_code in (0, 1) and seen.maintenance.value is not None
            flipped = known and (flag.exit_code == 0) is not seen.maintenance.value
            if flipped or sight.mark_of(own) != sight.marks(self._bench.feed.current, node):
                text = tr("Another hand has just changed {node}; look at it again.")
                raise Refused(text.format(node=node))
