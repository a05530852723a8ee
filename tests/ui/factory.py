"""Snapshots built by hand for the screen's tests: a pair at 21:53:07 UTC on 22 November 2026."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC

import printed
from one_node import (
    EPOCH,
    GATEWAYS,
    HELD_S,
    INIT,
    NOW,
    B,
    M,
    fresh,
    interfaces,
    node,
    refused,
    roles,
    vip,
)

from pfha_tui.domain.command import Output
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import (
    Address,
    CarpState,
    Family,
    Gateway,
    Identity,
    Interface,
    NodeClock,
    NtpStatus,
    PfsyncInterface,
)
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading, Source
from pfha_tui.domain.snapshot import (
    CarpRole,
    LinkState,
    LinkStatus,
    NodeSnapshot,
    PairSnapshot,
    Since,
    Stop,
)
from pfha_tui.domain.target import Environment, NodeRole, NodeTarget, PairTarget
from pfha_tui.domain.verdict import Cause, Severity, Verdict, VerdictKind
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.present import Scene

SCENE = Scene(NOW, EPOCH, UTC)
TARGET = PairTarget(
    "mfr-lab",
    NodeTarget("fw1", NodeRole.PRIMARY, "192.0.2.1"),
    NodeTarget("fw2", NodeRole.SECONDARY, "192.0.2.2"),
    environment=Environment.LAB,
)


def events() -> tuple[Event, ...]:
    def role(
        at: float, name: str, old: CarpState, new: CarpState, why: str, ms: bool = True
    ) -> Event:
        resolution = Resolution.MS if ms else Resolution.S
        source = Source.DEVD if ms else Source.LOG
        return Event(
            EPOCH - at,
            resolution,
            EventKind.TRANSITION,
            name,
            "",
            source,
            "vtnet0",
            1,
            old,
            new,
            why,
        )

    return (
        role(HELD_S + 3, "fw1", INIT, B, "initialization complete", ms=False),
        role(HELD_S, "fw1", B, M, "master timed out", ms=False),
        role(10_812.88, "fw2", M, B, "more frequent advertisement received"),
        role(10_812.879, "fw1", B, M, "preempting a slower master"),
        Event(EPOCH - 778, Resolution.MS, EventKind.SYNC, "fw2", "config.xml changed", Source.SSH),
        Event(
            EPOCH - 60,
            Resolution.MS,
            EventKind.VERDICT,
            None,
            "healthy: fw1 serves both VIPs",
            after="healthy",
        ),
    )


def pair(first: NodeSnapshot, second: NodeSnapshot, verdict: Verdict, **more) -> PairSnapshot:
    return PairSnapshot(
        "mfr-lab", 7, NOW, EPOCH, first, second, verdict, **({"events": events()} | more)
    )


def healthy() -> PairSnapshot:
    why = "fw1 serves both VIPs since 3 d 04:12; fw2 is ready."
    return pair(node(0), node(1), Verdict(VerdictKind.HEALTHY, why, (), True))


def split_brain() -> PairSnapshot:
    causes = (
        Cause("split-brain", Severity.ERROR, "fw1 and fw2 are both MASTER", None, "vtnet0", 1),
        Cause("split-brain", Severity.ERROR, "fw1 and fw2 are both MASTER", None, "vtnet1", 2),
        Cause(
            "advertisements-lost",
            Severity.WARNING,
            "fw2 hears no advertisements on LAN",
            "fw2",
            "vtnet1",
        ),
    )
    why = "Both nodes are MASTER of WAN vhid 1 and LAN vhid 2: neither hears the other's advertisements."
    since = Since(EPOCH - 13, True)
    return pair(
        node(0),
        node(1, roles=roles(M, M, 100, since=since)),
        Verdict(VerdictKind.SPLIT_BRAIN, why, causes, False, 1.2),
    )


def unreachable() -> PairSnapshot:
    """fw1 answers no more since 41 s, but its SNMP agent does; fw2 serves."""
    ago = 41.0

    def aged(reading: Reading) -> Reading:
        if reading.value is None:
            return reading
        error = ReadError(ErrorKind.TRANSPORT, "no answer")
        return replace(reading, taken_at=NOW - ago, error=error)

    first = node(0)
    live = (
        "clock",
        "name",
        "role",
        "address",
        "at",
        "sampled_from",
        "reachable",
        "ssh",
        "snmp_link",
        "snmp",
    )
    old = {
        one.name: aged(getattr(first, one.name))
        for one in fields(first)
        if one.name not in live and isinstance(getattr(first, one.name), Reading)
    }
    link = LinkStatus(
        LinkState.DOWN, NOW - ago, "connect timed out after 2.0 s", None, NOW - ago, NOW + 1.2
    )
    first = replace(
        first,
        **old,
        reachable=False,
        unreachable_why="no answer over SSH since 21:52:26",
        ssh=link,
        roles=tuple(replace(role, at=NOW - ago) for role in first.roles),
    )
    held = Since(EPOCH - 39, False)
    causes = (Cause("unreachable", Severity.ERROR, "fw1 does not answer over SSH", "fw1"),)
    why = "fw2 serves both VIPs, but fw1 is unreachable: nothing could take over."
    second = node(1, roles=roles(M, M, 100, since=held))
    return pair(first, second, Verdict(VerdictKind.DEGRADED, why, causes, True))


def never() -> PairSnapshot:
    """Nothing was ever read: fw1 is being tried, fw2 refused the login."""
    trying = LinkStatus(LinkState.CONNECTING, NOW - 1)
    stopped = LinkStatus(
        LinkState.STOPPED, NOW - 1, "fw2 refused the login of admin", stop=Stop.REFUSED
    )
    blank = {"at": NOW}
    first = NodeSnapshot("fw1", NodeRole.PRIMARY, "192.0.2.1", ssh=trying, **blank)
    second = NodeSnapshot(
        "fw2", NodeRole.SECONDARY, "192.0.2.2", reachable=False, ssh=stopped, **blank
    )
    verdict = Verdict(VerdictKind.UNKNOWN, "Neither node has told its roles yet.")
    return pair(first, second, verdict, events=())


def plain_freebsd() -> NodeSnapshot:
    """A FreeBSD node without pfSense's files, watched by an account without root."""
    missing = refused(ErrorKind.MISSING)
    return node(
        0,
        identity=fresh(Identity("fw1", "FreeBSD", "12.1-RELEASE-p10"), 60, 12),
        config=missing,
        maintenance=missing,
        booting=missing,
        pf=refused(),
        limits=refused(period=60.0),
        creators=refused(ErrorKind.FAILED, "pfctl: unknown modifier: creators", 60.0),
        snmp_link=LinkStatus(LinkState.OFF, 0.0),
        snmp=Reading(),
    )


