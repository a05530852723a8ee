"""The long series of `make prove`, and the README's table of it."""

import contextlib
import statistics
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.wirelab.__main__ import lines, play_all
from tests.wirelab.drills import Drill, Result, Rule, load

SLACK_S = 0.3
STAMP_S = 0.05
AT_ONCE = 2
CUTS, SWITCHOVERS, UNDER_LOAD, LOOPS = 20, 10, 5, 4
CUT = "power cut of the master, and its return"
DEMOTION = "switchover by demotion, and failback"
MAINTENANCE = "switchover by maintenance, and failback"


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    """So many processes that do nothing but burn time."""
    burning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for one in burning:
            one.kill()
            one.wait()


def series(name: str, times: int) -> list[Result]:
    """The same drill, again and again."""
    (drill,) = [each for each in load() if each.name == name]
    return play_all([drill] * times, Rule(SLACK_S), AT_ONCE)


def prove() -> int:
    """Play all series and print the table; 1 if any drill failed or a goal was missed."""
    cuts = series(CUT, CUTS)
    moves = series(DEMOTION, SWITCHOVERS), series(MAINTENANCE, SWITCHOVERS)
    with busy(LOOPS):
        loaded = series(CUT, UNDER_LOAD) + series(DEMOTION, UNDER_LOAD)
    rest: list[Drill] = [each for each in load() if each.name not in (CUT, DEMOTION, MAINTENANCE)]
    others = play_all(rest, Rule(SLACK_S), AT_ONCE)
    everything = [*cuts, *moves[0], *moves[1], *loaded, *others]
    print("\n".join(lines(each) for each in everything if each.failed or each.skipped))
    print(table(cuts, *moves, loaded, others))
    return 1 if any(each.failed for each in everything) else 0


def table(
    cuts: list[Result],
    demoted: list[Result],
    maintained: list[Result],
    loaded: list[Result],
    others: list[Result],
) -> str:
    """Markdown, one row for each question."""
    half = len(loaded) // 2
    rows = [
        _cut_row("power cut of the master", cuts),
        _cut_row("the same under four busy loops", loaded[:half]),
        _move_row(DEMOTION, demoted),
        _move_row("the same under four busy loops", loaded[half:]),
        _move_row(MAINTENANCE, maintained),
        _back_row(others),
        _stamp_row("role changes in the timeline", [*cuts, *demoted, *maintained, *others]),
        _stamp_row("the same under four busy loops", loaded),
        _split_row([each for each in others if "split" in each.name]),
    ]
    return "\n".join(["| what | runs | measured | goal |", "|---|---|---|---|", *rows])


def _all(results: list[Result], fact: str) -> list[Any]:
    found = [each.facts[fact] for each in results if fact in each.facts]
    return [one for each in found for one in (each if isinstance(each, list) else [each])]


def _runs(results: list[Result]) -> str:
    good = sum(not each.failed for each in results)
    return f"{good} of {len(results)}"


def _between(values: list[float], unit: str = "s", scale: float = 1.0, digits: int = 2) -> str:
    if not values:
        return "-"
    low, mid, high = min(values), statistics.median(values), max(values)
    numbers = [f"{scale * each:.{digits}f}" for each in (low, mid, high)]
    shown = " / ".join(numbers) if len(values) > 1 else numbers[0]
    return f"{shown} {unit}"


def _cut_row(name: str, results: list[Result]) -> str:
    silences, gaps = _all(results, "silences"), _all(results, "gap")
    painted = _all(results, "painted_after")
    return (
        f"| {name} | {_runs(results)} | silence until fw2 serves {_between(silences, digits=3)}; without pings"
        f" {_between(gaps)}; painted {_between(painted, 'ms', 1000, 0)} after it | within 3.39 s + {SLACK_S} s |"
    )


def _move_row(name: str, results: list[Result]) -> str:
    lost, took = _all(results, "lost"), _all(results, "took")
    none = sum(each == 0 for each in lost)
    masterless = _between(_all(results, "masterless"), "ms", 1000, 1)
    return (
        f"| {name} | {_runs(results)} | 0 pings of 50 ms lost in {none} of {len(lost)}; a VIP without master"
        f" {masterless}; proved from both nodes after {_between(took, digits=1)} | 0 lost |"
    )


def _back_row(results: list[Result]) -> str:
    by_console = [each for each in results if "taken back" in each.name]
    by_node = [each for each in results if "takes it back" in each.name]
    return (
        f"| an action taken back | {_runs(by_console + by_node)} | by the console, which saw it fail, after"
        f" {_between(_all(by_console, 'took'), digits=0)}; by the node alone, the console cut off, after"
        f" {_between(_all(by_node, 'taken_back_after'), digits=0)} | demotion 0 again |"
    )


def _stamp_row(name: str, results: list[Result]) -> str:
    lags = [abs(each) for each in _all(results, "lags")]
    near = sum(each <= STAMP_S for each in lags)
    return (
        f"| {name} | {len(lags)} changes | {near} within {1000 * STAMP_S:.0f} ms of the node's own;"
        f" {_between(lags, 'ms', 1000, 1)} | 19 of 20 |"
    )


def _split_row(results: list[Result]) -> str:
    painted, confirmed = _all(results, "painted_after"), _all(results, "confirmed_after")
    return (
        f"| split brain by filter, parted switches, MAC filter, password | {_runs(results)} | painted"
        f" {_between(painted, 'ms', 1000, 0)}, confirmed {_between(confirmed)} after it was one | at once |"
    )
