"""One moment of a pair, whole and immutable: what the screen renders and the verdict judges."""

from dataclasses import dataclass, field
from enum import StrEnum

from pfha_tui.domain.confirm import Confirmation
from pfha_tui.domain.events import Event
from pfha_tui.domain.mark import OwnMark
from pfha_tui.domain.model import (
    Address,
    CarpCounters,
    CarpState,
    CarpSysctls,
    ConfigMark,
    DhcpHa,
    Gateway,
    Identity,
    Interface,
    InterfaceCounters,
    NodeClock,
    NtpStatus,
    PfInfo,
    PfLimits,
    PfsyncCounters,
    SnmpFacts,
    SystemStats,
)
from pfha_tui.domain.reading import Freshness, Reading, Source
from pfha_tui.domain.target import NodeRole
from pfha_tui.domain.verdict import Cause, Verdict


class LinkState(StrEnum):
    """State of one way to a node. STOPPED waits for the operator: login refused or host key wrong."""

    OFF = "off"
    CONNECTING = "connecting"
    LIVE = "live"
    SUSPECT = "suspect"
    DOWN = "down"
    STOPPED = "stopped"


class Stop(StrEnum):
    """Why no login is tried before the operator acts; the values are ids of causes.CAUSES."""

    HOST_KEY = "host-key-changed"
    REFUSED = "login-refused"
    IMPOSSIBLE = "login-impossible"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How one transport to a node is doing; `since`, `heard_at` and `next_try_at` are monotonic seconds. `stop` is why
    SSH is STOPPED."""

    state: LinkState
    since: float
    detail: str = ""
    rtt_s: float | None = None
    heard_at: float | None = None
    next_try_at: float | None = None
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """Start of the present state, epoch seconds; `exact` False means "at least since"."""

    epoch: float
    exact: bool


@dataclass(frozen=True, slots=True)
class CarpRole:
    """The role of one VHID on one node, from the newer of poll and push.

    `state` is None when the node answered but has no such VHID (MISSING). `effective_skew` is None
    while the demotion is unknown. `at` is the monotonic time of the fact.
    """

    interface: str
    vhid: int
    state: CarpState | None
    description: str = ""
    advbase: int | None = None
    advskew: int | None = None
    effective_skew: int | None = None
    addresses: tuple[Address, ...] = ()
    since: Since | None = None
    source: Source | None = None
    at: float = 0.0
    vrrp: bool = False


@dataclass(frozen=True, slots=True)
class InterfaceRate:
    """Bits per second in and out of one interface, and errors per second, over the last interval."""

    name: str
    in_bps: float
    out_bps: float
    errors_ps: float


@dataclass(frozen=True, slots=True)
class NodeRates:
    """What changed per second between the last two good samples; None where two are not yet there.

    `history` keeps the last 30 in and out bit rates of each interface, oldest first, for sparklines.
    `pfsync_in_silent_s` and `pfsync_out_silent_s` are how long, over consecutive samples, no pfsync
    packet came or went; `pfsync_out_busy_s` is how long every sample showed packets sent.
    """

    interfaces: tuple[InterfaceRate, ...] = ()
    history: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...] = ()
    pfsync_in_ps: float | None = None
    pfsync_out_ps: float | None = None
    cpu: float | None = None
    carp_received_ps: float | None = None
    carp_bad_auth_ps: float | None = None
    carp_bad_vhid_ps: float | None = None
    carp_wrong_ttl_ps: float | None = None
    pfsync_send_errors_ps: float | None = None
    pfsync_in_silent_s: float | None = None
    pfsync_out_silent_s: float | None = None
    pfsync_out_busy_s: float | None = None
    pf_inserts_ps: float | None = None


@dataclass(frozen=True, slots=True)
class NodeSnapshot:
    """Everything known of one node at monotonic `at`.

    `reachable` is None until the first attempt has ended. `sampled_from` is the monotonic time at which
    the newest fast poll began (a failed one: when it was given up), so that a sample which was under way
    when something changed is not taken for one that has seen it. `maintenance` reads
    pfSense's flag (None value where the file is not there or not readable). `log` is how many lines of
    the system log's tail told something. `mark` is what an action of ours has left there
    (empty: nothing). `push_gaps` has one sentence
    for each stream (devd, log) that the node does not give us; without them polling alone tells.
    """

    name: str
    role: NodeRole
    address: str
    at: float
    sampled_from: float = float("-inf")
    reachable: bool | None = None
    unreachable_why: str = ""
    ssh: LinkStatus = field(default_factory=lambda: LinkStatus(LinkState.OFF, 0.0))
    snmp_link: LinkStatus = field(default_factory=lambda: LinkStatus(LinkState.OFF, 0.0))
    roles: tuple[CarpRole, ...] = ()
    clock: Reading[NodeClock] = Reading()
    identity: Reading[Identity] = Reading()
    interfaces: Reading[tuple[Interface, ...]] = Reading()
    carp: Reading[CarpSysctls] = Reading()
    system: Reading[SystemStats] = Reading()
    counters: Reading[tuple[InterfaceCounters, ...]] = Reading()
    carp_counters: Reading[CarpCounters] = Reading()
    pfsync: Reading[PfsyncCounters] = Reading()
    pf: Reading[PfInfo] = Reading()
    limits: Reading[PfLimits] = Reading()
    creators: Reading[tuple[str, ...]] = Reading()
    maintenance: Reading[bool] = Reading()
    booting: Reading[bool] = Reading()
    config: Reading[ConfigMark] = Reading()
    gateways: Reading[tuple[Gateway, ...]] = Reading()
    ntp: Reading[NtpStatus] = Reading()
    dhcp_isc: Reading[tuple[DhcpHa, ...]] = Reading()
    dhcp_kea: Reading[tuple[DhcpHa, ...]] = Reading()
    log: Reading[int] = Reading()
    mark: Reading[tuple[OwnMark, ...]] = Reading()
    snmp: Reading[SnmpFacts] = Reading()
    rates: NodeRates = field(default_factory=NodeRates)
    push_gaps: tuple[str, ...] = ()

    @property
    def stop(self) -> Stop | None:
        """Why there is no login until the operator acts, where no other way to the node lives."""
        return self.ssh.stop if self.reachable is False else None

    def uptime_s(self, now: float) -> float | None:
        """Seconds since boot at monotonic `now`, by the node's own clock; None while either is unknown."""
        stats, clock = self.system.value, self.clock
        if stats is None or stats.boottime is None or clock.value is None or clock.taken_at is None:
            return None
        taken = clock.taken_at - clock.value.within_s / 2
        return clock.value.epoch + (now - taken) - stats.boottime

    @property
    def counted(self) -> Reading[int]:
        """Entries of the pf state table: pfctl's figure, else SNMP's.

        SNMP's, too, where pfctl's was no longer fresh when the agent told its own.
        """
        pf = self.pf.of(lambda info: info.states)
        snmp = self.snmp.of(lambda facts: facts.states)
        if snmp.value is None or snmp.taken_at is None:
            return pf
        return pf if pf.freshness(snmp.taken_at) is Freshness.FRESH else snmp

    @property
    def states(self) -> int | None:
        """The figure of `counted`, however old."""
        return self.counted.value


