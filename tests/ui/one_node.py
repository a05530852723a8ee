"""One node built by hand for the screen's tests, of which everything was read; 21:53:07 UTC on 22 November 2026."""

from dataclasses import replace
from datetime import UTC, datetime

from pfha_tui.domain.model import (
    Address,
    CarpCounters,
    CarpState,
    CarpSysctls,
    CarpVhid,
    ConfigMark,
    DhcpHa,
    Family,
    Gateway,
    Identity,
    Interface,
    InterfaceCounters,
    NodeClock,
    NtpStatus,
    PfInfo,
    PfLimits,
    PfsyncCounters,
    PfsyncInterface,
    SnmpFacts,
    SnmpInterface,
    SystemStats,
)
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading, Source
from pfha_tui.domain.snapshot import (
    CarpRole,
    InterfaceRate,
    LinkState,
    LinkStatus,
    NodeRates,
    NodeSnapshot,
    Since,
)
from pfha_tui.domain.target import NodeRole

EPOCH = datetime(2026, 11, 22, 21, 53, 7, tzinfo=UTC).timestamp()
NOW = 500_000.0
HELD_S = 3 * 86_400 + 4 * 3600 + 12 * 60
M, B, INIT = CarpState.MASTER, CarpState.BACKUP, CarpState.INIT

GATEWAYS = (Gateway("WANGW", 0.00124, 0.00018, 0.0),)


def fresh(value, period: float = 1.0, old: float = 0.4, source: Source = Source.SSH):
    return Reading(value, NOW - old, source, None, NOW - old, period)


def refused(kind: ErrorKind = ErrorKind.NOT_PERMITTED, message: str = "", period: float = 5.0):
    return Reading(error=ReadError(kind, message), tried_at=NOW - 1, period_s=period)


def vip(interface: str, vhid: int, name: str, address: str, state: CarpState | None, **more):
    base = {
        "description": name,
        "advbase": 1,
        "advskew": 0,
        "effective_skew": 0,
        "addresses": (Address(Family.INET, address, 24, vhid),),
        "since": Since(EPOCH - HELD_S, True),
        "source": Source.SSH,
        "at": NOW - 0.4,
    }
    if state is None:
        base |= {
            "advbase": None,
            "advskew": None,
            "effective_skew": None,
            "addresses": (),
            "since": None,
        }
    return CarpRole(interface, vhid, state, **(base | more))


def roles(wan: CarpState | None, lan: CarpState | None, skew: int = 0, **more):
    both = {"advskew": skew, "effective_skew": skew} | more
    six = Address(Family.INET6, "2001:db8:1::1", 64, 2)
    four = Address(Family.INET, "192.168.1.1", 24, 2)
    return (
        vip("vtnet0", 1, "WAN", "203.0.113.1", wan, **(both if wan else {})),
        vip(
            "vtnet1",
            2,
            "LAN",
            "192.168.1.1",
            lan,
            **({"addresses": (four, six)} | both if lan else {}),
        ),
    )


def interfaces(down: str = "") -> tuple[Interface, ...]:
    def one(name: str, text: str, **more) -> Interface:
        status = "no carrier" if name == down else "active"
        return Interface(name, ("UP", "RUNNING"), 1500, text, status=status, **more)

    carp = (CarpVhid("vtnet0", 1, M, 1, 0),)
    sync = PfsyncInterface("vtnet2", "172.16.1.3", 128, False, 1400, True)
    return (
        Interface("lo0", ("UP", "LOOPBACK"), 16384),
        one("vtnet0", "WAN", carp=carp),
        one("vtnet1", "LAN", carp=carp),
        one("vtnet2", "SYNC"),
        Interface("pfsync0", ("UP",), 1500, pfsync=sync),
    )


def counters() -> tuple[InterfaceCounters, ...]:
    def one(name: str, errors: int = 0) -> InterfaceCounters:
        return InterfaceCounters(name, 10**9, 10**9, 10**6, 10**6, errors, 0)

    return (one("vtnet0"), one("vtnet1"), one("vtnet2", 3))


