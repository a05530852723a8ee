"""Plays drills on the wire: `make wirelab` all of them once, `make prove` the long series.

Each drill has a process in namespaces of its own, several at a time. Words choose drills by a part of their names;
`--json` is for the tests, `--slack` how late (s) anything may be that a clock decides, `--lost` how many pings of a
switchover may get lost.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from tests.support import netns
from tests.wirelab.drills import Drill, Result, Rule, load

AT_ONCE = 4
SLACK_S = 2.0
LIMIT_S = 300
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
TOOLS = ("ping", "tcpdump", "nc", "snmpwalk")
NEEDED = (
    "ip link add name v0 type veth peer name v1 && ip link add name m0 link v0 type macvlan mode bridge"
    " && nft 'add table bridge t; add chain bridge t c { type filter hook forward priority 0; }'"
)
"""What the switches and the virtual MACs are made of."""


def why_not() -> str | None:
    """Why the wire lab cannot be here; None if it can."""
    if (reason := netns.why_not()) is not None:
        return reason
    missing = [name for name in TOOLS if shutil.which(name, path=PATH) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    words = [*netns.NEW_NAMESPACES, "sh", "-c", NEEDED]
    tried = subprocess.run(words, capture_output=True, text=True, timeout=60)
    return f"this kernel lacks something: {tried.stderr.strip()}" if tried.returncode else None


def play(drill: Drill, rule: Rule, number: int = 0) -> Result:
    """One drill, in namespaces of its own."""
    missing = [name for name in drill.needs if shutil.which(name, path=PATH) is None]
    if missing:
        return Result(drill.name, skipped=f"not installed: {', '.join(missing)}")
    with tempfile.NamedTemporaryFile("r", suffix=".json") as told:
        words = ["--inside", drill.name, "--out", told.name]
        words += ["--slack", str(rule.slack), "--lost", str(rule.lost)]
        began = time.monotonic()
        try:
            done = subprocess.run(
                netns.inside("tests.wirelab", *words),
                capture_output=True,
                text=True,
                timeout=LIMIT_S,
            )
            text = told.read()
            failed = "" if text else done.stderr or f"ended with {done.returncode}"
        except subprocess.TimeoutExpired:
            text, failed = "", f"not over after {LIMIT_S} s"
        took = time.monotonic() - began
    if failed:
        return Result(drill.name, failed, took=took)
    return Result(**json.loads(text) | {"took": took})


def play_all(drills: list[Drill], rule: Rule, at_once: int) -> list[Result]:
    """Several at the same time; in the given order."""
    with ThreadPoolExecutor(at_once) as threads:
        return list(threads.map(lambda each: play(each, rule), drills))


def inside(name: str, rule: Rule) -> Result:
    """The drill itself, here."""
    os.environ["PATH"] = PATH
    # Nothing of the developer's own is read or written.
    os.environ["HOME"] = str(netns.ROOM / "home")
    for own in [each for each in os.environ if each.startswith(("XDG_", "PFHA_", "SSH_"))]:
        del os.environ[own]
    drill = next(each for each in load() if each.name == name)
    try:
        return Result(name, facts=asyncio.run(drill.play(rule)))
    except Exception:  # told as the result of this drill; the others go on
        return Result(name, traceback.format_exc())


def lines(result: Result) -> str:
    """For people."""
    if result.skipped:
        return f"skipped  {result.name}: {result.skipped}"
    if result.failed:
        return f"FAILED   {result.name} ({result.took:.1f} s)\n{result.failed}"
    facts = ", ".join(f"{name} {_short(value)}" for name, value in result.facts.items())
    return f"ok       {result.name} ({result.took:.1f} s): {facts}"


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        return "[" + " ".join(map(_short, value)) + "]"
    return str(value)


def main() -> int:
    """0 if every drill went as it must, 1 if not, 2 where there can be no wire lab."""
    parser = argparse.ArgumentParser(prog="python -m tests.wirelab")
    parser.add_argument("part", nargs="*")
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--slack", type=float, default=SLACK_S)
    parser.add_argument("--lost", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--prove", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    wish = parser.parse_args()
    rule = Rule(wish.slack, wish.lost)
    if wish.inside:
        result = inside(wish.part[0], rule)
        with open(wish.out, "w", encoding="utf-8") as file:
            json.dump(asdict(result), file)
        return 0
    if (reason := why_not()) is not None:
        print(f"cannot be tried here: {reason}", file=sys.stderr)
        return 2
    if wish.prove:
        from tests.wirelab.prove import prove

        return prove()
    chosen = [
        each
        for each in load()
        if (any(part in each.name for part in wish.part) if wish.part else not each.proof)
    ]
    results = play_all(chosen, rule, wish.at_once)
    if wish.json:
        print(json.dumps([asdict(each) for each in results]))
    else:
        print("\n".join(map(lines, results)))
    return 1 if any(each.failed for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
