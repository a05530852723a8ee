"""An operator made by hand, for the tests of what acts: it answers as the test says, and does nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import driving
import factory
from driving import until
from textual.pilot import Pilot
from textual.widgets import Input

from pfha_tui.actions import commands
from pfha_tui.actions.model import (
    Evidence,
    Expectation,
    Finding,
    Lease,
    Plan,
    Progress,
    Report,
    Request,
    Result,
    Risk,
    RoleLine,
    Stage,
    Step,
    Unfinished,
    Unplannable,
    Verb,
    Weight,
)
from pfha_tui.domain.mark import OwnMark
from pfha_tui.domain.model import CarpSysctls
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.ui.app import ConsoleApp
from pfha_tui.ui.screens.action import ActionScreen
from pfha_tui.ui.screens.deed import DeedScreen
from pfha_tui.ui.screens.dialog import Dialog
from pfha_tui.ui.widgets.lines import Lines
from pfha_tui.ui.widgets.push import Push

M, B = factory.M, factory.B
FINE = Finding("peer-fresh", Weight.FINE, "fw2 answers, its facts are 0.4 s old", "fw2")
WARNED = Finding("states", Weight.WARN, "fw2 holds 3 states fewer than fw1", "fw2")
BLOCKED = Finding(
    "peer-init", Weight.BLOCK, "fw2 is INIT for LAN vhid 2: it cannot take over", "fw2"
)
FLIPPED = Finding("role-flipped", Weight.BLOCK, "fw1 no longer serves LAN vhid 2", "fw1")


def roles(before=M, after=B) -> tuple[RoleLine, ...]:
    both = (("vtnet0", 1, "WAN"), ("vtnet1", 2, "LAN"))
    return tuple(
        RoleLine(node, interface, vhid, f"{name} VHID {vhid}", one, other)
        for interface, vhid, name in both
        for node, one, other in (("fw1", before, after), ("fw2", after, before))
    )


def plan_for(request: Request) -> Plan:
    """A plan as a planner would make it; of maintenance and roles it is right."""
    node = request.node or "fw1"
    peer = "fw2" if node == "fw1" else "fw1"
    changing = request.verb in (
        Verb.SWITCHOVER,
        Verb.FAILOVER,
        Verb.MAINTENANCE_ENTER,
        Verb.FAILBACK,
    )
    back = request.verb is Verb.FAILBACK
    down, up = commands.demote(120), commands.demote(-120)
    command = {
        Verb.MAINTENANCE_ENTER: commands.MAINTENANCE_ON,
        Verb.MAINTENANCE_LEAVE: commands.MAINTENANCE_OFF,
        Verb.FAILBACK: up,
        Verb.SYNC_NOW: commands.SYNC,
    }.get(request.verb, down)
    undo = (up,) if command == down else ()
    return Plan(
        request=replace(request, node=node),
        pair="mfr-lab",
        node=node,
        peer=peer,
        risk=Risk.ROLE_CHANGING if changing else Risk.REVERSIBLE,
        title=f"{request.verb} {node}",
        steps=(
            Step(
                node, command, f"Make {node} less wanted than {peer}.", undo, 45.0 if undo else None
            ),
        ),
        roles=(roles(B, M) if back else roles()) if changing else (),
        expectation=Expectation(),
        duration_s=(2.0, 6.0),
        verify_s=15.0,
        loss="Established connections go on where pfsync holds their states.",
        undo="failback takes the demotion away again.",
        notes=("VPNs bound to a VIP start anew.",),
        undo_request=Request(Verb.FAILBACK) if changing and not back else None,
    )


def evidence(holds: bool | None = True) -> tuple[Evidence, ...]:
    found = "BACKUP" if holds else "MASTER" if holds is False else "no answer"
    return (
        Evidence("fw1", "role of WAN vhid 1", "BACKUP", found, holds),
        Evidence("fw2", "role of WAN vhid 1", "MASTER", "MASTER", True),
    )


LEFT = Unfinished(
    "0011223344556677",
    "mfr-lab",
    Verb.SWITCHOVER,
    "fw1",
    "switchover from fw1 to fw2",
    factory.EPOCH - 400,
    "alice",
    (commands.demote(-120),),
    "the demotion of fw1 by 120 is taken away",
    factory.EPOCH + 30,
)


@dataclass
class FakeOperator:
    """Says what the test lets it say; `perform` waits at each stage until the test lets it go on."""

    found: tuple[Finding, ...] = (FINE,)
    left: tuple[Unfinished, ...] = ()
    held: tuple[Lease, ...] = ()
    damaged: str | None = None
    refusals: dict[Verb, str] = field(default_factory=dict)
    result: Result = Result.CONFIRMED
    failure: Exception | None = None
    asked: list[Request] = field(default_factory=list)
    judged: list[Plan] = field(default_factory=list)
    performed: list[Plan] = field(default_factory=list)
    undone: list[Unfinished] = field(default_factory=list)
    closed: list[tuple[str, str]] = field(default_factory=list)
    cancelled: bool = False
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def plan(self, request: Request) -> Plan:
        self.asked.append(request)
        if request.verb in self.refusals:
            raise Unplannable(self.refusals[request.verb])
        return plan_for(request)

    def findings(self, plan: Plan) -> tuple[Finding, ...]:
        self.judged.append(plan)
        if self.failure is not None:
            raise self.failure
        return self.found

    async def perform(self, plan: Plan, tell: Callable[[Progress], None]) -> Report:
        self.performed.append(plan)
        return await self._do(plan, tell)

    async def _do(self, plan: Plan, tell: Callable[[Progress], None]) -> Report:
        try:
            tell(Progress(Stage.CONNECT, "a login of its own on fw1 and fw2"))
            tell(Progress(Stage.DO, "fw1: demotion 120"))
            tell(Progress(Stage.VERIFY, "waiting for two equal samples of both nodes"))
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self.failure is not None:
            raise self.failure
        holds = {Result.CONFIRMED: True, Result.UNKNOWN: None}.get(self.result, False)
        return Report("ab12", plan, self.result, f"It ended {self.result}.", evidence(holds), 3.2)

    def unfinished(self) -> tuple[Unfinished, ...]:
        return self.left

    def damage(self) -> str | None:
        return self.damaged

    async def undo(self, left: Unfinished, tell: Callable[[Progress], None]) -> Report:
        self.undone.append(left)
        self.left = ()
        return await self._do(plan_for(Request(Verb.FAILBACK)), tell)

    def close(self, left: Unfinished, reason: str) -> None:
        self.closed.append((left.id, reason))
        self.left = ()

    def leases(self) -> tuple[Lease, ...]:
        return self.held


def make(
    snapshot: PairSnapshot, operator: FakeOperator | None, **options
) -> tuple[ConsoleApp, factory.FakeFeed]:
    feed = factory.FakeFeed(snapshot)
    wanted = factory.options(**options)
    return ConsoleApp((factory.TARGET,), lambda _: feed, wanted, lambda *_: operator), feed


@asynccontextmanager
async def acting(
    snapshot: PairSnapshot,
    operator: FakeOperator,
    size: tuple[int, int] = (120, 36),
    **options,
) -> AsyncIterator[tuple[ConsoleApp, factory.FakeFeed, Pilot]]:
    """The console on a pair that this operator acts on."""
    app, feed = make(snapshot, operator, **options)
    async with app.run_test(size=size) as pilot:
        await driving.settle(pilot, feed)
        await driving.until(pilot, lambda: app.operating.deeds(app.pairs[0]).operator is operator)
        yield app, feed, pilot
        if isinstance(app.screen, Dialog):
            assert app.screen.drawing_error is None


def shown(app: ConsoleApp) -> str:
    """All that the screen on top says."""
    return "\n".join(one.text for one in app.screen.query(Lines) if one.display)


async def dialog(pilot: Pilot, kind: type[Dialog]) -> None:
    """Wait until a dialog of this kind is on top, and drawn."""
    await driving.until(pilot, lambda: isinstance(pilot.app.screen, kind))
    await driving.until(pilot, lambda: pilot.app.screen.query_one("#head", Lines).text)


def push(app: ConsoleApp, name: str) -> Push:
    return app.screen.query_one(name, Push)


def focus_of(app: ConsoleApp) -> str:
    """The id of what has the focus."""
    return str(app.screen.focused.id if app.screen.focused is not None else None)


def field_of(app: ConsoleApp, name: str) -> Input:
    return app.screen.query_one(f"#field-{name}", Input)


def failed_over():
    first = factory.node(
        0,
        roles=factory.roles(factory.B, factory.B),
        carp=factory.fresh(CarpSysctls(True, True, 120, 1, 240, 240, 240)),
        mark=factory.fresh((OwnMark("00112233", 120, int(factory.EPOCH) - 60, "alice"),)),
    )
    second = factory.node(1, roles=factory.roles(factory.M, factory.M, 100))
    return factory.pair(first, second, factory.healthy().verdict)


def in_maintenance():
    snapshot = failed_over()
    first = replace(snapshot.primary, mark=factory.fresh(()), maintenance=factory.fresh(True))
    return replace(snapshot, primary=first)


async def typed(pilot, text: str) -> None:
    await pilot.press(*text)
    await pilot.pause()


async def begun(app, pilot, name: str = "fw1") -> None:
    """The switchover's dialog answered as it must be."""
    await pilot.press("s")
    await dialog(pilot, ActionScreen)
    await typed(pilot, name)
    await until(pilot, lambda: push(app, "#action-go").enabled)
    await pilot.press("enter", "enter")
    await dialog(pilot, DeedScreen)
