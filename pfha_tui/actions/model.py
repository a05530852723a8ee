"""What an action is, as data: the wish, the plan made of it, what the gate found, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum

from pfha_tui.domain.command import Command
from pfha_tui.domain.model import CarpState


class Verb(StrEnum):
    """Everything that can be done to a pair."""

    MAINTENANCE_ENTER = "maintenance-enter"
    MAINTENANCE_LEAVE = "maintenance-leave"
    SWITCHOVER = "switchover"
    FAILBACK = "failback"
    FAILOVER = "failover"
    CARP_ENABLE = "carp-enable"
    CARP_DISABLE = "carp-disable"
    DEMOTION_RESET = "demotion-reset"
    SYNC_NOW = "sync-now"
    PFSYNC_BULK = "pfsync-bulk"
    REBOOT = "reboot"


class Method(StrEnum):
    """How a master is made to hand over: DEMOTION until the next boot, MAINTENANCE pfSense's persistent mode."""

    DEMOTION = "demotion"
    MAINTENANCE = "maintenance"


class Risk(StrEnum):
    """REVERSIBLE asks once, with Cancel in front; ROLE_CHANGING wants the node's name typed."""

    REVERSIBLE = "reversible"
    ROLE_CHANGING = "role-changing"


@dataclass(frozen=True, slots=True)
class Request:
    """A wish. `node` names the firewall to act on (None where the verb finds it itself: switchover, failback,
    failover, sync-now). `lease_s` is how long maintenance is meant to last. `confirmed` is the node's name as
    the operator typed it."""

    verb: Verb
    node: str | None = None
    method: Method | None = None
    lease_s: float | None = None
    reason: str = ""
    confirmed: str | None = None

    @property
    def forced(self) -> bool:
        """Whether the gate's conditions are told but do not hold it back."""
        return self.verb is Verb.FAILOVER


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One VHID as it is and as it will be on one node; `before` None: missing there, or where not `known` not known
    at all; `after` None: not foreseen."""

    node: str
    interface: str
    vhid: int
    label: str
    before: CarpState | None
    after: CarpState | None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be read from the nodes before an action counts as done; None or empty: not looked at.

    `roles` are those that the plan foresees. `maintenance`, `allow` and `demotion` are pairs of node and value,
    `advskew` says that every VHID of that node must show this skew. `addresses` are those (node, interface, VHID,
    address) that must be there. `merge_on` asks for a merge on that node, `bulk_on` for the log's bulk done there, and
    `boot_of` for a later boot time, each since the action began.
    """

    roles: tuple[RoleLine, ...] = ()
    maintenance: tuple[tuple[str, bool], ...] = ()
    allow: tuple[tuple[str, bool], ...] = ()
    demotion: tuple[tuple[str, int], ...] = ()
    advskew: tuple[tuple[str, int], ...] = ()
    addresses: tuple[tuple[str, str, int, str], ...] = ()
    merge_on: str | None = None
    bulk_on: str | None = None
    boot_of: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One command on one node. `undo` are the commands that take it back, in order; with `watchdog_s` the node itself
    runs them that long after the step, unless the console calls it off first. `what` is a sentence. `demotion` not 0
    is what the step adds to the node's demotion, of which a mark is to be left before it is run."""

    node: str
    command: Command
    what: str
    undo: tuple[Command, ...] = ()
    watchdog_s: float | None = None
    demotion: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is known before anything is done: the dialog, `--plan` and the journal are made of it.

    `node` is the firewall that is acted on, `peer` the other. `duration_s` (least, most) is what is expected until
    it is confirmed, `verify_s` how long it is waited for. `loss` and `notes` are sentences for the operator, `undo`
    says in words how to come back (`undo_request` is the wish that does so).
    """

    request: Request
    pair: str
    node: str
    peer: str
    risk: Risk
    title: str
    steps: tuple[Step, ...]
    roles: tuple[RoleLine, ...]
    expectation: Expectation
    duration_s: tuple[float, float]
    verify_s: float
    loss: str
    undo: str
    notes: tuple[str, ...] = ()
    undo_request: Request | None = None

    @property
    def commands(self) -> frozenset[Command]:
        """Every command that it may run, undo included."""
        steps = {step.command for step in self.steps}
        return frozenset(steps | {command for step in self.steps for command in step.undo})


class Unplannable(Exception):
    """There is nothing sensible to plan: unknown node, or nothing to do; one sentence for the operator."""


class StillArmed(Exception):
    """An action cannot be closed, for its node will yet take it back by itself; one sentence for the operator."""


class Weight(StrEnum):
    """BLOCK refuses; WARN is shown; FINE is what was looked at and is well."""

    BLOCK = "block"
    WARN = "warn"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition that the gate looked at: a stable id, its weight, and a sentence with the evidence."""

    id: str
    weight: Weight
    text: str
    node: str | None = None


class Result(StrEnum):
    """How an action ended. REVERTED: it did not come to what was planned, and was taken back."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"
    REVERTED = "reverted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was read back: what, what was expected and what was found, and on which node."""

    node: str
    what: str
    expected: str
    found: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Report:
    """How an action ended, with its proof. `id` is the journal's; `text` one sentence for the operator."""

    id: str
    plan: Plan
    result: Result
    text: str
    evidence: tuple[Evidence, ...] = ()
    took_s: float = 0.0


class Stage(StrEnum):
    """Where an action is."""

    CONNECT = "connect"
    LOCK = "lock"
    CHECK = "check"
    RECORD = "record"
    ARM = "arm"
    DO = "do"
    VERIFY = "verify"
    REVERT = "revert"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Progress:
    """A step that has begun, for whoever watches: the stage and a sentence."""

    stage: Stage
    text: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An action that the journal says was begun and never ended: its id, when (epoch seconds), whose, the plan's own
    words, what takes it back (commands in order, on that node), and, where a watchdog was armed, when (epoch
    seconds) the node takes it back by itself."""

    id: str
    pair: str
    verb: Verb
    node: str
    title: str
    began: float
    who: str
    undo: tuple[Command, ...]
    undo_text: str
    fires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """How long the maintenance of a node is meant to last: whose it is, why, since when and until when (epoch
    seconds). It ends nothing by itself: leaving maintenance changes roles."""

    node: str
    who: str
    reason: str
    began: float
    until: float
