"""Keeps one SSH login to a node alive and feeds what it says into the node's state."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Protocol

from pfha_tui.collector.catalogue import SECTIONS, Section
from pfha_tui.collector.clock import Clock
from pfha_tui.collector.schedule import Schedule
from pfha_tui.collector.state import NodeState
from pfha_tui.domain.command import Command, Sample
from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot
from pfha_tui.transports.base import (
    NetworkFailure,
    NoAnswer,
    NodeLink,
    OperatorNeeded,
    TransportTimeout,
)

PULSE_S = 0.1

SessionEnd = NetworkFailure | OperatorNeeded


class Backoff(Protocol):
    """How long to wait before the next connection attempt."""

    def failed(self, error: NetworkFailure) -> float:
        """Seconds to wait after this failure."""
        ...

    def succeeded(self) -> None:
        """The node has answered over a login: start small again."""
        ...

    def wake(self) -> bool:
        """The node answered by another way: is an immediate try right?"""
        ...


class SshWatch:
    """One node's SSH side: connect, poll, listen, and start over.

    A refused login or a wrong host key stops it until the operator asks (`retry`); a network failure
    waits for the back-off, and `wake` (an SNMP answer after silence) cuts that wait short.
    """

    def __init__(
        self,
        link: NodeLink,
        state: NodeState,
        clock: Clock,
        backoff: Backoff,
        poll_s: float,
        sections: Sequence[Section] = SECTIONS,
    ) -> None:
        self._link = link
        self._state = state
        self._clock = clock
        self._backoff = backoff
        self._poll_s = poll_s
        self._sections = tuple(sections)
        self._go = asyncio.Event()
        self._hurry = asyncio.Event()
        self._stopped = False
        self._unanswered: str | None = None

    @property
    def suspect(self) -> bool:
        """No live session, or its pulse is late: time to ask the second witness."""
        return self._state.snapshot.ssh.state is not LinkState.LIVE or self._link.quiet

    async def ask(self, commands: Sequence[Command]) -> Sample:
        """As Feed.ask: past the schedule, and without a trace in the state."""
        if self._state.snapshot.ssh.state not in (LinkState.LIVE, LinkState.SUSPECT):
            raise NetworkFailure(tr("no login is open"))
        return await self._link.run(commands)

    def retry(self) -> None:
        """The operator asks for an attempt now."""
        self._stopped = False
        self._go.set()

    def wake(self) -> None:
        """The node has given a sign of life: try now, unless only the operator may."""
        waiting = self._state.snapshot.ssh.state is LinkState.DOWN
        if waiting and not self._stopped and self._backoff.wake():
            self._go.set()

    def explain(self, witness_lives: bool) -> None:
        """Word a TCP connection without any answer: while the node answers otherwise, something drops it.

        pfSense's login protection (sshguard) does so after bad logins, with SSH and the web page alone.
        """
        link = self._state.snapshot.ssh
        if self._unanswered is None or link.state is not LinkState.DOWN:
            return
        detail = self._unanswered
        if witness_lives:
            detail = tr("SSH filtered (login protection?): {why}").format(why=detail)
        if link.detail != detail:
            self._state.ssh_link(LinkState.DOWN, detail, next_try_at=link.next_try_at)

    async def run(self) -> None:
        """Connect and watch, for ever."""
        while True:
            self._state.ssh_link(LinkState.CONNECTING, tr("connecting"))
            self._go.clear()
            try:
                await self._link.open(self._mute)
                await self._session()
            except OperatorNeeded as error:
                await self._stop(error)
            except NetworkFailure as error:
                await self._pause(error)

    def _mute(self, sentence: str) -> None:
        """The node does not speak SSH for now, though the login that waits for it goes on."""
        self._unanswered = None
        self._state.ssh_link(LinkState.DOWN, sentence)

    async def _stop(self, error: OperatorNeeded) -> None:
        self._stopped = True
        self._state.ssh_link(LinkState.STOPPED, str(error), stop=error.stop)
        await self._go.wait()

    async def _pause(self, error: NetworkFailure) -> None:
        delay = self._backoff.failed(error)
        due = self._clock.monotonic() + delay
        self._unanswered = str(error) if isinstance(error, NoAnswer) else None
        self._state.ssh_link(LinkState.DOWN, str(error), next_try_at=due)
        try:
            async with asyncio.timeout(delay):
                await self._go.wait()
        except TimeoutError:
            return

    async def _session(self) -> None:
        """Poll and listen until the connection ends; raises NetworkFailure or OperatorNeeded."""
        self._state.ssh_link(LinkState.LIVE, "", self._link.rtt_s)
        schedule = Schedule(self._sections, self._poll_s)
        over: asyncio.Future[SessionEnd] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.TaskGroup() as tasks:
                parts = [
                    tasks.create_task(_told(part, over))
                    for part in (
                        lambda: self._poll(schedule),
                        lambda: self._listen(schedule),
                        self._pulse,
                    )
                ]
                try:
                    error = await over
                finally:
                    for part in parts:
                        part.cancel()
        finally:
            await self._link.close()
        raise error

    async def _poll(self, schedule: Schedule) -> None:
        while True:
            now = self._clock.monotonic()
            commands = schedule.take(now)
            if commands:
                await self._ask(commands, schedule)
            self._hurry.clear()
            try:
                async with asyncio.timeout(schedule.wait_s(self._clock.monotonic())):
                    await self._hurry.wait()
            except TimeoutError:
                continue

    async def _ask(self, commands: Sequence[Command], schedule: Schedule) -> None:
        try:
            sample = await self._link.run(commands, clock=self._clock_due())
        except TransportTimeout as error:
            now = self._clock.monotonic()
            if error.hung is None:
                self._state.timed_out(commands, str(error))
                schedule.again(commands, now + self._poll_s)
                return
            self._state.timed_out((error.hung,), str(error))
            schedule.again((c for c in commands if c != error.hung), now)
            schedule.hung(error.hung, now)
            return
        schedule.answered(commands)
        self._backoff.succeeded()
        before = _standing(self._state.snapshot)
        refused = self._state.sample(sample)
        if before is not None and before != _standing(self._state.snapshot):
            # Maintenance, or an action of ours: what says so has to be read before anybody judges.
            schedule.hurry(sample.received_at)
        self._state.ssh_link(LinkState.LIVE, "", self._link.rtt_s)
        for command, error_kind in refused:
            if error_kind in (ErrorKind.NOT_PERMITTED, ErrorKind.MISSING):
                schedule.refused(command, sample.received_at)

    def _clock_due(self) -> bool:
        """Whether the node's clock is to be asked with the next sample; one a little early is not left out."""
        reading = self._state.snapshot.clock
        age = reading.age(self._clock.monotonic())
        return age is None or age >= reading.period_s - self._poll_s / 2

    async def _listen(self, schedule: Schedule) -> None:
        async for line in self._link.lines():
            if self._state.pushed(line):
                schedule.hurry(self._clock.monotonic())
                self._hurry.set()

    async def _pulse(self) -> None:
        while True:
            self._state.push_gaps(self._link.push_gaps)
            silent = self._link.silent
            if silent and self._state.snapshot.ssh.state is LinkState.LIVE:
                self._state.ssh_link(LinkState.SUSPECT, tr("no answer"), self._link.rtt_s)
            elif not silent and self._state.snapshot.ssh.state is LinkState.SUSPECT:
                self._state.ssh_link(LinkState.LIVE, "", self._link.rtt_s)
            await self._clock.sleep(PULSE_S)


async def _told(
    part: Callable[[], Coroutine[None, None, None]], over: asyncio.Future[SessionEnd]
) -> None:
    """Run a part of a session; its failure ends the session as a result, not as an exception of the group:
    that would take the place of a cancellation which comes at the same moment, and nobody would end."""
    try:
        await part()
    except (NetworkFailure, OperatorNeeded) as error:
        if not over.done():
            over.set_result(error)


def _standing(node: NodeSnapshot) -> tuple[object, ...] | None:
    """What a node brings into the election, as far as an operator can change it: demotion, switch and skews."""
    carp = node.carp.value
    if carp is None or node.interfaces.value is None:
        return None
    return (
        carp.demotion,
        carp.allow,
        *((role.vhid, role.interface, role.advskew) for role in node.roles),
    )
