"""The rules by which CARP elects a master (FreeBSD sys/netinet/ip_carp.c, 12 to 15), as pure functions.

Skews are in 1/256 s, intervals and timeouts in seconds. VRRP VHIDs (FreeBSD 15) follow other rules,
priority and not skew, and no demotion: callers leave them out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pfha_tui.domain.snapshot import CarpRole

MAX_EFFECTIVE_SKEW = 240
MAINTENANCE_ADVSKEW = 254
LONGEST_DEFAULT_DEAD_TIME_S = 3 + MAINTENANCE_ADVSKEW / 256


def effective_skew(advskew: int, demotion: int) -> int:
    """The skew that a node puts into its advertisements: advskew + demotion, within 0..240.

    pfSense's maintenance skew 254 is therefore advertised as 240. Some kernels do not clamp
    below, where a negative sum wraps in the 8-bit field; the others stop at 0, as here.
    """
    return max(0, min(MAX_EFFECTIVE_SKEW, advskew + demotion))


def interval(advbase: int, effective: int) -> float:
    """Seconds between two advertisements of a master with this effective skew."""
    return advbase + effective / 256


def master_down_timer(advbase: int, advskew: int) -> float:
    """Seconds of silence after which a backup becomes master: 3 x advbase + advskew/256.

    The kernel takes the configured skew here, not the demoted one.
    """
    return 3 * advbase + advskew / 256


@dataclass(frozen=True, slots=True)
class Contender:
    """One node's part in the election of one VHID: its own settings, and the node-wide demotion and preempt."""

    advbase: int
    advskew: int
    demotion: int = 0
    preempt: bool = True

    @property
    def interval(self) -> float:
        """Seconds between its advertisements as master, demotion included."""
        return interval(self.advbase, effective_skew(self.advskew, self.demotion))

    @property
    def dead_time(self) -> float:
        """Seconds of silence after which it takes over as backup."""
        return master_down_timer(self.advbase, self.advskew)


def preferred(a: Contender, b: Contender) -> Contender | None:
    """The one that advertises more often and so wins; None when both do equally (a race)."""
    if a.interval == b.interval:
        return None
    return a if a.interval < b.interval else b


def takes_over(backup: Contender, master: Contender) -> bool:
    """True if the backup becomes master at the next advertisement it hears from the master.

    With preempt it does so when its own interval is strictly shorter; without, only when the master
    advertises so rarely that the backup's own timeout, with its demoted skew, would end first.
    """
    if backup.preempt and backup.interval < master.interval:
        return True
    timeout = master_down_timer(backup.advbase, effective_skew(backup.advskew, backup.demotion))
    return timeout < master.interval


def yields(master: Contender, other: Contender) -> bool:
    """True if a master steps down on hearing another one: its interval is longer or equal.

    Two equal masters that hear each other therefore both step down, and race again.
    """
    return master.interval >= other.interval


def contender(role: CarpRole, preempt: bool = True, demoted: bool = True) -> Contender | None:
    """What a role brings into the election, None for VRRP or while its skew is unknown.

    `demoted` False leaves the demotion out: how the election is meant to go when nothing is wrong.
    """
    if role.vrrp or role.advbase is None or role.advskew is None:
        return None
    demotion = 0
    if demoted and role.effective_skew is not None:
        demotion = role.effective_skew - role.advskew
    return Contender(role.advbase, role.advskew, demotion, preempt)


def dead_time(roles: Iterable[CarpRole]) -> float:
    """The longest silence, in seconds, after which a survivor serves these VHIDs: alarms sit it out.

    With no CARP skew known: 3.99 s, that of advbase 1 and the largest advskew.
    """
    contenders = (contender(role) for role in roles)
    timers = [known.dead_time for known in contenders if known is not None]
    return max(timers, default=LONGEST_DEFAULT_DEAD_TIME_S)
