"""Collector and parsers fed the recorded pair at 1 Hz for 2, 20 and 200 nodes: CPU and memory for each node.

Each number is measured in a process of its own: `python -m tests.bench.many NODES`.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from pfha_tui.collector.catalogue import SECTIONS, Cadence
from pfha_tui.collector.state import NodeState
from pfha_tui.domain.command import Sample
from pfha_tui.domain.judge import judge
from pfha_tui.domain.target import NodeRole, NodeTarget
from tests.bench.common import say
from tests.support.captured import answer

NUMBERS = (2, 20, 200)
NODE_SECONDS = 4000
"""What each measurement feeds, however many nodes share it: fewer would be over before the clock can tell."""
ROUNDS = 3
EPOCH = 1_795_389_300


class Clock:
    """Stands where it is put."""

    now = 0.0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    def epoch(self) -> float:
        """Seconds since 1970."""
        return EPOCH + self.now

    async def sleep(self, seconds: float) -> None:
        """Not used by the state."""
        raise AssertionError


def _rss_kib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024


def feed(count: int) -> dict[str, float]:
    """CPU ms for each node and second, KiB for each node."""
    clock = Clock()
    roles = (("fw1", NodeRole.PRIMARY), ("fw2", NodeRole.SECONDARY))
    answers = {name: {s: answer("normal", name, s.command) for s in SECTIONS} for name, _ in roles}

    def second(states: list[NodeState], now: int) -> None:
        clock.now = float(now)
        for state in states:
            known = answers[state.snapshot.name]
            due = [
                s
                for s in SECTIONS
                if now == 0
                or s.cadence is Cadence.FAST
                or (s.cadence is Cadence.MEDIUM and now % 5 == 0)
            ]
            outputs = tuple(known[s] for s in due)
            state.sample(Sample(outputs, EPOCH + now, 0, clock.now, 0.01))
        for primary, secondary in zip(states[::2], states[1::2], strict=True):
            judge(primary.snapshot, secondary.snapshot, clock.now)

    def nodes(number: int) -> list[NodeState]:
        return [NodeState(NodeTarget(*roles[n % 2], "192.0.2.1"), clock) for n in range(number)]

    second(nodes(2), 0)
    memory = _rss_kib()
    states = nodes(count)
    second(states, 0)
    seconds = NODE_SECONDS // count
    start = time.process_time()
    for now in range(1, seconds + 1):
        second(states, now)
    cpu = time.process_time() - start
    return {"ms": 1e3 * cpu / seconds / count, "kib": (_rss_kib() - memory) / count}


def measure() -> None:
    """A row for each number of nodes, from rounds that alternate; the ratio is against the fewest."""
    found: dict[int, list[dict[str, float]]] = {count: [] for count in NUMBERS}
    for _ in range(ROUNDS):
        for count in NUMBERS:
            command = [sys.executable, "-m", "tests.bench.many", str(count)]
            told = subprocess.run(command, capture_output=True, check=True).stdout
            found[count].append(json.loads(told))
    base = statistics.median(one["ms"] for one in found[NUMBERS[0]])
    for count, rounds in found.items():
        ms = statistics.median(one["ms"] for one in rounds)
        kib = statistics.median(one["kib"] for one in rounds)
        ratio = f"{ms / base:.2f}"
        say(f"{count} nodes fed at 1 Hz: CPU for each node", f"{ms:.2f} ms/s", ratio)
        say(f"{count} nodes: CPU of all", f"{ms * count / 10:.0f} % of a core")
        say(f"{count} nodes: memory for each", f"{kib:.0f} KiB")


if __name__ == "__main__":
    print(json.dumps(feed(int(sys.argv[1]))))
