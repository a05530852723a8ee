"""What every action on a pair works with, and what follows from it before anything is done."""

from dataclasses import dataclass

from pfha_tui.actions import commands
from pfha_tui.actions.commands import REVISION
from pfha_tui.actions.gate import Context
from pfha_tui.actions.hands import Links
from pfha_tui.actions.journal import Journal, JournalError
from pfha_tui.actions.model import Plan, Step
from pfha_tui.collector.catalogue import LOG_TAIL, MAINTENANCE, MARK
from pfha_tui.collector.clock import Clock
from pfha_tui.collector.feed import Feed
from pfha_tui.domain.clock_offset import latest
from pfha_tui.domain.command import Command
from pfha_tui.domain.events import EventKind
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import PairTarget
from pfha_tui.transports.base import Guard

PROOF = frozenset({REVISION, LOG_TAIL, MAINTENANCE, MARK})
"""What is read over the action's own logins."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The pair, its feed, how to log in for an action, the journal, and time."""

    target: PairTarget
    feed: Feed
    links: Links
    journal: Journal
    clock: Clock


def allowed(plan: Plan) -> dict[str, frozenset[Command]]:
    """What each node's login may run: its own steps with their undo, and what is read as proof."""
    found: dict[str, frozenset[Command]] = {plan.node: PROOF, plan.peer: PROOF}
    for step in plan.steps:
        found[step.node] = found.get(step.node, PROOF) | {step.command, *step.undo}
    return found


def guard_of(step: Step, mark: str | None, action: str) -> Guard:
    """When the node's own undo of a step still makes sense: with our mark there or, where the step takes a mark's
    demotion back, with that mark or none."""
    token = commands.TOKEN + action
    if mark is not None:
        return Guard(commands.MARK, (mark,), token)
    before = tuple(command.argv[2] for command in step.undo if command.id == "mark")
    return Guard(commands.MARK, (*before, "") if before else (), token)


def context(bench: Bench, snapshot: PairSnapshot) -> Context:
    """What the gate must know besides the pair."""
    try:
        damage = bench.journal.damage()
        unfinished = len(bench.journal.unfinished(bench.target.name))
        changed = bench.journal.last_change(bench.target.name)
    except JournalError as error:
        damage, unfinished, changed = str(error), 0, None
    moves = [event for event in snapshot.events if event.kind is EventKind.TRANSITION]
    ages = [max(0.0, snapshot.epoch - latest(event, snapshot)) for event in moves]
    if changed is not None:
        ages.append(max(0.0, bench.clock.epoch() - changed))
    return Context(
        read_only=bench.target.read_only,
        now=bench.clock.monotonic(),
        last_change=min(ages, default=None),
        unfinished=unfinished,
        damage=damage,
    )
