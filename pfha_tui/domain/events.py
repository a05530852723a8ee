"""Moments worth a line in the timeline."""

from dataclasses import dataclass
from enum import StrEnum

from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import Source


class EventKind(StrEnum):
    """What happened."""

    TRANSITION = "transition"
    DEMOTION = "demotion"
    LINK = "link"
    PFSYNC = "pfsync"
    SYNC = "sync"
    CONNECTION = "connection"
    VERDICT = "verdict"
    ACTION = "action"


REACHABLE = "reachable"
UNREACHABLE = "unreachable"


class Resolution(StrEnum):
    """How exact the stamp is: arrival over the stream in ms, log lines in s."""

    MS = "ms"
    S = "s"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline. `epoch` is wall-clock seconds on the console's clock for live
    arrivals, on the node's clock for log lines; `node` is None for events of the pair.

    `text` is the device's own, or ours in the language in use; where it is ours, `after` has in words that
    no language changes what a link (UP, DOWN), the demotion (its figure), a connection (`REACHABLE`, `UNREACHABLE`)
    or the verdict (its kind) has become.
    """

    epoch: float
    resolution: Resolution
    kind: EventKind
    node: str | None
    text: str
    source: Source | None = None
    interface: str | None = None
    vhid: int | None = None
    old: CarpState | None = None
    new: CarpState | None = None
    reason: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class CarpEvent:
    """A role change as devd announces it: the new state only."""

    interface: str
    vhid: int
    state: CarpState


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """A link change as devd announces it."""

    interface: str
    up: bool


DevdEvent = CarpEvent | LinkEvent