def rates(scale: float = 1.0) -> NodeRates:
    wave = tuple(scale * v for v in (1e6, 4e6, 9e6, 12.3e6, 7e6, 3e6, 8e6, 12.3e6))
    low = tuple(v / 4 for v in wave)
    return NodeRates(
        (
            InterfaceRate("vtnet0", 12.3e6 * scale, 3.1e6 * scale, 0.0),
            InterfaceRate("vtnet1", 3.2e6 * scale, 12.2e6 * scale, 0.0),
            InterfaceRate("vtnet2", 210e3, 640e3, 0.0),
        ),
        (("vtnet0", wave, low), ("vtnet1", low, wave), ("vtnet2", low, low)),
        pfsync_in_ps=96.0 * scale,
        pfsync_out_ps=812.0 * scale,
        cpu=0.04,
    )


def node(index: int, **changes) -> NodeSnapshot:
    """A healthy fw1 (0, MASTER) or fw2 (1, BACKUP), with changes."""
    first = index == 0
    mine, theirs = ("1a2b3c4d", "5e6f7081") if first else ("5e6f7081", "1a2b3c4d")
    live = LinkStatus(LinkState.LIVE, NOW - 900, "", 0.012, NOW - 0.4)
    base = NodeSnapshot(
        name="fw1" if first else "fw2",
        role=NodeRole.PRIMARY if first else NodeRole.SECONDARY,
        address="192.0.2.1" if first else "192.0.2.2",
        at=NOW,
        sampled_from=NOW - 0.5,
        reachable=True,
        ssh=live,
        snmp_link=replace(live, heard_at=NOW - 3.1),
        roles=roles(M, M) if first else roles(B, B, 100),
        clock=fresh(NodeClock(int(EPOCH), 0)),
        identity=fresh(
            Identity("fw.example.org", "FreeBSD", "15.0-CURRENT", "2.8.1-RELEASE"), 60, 12
        ),
        interfaces=fresh(interfaces()),
        carp=fresh(CarpSysctls(True, True, 0, 1, 240, 240, 240)),
        system=fresh(
            SystemStats(
                boottime=int(EPOCH - 12 * 86_400 - 3 * 3600),
                loadavg=(0.12, 0.1, 0.08),
                ncpu=2,
                page_count=1000,
                free_count=500,
                inactive_count=150,
                laundry_count=40,
            ),
            5,
            2,
        ),
        counters=fresh(counters(), 5, 2),
        carp_counters=fresh(CarpCounters(12, 0, 272_531, 0, 0, 0, 0, 0, 0, 0, 0, 0), 5, 2),
        pfsync=fresh(PfsyncCounters(9, 0, 9, 0, (), (), (), 0, 0), 5, 2),
        pf=fresh(PfInfo(True, 9, mine, 12_431 if first else 12_428, 9, 9, 9), 5, 2),
        limits=fresh(PfLimits(1_000_000), 60, 12),
        creators=fresh((mine, theirs), 60, 12),
        maintenance=fresh(False, 5, 2),
        booting=fresh(False, 5, 2),
        config=fresh(ConfigMark(int(EPOCH - 778), 51_234), 5, 2),
        gateways=fresh(GATEWAYS, 5, 2),
        ntp=fresh(NtpStatus(2, "192.0.2.123", 1, 0.000412), 60, 12),
        dhcp_isc=refused(ErrorKind.MISSING),
        dhcp_kea=fresh((DhcpHa("fw1-kea", "hot-standby", "hot-standby", "primary"),), 60, 12),
        snmp=fresh(
            SnmpFacts(
                states=12_431,
                states_limit=1_000_000,
                interfaces=(
                    SnmpInterface("vtnet0", "WAN", 1, 1, None),
                    SnmpInterface("vtnet1", "LAN", 1, 1, None),
                    SnmpInterface("vtnet2", "SYNC", 1, 1, None),
                ),
            ),
            5,
            3.1,
            Source.SNMP,
        ),
        rates=rates() if first else rates(0.001),
    )
    return replace(base, **changes)
