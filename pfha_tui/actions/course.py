"""One action from its first login to its last line in the journal."""

import asyncio
from collections.abc import Callable

from pfha_tui.actions import gate, sight
from pfha_tui.actions.bench import Bench, allowed, context, guard_of
from pfha_tui.actions.commands import REBOOT, UNMARK, announce, mark
from pfha_tui.actions.hands import Hands, refusal
from pfha_tui.actions.journal import ARMED, CALLED_OFF, STEP, JournalError, new_id
from pfha_tui.actions.model import Evidence, Plan, Progress, Report, Result, Stage, Step, Weight
from pfha_tui.actions.reverse import harm, reversal, reverse
from pfha_tui.actions.sight import NO_PROOF, Sight
from pfha_tui.collector.catalogue import MAINTENANCE, MARK
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.language import tr
from pfha_tui.domain.mark import OwnMark, write
from pfha_tui.transports.base import Call, NetworkFailure, TransportError


class Refused(Exception):
    """Nothing was changed on any node; one sentence for the operator."""


class _Stopped(Exception):
    """A step was not done, and none after it will be; one sentence for the operator."""


class Course:
    """One action. `perform` is called once."""

    def __init__(self, bench: Bench, plan: Plan, tell: Callable[[Progress], None]) -> None:
        self._bench, self._plan, self._tell_progress = bench, plan, tell
        self._id = new_id()
        self._began = bench.clock.monotonic()
        self._sight = Sight(bench.feed, bench.clock)
        self._hands = Hands(bench.target, bench.links, allowed(plan))
        self._open = False
        """It stands in the journal, and not yet how it ended."""
        self._done: list[int] = []
        """The steps that were begun, and so may have been done."""
        self._armed: int | None = None
        self._fires_at = 0.0
        self._lost: TransportError | None = None
        self._evidence: tuple[Evidence, ...] = ()

    async def perform(self) -> Report:
        """As Operator.perform."""
        try:
            try:
                permit = await self._approach()
                await self._record(permit)
            except Refused as why:
                return self._report(Result.REFUSED, str(why))
            report = await self._act(permit)
            await self._announce(f"ended {report.result}")
            return report
        except asyncio.CancelledError:
            if self._open:
                self._end(*self._interrupted())
            raise
        finally:
            self._tell(Stage.CLOSE, tr("Close the logins of the action."))
            await self._hands.close()

    # Before anything is changed

    async def _approach(self) -> gate.Permit:
        """Log in, take the locks, look once more. Raises Refused."""
        plan, target = self._plan, self._bench.target
        if target.read_only:
            raise Refused(tr("{pair} is watched read-only.").format(pair=target.name))
        both = tr("Log in to {first} and {second} for this action alone.")
        self._tell(Stage.CONNECT, both.format(first=plan.node, second=plan.peer))
        await self._hands.open()
        for node, error in self._hands.failures.items():
            if node == plan.node or sight.reached(self._bench.feed.current, node):
                text = tr("No login on {node} for this action: {why}")
                raise Refused(text.format(node=node, why=error))
        self._tell(Stage.LOCK, tr("Lock both nodes against other actions."))
        try:
            busy = await self._hands.lock()
        except TransportError as error:
            raise Refused(tr("No lock: {why}").format(why=error)) from error
        if busy is not None:
            text = tr(
                "Another action is under way on {node}; a login of ours that was lost may hold it for up to 90 s."
            )
            raise Refused(text.format(node=busy))
        self._tell(Stage.CHECK, tr("Look at both nodes once more."))
        return await self._check()

    async def _check(self) -> gate.Permit:
        """The gate's permit for what both nodes show now, after the locks. Raises Refused."""
        snapshot = await self._sight.fresh()
        found = gate.permit(self._plan, snapshot, context(self._bench, snapshot))
        if not isinstance(found, gate.Permit):
            raise Refused(" ".join(each.text for each in found))
        await self._same_flags()
        flipped = gate.still(found, self._bench.feed.current)
        if flipped is not None:
            raise Refused(flipped.text)
        return found

    async def _same_flags(self) -> None:
        """The maintenance flag and the mark are watched every few seconds only: they are read now. Raises Refused."""
        for node in (self._plan.node, self._plan.peer):
            if not self._hands.reaches(node):
                continue
            try:
                flag, own = (await self._hands.run(node, MAINTENANCE, MARK)).outputs
            except TransportError as error:
                raise Refused(tr("{node}: {why}").format(node=node, why=error)) from error
            seen = sight.node_of(self._bench.feed.current, node)
            known = flag.exit_code in (0, 1) and seen.maintenance.value is not None
            flipped = known and (flag.exit_code == 0) is not seen.maintenance.value
            if flipped or sight.mark_of(own) != sight.marks(self._bench.feed.current, node):
                text = tr("Another hand has just changed {node}; look at it again.")
                raise Refused(text.format(node=node))

    async def _record(self, permit: gate.Permit) -> None:
        """Write the plan and its undo down, before anything is done. Raises Refused."""
        self._tell(Stage.RECORD, tr("Write the plan and its undo into the journal."))
        told = [
            {"id": each.id, "text": each.text}
            for each in permit.findings
            if each.weight is not Weight.FINE
        ]
        try:
            self._bench.journal.begin(self._plan, self._id, findings=told)
        except JournalError as error:
            raise Refused(tr("The journal cannot be written: {why}").format(why=error)) from error
        self._open = True
        self._event(tr("{title}: begun").format(title=self._plan.title))
        await self._announce("begun")

    # The change

    async def _act(self, permit: gate.Permit) -> Report:
        plan = self._plan
        baseline = await self._sight.baseline(plan, self._hands)
        flipped = gate.still(permit, self._bench.feed.current)
        if flipped is not None:
            return self._end(Result.REFUSED, flipped.text)
        try:
            for number, step in enumerate(plan.steps):
                await self._step(number, step)
        except _Stopped as why:
            return await self._take_back(str(why))
        except NetworkFailure as error:
            if not self._hands.reaches(plan.node):
                self._lost = error
            if not self._done:
                text = tr("The connection to {node} went away before anything was changed: {why}")
                return self._end(Result.REFUSED, text.format(node=plan.node, why=error))
        except TransportError as error:
            return await self._take_back(tr("{node}: {why}").format(node=plan.node, why=error))
        self._tell(Stage.VERIFY, tr("Wait for two equal samples of both nodes."))
        result, self._evidence = await self._sight.verify(plan, baseline, self._hands)
        if result is Result.CONFIRMED:
            return await self._confirmed()
        if result is Result.CONTRADICTED:
            return await self._take_back(tr("Both nodes show something else than was planned."))
        return self._end(*self._unknown(tr("Not both nodes have shown what came of it.")))

    async def _step(self, number: int, step: Step) -> None:
        """Raises _Stopped, TransportError."""
        text = await self._leave_mark(step) if step.demotion else None
        await self._note(STEP, number=number)
        if step.watchdog_s is not None:
            self._fires_at = self._bench.clock.epoch() + step.watchdog_s + step.command.timeout_s
            await self._note(ARMED, number=number, fires_at=self._fires_at)
        self._tell(Stage.DO, step.what)
        self._done.append(number)
        if step.watchdog_s is not None:
            self._armed = number
            guard = guard_of(step, text)
            sample = await self._hands.run_armed(
                step.node, step.command, step.undo, step.watchdog_s, guard
            )
        else:
            try:
                sample = await self._hands.run(step.node, step.command)
            except NetworkFailure:
                if step.command == REBOOT:
                    return  # it takes the connection with it
                raise
        self._event(step.what)
        why = refusal(sample.outputs[0])
        if why is None and step.watchdog_s is not None and sample.outputs[0].exit_code:
            why = tr("exit code {code}").format(code=sample.outputs[0].exit_code)
        if why is not None:
            self._done.remove(number)
            self._armed = None
            raise _Stopped(tr("{node} did not do it: {why}").format(node=step.node, why=why))

    async def _leave_mark(self, step: Step) -> str:
        """The text of the mark that says whose demotion it is. Raises _Stopped, TransportError."""
        bench = self._bench
        own = OwnMark(self._id, step.demotion, int(bench.clock.epoch()), bench.journal.who)
        command = mark(write(own))
        self._tell(Stage.ARM, tr("Leave our mark on {node}.").format(node=step.node))
        self._hands.allow(step.node, command)
        output = (await self._hands.run(step.node, command)).outputs[0]
        if output.exit_code:
            why = refusal(output) or tr("exit code {code}").format(code=output.exit_code)
            text = tr("{node} takes no mark, so nothing was changed: {why}")
            raise _Stopped(text.format(node=step.node, why=why))
        return write(own)

    async def _note(self, kind: str, **facts: object) -> None:
        """Raises _Stopped: what cannot be written down is not done."""
        try:
            self._bench.journal.note(self._id, kind, **facts)
        except JournalError as error:
            text = tr("The journal cannot be written: {why}")
            raise _Stopped(text.format(why=error)) from error

    # How it ends

    async def _confirmed(self) -> Report:
        if self._armed is not None:
            try:
                call = await self._call_off()
            except TransportError as error:
                text = tr("It came about, but the watchdog could not be called off: {why}.")
                return self._end(*self._unknown(text.format(why=error)))
            if call is Call.FIRED:
                return await self._verify_reverse(tr("It came about too late."))
        return self._end(
            Result.CONFIRMED, tr("{title}: both nodes show it.").format(title=self._plan.title)
        )

    async def _call_off(self) -> Call:
        """Stop the node's own undo; one that fired has undone its step. Raises TransportError."""
        assert self._armed is not None
        call = await self._hands.call_off(self._plan.steps[self._armed].node)
        if call is Call.FIRED:
            self._done.remove(self._armed)
        self._bench.journal.note(self._id, CALLED_OFF, call=call.value)
        self._armed = None
        return call

    async def _take_back(self, why: str) -> Report:
        """Undo what was begun, the last first, and see that it is undone."""
        plan = self._plan
        fired = False
        self._tell(Stage.REVERT, tr("Take it back: {why}").format(why=why))
        try:
            if self._lost is not None:
                raise self._lost
            if self._armed is not None:
                fired = await self._call_off() is Call.FIRED
            undone = [
                step for number in reversed(self._done) for step in reversal(plan.steps[number])
            ]
            if not self._done and not fired:
                await self._unmark()
                return self._end(Result.REFUSED, why)
            if not undone and not fired:
                text = tr("{why} There is nothing that takes it back by itself. {undo}")
                return self._end(Result.CONTRADICTED, text.format(why=why, undo=plan.undo))
            for node, command in undone:
                problem = harm(command, node, self._bench.feed.current)
                if problem is not None:
                    return self._end(*self._unknown(f"{why} {problem}"))
                await self._hands.run(node, command)
        except (TransportError, JournalError) as error:
            text = tr("{why} It could not be taken back: {error}.")
            return self._end(*self._unknown(text.format(why=why, error=error)))
        return await self._verify_reverse(why)

    async def _unmark(self) -> None:
        """No step was done: the mark that was left for one says nothing any more."""
        steps = [step for step in self._plan.steps if step.demotion and UNMARK in step.undo]
        for step in steps:
            await self._hands.run(step.node, UNMARK)

    async def _verify_reverse(self, why: str) -> Report:
        back = reverse(self._plan)
        result, self._evidence = await self._sight.verify(back, NO_PROOF, self._hands)
        if result is Result.CONFIRMED:
            text = tr("{why} It was taken back, and both nodes show it.").format(why=why)
            return self._end(Result.REVERTED, text)
        text = tr("{why} It was taken back, but not both nodes show it.").format(why=why)
        return self._end(*self._unknown(text))

    def _unknown(self, why: str) -> tuple[Result, str]:
        """Why it is not known, and what becomes of it."""
        if self._armed is not None:
            text = tr("{why} {node} takes it back by itself by {time}.")
            time = sight.clock_time(self._fires_at)
            return Result.UNKNOWN, text.format(why=why, node=self._plan.node, time=time)
        text = tr("{why} To take it back: {undo}")
        return Result.UNKNOWN, text.format(why=why, undo=self._plan.undo)

    def _interrupted(self) -> tuple[Result, str]:
        if not self._done:
            return Result.REFUSED, tr("Interrupted before anything was changed.")
        return self._unknown(tr("Interrupted."))

    def _end(self, result: Result, text: str) -> Report:
        """Say in the journal and in the timeline how it ended."""
        self._open = False
        try:
            self._bench.journal.end(self._id, result, text, self._evidence)
        except JournalError as error:
            told = tr("{text} The journal does not say so: {why}")
            text = told.format(text=text, why=error)
        self._event(text)
        return self._report(result, text)

    async def _announce(self, what: str) -> None:
        """A line with the journal's newest hash in the log of each node; it matters to nobody here if it fails."""
        try:
            head = self._bench.journal.head
        except JournalError:
            return
        who, verb = self._bench.journal.who, self._plan.request.verb
        line = f"{who} {verb} {self._plan.node} {self._id} {what}, journal {head}"
        await self._hands.say(announce(line))

    def _report(self, result: Result, text: str) -> Report:
        took = self._bench.clock.monotonic() - self._began
        return Report(self._id, self._plan, result, text, self._evidence, took)

    # What others see of it

    def _tell(self, stage: Stage, text: str) -> None:
        self._tell_progress(Progress(stage, text))

    def _event(self, text: str) -> None:
        now = self._bench.clock.epoch()
        self._bench.feed.tell(Event(now, Resolution.MS, EventKind.ACTION, self._plan.node, text))
