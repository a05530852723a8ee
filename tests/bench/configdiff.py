"""Comparing two configurations of 5,000 rules: time, memory, lines to read, and stalls of the screen.

Time and peak memory are each of a process of its own that does nothing else. The stalls are those of the whole
console, without a terminal, while it opens the comparison: how late a beat of 2 ms comes in its event loop.
"""

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
from typing import Any

from pfha_tui.collector import catalogue
from pfha_tui.configdiff import live
from pfha_tui.configdiff.engine import compare
from pfha_tui.configdiff.told import lines
from pfha_tui.domain.command import Command, Output, Sample
from pfha_tui.lab.configxml import edits
from pfha_tui.lab.configxml.operations import edit
from pfha_tui.lab.configxml.pair import pair_histories
from pfha_tui.parsers.configxml import parse_config
from tests.bench.common import percentile, say
from tests.support.school import school_pair

RULES = 5000
NOW = 1_790_000_000.0
BEAT_S = 0.002
REST_S = 1.0
AFTER_S = 0.3
"""How long the loop is watched once the report is there: it is drawn then."""
ROUNDS = 5
NEVER = 1 << 62
"""More bytes than any configuration has: the comparison stays in a thread."""


def configs() -> tuple[bytes, bytes]:
    """A healthy pair with one planted drift: an alias with another address."""
    primary, secondary = pair_histories(school_pair(rules=RULES), NOW - 86400)
    change = edits.change_alias("SRV_TP", "192.168.1.99")
    secondary = edit(secondary, change, NOW, "admin@192.168.99.20 (Local Database)").history
    return primary.current.xml, secondary.current.xml


def all_changed(config: bytes) -> bytes:
    """The same with another field in every rule, so that everything is to be shown."""
    return config.replace(b"<ipprotocol>inet</ipprotocol>", b"<ipprotocol>inet6</ipprotocol>")


def engine(first: bytes, second: bytes) -> tuple[float, int]:
    """Seconds of reading and comparing, and the lines that are to be read."""
    start = time.perf_counter()
    report = compare(parse_config(first), parse_config(second))
    spent = time.perf_counter() - start
    return spent, len(list(lines(report, everything=False)))


def unified(first: bytes, second: bytes) -> tuple[float, int]:
    """Seconds and lines of `diff -u`."""
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder, "one.xml"), Path(folder, "two.xml")
        one.write_bytes(first)
        two.write_bytes(second)
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


DIFFERS = {"engine": engine, "unified": unified, "naive": naive}


class Feed:
    """Answers as both nodes would, at once; the index of revisions is empty."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = {name: gzip.compress(raw) for name, raw in files.items()}

    async def ask(self, node: str, commands: Sequence[Command]) -> Sample:
        """As Feed.ask."""
        data = self._files[node] if commands[0] == catalogue.CONFIG else b""
        return Sample((Output(commands[0], 0, data),), None, None, 0.0, 0.0)


async def _late(work: Callable[[], Any]) -> float:
    """How late the latest beat of the loop comes while the work goes on, in seconds."""
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
    return max(late)


async def _screen(first: bytes, second: bytes) -> tuple[float, float]:
    """The console's worst lateness at rest, and while it opens the comparison, in seconds."""
    # The made-up pair of the screen's own tests.
    sys.path.append(str(Path(__file__).parent.parent / "ui"))
    import driving
    import factory

    answers = Feed({"fw1": first, "fw2": second})
    factory.FakeFeed.ask = lambda _, node, commands: answers.ask(node, commands)
    async with driving.running(factory.healthy(), size=(140, 40)) as (app, _, pilot):

        async def opened() -> None:
            await pilot.press("c")
            await driving.until(pilot, lambda: getattr(app.screen, "_report", None))
            await asyncio.sleep(AFTER_S)

        return await _late(lambda: asyncio.sleep(REST_S)), await _late(opened)


def _alone(*words: str | Path) -> list[float]:
    """The numbers that this module prints in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.configdiff", *map(str, words)]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [float(word) for word in found.split()]


def main() -> None:
    """Print the whole comparison."""
    first, second = configs()
    say(
        f"two configurations of {RULES} rules, one planted drift", f"{len(first) / 1e6:.1f} MB each"
    )
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("one.xml", "two.xml")]
        for path, raw in zip(paths, (first, second), strict=True):
            path.write_bytes(raw)
        found = {name: _alone(name, *paths) for name in DIFFERS}
        ours = found["engine"]
        for name, what in (
            ("engine", "read and compared"),
            ("unified", "diff -u"),
            ("naive", "XML path by path"),
        ):
            spent, count, peak = found[name]
            say(f"{what}: time", f"{spent:.2f} s", f"{spent / ours[0]:.2f}")
            say(f"{what}: lines to read", f"{count:.0f}", f"{count / ours[1]:.1f}")
            if name != "unified":
                say(f"{what}: peak memory", f"{peak:.0f} MB", f"{peak / ours[2]:.2f}")
        worst = Path(folder, "all.xml")
        worst.write_bytes(all_changed(second))
        _stalls(*paths, worst)


def _stalls(one: Path, two: Path, worst: Path) -> None:
    """Thread and process take turns, so that what else the machine does falls on both."""
    kinds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for kind, other, what in (
            ("thread", two, "thread"),
            ("process", two, "process"),
            ("process", worst, "process, every rule differs"),
        ):
            rest, busy, peak = _alone(kind, one, other)
            kinds.setdefault("at rest", []).append(rest)
            kinds.setdefault(what, []).append(busy)
    base = percentile(kinds["thread"], 0.5)
    for kind, late in kinds.items():
        half, most = percentile(late, 0.5), max(late)
        say(
            f"longest stall, {kind}: p50, worst of {len(late)}",
            f"{half * 1e3:.0f}, {most * 1e3:.0f} ms",
            f"{half / base:.2f}",
        )
    say("peak memory of the process", f"{peak:.0f} MB")


def _one(kind: str, first: bytes, second: bytes) -> tuple[float, float, float]:
    if kind in DIFFERS:
        spent, count = DIFFERS[kind](first, second)
        return spent, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if kind == "thread":
        live.LARGE = NEVER
    rest, busy = asyncio.run(_screen(first, second))
    return rest, busy, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    print(*_one(sys.argv[1], *(Path(name).read_bytes() for name in sys.argv[2:4])))
