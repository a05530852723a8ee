"""Confirms judgements: a verdict counts once both nodes were sampled again and it is still the same."""

from dataclasses import dataclass, replace

from pfha_tui.domain.language import tr
from pfha_tui.domain.verdict import Cause, Severity, Verdict, VerdictKind

Begun = tuple[float, float]
Key = tuple[VerdictKind, frozenset[tuple[str, str | None, str | None, int | None]]]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The judgement of now, and what has been settled before.

    `verdict` has its `confirmed` and `unconfirmed_for_s` filled in; `settled` is the last confirmed
    verdict, for a screen that shows it beside "unconfirmed, 1.2 s". `first_at` is the monotonic time at
    which the present judgement appeared (None: there was none yet); `kind_since` is that since when the
    kind is what it is, however the causes changed meanwhile.
    """

    verdict: Verdict
    settled: Verdict | None
    first_at: float | None
    kind_since: float

    @classmethod
    def initial(cls) -> "Confirmation":
        """Before the first judgement: unknown, unconfirmed."""
        nothing = Verdict(VerdictKind.UNKNOWN, tr("nothing is known yet"))
        return cls(nothing, None, None, 0.0)


def step(previous: Confirmation, verdict: Verdict, begun: Begun, now: float) -> Confirmation:
    """Fold in the judgement made at monotonic `now`; `begun` is when the newest sample of each node began.

    It is confirmed by a sample of each node that began after it was first made: an answer of a slow node that
    was under way then tells of the time before.

    Equal means the same kind and the same causes of weight ERROR (and the same node in maintenance):
    warnings and wording may change without unsettling it. A failed attempt at an unreachable node counts
    as a sample of it.
    """
    first_at = previous.first_at
    same_kind = first_at is not None and verdict.kind is previous.verdict.kind
    kind_since = previous.kind_since if same_kind else now
    if first_at is None or key(verdict) != key(previous.verdict):
        open_ = replace(verdict, confirmed=False, unconfirmed_for_s=0.0)
        return Confirmation(open_, previous.settled, now, kind_since)
    if min(begun) > first_at or previous.verdict.confirmed:
        done = replace(verdict, confirmed=True, unconfirmed_for_s=0.0)
        return replace(previous, verdict=done, settled=done)
    waiting = max(0.0, now - first_at)
    return replace(previous, verdict=replace(verdict, confirmed=False, unconfirmed_for_s=waiting))


def key(verdict: Verdict) -> Key:
    """What has to be equal for two judgements to be the same."""
    return (verdict.kind, frozenset(_mark(found) for found in verdict.causes if _counts(found)))


def _counts(found: Cause) -> bool:
    return found.severity is Severity.ERROR or found.id == "maintenance"


def _mark(found: Cause) -> tuple[str, str | None, str | None, int | None]:
    return (found.id, found.node, found.interface, found.vhid)


def alarm_wait(poll_s: float, dead_time_s: float) -> float:
    """Seconds that a verdict must stand before it is worth an alarm: max(2 polls, 1.5 x dead time)."""
    return max(2 * poll_s, 1.5 * dead_time_s)


def alarm_due(confirmation: Confirmation, now: float, poll_s: float, dead_time_s: float) -> bool:
    """True once a confirmed verdict has kept its kind for `alarm_wait` seconds.

    Causes may come and go meanwhile, as they do in a long outage; they do not put the alarm off.
    """
    settled = confirmation.settled
    if settled is None or settled.kind is not confirmation.verdict.kind:
        return False
    return now - confirmation.kind_since >= alarm_wait(poll_s, dead_time_s)
