"""What reading costs a node: the console's connection against one ControlMaster exec per command, real sshd."""

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from pfha_tui.collector.catalogue import SECTIONS, Cadence
from pfha_tui.domain.command import Command
from pfha_tui.transports.ssh import SshNode
from tests.bench.common import say, tree_cpu_s
from tests.support.captured import DATA
from tests.support.sshd import Sshd, running_sshd

SECONDS = 40
RECORDED = DATA / "normal" / "fw1" / "ifconfig-a.txt"


def _due(second: int) -> list[Command]:
    """The catalogue's sections due in this second; each prints a recording, for the tools are FreeBSD's."""
    fast = [s for s in SECTIONS if s.cadence is Cadence.FAST]
    medium = [s for s in SECTIONS if s.cadence is Cadence.MEDIUM]
    due = fast + (medium if second % 5 == 0 else [])
    return [Command(s.command.id, ("/bin/cat", str(RECORDED))) for s in due]


async def _each_second(sshd: Sshd, run: Callable[[list[Command]], Awaitable[object]]) -> float:
    before, start = tree_cpu_s(sshd.pid), time.monotonic()
    for second in range(SECONDS):
        await asyncio.sleep(max(0.0, start + second - time.monotonic()))
        async with asyncio.timeout(30):
            await run(_due(second))
    return tree_cpu_s(sshd.pid) - before


async def _measured(sshd: Sshd, folder: Path) -> tuple[float, float]:
    allowed = frozenset(_due(0))
    node = SshNode(sshd.target(), allowed, read_only=True)
    await node.open()

    async def framed(commands: list[Command]) -> None:
        # The node's clock comes with the slower sections.
        await node.run(commands, clock=commands == _due(0))

    try:
        ours = await _each_second(sshd, framed)
    finally:
        await node.close()
    target = sshd.target()
    client = ["ssh", "-F", "none", "-S", str(folder / "ctl"), "-i", str(target.identity_file)]
    client += ["-o", f"UserKnownHostsFile={target.known_hosts}", "-p", str(sshd.port)]
    client += [f"{target.user}@127.0.0.1"]
    background = await asyncio.create_subprocess_exec(
        client[0],
        "-M",
        "-N",
        "-f",
        *client[1:],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(10):
            await background.wait()

        async def execs(commands: list[Command]) -> None:
            for command in commands:
                child = await asyncio.create_subprocess_exec(
                    *client, *command.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
                )
                await child.wait()

        theirs = await _each_second(sshd, execs)
    finally:
        leave = await asyncio.create_subprocess_exec(
            *client, "-O", "exit", stderr=subprocess.DEVNULL
        )
        await leave.wait()
    return ours, theirs


def measure() -> None:
    """CPU time of sshd and all its children for the same commands at the same cadence."""
    with tempfile.TemporaryDirectory() as name, running_sshd(Path(name)) as sshd:
        ours, theirs = asyncio.run(_measured(sshd, Path(name)))
    say(
        "node: sshd and commands, one connection with framed scripts",
        f"{ours / SECONDS * 1e3:.1f} ms/s",
        "1.00",
    )
    say(
        "node: the same by one ControlMaster exec per command",
        f"{theirs / SECONDS * 1e3:.1f} ms/s",
        f"{theirs / ours:.2f}",
    )
