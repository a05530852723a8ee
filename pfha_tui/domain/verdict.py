"""The one word that says how the pair stands, and why."""

from dataclasses import dataclass
from enum import StrEnum


class VerdictKind(StrEnum):
    """The pair's state, worst first."""

    NO_MASTER = "no-master"
    SPLIT_BRAIN = "split-brain"
    UNKNOWN = "unknown"
    PARTIAL = "partial"
    DEGRADED = "degraded"
    FAILED_OVER = "failed-over"
    MAINTENANCE = "maintenance"
    HEALTHY = "healthy"


class Severity(StrEnum):
    """Weight of one cause: an ERROR makes the verdict degraded or worse, a WARNING or NOTE never does.

    Maintenance is a NOTE: it is on purpose, and the verdict of that name rests on the roles as well.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason: `id` from causes.CAUSES, the node, interface and VHID it is about, the evidence in words.

    `interface` is the device name (on the primary where the cause is about both nodes); `evidence` is
    one clause that may hold device text. `brief` is that clause without what a transport said of it (empty:
    the evidence holds nothing of that kind).
    """

    id: str
    severity: Severity
    evidence: str
    node: str | None = None
    interface: str | None = None
    vhid: int | None = None
    brief: str = ""

    @property
    def clause(self) -> str:
        """The evidence as it stands in the verdict's sentence."""
        return self.brief or self.evidence


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one snapshot. `confirmed` once two equal samples of both nodes agree;
    until then `unconfirmed_for_s` counts the seconds since the judgement first appeared.
    `causes` come the gravest first; `told` are those that `why` tells in their own words."""

    kind: VerdictKind
    why: str
    causes: tuple[Cause, ...] = ()
    confirmed: bool = False
    unconfirmed_for_s: float = 0.0
    told: tuple[Cause, ...] = ()
