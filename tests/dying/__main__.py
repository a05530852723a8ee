"""Runs the cases where firewalls can be made, and prints the table; `--json` for the tests.

`--rounds N` repeats them and gives the medians; words choose cases by a part of their names.
"""

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import traceback
from dataclasses import asdict
from typing import Any

from tests.dying.case import Case, Found
from tests.dying.cases_access import ACCESS
from tests.dying.cases_machine import MACHINE
from tests.support.netns import Box, inside, lay_wire, why_not

CASES: list[Case] = [*MACHINE, *ACCESS]
"""Everything that befalls a firewall here, in the order of the README's table."""

AT_ONCE = 4
FIRST_NUMBER = 11


async def play_all(cases: list[Case], at_once: int) -> list[dict[str, Any]]:
    """Each case on a firewall of its own, several at the same time."""
    key = await lay_wire()
    gate = asyncio.Semaphore(at_once)

    async def play(number: int, case: Case) -> dict[str, Any]:
        box = Box(number, key, **case.box)  # type: ignore[arg-type]
        async with gate:
            try:
                await box.install()
                await box.power_on()
                found, failed = await case.play(box), ""
            except Exception:  # told as the result of this case; the others go on
                found, failed = Found(""), traceback.format_exc()
        return {"name": case.name, "host": box.address, "failed": failed, **asdict(found)}

    async with asyncio.TaskGroup() as tasks:
        each = [tasks.create_task(play(n, c)) for n, c in enumerate(cases, FIRST_NUMBER)]
    return [task.result() for task in each]


def table(rounds: list[list[dict[str, Any]]]) -> str:
    """The README's table, with medians of the rounds."""
    lines = [
        "| what happens | what is read | noticed (s) | recovered (s) | beside |",
        "|---|---|---|---|---|",
    ]
    remarks = {case.name: case.remark for case in CASES}
    for each in zip(*rounds, strict=True):
        first = each[0]
        sentence = str(first["sentence"]).replace(first["host"], "192.0.2.2")
        sentence = re.sub(r"SHA256:[\w+/]+", "SHA256:…", sentence) or "-"
        times = [_median([one[key] for one in each]) for key in ("noticed_s", "recovered_s")]
        name = first["name"] + (" **FAILED**" if any(one["failed"] for one in each) else "")
        lines.append(
            f"| {name} | {sentence} | {times[0]} | {times[1]} | {remarks[first['name']]} |"
        )
    return "\n".join(lines)


def _median(values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):.1f}" if known else "-"


def main() -> int:
    """0 if every case went as it must, 1 if not, 2 where no firewalls can be made."""
    parser = argparse.ArgumentParser(prog="python -m tests.dying")
    parser.add_argument("part", nargs="*")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    wish = parser.parse_args()
    cases = [c for c in CASES if not wish.part or any(part in c.name for part in wish.part)]
    if wish.inside:
        print(json.dumps(asyncio.run(play_all(cases, wish.at_once))))
        return 0
    if (reason := why_not()) is not None:
        print(f"cannot be tried here: {reason}", file=sys.stderr)
        return 2
    rounds = []
    for _ in range(wish.rounds):
        done = subprocess.run(
            inside("tests.dying", "--inside", f"--at-once={wish.at_once}", *wish.part),
            stdout=subprocess.PIPE,
            check=True,
        )
        rounds.append(json.loads(done.stdout))
    print(json.dumps(rounds, indent=2) if wish.json else table(rounds))
    failures = [one for each in rounds for one in each if one["failed"]]
    for one in failures:
        print(f"{one['name']}:\n{one['failed']}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
