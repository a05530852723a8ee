"""What goes through the firewalls: pings every 50 ms, and one TCP session that is never quiet."""

import asyncio
import contextlib
import itertools
import json
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.netns import ROOM
from tests.wirelab.drills import Rule
from tests.wirelab.lab import SERVER, Lab

PING_S = 0.05
PORT = 7007
_REPLY = re.compile(r"\[(\d+\.\d+)\] \d+ bytes from .* icmp_seq=(\d+) ")
_names = itertools.count()


@dataclass
class Pings:
    """A stream of pings from the client to the server."""

    process: "subprocess.Popen[bytes]"
    path: Path

    def replies(self) -> dict[int, float]:
        """Epoch of each reply by its number."""
        found = _REPLY.finditer(self.path.read_text())
        return {int(match[2]): float(match[1]) for match in found}

    async def flowing(self) -> None:
        """Wait until replies come now."""
        before = len(self.replies())
        async with asyncio.timeout(60):
            while len(self.replies()) < before + 3:  # noqa: ASYNC110 (ping writes them)
                await asyncio.sleep(PING_S)

    async def stop(self) -> tuple[int, float]:
        """How many got lost between the first reply and the last, and the longest gap in seconds."""
        await self.flowing()
        self.process.send_signal(signal.SIGINT)
        await asyncio.to_thread(self.process.wait, 20)
        replies = self.replies()
        lost = max(replies) - min(replies) + 1 - len(replies)
        stamps = sorted(replies.values())
        return lost, max(later - one for one, later in itertools.pairwise(stamps))


class PingsLost(AssertionError):
    """More than a run may lose."""

    def __init__(self, lost: int) -> None:
        super().__init__(f"{lost} pings lost")
        self.lost = lost


def none_lost(lost: int, rule: Rule) -> None:
    """A switchover loses no ping, or as many as a busy machine is forgiven. Raises PingsLost."""
    if lost > rule.lost:
        raise PingsLost(lost)


async def pings(lab: Lab) -> Pings:
    """Begin; the first replies have come."""
    path = ROOM / f"ping{next(_names)}"
    words = lab.at("cli", "ping", "-n", "-D", "-i", str(PING_S), SERVER)
    started = Pings(lab.start(*words, output=path), path)
    await started.flowing()
    return started


@dataclass
class Session:
    """A TCP session from the client to an echo service of the server, through both NAT-less firewalls."""

    path: Path

    def told(self) -> dict[str, float]:
        """`sent`, `echoed` (bytes), `stall` (longest, s), `quiet` (s since the last echo), `new`: sessions that
        had to be made, `error`: whether it ended."""
        whole = self.path.read_text().splitlines()
        return dict(json.loads(whole[-1])) if whole else {"echoed": 0, "quiet": 0}

    async def flows(self, seconds: float = 60.0) -> float:
        """Wait until bytes come back that were not there yet; monotonic time of it."""
        before = self.told()["echoed"]
        async with asyncio.timeout(seconds):
            while self.told()["echoed"] <= before:  # noqa: ASYNC110 (another process writes)
                await asyncio.sleep(0.02)
        return time.monotonic()


async def session(lab: Lab) -> Session:
    """Begin; the first bytes have come back."""
    here = [sys.executable, "-m", "tests.wirelab.traffic"]
    lab.start(*lab.at("srv", *here, "serve"))
    path = ROOM / "session"
    lab.start(*lab.at("cli", *here, "talk"), output=path)
    await lab.until(lambda: path.exists() and path.read_text())
    began = Session(path)
    await began.flows()
    return began


def _serve() -> None:
    with socket.create_server(("", PORT)) as server:
        while True:
            opened, _ = server.accept()
            with opened:
                while data := opened.recv(65536):
                    opened.sendall(data)


def _connect() -> socket.socket:
    until = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection((SERVER, PORT), timeout=2)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _talk() -> None:
    opened = _connect()
    opened.setblocking(False)
    sent = echoed = 0
    stall, last = 0.0, time.monotonic()
    while True:
        time.sleep(0.02)
        with contextlib.suppress(BlockingIOError):
            sent += opened.send(b"x" * 100)
        try:
            got = len(opened.recv(65536))
        except BlockingIOError:
            got = 0
        now = time.monotonic()
        stall = max(stall, now - last)
        if got:
            echoed, last = echoed + got, now
        facts = {"sent": sent, "echoed": echoed, "stall": stall, "quiet": now - last}
        print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    {"serve": _serve, "talk": _talk}[sys.argv[1]]()
