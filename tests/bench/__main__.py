"""`make bench`: what the console costs, as ratios of one run."""

import os
import platform
import pty
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from pfha_tui.collector.catalogue import SECTIONS
from pfha_tui.collector.state import NodeState
from pfha_tui.domain.command import Sample
from pfha_tui.domain.judge import judge
from pfha_tui.domain.target import NodeRole, NodeTarget
from tests.bench import configdiff
from tests.support.captured import answer

ROUNDS = 7
BARE = """
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static
class Bare(App[None]):
    CSS = "Static { width: 1fr; }"
    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("left")
            yield Static("right")
Bare().run()
"""


def first_bytes(command: list[str], marker: bytes) -> float:
    """Seconds from the start of a process to a marker on its terminal."""
    start = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        termios.tcsetwinsize(0, (40, 120))
        os.execv(command[0], command)
    seen = b""
    try:
        while marker not in seen:
            if not select.select([terminal], [], [], 20)[0]:
                raise TimeoutError(f"{marker!r} never came")
            seen = (seen + os.read(terminal, 65536))[-1_000_000:]
        return time.perf_counter() - start
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def first_frame() -> None:
    """The console's first frame, and live data after it, against a bare Textual app of two panes."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "lab.toml"
        lab = subprocess.Popen(
            [sys.executable, "-m", "pfha_tui.lab", "--scenario", "healthy", "--config-out", config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert lab.stdout is not None
            lab.stdout.readline()
            ours = [sys.executable, "-m", "pfha_tui", "--config", str(config)]
            bare, frame, live = [], [], []
            for _ in range(ROUNDS):
                bare.append(first_bytes([sys.executable, "-c", BARE], b"right"))
                frame.append(first_bytes(ours, b"UNKNOWN"))
                live.append(first_bytes(ours, b"MASTER"))
        finally:
            lab.terminate()
            lab.wait()
    base, first, data = (statistics.median(times) for times in (bare, frame, live))
    print(f"first frame of a bare Textual app of two panes   {base * 1000:7.0f} ms   1.00")
    print(
        f"first frame of the console                       {first * 1000:7.0f} ms   {first / base:.2f}"
    )
    print(f"roles of both nodes on the screen after it       {(data - first) * 1000:7.0f} ms")


def judging() -> None:
    """Parsers, state and verdict fed the recorded healthy pair, every section every time."""

    class Clock:
        """Stands where it is put."""

        now = 0.0

        def monotonic(self) -> float:
            return self.now

        def epoch(self) -> float:
            return 1_795_389_300 + self.now

        async def sleep(self, seconds: float) -> None:
            raise AssertionError

    clock = Clock()
    states = [
        NodeState(NodeTarget(name, role, "192.0.2.1"), clock)
        for name, role in (("fw1", NodeRole.PRIMARY), ("fw2", NodeRole.SECONDARY))
    ]
    samples = [
        tuple(answer("normal", state.snapshot.name, s.command) for s in SECTIONS)
        for state in states
    ]
    rounds, start = 200, time.process_time()
    for number in range(rounds):
        clock.now = float(number)
        for state, outputs in zip(states, samples, strict=True):
            state.sample(Sample(outputs, 1_795_389_300 + number, 0, clock.now, 0.01))
        judge(states[0].snapshot, states[1].snapshot, clock.now)
    each = (time.process_time() - start) / rounds / 2
    print(f"one whole sample of one node, parsed and judged  {each * 1000:7.1f} ms CPU")


print(
    f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
)
first_frame()
judging()
configdiff.main()
