"""What a firewall reports, one frozen record per fact."""

from dataclasses import dataclass
from enum import StrEnum


class CarpState(StrEnum):
    """State of one VHID on one node (FreeBSD carp(4))."""

    INIT = "INIT"
    BACKUP = "BACKUP"
    MASTER = "MASTER"


class Family(StrEnum):
    """Address family."""

    INET = "inet"
    INET6 = "inet6"


@dataclass(frozen=True, slots=True)
class Address:
    """An address of an interface; `vhid` ties a virtual address to its CARP group."""

    family: Family
    address: str
    prefix_len: int
    vhid: int | None = None


@dataclass(frozen=True, slots=True)
class CarpVhid:
    """One `carp:` line of ifconfig. `advskew` is the configured one, never the demoted one.

    A `vrrp:` line (FreeBSD 15) has `vrrp` True, `priority` and `interval_cs` (hundredths of a second);
    it has no advbase or advskew, which are then 0 and mean nothing.
    """

    interface: str
    vhid: int
    state: CarpState
    advbase: int
    advskew: int
    peer: str | None = None
    peer6: str | None = None
    vrrp: bool = False
    priority: int | None = None
    interval_cs: int | None = None


@dataclass(frozen=True, slots=True)
class PfsyncInterface:
    """The pfsync line of ifconfig. `syncok` is None where the kernel prints none (FreeBSD 12);
    it never proves that the peer is alive (if_pfsync.c sets it after a failed bulk update too)."""

    syncdev: str | None
    syncpeer: str | None
    maxupd: int | None = None
    defer: bool | None = None
    version: int | None = None
    syncok: bool | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface block of `ifconfig -a`. `status` is None where the driver reports no link."""

    name: str
    flags: tuple[str, ...]
    mtu: int | None
    description: str = ""
    mac: str | None = None
    media: str | None = None
    status: str | None = None
    addresses: tuple[Address, ...] = ()
    carp: tuple[CarpVhid, ...] = ()
    groups: tuple[str, ...] = ()
    vlan_parent: str | None = None
    vlan: int | None = None
    lagg_ports: tuple[str, ...] = ()
    pfsync: PfsyncInterface | None = None

    @property
    def up(self) -> bool:
        """Administratively up."""
        return "UP" in self.flags

    @property
    def link_down(self) -> bool:
        """The driver says that there is no carrier; an interface without link reporting is not down."""
        return self.status is not None and self.status not in ("active", "associated", "running")


@dataclass(frozen=True, slots=True)
class CarpSysctls:
    """`sysctl net.inet.carp net.pfsync`; a field is None where the node has no such oid."""

    allow: bool | None = None
    preempt: bool | None = None
    demotion: int | None = None
    log: int | None = None
    ifdown_demotion_factor: int | None = None
    senderr_demotion_factor: int | None = None
    pfsync_demotion_factor: int | None = None


@dataclass(frozen=True, slots=True)
class SystemStats:
    """Kernel figures from sysctl. Times in epoch seconds, memory in pages, `cp_time` in ticks
    (user, nice, system, interrupt, idle)."""

    boottime: int | None = None
    loadavg: tuple[float, float, float] | None = None
    ncpu: int | None = None
    cp_time: tuple[int, int, int, int, int] | None = None
    physmem: int | None = None
    page_count: int | None = None
    free_count: int | None = None
    inactive_count: int | None = None
    laundry_count: int | None = None

    @property
    def memory_used(self) -> float | None:
        """Used share 0..1 by pfSense's own formula: pages less (inactive + laundry + free)."""
        if not self.page_count or self.free_count is None or self.inactive_count is None:
            return None
        idle = self.free_count + self.inactive_count + (self.laundry_count or 0)
        return min(1.0, max(0.0, 1 - idle / self.page_count))


@dataclass(frozen=True, slots=True)
class InterfaceCounters:
    """Cumulative counters of one interface (netstat's `<Link#N>` row, or SNMP's ifTable)."""

    name: str
    in_bytes: int
    out_bytes: int
    in_packets: int
    out_packets: int
    in_errors: int
    out_errors: int
    in_drops: int = 0
    out_drops: int = 0
    collisions: int = 0
    bits: int = 64