def rich() -> PairSnapshot:
    """Twelve VLANs with a VIP each, and a second way out."""
    numbers = range(1, 13)
    vlans = tuple(
        Interface(f"vtnet1.{n + 10}", ("UP", "RUNNING"), 1500, f"VLAN{n}", status="active")
        for n in numbers
    )
    both = fresh((*interfaces(), *vlans))
    ways = (*GATEWAYS, Gateway("LTE", 0.312, 0.084, 0.12))

    def served(state: CarpState, skew: int) -> tuple[CarpRole, ...]:
        more = {"advskew": skew, "effective_skew": skew}
        return tuple(
            vip(f"vtnet1.{n + 10}", n, f"VLAN{n}", f"10.0.{n}.1", state, **more) for n in numbers
        )

    first = node(0, roles=served(M, 0), interfaces=both, gateways=fresh(ways, 5, 2))
    second = node(1, roles=served(B, 100), interfaces=both)
    return pair(first, second, healthy().verdict)


def troubled() -> PairSnapshot:
    """fw1 serves, but its clock runs ahead, its gateway is slow, its bulk update hangs, and more."""
    setting = PfsyncInterface("vtnet2", None, 128, False, 1400, False)
    bulk = tuple(replace(i, pfsync=setting) if i.pfsync else i for i in interfaces())
    started = Event(
        EPOCH - 400,
        Resolution.S,
        EventKind.PFSYNC,
        "fw1",
        "carp: demoted by 0 to 0 (pfsync bulk start)",
        Source.LOG,
        reason="pfsync bulk start",
    )
    first = node(
        0,
        interfaces=fresh(bulk),
        clock=fresh(NodeClock(int(EPOCH) + 7, 0)),
        ntp=fresh(NtpStatus(3, None), 60, 5),
        gateways=fresh((Gateway("WANGW", 0.61, 0.2, 0.04),), 5, 2),
        dhcp_kea=refused(ErrorKind.PARSE, "dhcp-kea: this is no answer to status-get"),
        creators=fresh(("1a2b3c4d", "deadbeef"), 60, 5),
        pfsync=replace(node(0).pfsync, taken_at=NOW - 14),
    )
    second = node(1, gateways=refused(), ntp=refused(ErrorKind.MISSING))
    return pair(first, second, healthy().verdict, events=(*events(), started))


