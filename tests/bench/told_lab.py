"""`python -m tests.bench.told_lab`: a healthy lab in a process of its own, that tells when the spare's kernel spoke.

It prints a line of JSON with what a client needs, takes a lab command from each line of its stdin, and prints
the time (perf_counter, which all processes of a Linux machine share) at which fw2's devd told of its first new
MASTER after the last command.
"""

import asyncio
import json
import sys
import time

from pfha_tui.lab import runner, scenarios, verbs
from pfha_tui.lab.world import World


class Probe:
    """Prints the time of the first MASTER of fw2 after `armed`."""

    def __init__(self, world: World) -> None:
        self.armed = False
        devd = world.node("fw2").devd
        self._emit = devd.emit
        devd.emit = self._noted  # type: ignore[method-assign]

    def _noted(self, text: str) -> None:
        at = time.perf_counter()
        self._emit(text)
        if self.armed and "type=MASTER" in text:
            self.armed = False
            print(at, flush=True)


async def main() -> None:
    """Serve until stdin ends."""
    world = scenarios.build("healthy", time.time())
    async with runner.running(world, None) as lab:
        probe = Probe(world)
        found = {
            "config": str(lab.config),
            "text": runner.config_text(lab),
            "identity": str(lab.identity),
            "port": lab.nodes["fw2"].ssh.listener.port,
        }
        print(json.dumps(found), flush=True)
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while command := (await reader.readline()).decode("ascii").strip():
            probe.armed = True
            verbs.run(world, command)


if __name__ == "__main__":
    asyncio.run(main())
