"""Takes back what an earlier console left unfinished, as far as it still stands."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from pfha_tui.actions.bench import PROOF, Bench
from pfha_tui.actions.commands import (
    CARP_OFF,
    CARP_ON,
    MAINTENANCE_OFF,
    MAINTENANCE_ON,
    UNMARK,
    announce,
    claim,
    disarm,
)
from pfha_tui.actions.hands import Hands, refusal
from pfha_tui.actions.journal import JournalError
from pfha_tui.actions.model import (
    Expectation,
    Plan,
    Progress,
    Report,
    Request,
    Result,
    Risk,
    Stage,
    Step,
    Unfinished,
)
from pfha_tui.actions.reverse import demotion_by, harm
from pfha_tui.actions.sight import Sight, clock_time, mark_of
from pfha_tui.collector.catalogue import MAINTENANCE, MARK
from pfha_tui.domain.command import Command
from pfha_tui.domain.demotion import Demotion, demotion_of
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.language import tr
from pfha_tui.domain.mark import OwnMark, read
from pfha_tui.domain.reading import Reading
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import PairTarget
from pfha_tui.domain.view import Side, look
from pfha_tui.transports.base import TransportError

AFTER_S = 2.0
"""How long after its time the node's own undo is given to run."""
SETTLED_S = 15.0
"""How long is waited for the node to show that nothing is left."""


class _Unclear(Exception):
    """Nothing was done, and the action stays unfinished; one sentence for the operator."""


async def take_back(bench: Bench, left: Unfinished, tell: Callable[[Progress], None]) -> Report:
    """As Operator.undo."""
    return await _TakeBack(bench, left, tell).perform()


class _TakeBack:
    """One unfinished action being taken back."""

    def __init__(self, bench: Bench, left: Unfinished, tell: Callable[[Progress], None]) -> None:
        self._bench, self._left, self._tell_progress = bench, left, tell
        self._plan = plan_of(left, bench.target)
        self._sight = Sight(bench.feed, bench.clock)
        allowed = {node.name: PROOF for node in bench.target.nodes}
        self._claim = claim(left.id)
        self._disarm = disarm(left.id)
        allowed[left.node] = PROOF | {*left.undo, *self._claim, self._disarm}
        self._hands = Hands(bench.target, bench.links, allowed)
        self._began = bench.clock.monotonic()
        self._fires_at = left.fires_at
        self._done = True
        """As far as the token says: the step that was armed is done, and the node has not taken it back."""

    async def perform(self) -> Report:
        """Never raises for what a node does."""
        try:
            await self._approach()
            if any(demotion_by(command) for command in self._left.undo):
                await self._call_off()  # it must not be taken back twice
            return await self._undo()
        except (_Unclear, JournalError) as why:
            return self._report(Result.REFUSED, str(why))
        except TransportError as error:
            text = tr("{node}: {why}").format(node=self._left.node, why=error)
            return self._report(Result.UNKNOWN, text)
        finally:
            self._tell(Stage.CLOSE, tr("Close the logins of the action."))
            await self._hands.close()

    async def _approach(self) -> None:
        """Log in and take the locks. Raises _Unclear, TransportError."""
        node = self._left.node
        if self._bench.target.read_only:
            text = tr("{pair} is watched read-only.")
            raise _Unclear(text.format(pair=self._bench.target.name))
        self._tell(Stage.CONNECT, tr("Log in to {node}.").format(node=node))
        await self._hands.open()
        if not self._hands.reaches(node):
            text = tr("No login on {node} for this action: {why}")
            raise _Unclear(text.format(node=node, why=self._hands.failures[node]))
        self._tell(Stage.LOCK, tr("Lock both nodes against other actions."))
        busy = await self._hands.lock()
        if busy is not None:
            raise _Unclear(busy)

    async def _call_off(self) -> bool:
        """Take its token from the node's own undo. Where there is none, the step may still be under way there, or the
        undo: then its time is waited for, and taken what an undo that failed has put back. Whether it had to be
        waited. Raises TransportError.
        """
        left, clock = self._left, self._bench.clock
        due, self._fires_at = self._fires_at, None
        if due is None or await self._claimed() or clock.epoch() >= due + AFTER_S:
            return False
        text = tr("{node} takes it back by itself by {time}; wait for that.")
        self._tell(Stage.REVERT, text.format(node=left.node, time=clock_time(due)))
        await clock.sleep(due + AFTER_S - clock.epoch())
        await self._claimed()
        return True

    async def _claimed(self) -> bool:
        """Whether the token was taken just now. Raises TransportError."""
        claim = self._claim
        sample = await self._hands.run(self._left.node, claim.restore, claim.take)
        output = sample.outputs[1]
        self._done = output.exit_code == 0 or b"No such file" not in output.stderr
        return output.exit_code == 0

    async def _undo(self) -> Report:
        self._tell(Stage.CHECK, tr("Look what is left of it."))
        node = self._left.node
        commands = await self._what_is_left()
        if not commands:
            if await self._call_off():
                return await self._undo()
            return await self._end(tr("Nothing is left of it on {node}.").format(node=node))
        self._tell(Stage.REVERT, self._left.undo_text)
        for command in commands:
            problem = harm(command, node, self._bench.feed.current)
            if problem is not None:
                raise _Unclear(problem)
            why = refusal((await self._hands.run(node, command)).outputs[0])
            if why is not None:
                text = tr("{node} did not do it: {why}")
                raise _Unclear(text.format(node=node, why=why))
        # What may be undone twice keeps its watchdog until here: it might have been this console that died.
        await self._call_off()
        self._tell(Stage.VERIFY, tr("Wait for two equal samples of both nodes."))
        deadline = self._bench.clock.monotonic() + SETTLED_S
        shown = 0
        while shown < 2:
            shown = 0 if await self._what_is_left() else shown + 1
            if shown < 2 and self._bench.clock.monotonic() > deadline:
                text = tr("It was taken back, but {node} does not show it.")
                return self._report(Result.UNKNOWN, text.format(node=node))
        return await self._end(tr("It was taken back; {node} shows it.").format(node=node))

    async def _what_is_left(self) -> tuple[Command, ...]:
        """Those commands of the undo that still have something to undo, by what the node shows now: after a boot
        only what the configuration keeps.

        Raises _Unclear, TransportError.
        """
        snapshot = await self._sight.fresh()
        flag, link = (await self._hands.run(self._left.node, MAINTENANCE, MARK)).outputs
        own = mark_of(link)
        known = flag.exit_code == 0 if flag.exit_code in (0, 1) else None
        side = side_of(snapshot, self._left.node, own, known)
        found = demotion_of(side)
        if found is None or not side.known:
            text = tr("What is left of it on {node} is not known.")
            raise _Unclear(text.format(node=self._left.node))
        up = side.node.uptime_s(snapshot.at)
        booted = up is not None and self._bench.clock.epoch() - up > self._left.began
        standing = tuple(
            command
            for command in self._left.undo
            if not (booted and command not in (MAINTENANCE_ON, MAINTENANCE_OFF))
            and stands(command, self._left, side, found, own)
        )
        if not self._done and any(demotion_by(command) for command in standing):
            # Done for nothing it would be wrong by as much; and to remove the mark would hide what stands.
            text = tr(
                "The token of it on {node} is gone, as if it had been taken back there or never done; but the "
                "demotion is as after the step. Look at {node}, then `pfha-tui undo --close --reason TEXT`."
            )
            raise _Unclear(text.format(node=self._left.node))
        return standing

    async def _end(self, text: str) -> Report:
        """Close it in the journal. Raises JournalError."""
        left, journal = self._left, self._bench.journal
        journal.end(left.id, Result.REVERTED, text)
        with suppress(TransportError):  # only to leave nothing behind
            await self._hands.run(left.node, self._claim.remove, self._disarm)
        line = f"{journal.who} undo {left.verb} {left.node} {left.id} ended, journal {journal.head}"
        await self._hands.say(announce(line))
        now = self._bench.clock.epoch()
        told = tr("{title}: {text}").format(title=left.title, text=text)
        self._bench.feed.tell(Event(now, Resolution.MS, EventKind.ACTION, left.node, told))
        return self._report(Result.REVERTED, text)

    def _tell(self, stage: Stage, text: str) -> None:
        self._tell_progress(Progress(stage, text))

    def _report(self, result: Result, text: str) -> Report:
        took = self._bench.clock.monotonic() - self._began
        return Report(self._left.id, self._plan, result, text, took_s=took)