def lost() -> PairSnapshot:
    """fw1 was lost seconds ago."""

    def told(ago: float, kind: EventKind, name: str | None, text: str) -> Event:
        after = text.partition(":")[0]
        return Event(EPOCH - ago, Resolution.MS, kind, name, text, after=after)

    more = (
        told(4.1, EventKind.CONNECTION, "fw1", "unreachable: no answer over SSH"),
        told(2.0, EventKind.VERDICT, None, "degraded: fw2 serves both VIPs"),
    )
    return replace(unreachable(), events=(*events(), *more))


HOSTILE = (
    "[red]boo[/red]",
    "[@click=app.quit]x[/]",
    "\x1b[2J\x1b[31mowned",
    "a\r\nb\tc\x07",
    "\u202eevil\u2066",
    "漢字" * 40,
    "x" * 10_000,
)


def hostile(text: str) -> PairSnapshot:
    """Every text that a device can set is `text`."""
    flags = ("UP", text)
    itf = Interface(
        "vtnet0", flags, 1500, text, status=text, addresses=(Address(Family.INET, text, 24),)
    )
    error = ReadError(ErrorKind.PARSE, text)
    link = LinkStatus(LinkState.DOWN, NOW - 1, text, None, None)
    first = node(
        0,
        ssh=link,
        roles=(vip("vtnet0", 1, text, text, M), vip(text, 2, "", text, INIT)),
        interfaces=fresh((itf,)),
        identity=fresh(Identity(text, text, text, text)),
        pf=Reading(error=error),
        creators=fresh((text, text)),
        counters=Reading(error=error),
    )
    second = node(1, reachable=False, unreachable_why=text, ssh=link)
    event = Event(
        EPOCH, Resolution.MS, EventKind.LINK, text, text, Source.LOG, text, 7, reason=text
    )
    cause = Cause("link-down", Severity.ERROR, text, text, text, 3)
    verdict = Verdict(VerdictKind.DEGRADED, text, (cause,), True)
    return pair(first, second, verdict, events=(event,))


@dataclass
class FakeFeed:
    """A feed that is fed by the test."""

    current: PairSnapshot
    target: PairTarget = TARGET
    retried: list[str] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    closed: bool = False
    failure: Exception | None = None
    subscribers: list[Callable[[PairSnapshot], None]] = field(default_factory=list)
    outputs: dict[str, dict[str, Output]] = field(
        default_factory=lambda: {"fw1": printed.outputs(0), "fw2": printed.outputs(1)}
    )

    def subscribe(self, callback: Callable[[PairSnapshot], None]) -> Callable[[], None]:
        self.subscribers.append(callback)
        return lambda: self.subscribers.remove(callback)

    def publish(self, snapshot: PairSnapshot) -> None:
        self.current = snapshot
        for callback in list(self.subscribers):
            callback(snapshot)

    async def run(self) -> None:
        if self.failure is not None:
            raise self.failure
        try:
            await asyncio.Event().wait()
        finally:
            self.closed = True

    def raw(self, node: str, command_id: str) -> tuple[Output, float] | None:
        output = self.outputs.get(node, {}).get(command_id)
        return None if output is None else (output, NOW - 0.4)

    def retry(self, node: str) -> None:
        self.retried.append(node)

    def tell(self, event: Event) -> None:
        self.told.append(event)


def options(**changes) -> ConsoleOptions:
    return replace(ConsoleOptions(clock=lambda: (NOW, EPOCH), tz=UTC), **changes)
