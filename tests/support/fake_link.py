"""A login on a node that exists only in a test: answers from captures, fails when told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from pfha_tui.domain.command import Command, Output, PushedLine, Sample
from pfha_tui.transports.base import NetworkFailure, TransportError


class FakeLink:
    """As transports.base.NodeLink; `answers` maps a command to its output, `refusal` makes open() fail.

    `delay_s` passes between asking and the answer; the commands run in the middle of it. A login takes `login_s`.
    """

    def __init__(self, answers: Callable[[Command], Output], epoch: int = 1_795_389_300) -> None:
        self.answers = answers
        self.epoch = epoch
        self.refusal: TransportError | None = None
        self.no_shell: TransportError | None = None
        self.mute: asyncio.Event | None = None
        self.opened = 0
        self.closed = 0
        self.asked: list[tuple[Command, ...]] = []
        self.delay_s = 0.005
        self.login_s = 0.0
        self.hang: Command | None = None
        self.down = False
        self.frozen = False
        self.quiet = False
        self.silent = False
        self.clocks = 0
        self.push_gaps: tuple[str, ...] = ()
        self.rtt_s: float | None = 0.001
        self.heard_at: float | None = None
        self._lines: asyncio.Queue[PushedLine | None] = asyncio.Queue()

    async def open(self, on_mute: Callable[[str], None] | None = None) -> None:
        self.opened += 1
        if self.mute is not None and on_mute is not None:
            on_mute("does not speak SSH")
            await self.mute.wait()
        await asyncio.sleep(self.login_s)
        if self.refusal is not None:
            raise self.refusal

    async def close(self) -> None:
        self.closed += 1

    async def run(self, commands: Sequence[Command], *, clock: bool = True) -> Sample:
        self.asked.append(tuple(commands))
        self.clocks += clock
        if self.no_shell is not None:
            raise self.no_shell
        if self.down:
            raise NetworkFailure("connection lost")
        loop = asyncio.get_running_loop()
        if self.frozen:
            await asyncio.Event().wait()
        if self.hang in commands:
            from pfha_tui.transports.base import TransportTimeout

            await asyncio.sleep(3)
            raise TransportTimeout("no answer in 3 s", self.hang)
        delay_s = self.delay_s
        await asyncio.sleep(delay_s / 2)
        outputs = tuple(self.answers(command) for command in commands)
        await asyncio.sleep(delay_s / 2)
        return Sample(outputs, self.epoch if clock else None, 0, loop.time(), delay_s)

    async def lines(self) -> AsyncIterator[PushedLine]:
        while (line := await self._lines.get()) is not None:
            yield line
        raise NetworkFailure("connection lost")

    def push(self, line: PushedLine | None) -> None:
        """Deliver a pushed line; None ends the stream."""
        self._lines.put_nowait(line)
