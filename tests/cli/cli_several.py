"""Three pairs of which one is broken, and feeds that play and then hang, or end the program."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cli_pairs import CONFIG, FakeFeed, Program

from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import PairTarget

PAIR = CONFIG.removeprefix("schema = 1\n")
BRANCH = PAIR.replace('"main"', '"branch"\nenvironment = "lab"').replace("192.0.2.", "192.0.3.")
BROKEN = (
    PAIR.replace('"main"', '"dark"')
    .replace("192.0.2.", "192.0.4.")
    .replace('"192.0.4.1"\n', '"192.0.4.1"\n[pair.node.snmp]\ncommunity = "env:NO_SUCH_VARIABLE"\n')
)


def configure(program: Program, *pairs: str) -> None:
    program.config.write_text("schema = 1\n" + "".join(pairs))


class Ending(FakeFeed):
    """Plays its snapshots under its own name; the last of `left` to have done so sends a signal."""

    left = 0

    async def run(self) -> None:
        try:
            for snapshot in self._snapshots:
                self.current = replace(snapshot, pair=self.target.name)
                for callback in tuple(self._callbacks):
                    callback(self.current)
            Ending.left -= 1
            if Ending.left == 0:
                os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            self.closed = True


def play(
    program: Program,
    monkeypatch: Any,
    ends: bool = False,
    **plays: Sequence[PairSnapshot] | Exception,
) -> None:
    """Each pair of these names plays its snapshots, or cannot be opened; with `ends` SIGTERM follows."""
    from pfha_tui import wiring

    Ending.left = sum(not isinstance(one, Exception) for one in plays.values()) if ends else 0

    def open_feed(target: PairTarget, **_: Any) -> FakeFeed:
        given = plays[target.name]
        if isinstance(given, Exception):
            raise given
        program.feeds.append(Ending(target, given))
        return program.feeds[-1]

    monkeypatch.setattr(wiring, "open_feed", open_feed)