def side_of(
    snapshot: PairSnapshot, name: str, own: OwnMark | None, maintenance: bool | None
) -> Side:
    """The node as it shows, with the mark and the flag that were read just now in place of the watched ones."""
    marks = () if own is None else (own,)
    nodes = [
        replace(
            node,
            mark=Reading(marks, taken_at=node.interfaces.taken_at),
            maintenance=Reading(maintenance, taken_at=node.interfaces.taken_at),
        )
        if node.name == name
        else node
        for node in snapshot.nodes
    ]
    sides = look(nodes[0], nodes[1], snapshot.at).sides
    return next(side for side in sides if side.name == name)


def stands(
    command: Command, left: Unfinished, side: Side, found: Demotion, own: OwnMark | None
) -> bool:
    """Whether a command of an undo still has something to undo. Raises _Unclear."""
    by = demotion_by(command)
    if by and UNMARK not in left.undo and not any(each.id == "mark" for each in left.undo):
        return found.rest < by if by > 0 else found.rest > by
    if by < 0:
        return found.ours is not None and found.ours.action == left.id
    if by > 0 or command.id == "mark":
        before = next((read(c.argv[2]) for c in left.undo if c.id == "mark"), None)
        return found.ours is None and own in (None, before)
    if command == UNMARK:
        return own is not None and own.action == left.id
    if command in (MAINTENANCE_ON, MAINTENANCE_OFF):
        now = side.current(side.node.maintenance)
    elif command in (CARP_ON, CARP_OFF):
        now = side.allow
    else:
        return True
    if now is None:
        text = tr("What is left of it on {node} is not known.")
        raise _Unclear(text.format(node=left.node))
    return now is (command in (MAINTENANCE_OFF, CARP_OFF))


def plan_of(left: Unfinished, target: PairTarget) -> Plan:
    """What is done to take it back, in the form of a plan for whoever reports it."""
    peer = next((node.name for node in target.nodes if node.name != left.node), "")
    steps = tuple(Step(left.node, command, left.undo_text) for command in left.undo)
    return Plan(
        request=Request(left.verb, left.node),
        pair=left.pair,
        node=left.node,
        peer=peer,
        risk=Risk.ROLE_CHANGING,
        title=left.title,
        steps=steps,
        roles=(),
        expectation=Expectation(),
        duration_s=(0.0, SETTLED_S),
        verify_s=SETTLED_S,
        loss="",
        undo=left.undo_text,
    )
