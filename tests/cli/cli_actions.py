"""An operator that only pretends, and a terminal that answers."""

import asyncio
import os
import pty
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from cli_pairs import FakeFeed, Program, pair

from pfha_tui import wiring
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
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.target import PairTarget

REVERSIBLE = {Verb.SYNC_NOW, Verb.PFSYNC_BULK, Verb.DEMOTION_RESET}
FINE = Finding("peer-fit", Weight.FINE, "fw2 can take over.", "fw2")
BLOCKED = Finding("peer-demoted", Weight.BLOCK, "fw2 is demoted by 240.", "fw2")
WARNED = Finding("peer-demoted", Weight.WARN, "fw2 is demoted by 240.", "fw2")
LEFT = Unfinished(
    id="0a0b0c0d",
    pair="main",
    verb=Verb.SWITCHOVER,
    node="fw1",
    title="Switch fw1 over to fw2",
    began=1_700_000_000.0,
    who="ann@desk",
    undo=(commands.demote(-120), commands.UNMARK),
    undo_text="take the demotion of 120 back",
    fires_at=1_700_000_090.0,
)


def a_plan(request: Request) -> Plan:
    return Plan(
        request=request,
        pair="main",
        node=request.node or "fw1",
        peer="fw2",
        risk=Risk.REVERSIBLE if request.verb in REVERSIBLE else Risk.ROLE_CHANGING,
        title=f"Do {request.verb} on fw1",
        steps=(
            Step("fw1", commands.demote(120), "demote it", (commands.demote(-120),), 40.0, 120),
        ),
        roles=(
            RoleLine("fw1", "vtnet0", 1, "WAN VHID 1", CarpState.MASTER, CarpState.BACKUP),
            RoleLine("fw2", "vtnet0", 1, "WAN VHID 1", CarpState.BACKUP, CarpState.MASTER),
        ),
        expectation=Expectation(),
        duration_s=(1.0, 4.5),
        verify_s=10.0,
        loss="Nothing is expected to be lost.",
        undo="Fail back.",
        notes=("A boot ends it too.",),
        undo_request=Request(Verb.FAILBACK),
    )


class FakeOperator:
    """Does what it is told beforehand and keeps what it was asked."""

    def __init__(self) -> None:
        self.found: list[tuple[Finding, ...]] = [(FINE,)]
        """What the gate finds, call by call; the last for good."""
        self.result = Result.CONFIRMED
        self.left: tuple[Unfinished, ...] = ()
        self.unplannable: str | None = None
        self.damaged: str | None = None
        self.waits = False
        self.asked: list[Request] = []
        self.done: list[Plan] = []
        self.undone: list[Unfinished] = []
        self.closed: list[tuple[Unfinished, str]] = []

    def plan(self, request: Request) -> Plan:
        self.asked.append(request)
        if self.unplannable is not None:
            raise Unplannable(self.unplannable)
        return a_plan(request)

    def findings(self, plan: Plan) -> tuple[Finding, ...]:
        return self.found.pop(0) if len(self.found) > 1 else self.found[0]

    async def perform(self, plan: Plan, tell: Callable[[Progress], None]) -> Report:
        self.done.append(plan)
        tell(Progress(Stage.LOCK, "locks taken on fw1 and fw2"))
        tell(Progress(Stage.DO, "demoting fw1"))
        if self.waits:
            await asyncio.Event().wait()
        return self._report(plan)

    def unfinished(self) -> tuple[Unfinished, ...]:
        return self.left

    def damage(self) -> str | None:
        return self.damaged

    async def undo(self, left: Unfinished, tell: Callable[[Progress], None]) -> Report:
        self.undone.append(left)
        tell(Progress(Stage.REVERT, "taking it back"))
        return self._report(a_plan(Request(left.verb, left.node)))

    def close(self, left: Unfinished, reason: str) -> None:
        self.closed.append((left, reason))

    def leases(self) -> tuple[Lease, ...]:
        return ()

    def _report(self, plan: Plan) -> Report:
        holds = {Result.CONFIRMED: True, Result.UNKNOWN: None}.get(self.result, False)
        evidence = Evidence("fw2", "WAN vhid 1", "MASTER", "MASTER" if holds else "BACKUP", holds)
        return Report("1a1b1c1d", plan, self.result, "fw2 serves.", (evidence,), 2.34)


class Acting:
    """The program on a fake pair with a fake operator."""

    def __init__(self, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
        self.run = program
        self.operator = FakeOperator()
        self.opened: list[PairTarget] = []
        self._monkeypatch = monkeypatch
        program.plays(pair())

        def open_operator(target: PairTarget, feed: FakeFeed) -> FakeOperator:
            self.opened.append(target)
            return self.operator

        monkeypatch.setattr(wiring, "open_operator", open_operator, raising=False)

    def __call__(self, *args: str) -> Any:
        return self.run(*args)

    @contextmanager
    def typed(self, *lines: str) -> Iterator[None]:
        """A terminal at the keyboard, with these lines typed ahead."""
        master, slave = pty.openpty()
        os.write(master, "".join(f"{line}\n" for line in lines).encode() or b"\x04")
        with os.fdopen(slave, "r") as keyboard, self._monkeypatch.context() as patched:
            patched.setattr(sys, "stdin", keyboard)
            patched.setattr(sys.stderr, "isatty", lambda: True, raising=False)
            yield
        os.close(master)


def read_only(program: Program) -> None:
    """Say in the configuration that nothing may be changed on the pair."""
    text = program.config.read_text()
    program.config.write_text(text.replace('name = "main"\n', 'name = "main"\nread_only = true\n'))


def later(left: Unfinished, **changes: Any) -> Unfinished:
    return replace(left, **changes)