@dataclass(frozen=True, slots=True)
class CarpCounters:
    """`netstat -s -p carp`: received and sent advertisements, and why packets were discarded."""

    received: int
    received6: int
    sent: int
    sent6: int
    bad_authentication: int
    bad_vhid: int
    wrong_ttl: int
    bad_checksum: int
    bad_version: int
    short: int
    bad_address_list: int
    send_failed: int


@dataclass(frozen=True, slots=True)
class PfsyncCounters:
    """`netstat -s -p pfsync`: packets, messages by action (name, count), and failures.

    `in_messages` and `out_messages` keep netstat's names and order (they grow from 13 to 17 rows
    between FreeBSD 12 and 15); `end-of-frame-mark` counts framing, not states.
    """

    received: int
    received6: int
    sent: int
    sent6: int
    in_messages: tuple[tuple[str, int], ...]
    out_messages: tuple[tuple[str, int], ...]
    dropped: tuple[tuple[str, int], ...]
    send_errors: int
    no_memory: int

    def messages_in(self) -> int:
        """State messages received since boot."""
        return _state_messages(self.in_messages)

    def messages_out(self) -> int:
        """State messages sent since boot."""
        return _state_messages(self.out_messages)


def _state_messages(rows: tuple[tuple[str, int], ...]) -> int:
    return sum(count for name, count in rows if name != "end-of-frame-mark")


@dataclass(frozen=True, slots=True)
class PfInfo:
    """`pfctl -vv -s info`. `host_id` is lower-case hex without 0x or leading zeros, as pfSense compares it."""

    enabled: bool
    since_s: int | None
    host_id: str | None
    states: int
    searches: int
    inserts: int
    removals: int
    counters: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PfLimits:
    """`pfctl -s memory`; None means unlimited."""

    states: int | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the node says it is. `version` is /etc/version of pfSense, None on a plain FreeBSD."""

    hostname: str | None
    os: str | None
    os_release: str | None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class ConfigMark:
    """Modification time (epoch s) and size (bytes) of /cf/conf/config.xml."""

    mtime: int
    size: int


@dataclass(frozen=True, slots=True)
class NodeClock:
    """The node's own clock: epoch seconds and UTC offset in seconds, read at some moment of the `within_s`
    seconds before the reading was taken."""

    epoch: int
    utc_offset_s: int
    within_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """What dpinger measured of one gateway: seconds, and loss as a share 0..1.

    `pending` means that it has only just started and measured nothing yet.
    """

    name: str
    latency_s: float
    stddev_s: float
    loss: float
    pending: bool = False


@dataclass(frozen=True, slots=True)
class NtpStatus:
    """ntpq's peers: the one that the clock follows (None: not synchronised), and how many there are."""

    peers: int
    source: str | None = None
    stratum: int | None = None
    offset_s: float | None = None


@dataclass(frozen=True, slots=True)
class DhcpHa:
    """One DHCP failover relation of this node: its own state and what it knows of the partner's."""

    name: str
    state: str
    partner_state: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class SnmpInterface:
    """One row of ifTable/ifXTable. `oper` is the raw RFC 2863 number: bsnmpd says 5 (dormant), not 2,
    for an unplugged cable."""

    name: str
    alias: str
    admin: int | None
    oper: int | None
    counters: InterfaceCounters | None


@dataclass(frozen=True, slots=True)
class SnmpFacts:
    """What an SNMP agent told: the second witness. Any field may be absent on a given agent."""

    descr: str | None = None
    object_id: str | None = None
    name: str | None = None
    agent_uptime_s: float | None = None
    host_uptime_s: float | None = None
    pf_running: bool | None = None
    pf_host_id: str | None = None
    states: int | None = None
    states_limit: int | None = None
    interfaces: tuple[SnmpInterface, ...] = ()
    capabilities: tuple[str, ...] = ()
