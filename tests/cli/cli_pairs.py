"""Snapshots made from a few words, and a feed that plays them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pfha_tui import wiring
from pfha_tui.cli.main import main
from pfha_tui.domain.events import Event
from pfha_tui.domain.model import (
    Address,
    CarpState,
    CarpSysctls,
    Family,
    Identity,
    Interface,
    PfInfo,
    PfLimits,
    PfsyncInterface,
)
from pfha_tui.domain.reading import Reading, Source
from pfha_tui.domain.snapshot import (
    CarpRole,
    LinkState,
    LinkStatus,
    NodeSnapshot,
    PairSnapshot,
    Since,
)
from pfha_tui.domain.target import NodeRole, PairTarget
from pfha_tui.domain.verdict import Cause, Severity, Verdict, VerdictKind

CONFIG = """\
schema = 1
[[pair]]
name = "main"
[[pair.node]]
name = "fw1"
role = "primary"
address = "192.0.2.1"
[[pair.node]]
name = "fw2"
role = "secondary"
address = "192.0.2.2"
"""
NOW, EPOCH = 1000.0, 1_700_000_000.0


def read(value: Any, now: float = NOW) -> Reading[Any]:
    return Reading(period_s=1.0).renewed(value, now - 0.4, Source.SSH)


def role(state: CarpState | None, **changes: Any) -> CarpRole:
    plain = CarpRole(
        interface="vtnet0",
        vhid=1,
        state=state,
        description="WAN",
        advbase=1,
        advskew=0 if state is CarpState.MASTER else 100,
        effective_skew=0 if state is CarpState.MASTER else 100,
        addresses=(Address(Family.INET, "203.0.113.1", 24, 1),),
        since=Since(EPOCH - 3600, exact=True),
        source=Source.SSH,
        at=NOW - 0.4,
    )
    return replace(plain, **changes)


def node(name: str, state: CarpState | None, **changes: Any) -> NodeSnapshot:
    now = changes.get("at", NOW)
    plain = NodeSnapshot(
        name=name,
        role=NodeRole.PRIMARY if name == "fw1" else NodeRole.SECONDARY,
        address="192.0.2.1" if name == "fw1" else "192.0.2.2",
        at=NOW,
        sampled_from=NOW - 0.5,
        reachable=True,
        ssh=LinkStatus(LinkState.LIVE, NOW - 10, rtt_s=0.0021, heard_at=NOW - 0.1),
        roles=(role(state),),
        interfaces=read(
            (
                Interface("vtnet0", ("UP",), 1500, "WAN", status="active"),
                Interface("pfsync0", ("UP",), 1500, pfsync=PfsyncInterface("vtnet2", "172.16.1.2")),
            ),
            now,
        ),
        carp=read(CarpSysctls(allow=True, preempt=True, demotion=0), now),
        pf=read(PfInfo(True, 100, "1a", 12431, 1, 1, 1), now),
        limits=read(PfLimits(1_000_000), now),
        identity=read(Identity(f"{name}.lan", "FreeBSD", "15.0", "2.8.1-RELEASE"), now),
        maintenance=read(False, now),
    )
    return replace(plain, **changes)


def pair(
    kind: VerdictKind = VerdictKind.HEALTHY,
    *causes: Cause,
    confirmed: bool = True,
    at: float = NOW,
    why: str = "fw1 serves the VIP",
    fw1: dict[str, Any] | None = None,
    fw2: dict[str, Any] | None = None,
) -> PairSnapshot:
    return PairSnapshot(
        pair="main",
        revision=1,
        at=at,
        epoch=EPOCH + at - NOW,
        primary=node(
            "fw1", CarpState.MASTER, **{"at": at, "sampled_from": at - 0.1, **(fw1 or {})}
        ),
        secondary=node(
            "fw2", CarpState.BACKUP, **{"at": at, "sampled_from": at - 0.1, **(fw2 or {})}
        ),
        verdict=Verdict(kind, why, causes, confirmed=confirmed, unconfirmed_for_s=0.0),
    )


LOST = {
    "reachable": False,
    "unreachable_why": "no route to host",
    "roles": (),
    "interfaces": Reading(),
    "carp": Reading(),
    "pf": Reading(),
    "identity": Reading(),
}
WARNING = Cause("state-count-gap", Severity.WARNING, "fw2 holds 12 of 12 431 states", node="fw2")
NOTE = Cause("no-snmp", Severity.NOTE, "SNMP is not configured")


def stood(kind: VerdictKind, *causes: Cause, seconds: int = 8, **more: Any) -> list[PairSnapshot]:
    """The same judgement, once a second, for so long."""
    return [pair(kind, *causes, at=NOW + second, **more) for second in range(seconds + 1)]


class FakeFeed:
    """Plays its snapshots before any time can be up, however slow the machine, and then hangs as a silent node does."""

    def __init__(self, target: PairTarget, snapshots: Sequence[PairSnapshot]) -> None:
        self.target = target
        self.current = pair(
            VerdictKind.UNKNOWN, confirmed=False, fw1={"reachable": None}, fw2={"reachable": None}
        )
        self.ran = self.closed = False
        self.told: list[Event] = []
        self._snapshots = snapshots
        self._callbacks: list[Callable[[PairSnapshot], None]] = []

    def subscribe(self, callback: Callable[[PairSnapshot], None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    async def run(self) -> None:
        self.ran = True
        try:
            for snapshot in self._snapshots:
                self.current = snapshot
                for callback in tuple(self._callbacks):
                    callback(snapshot)
            await asyncio.Event().wait()
        finally:
            self.closed = True

    def retry(self, node: str) -> None:
        raise AssertionError("nobody retries here")

    def tell(self, event: Event) -> None:
        self.told.append(event)


class Ran:
    """What one run of the program did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in out + err


class Program:
    """Runs the command line in this process, on a fake pair."""

    def __init__(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
    ) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG)
        self.feeds: list[FakeFeed] = []

    def plays(self, *snapshots: PairSnapshot) -> None:
        """Every feed that is opened from now on shows these."""

        def open_feed(target: PairTarget, **_: Any) -> FakeFeed:
            self.feeds.append(FakeFeed(target, snapshots))
            return self.feeds[-1]

        self._monkeypatch.setattr(wiring, "open_feed", open_feed)

    def __call__(self, *args: str, config: bool = True) -> Ran:
        before = ("--config", str(self.config)) if config else ()
        code = main([*before, *args])
        assert all(feed.closed or not feed.ran for feed in self.feeds)
        out, err = self._capsys.readouterr()
        return Ran(int(code), out, err)
