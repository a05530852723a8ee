"""When the terminal's bell is due."""

from pfha_tui.domain.confirm import alarm_due
from pfha_tui.domain.election import dead_time
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.verdict import VerdictKind

_WORST_FIRST = tuple(VerdictKind)


class Alarm:
    """Follows the verdicts of one pair that have stood long enough to be told, by the rule of `check`, from the
    first confirmed one on. A short mixed state, as in any failover, is neither worse nor better."""

    def __init__(self) -> None:
        self._last: VerdictKind | None = None

    def worse(self, snapshot: PairSnapshot, poll_s: float) -> bool:
        """Whether the verdict has stood for max(2 polls, 1.5 dead times), and is worse than the last that had."""
        kind = snapshot.verdict.kind
        if self._last is None and snapshot.verdict.confirmed:
            self._last = kind
        roles = [role for node in snapshot.nodes for role in node.roles]
        if not alarm_due(snapshot.confirmation, snapshot.at, poll_s, dead_time(roles)):
            return False
        before, self._last = self._last, kind
        return before is not None and _WORST_FIRST.index(kind) < _WORST_FIRST.index(before)