@dataclass(frozen=True, slots=True)
class PairSnapshot:
    """Both nodes, the verdict and the timeline at one moment.

    `at` (monotonic) and `epoch` (wall clock) are the same moment, so that ages can be shown as times.
    `confirmation` holds the last settled verdict and how long the present one has stood.
    """

    pair: str
    revision: int
    at: float
    epoch: float
    primary: NodeSnapshot
    secondary: NodeSnapshot
    verdict: Verdict
    events: tuple[Event, ...] = ()
    confirmation: Confirmation = field(default_factory=Confirmation.initial)

    @property
    def nodes(self) -> tuple[NodeSnapshot, NodeSnapshot]:
        """Primary and secondary."""
        return (self.primary, self.secondary)


def label_of(snapshot: PairSnapshot, interface: str, node: str | None, vhid: int | None) -> str:
    """What the operator calls an interface: its description, else its device name.

    A device name is looked up on the node of that name alone (None: on the primary, then on the secondary),
    for the nodes may be wired differently. Only a VHID that this node does not have is looked up on the other.
    """
    nodes = sorted(snapshot.nodes, key=lambda each: node is not None and each.name != node)
    for role in (role for each in nodes for role in each.roles):
        if (role.interface, role.vhid) == (interface, vhid):
            return role.description or interface
    for each in nodes if node is None else nodes[:1]:
        for one in each.interfaces.value or ():
            if one.name == interface and one.description:
                return one.description
    return interface


def place_of(cause: Cause, snapshot: PairSnapshot) -> str:
    """Which node, interface (as the operator calls it) and VHID a cause is about, as far as it is about any."""
    label = cause.interface and label_of(snapshot, cause.interface, cause.node, cause.vhid)
    vhid = f"vhid {cause.vhid}" if cause.vhid is not None else None
    return " ".join(part for part in (cause.node, label, vhid) if part)
