"""One action from its first login to its last line in the journal."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from pfha_tui.actions import gate, sight
from pfha_tui.actions.bench import Bench, allowed, guard_of
from pfha_tui.actions.commands import CARP_OFF, REBOOT, UNMARK, announce, disarm, mark
from pfha_tui.actions.hands import Hands, refusal
from pfha_tui.actions.journal import ARMED, CALLED_OFF, STEP, JournalError, new_id
from pfha_tui.actions.last_look import LastLook, Refused
from pfha_tui.actions.model import Evidence, Plan, Progress, Report, Result, Stage, Step, Weight
from pfha_tui.actions.reverse import demotion_by, harm, lets_down, repeatable, reversal, reverse
from pfha_tui.actions.sight import NO_PROOF, Sight
from pfha_tui.collector.catalogue import MARK
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.language import tr
from pfha_tui.domain.mark import OwnMark, write
from pfha_tui.domain.text import said
from pfha_tui.transports.base import Call, NetworkFailure, TransportError


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
        self._look = LastLook(bench, plan, self._id, self._sight, self._hands, self._tell)
        self._open = False
        """It stands in the journal, and not yet how it ended."""
        self._done: list[int] = []
        """The steps that were begun, and so may have been done."""
        self._marked = False
        """A mark may have been left."""
        self._armed: int | None = None
        self._fires_at = 0.0
        self._lost: TransportError | None = None
        self._evidence: tuple[Evidence, ...] = ()

    async def perform(self) -> Report:
        """As Operator.perform."""
        try:
            try:
                permit = await self._look.approach()
                await self._record(permit)
            except Refused as why:
                return self._report(Result.REFUSED, str(why))
            report = await self._act()
            await self._announce(f"ended {report.result}")
            return report
        except asyncio.CancelledError:
            if self._open:
                self._end(*self._interrupted())
            raise
        finally:
            self._tell(Stage.CLOSE, tr("Close the logins of the action."))
            await self._hands.close()

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

    async def _act(self) -> Report:
        plan = self._plan
        baseline = await self._sight.baseline(plan, self._hands)
        try:
            permit = await self._look.check()
        except Refused as why:
            return self._end(Result.REFUSED, str(why))
        try:
            for number, step in enumerate(plan.steps):
                if number:
                    await self._go_on(permit, step)
                await self._step(number, step)
        except _Stopped as problem:
            return await self._take_back(str(problem))
        except NetworkFailure as error:
            if not self._hands.reaches(plan.node):
                self._lost = error
            if not self._done:
                return self._end(*self._cut_off(error))
        except TransportError as error:
            return await self._take_back(tr("{node}: {why}").format(node=plan.node, why=error))
        self._tell(Stage.VERIFY, tr("Wait for two equal samples of both nodes."))
        result, self._evidence = await self._sight.verify(
            plan, baseline, self._hands, lambda: self._let_down() is not None
        )
        return await self._conclude(result)

    def _cut_off(self, error: NetworkFailure) -> tuple[Result, str]:
        """The connection went away before the first step; a mark may have been left for it."""
        node = self._plan.node
        if self._marked:
            return self._unknown(tr("{node}: {why}").format(node=node, why=error))
        text = tr("The connection to {node} went away before anything was changed: {why}")
        return Result.REFUSED, text.format(node=node, why=error)

    async def _conclude(self, result: Result) -> Report:
        if result is Result.CONFIRMED:
            return await self._confirmed()
        if result is Result.CONTRADICTED:
            return await self._take_back(tr("Both nodes show something else than was planned."))
        why = self._let_down() or tr("Not both nodes have shown what came of it.")
        if self._hazardous and self._hands.reaches(self._plan.node):
            return await self._take_back(why)
        return self._end(*self._unknown(why))

    @property
    def _hazardous(self) -> bool:
        """A step was begun after which the node serves nothing, whatever becomes of the peer."""
        return any(self._plan.steps[number].command == CARP_OFF for number in self._done)

    def _let_down(self) -> str | None:
        """Why the node must serve again at once, in a sentence: it was taken out of the election, and now the peer
        cannot serve."""
        if not self._hazardous:
            return None
        now = self._bench.clock.monotonic()
        return lets_down(self._plan.node, self._bench.feed.current, now)

    async def _go_on(self, permit: gate.Permit, step: Step) -> None:
        """Before a further step: both nodes still answer, and what is known of them is of now. Raises _Stopped."""
        if step.command == UNMARK:
            return  # it only removes what the step before has made untrue
        try:
            await self._look.links_answer()
        except Refused as why:
            raise _Stopped(str(why)) from why
        snapshot = await self._sight.fresh()
        silent = gate.silent(permit, snapshot, self._bench.clock.monotonic())
        if silent is not None:
            raise _Stopped(silent.text)

    async def _step(self, number: int, step: Step) -> None:
        """Raises _Stopped, TransportError."""
        # Noted before the mark is left: else nothing would say that the mark is to be removed.
        await self._note(STEP, number=number)
        text = await self._leave_mark(step) if step.demotion else None
        if step.watchdog_s is not None:
            self._fires_at = self._bench.clock.epoch() + step.watchdog_s + step.command.timeout_s
            await self._note(ARMED, number=number, fires_at=self._fires_at)
        self._tell(Stage.DO, step.what)
        self._done.append(number)
        if step.watchdog_s is not None:
            self._armed = number
            self._hands.allow(step.node, disarm(self._id))
            guard = guard_of(step, text, self._id)
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
        output = sample.outputs[0]
        why = refusal(output)
        if why is None and step.watchdog_s is not None and output.exit_code:
            why = said(output.stderr) or tr("exit code {code}").format(code=output.exit_code)
        if why is not None:
            if demotion_by(step.command) or refusal(output) is not None:
                self._done.remove(number)  # else it may have been done in part
            self._armed = None
            raise _Stopped(tr("{node} did not do it: {why}").format(node=step.node, why=why))

    async def _leave_mark(self, step: Step) -> str:
        """The text of the mark that says whose demotion it is. Raises _Stopped, TransportError."""
        bench = self._bench
        own = OwnMark(self._id, step.demotion, int(bench.clock.epoch()), bench.journal.who)
        command = mark(write(own))
        self._tell(Stage.ARM, tr("Leave our mark on {node}.").format(node=step.node))
        self._hands.allow(step.node, command)
        self._marked = True
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
        """Stop the node's own undo. One that fired was begun, or its guard no longer held: whether the step is
        undone, only both nodes show, and it is not undone once more. Raises TransportError."""
        assert self._armed is not None
        node = self._plan.steps[self._armed].node
        call = await self._hands.call_off(node)
        if call is Call.FIRED:
            self._done.remove(self._armed)
        self._armed = None
        try:
            self._bench.journal.note(self._id, CALLED_OFF, call=call.value)
        except JournalError:
            return call  # what comes next is told; for a later undo the token must be there, as the journal says
        with suppress(TransportError):  # only to leave nothing behind
            await self._hands.run(node, disarm(self._id))
        return call

    async def _take_back(self, why: str) -> Report:
        """Undo what was begun, the last first, and see that it is undone."""
        plan = self._plan
        fired = False
        why = f"{why.rstrip('.')}."
        self._tell(Stage.REVERT, tr("Take it back: {why}").format(why=why))
        try:
            if self._lost is not None:
                raise self._lost
            # What may be undone twice keeps its watchdog until it is undone: it may be the console that dies now.
            twice = all(repeatable(plan.steps[number]) for number in self._done)
            if self._armed is not None and not twice:
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
            if self._armed is not None:
                await self._call_off()
        except (TransportError, JournalError) as error:
            text = tr("{why} It could not be taken back: {error}.")
            return self._end(*self._unknown(text.format(why=why, error=error)))
        return await self._verify_reverse(why)

    async def _unmark(self) -> None:
        """No step was done: the mark that was left for one says nothing any more."""
        if not self._marked:
            return
        node = self._plan.node
        own = sight.mark_of((await self._hands.run(node, MARK)).outputs[0])
        if own is not None and own.action == self._id:
            await self._hands.run(node, UNMARK)

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
        if not self._done and not self._marked:
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
