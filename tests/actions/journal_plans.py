"""Plans to write into a journal."""

from pathlib import Path
from typing import Any

from pfha_tui.actions import commands
from pfha_tui.actions.journal import Journal
from pfha_tui.actions.model import Expectation, Method, Plan, Request, Risk, Step, Verb

AMOUNT = 120


def a_plan(verb: Verb = Verb.SWITCHOVER, node: str = "fw1", **other: Any) -> Plan:
    request = Request(
        verb, node, other.get("method"), other.get("lease_s"), other.get("reason", "")
    )
    return Plan(
        request=request,
        pair=other.get("pair", "HQ"),
        node=node,
        peer="fw2" if node == "fw1" else "fw1",
        risk=other.get("risk", Risk.ROLE_CHANGING),
        title=f"{verb} of {node}",
        steps=other.get("steps", demotion(node)),
        roles=(),
        expectation=Expectation(),
        duration_s=(1.0, 3.0),
        verify_s=10.0,
        loss="none",
        undo="take the demotion back",
    )


def demotion(node: str = "fw1") -> tuple[Step, ...]:
    return (
        Step(node, commands.mark("pfha-tui:1:0a0b0c0d:120:1:me"), "mark it", (commands.UNMARK,)),
        Step(node, commands.demote(AMOUNT), "demote it", (commands.demote(-AMOUNT),), 60.0),
    )


def maintenance(lease_s: float | None = None, **other: Any) -> Plan:
    steps = (
        Step(
            other.get("node", "fw1"),
            commands.MAINTENANCE_ON,
            "enter it",
            (commands.MAINTENANCE_OFF,),
        ),
    )
    return a_plan(
        other.pop("verb", Verb.MAINTENANCE_ENTER),
        lease_s=lease_s,
        steps=steps,
        method=other.pop("method", Method.MAINTENANCE),
        **other,
    )


class Clock:
    """Epoch seconds that only move when told to."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def a_journal(folder: Path, clock: Clock | None = None, who: str = "ann@desk") -> Journal:
    return Journal(folder / "state" / "journal.jsonl", who, clock=clock or Clock())
