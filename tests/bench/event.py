"""From the kernel's event to the painted cell, against `while ssh node ifconfig; sleep 1`; one pair, and a wall of
twenty pairs."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from pfha_tui.lab import runner, scenarios, verbs
from pfha_tui.lab.world import World
from tests.bench.common import console, cpu_s, percentile, say
from tests.support.terminal import Terminal

ROUNDS = 8
PAIRS = 20
ARROW = "→".encode()
LOOP = (
    "while ssh -F none -S {folder}/ctl -o ControlMaster=auto -o ControlPersist=20 -o StrictHostKeyChecking=no"
    " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -i {key} -p {port} admin@127.0.0.1 /sbin/ifconfig -a;"
    " do sleep 1; done"
)


class Probe:
    """When the spare's kernel told of a new role, and when what was read from somewhere showed it."""

    def __init__(self, world: World) -> None:
        self.told = asyncio.Event()
        self.at = 0.0
        emit = world.node("fw2").devd.emit

        def noted(text: str) -> None:
            if "type=MASTER" in text and not self.told.is_set():
                self.at = time.perf_counter()
                self.told.set()
            emit(text)

        world.node("fw2").devd.emit = noted  # type: ignore[method-assign]


class Watcher:
    """Reads a descriptor in the loop; `seen` is set with the time at which the awaited marker came."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.marker = b""
        self.since = b""
        self.seen: asyncio.Future[float] | None = None
        asyncio.get_running_loop().add_reader(terminal.master, self._read)

    def _read(self) -> None:
        now = time.perf_counter()
        chunk = self.terminal.read()
        if not chunk:
            asyncio.get_running_loop().remove_reader(self.terminal.master)
        self.since += chunk
        if self.seen is not None and not self.seen.done() and self.marker in self.since:
            self.seen.set_result(now)

    def expect(self, marker: bytes) -> asyncio.Future[float]:
        """The time at which the marker comes, from now on."""
        self.marker, self.since = marker, b""
        self.seen = asyncio.get_running_loop().create_future()
        return self.seen


@contextlib.asynccontextmanager
async def healthy_lab() -> AsyncIterator[tuple[World, runner.Lab]]:
    """A healthy pair in this process."""
    world = scenarios.build("healthy", time.time())
    async with runner.running(world, None) as lab:
        yield world, lab


async def _takeover(world: World, probe: Probe, *seen: asyncio.Future[float]) -> list[float]:
    """Let the spare take over; seconds from its event to each."""
    probe.told.clear()
    verbs.run(world, "demote fw1 120")
    async with asyncio.timeout(30):
        await probe.told.wait()
        return [max(0.0, await future - probe.at) for future in seen]


async def _give_back(world: World) -> None:
    verbs.run(world, "demote fw1 -120")
    await asyncio.sleep(3.2)


async def _pair() -> tuple[list[float], list[float]]:
    ours, loops = [], []
    with tempfile.TemporaryDirectory() as folder:
        async with healthy_lab() as (world, lab):
            port = lab.nodes["fw2"].ssh.listener.port
            script = LOOP.format(folder=folder, key=lab.identity, port=port)
            probe = Probe(world)
            with (
                Terminal(console(lab.config)) as screen,
                Terminal(["/bin/sh", "-c", script]) as shell,
            ):
                cells, samples = Watcher(screen), Watcher(shell)
                async with asyncio.timeout(30):
                    await cells.expect(b"HEALTHY")
                    await samples.expect(b"carp: BACKUP")
                await asyncio.sleep(3)
                for _ in range(ROUNDS):
                    # A line of the timeline with its arrow is painted in the same frame as the role.
                    found = await _takeover(
                        world, probe, cells.expect(ARROW), samples.expect(b"carp: MASTER")
                    )
                    ours.append(found[0])
                    loops.append(found[1])
                    await _give_back(world)
    return ours, loops


def measure() -> None:
    """Takeovers of the spare, from the event on devd's pipe until the terminal has the new role."""
    ours, loops = asyncio.run(_pair())
    p50 = percentile(loops, 0.5) / percentile(ours, 0.5)
    for name, times in (("console", ours), ("while ssh node ifconfig; sleep 1", loops)):
        value = f"{percentile(times, 0.5) * 1e3:.0f} / {percentile(times, 0.99) * 1e3:.0f} ms"
        say(
            f"kernel event to painted cell, {name}: p50 / worst",
            value,
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
    async with healthy_lab() as (world, lab):
        head, _, body = runner.config_text(lab).partition("[[pair]]")
        pairs = (body.replace('"lab"', f'"pair {n}"', 1) for n in range(PAIRS))
        text = head + "".join(f"[[pair]]{pair}" for pair in pairs)
        with _configuration(text) as config:
            probe = Probe(world)
            with Terminal(console(config)) as screen:
                cells = Watcher(screen)
                async with asyncio.timeout(60):
                    await cells.expect(b"HEALTHY")
                await asyncio.sleep(8)
                before, start = cpu_s(screen.pid), time.perf_counter()
                await asyncio.sleep(15)
                cpu = (cpu_s(screen.pid) - before) / (time.perf_counter() - start)
                for _ in range(4):
                    times += await _takeover(world, probe, cells.expect(b"?"))
                    await _give_back(world)
    return times, cpu


def measure_wall() -> None:
    """Twenty pairs that are one lab: forty connections, one kernel event for all of them at once."""
    times, cpu = asyncio.run(_wall())
    say(f"wall of {PAIRS} pairs, quiet: CPU", f"{100 * cpu:.0f} % of a core")
    value = f"{percentile(times, 0.5) * 1e3:.0f} / {max(times) * 1e3:.0f} ms"
    say(f"wall of {PAIRS} pairs, all change at once: first line changed, p50 / worst", value)
