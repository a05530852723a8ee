"""From the kernel's event to the painted cell, against `while ssh node ifconfig; sleep 1`; one pair, and a wall of
twenty pairs."""

import asyncio
import contextlib
import json
import random
import re
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.common import console, cpu_s, percentile, say
from tests.support.terminal import Terminal

ROUNDS = 40
WALL_ROUNDS = 10
REST_S = 3.2
"""After a failback, until the next takeover: the verdict is confirmed, and polling still hurried."""
PAIRS = 20
ARROW = "→".encode()
CHANGED = "✗|B fw2|FAILED".encode()
"""What a line of the wall has only once its pair has changed: a verdict of trouble, or the spare that serves."""
WALL_REST_S = 8.0
"""As REST_S, for twenty pairs that are all read often for a while."""
LOOP = (
    "while ssh -F none -S {folder}/ctl -o ControlMaster=auto -o ControlPersist=20 -o StrictHostKeyChecking=no"
    " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -i {key} -p {port} admin@127.0.0.1 /sbin/ifconfig -a;"
    " do sleep 1; done"
)


class Watcher:
    """Reads a descriptor in the loop; `seen` is set with the time at which the awaited marker came."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.marker = re.compile(b"")
        self.since = b""
        self.seen: asyncio.Future[float] | None = None
        asyncio.get_running_loop().add_reader(terminal.master, self._read)

    def _read(self) -> None:
        now = time.perf_counter()
        chunk = self.terminal.read()
        if not chunk:
            asyncio.get_running_loop().remove_reader(self.terminal.master)
        self.since += chunk
        if self.seen is not None and not self.seen.done() and self.marker.search(self.since):
            self.seen.set_result(now)

    def expect(self, marker: bytes) -> asyncio.Future[float]:
        """The time at which the marker, a regular expression, comes from now on."""
        self.marker, self.since = re.compile(marker), b""
        self.seen = asyncio.get_running_loop().create_future()
        return self.seen


@dataclass
class ToldLab:
    """A lab in a process of its own: what it has to do must not delay the clock that it is measured by."""

    process: Process
    facts: dict[str, Any]

    async def do(self, command: str) -> None:
        """Command the lab."""
        assert self.process.stdin is not None
        self.process.stdin.write(command.encode() + b"\n")
        await self.process.stdin.drain()

    async def line(self) -> str:
        """What it prints next."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            return (await self.process.stdout.readline()).decode()

    async def takeover(self, *seen: asyncio.Future[float]) -> list[float]:
        """Let the spare take over; seconds from its event to each."""
        await self.do("demote fw1 120")
        at = float(await self.line())
        async with asyncio.timeout(30):
            return [max(0.0, await future - at) for future in seen]

    async def give_back(self, rest_s: float = REST_S) -> None:
        """Let the primary serve again, and wait; not in step with whoever polls."""
        await self.do("demote fw1 -120")
        await asyncio.sleep(rest_s + random.random())


@contextlib.asynccontextmanager
async def healthy_lab() -> AsyncIterator[ToldLab]:
    """A healthy pair."""
    command = (sys.executable, "-m", "tests.bench.told_lab")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=2**20)
    lab = ToldLab(process, {})
    try:
        lab.facts = json.loads(await lab.line())
        yield lab
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def _pair() -> tuple[list[float], list[float]]:
    ours, loops = [], []
    with tempfile.TemporaryDirectory() as folder:
        async with healthy_lab() as lab:
            facts = lab.facts
            script = LOOP.format(folder=folder, key=facts["identity"], port=facts["port"])
            with (
                Terminal(console(Path(facts["config"]))) as screen,
                Terminal(["/bin/sh", "-c", script]) as shell,
            ):
                cells, samples = Watcher(screen), Watcher(shell)
                async with asyncio.timeout(30):
                    await cells.expect(b"HEALTHY")
                    await samples.expect(b"carp: BACKUP")
                await asyncio.sleep(REST_S)
                for _ in range(ROUNDS):
                    # A line of the timeline with its arrow is painted in the same frame as the role.
                    found = await lab.takeover(cells.expect(ARROW), samples.expect(b"carp: MASTER"))
                    ours.append(found[0])
                    loops.append(found[1])
                    await lab.give_back()
    return ours, loops


def measure() -> None:
    """Takeovers of the spare, from the event on devd's pipe until the terminal has the new role."""
    ours, loops = asyncio.run(_pair())
    p50 = percentile(loops, 0.5) / percentile(ours, 0.5)
    for name, times in (("console", ours), ("while ssh node ifconfig; sleep 1", loops)):
        shares = "/".join(f"{percentile(times, share) * 1e3:.0f}" for share in (0.5, 0.9, 0.99))
        say(
            f"kernel event to painted cell, {name}: p50/p90/p99 of {ROUNDS}",
            f"{shares} ms",
            f"{p50:.0f}" if times is loops else "1",
        )


@contextlib.contextmanager
def _configuration(text: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "wall.toml")
        config.write_text(text, encoding="utf-8")
        yield config


async def _wall() -> tuple[list[float], float]:
    times = []
    async with healthy_lab() as lab:
        head, _, body = lab.facts["text"].partition("[[pair]]")
        pairs = (body.replace('"lab"', f'"pair {n}"', 1) for n in range(PAIRS))
        text = head + "".join(f"[[pair]]{pair}" for pair in pairs)
        with _configuration(text) as config, Terminal(console(config)) as screen:
            cells = Watcher(screen)
            async with asyncio.timeout(60):
                await cells.expect(b"HEALTHY")
            await asyncio.sleep(8)
            before, start = cpu_s(screen.pid), time.perf_counter()
            await asyncio.sleep(15)
            cpu = (cpu_s(screen.pid) - before) / (time.perf_counter() - start)
            for _ in range(WALL_ROUNDS):
                times += await lab.takeover(cells.expect(CHANGED))
                await lab.give_back(WALL_REST_S)
    return times, cpu


def measure_wall() -> None:
    """Twenty pairs that are one lab: forty connections, one kernel event for all of them at once."""
    times, cpu = asyncio.run(_wall())
    say(f"wall of {PAIRS} pairs, quiet: CPU", f"{100 * cpu:.0f} % of a core")
    value = f"{percentile(times, 0.5) * 1e3:.0f} / {max(times) * 1e3:.0f} ms"
    say(f"wall of {PAIRS} pairs, all change at once: first line changed, p50 / worst", value)
