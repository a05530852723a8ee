"""Comparing two configurations of 5,000 rules: time, memory, lines to read, and stalls of the screen's loop."""

import asyncio
import gzip
import re
import resource
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pfha_tui.collector import catalogue
from pfha_tui.configdiff.engine import compare
from pfha_tui.configdiff.live import compare_watched
from pfha_tui.configdiff.told import lines
from pfha_tui.domain.command import Command, Output, Sample
from pfha_tui.lab.configxml import edits
from pfha_tui.lab.configxml.facts import school_pair
from pfha_tui.lab.configxml.operations import edit
from pfha_tui.lab.configxml.pair import pair_histories
from pfha_tui.parsers.configxml import parse_config

RULES = 5000
NOW = 1_790_000_000.0
BEAT_S = 0.002


def configs() -> tuple[bytes, bytes]:
    """A healthy pair with one planted drift: an alias with another address."""
    primary, secondary = pair_histories(school_pair(rules=RULES), NOW - 86400)
    change = edits.change_alias("SRV_TP", "192.168.1.99")
    secondary = edit(secondary, change, NOW, "admin@192.168.99.20 (Local Database)").history
    return primary.current.xml, secondary.current.xml


def engine(first: bytes, second: bytes) -> tuple[float, list[str]]:
    """Seconds of reading and comparing, and the lines that are to be read."""
    start = time.perf_counter()
    report = compare(parse_config(first), parse_config(second))
    spent = time.perf_counter() - start
    return spent, list(lines(report, everything=False))


def unified(one: Path, two: Path) -> tuple[float, int]:
    """Seconds and lines of `diff -u`."""
    start = time.perf_counter()
    found = subprocess.run(["diff", "-u", one, two], capture_output=True, check=False).stdout
    return time.perf_counter() - start, found.count(b"\n")


def naive(first: bytes, second: bytes) -> tuple[float, int]:
    """Seconds and lines of a differ that knows XML alone: each text by its path, entries by their place."""
    start = time.perf_counter()
    one, two = (dict(_paths(ET.fromstring(_no_entities(raw)), "")) for raw in (first, second))
    lines = sum(one.get(path) != two.get(path) for path in one.keys() | two.keys())
    return time.perf_counter() - start, lines


def _no_entities(raw: bytes) -> bytes:
    """Without the named entities of HTML, at which XML parsers stop."""
    return re.sub(rb"&(?!(?:amp|lt|gt|quot|apos);)(\w+);", rb"&amp;\1;", raw)


def _paths(element: ET.Element, path: str) -> list[tuple[str, str]]:
    found = [(path, element.text or "")]
    seen: Counter[str] = Counter()
    for child in element:
        seen[child.tag] += 1
        found += _paths(child, f"{path}/{child.tag}[{seen[child.tag]}]")
    return found


class Feed:
    """Answers as both nodes would, at once."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.target: Any = SimpleNamespace(nodes=[SimpleNamespace(name=name) for name in files])
        self._files = {name: gzip.compress(raw) for name, raw in files.items()}

    async def ask(self, node: str, commands: Sequence[Command]) -> Sample:
        """The compressed file; the index of revisions is empty."""
        data = self._files[node] if commands[0] == catalogue.CONFIG else b""
        return Sample((Output(commands[0], 0, data),), None, None, 0.0, 0.0)


async def _stalls(work: Callable[[], Any]) -> list[float]:
    """How late each beat of the loop comes while the work goes on, in seconds."""
    late: list[float] = []

    async def beat() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(BEAT_S)
            late.append(time.perf_counter() - start - BEAT_S)

    async with asyncio.TaskGroup() as tasks:
        heart = tasks.create_task(beat())
        await work()
        heart.cancel()
    return late


def stalls(first: bytes, second: bytes) -> tuple[float, float, list[float]]:
    """The loop's worst lateness at rest and while the screen's own work goes on; all of the latter."""
    feed: Any = Feed({"fw1": first, "fw2": second})
    rest = asyncio.run(_stalls(lambda: asyncio.sleep(1)))
    busy = asyncio.run(_stalls(lambda: compare_watched(feed, NOW)))
    return max(rest), max(busy), busy


def main() -> None:
    """Print the whole comparison. Memory is of a process that does nothing but read and compare."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("one.xml", "two.xml")]
        for path, raw in zip(paths, configs(), strict=True):
            path.write_bytes(raw)
        first, second = (path.read_bytes() for path in paths)
        alone = subprocess.run(
            [sys.executable, "-m", "tests.bench.configdiff", *paths],
            capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        seconds, peak = float(alone[0]), float(alone[1])
        read = engine(first, second)[1]
        plain, generic = unified(*paths), naive(first, second)
    print(f"two configurations of {RULES} rules, {len(first) / 1e6:.1f} MB each, one planted drift")
    print(f"  read and compared    {seconds:6.2f} s   {len(read):6} lines   {peak:.0f} MB in all")
    print(f"  diff -u              {plain[0]:6.2f} s   {plain[1]:6} lines")
    print(f"  XML path by path     {generic[0]:6.2f} s   {generic[1]:6} lines")
    rest, busy, late = stalls(first, second)
    often = sum(each > 0.05 for each in late)
    print(
        f"  the loop's worst lateness {busy * 1000:.0f} ms ({rest * 1000:.0f} ms at rest), {often} over 50 ms"
    )


if __name__ == "__main__":
    spent, _ = engine(*(Path(name).read_bytes() for name in sys.argv[1:3]))
    print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
