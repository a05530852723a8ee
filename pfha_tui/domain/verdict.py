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
    """Weight of one cause: a NOTE never changes the verdict, nor does a WARNING by itself."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason: `id` from the documented list, the node or VHID it is about, and the evidence in words."""

    id: str
    severity: Severity
    evidence: str
    node: str | None = None
    interface: str | None = None
    vhid: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one snapshot. `confirmed` once two equal samples of both nodes agree;
    until then `unconfirmed_for_s` counts the seconds since the judgement first appeared."""

    kind: VerdictKind
    why: str
    causes: tuple[Cause, ...] = ()
    confirmed: bool = False
    unconfirmed_for_s: float = 0.0
