"""When the terminal's bell is due."""

from pfha_tui.domain.verdict import Verdict, VerdictKind

_WORST_FIRST = tuple(VerdictKind)


class Alarm:
    """Follows the confirmed verdicts of one pair; the first one is where it starts from."""

    def __init__(self) -> None:
        self._last: VerdictKind | None = None

    def worse(self, verdict: Verdict) -> bool:
        """Whether this verdict is confirmed, and worse than the last one that was."""
        if not verdict.confirmed:
            return False
        before, self._last = self._last, verdict.kind
        return before is not None and _WORST_FIRST.index(verdict.kind) < _WORST_FIRST.index(before)
