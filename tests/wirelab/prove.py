"""The long series of `make prove`, and the README's table of it."""

import contextlib
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.wirelab.__main__ import lines, play_all
from tests.wirelab.drills import Drill, Result, Rule, load

SLACK_S = 0.3
STAMP_S = 0.05
SPLIT_S = 0.25
WINDOW_S = 3 + 100 / 256
"""CARP's own: three times fw2's advbase, and its advskew."""
AT_ONCE = 2
CUTS, SWITCHOVERS, UNDER_LOAD, LOOPS = 20, 10, 5, 4
LOADED = "the same under four busy loops"
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
        loaded = series(CUT, UNDER_LOAD), series(DEMOTION, UNDER_LOAD)
    rest: list[Drill] = [each for each in load() if each.name not in (CUT, DEMOTION, MAINTENANCE)]
    others = play_all(rest, Rule(SLACK_S), AT_ONCE)
    everything = [*cuts, *moves[0], *moves[1], *loaded[0], *loaded[1], *others]
    print("\n".join(lines(each) for each in everything if each.failed or each.skipped))
    judged = judge(cuts, *moves, *loaded, others)
    print(table(judged))
    failed = any(each.failed for each in everything)
    return 0 if not failed and all(row.met for row in judged) else 1


@dataclass(frozen=True)
class Row:
    """One question: how many runs were good, what was measured, what it must be, and whether it is."""

    what: str
    runs: str
    measured: str
    goal: str
    met: bool


def judge(
    cuts: list[Result],
    demoted: list[Result],
    maintained: list[Result],
    loaded_cuts: list[Result],
    loaded_moves: list[Result],
    others: list[Result],
) -> list[Row]:
    """All questions, each held against its goal."""
    quiet = [*cuts, *demoted, *maintained, *others]
    loaded = [*loaded_cuts, *loaded_moves]
    return [
        _cut_row("power cut of the master", cuts),
        _cut_row(LOADED, loaded_cuts),
        _move_row(DEMOTION, demoted),
        _move_row(LOADED, loaded_moves),
        _move_row(MAINTENANCE, maintained),
        _back_row(others),
        _stamp_row("new masters in the timeline, against tcpdump", quiet, "wire_lags"),
        _stamp_row(LOADED, loaded, "wire_lags"),
        _stamp_row("all role changes, against the node's own log", quiet, "lags"),
        _stamp_row(LOADED, loaded, "lags"),
        _split_row([each for each in others if "split" in each.name]),
    ]


def table(rows: list[Row]) -> str:
    """Markdown, one row for each question."""
    found = [
        f"| {row.what} | {row.runs} | {row.measured} | {row.goal}{'' if row.met else ': missed'} |"
        for row in rows
    ]
    return "\n".join(["| what | runs | measured | goal |", "|---|---|---|---|", *found])


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


def _good(results: list[Result]) -> bool:
    return bool(results) and not any(each.failed for each in results)


def _cut_row(name: str, results: list[Result]) -> Row:
    silences, gaps = _all(results, "silences"), _all(results, "gap")
    handed = _all(results, "handed_after")
    within = bool(silences) and max(silences) <= WINDOW_S + SLACK_S
    return Row(
        name,
        _runs(results),
        f"silence until fw2 serves {_between(silences, digits=3)}; without answers to pings {_between(gaps)};"
        f" handed to the screen {_between(handed, 'ms', 1000, 0)} after it",
        f"within {WINDOW_S:.2f} s + {SLACK_S} s",
        _good(results) and within,
    )


def _move_row(name: str, results: list[Result]) -> Row:
    lost, took = _all(results, "lost"), _all(results, "took")
    none = sum(each == 0 for each in lost)
    gaps = _between(_all(results, "gap"), "ms", 1000, 0)
    return Row(
        name,
        _runs(results),
        f"0 pings of 50 ms lost in {none} of {len(results)}; answers at most {gaps} apart;"
        f" proved from both nodes after {_between(took, digits=1)}",
        "0 lost",
        _good(results) and none == len(results),
    )


def _back_row(results: list[Result]) -> Row:
    by_console = [each for each in results if "taken back" in each.name]
    by_node = [each for each in results if "takes it back" in each.name]
    return Row(
        "an action taken back",
        _runs(by_console + by_node),
        "by the console, which saw it fail, after"
        f" {_between(_all(by_console, 'took'), digits=0)}; by the node alone, the console cut off, after"
        f" {_between(_all(by_node, 'taken_back_after'), digits=0)}",
        "demotion 0 again",
        _good(by_console) and _good(by_node),
    )


def _stamp_row(name: str, results: list[Result], fact: str) -> Row:
    lags = [abs(each) for each in _all(results, fact)]
    near = sum(each <= STAMP_S for each in lags)
    return Row(
        name,
        f"{len(lags)} changes",
        f"{near} within {1000 * STAMP_S:.0f} ms; {_between(lags, 'ms', 1000, 1)}",
        "19 of 20",
        bool(lags) and 20 * near >= 19 * len(lags),
    )


def _split_row(results: list[Result]) -> Row:
    handed, confirmed = _all(results, "handed_after"), _all(results, "confirmed_after")
    return Row(
        "split brain by filter, parted switches, MAC filter, password",
        _runs(results),
        f"handed to the screen {_between(handed, 'ms', 1000, 0)}, confirmed {_between(confirmed)} after it was one",
        f"at once: {1000 * SPLIT_S:.0f} ms",
        _good(results) and bool(handed) and max(handed) <= SPLIT_S,
    )
