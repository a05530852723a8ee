"""`make soak`: the console on a terminal against the lab's story at twenty times its pace, SOAK_SECONDS long.

Memory, objects, tasks, threads, file descriptors and sockets are sampled from within the process, and a verdict
is printed: flat, or what grew. Exit code 1 where something grew.
"""

import json
import os
import platform
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.terminal import Terminal

SPEED = 20
STEADY = ("tasks", "threads", "files", "sockets")
"""What must not rise at all: the least of the last third against the least of the third before it. The story's
faults make these go up and down; a leak raises their floor."""
GROWING = {"rss_kib": 0.05, "objects": 0.05}
"""What may rise by this share: the median of the last third against that of the third before it. The first
third fills what is kept with a limit (timeline, log lines, trends)."""


def run(seconds: float) -> list[dict[str, float]]:
    """Soak the console; the samples in order. Raises RuntimeError where it ends before its time."""
    every = max(1.0, seconds / 360)
    with tempfile.TemporaryDirectory() as folder:
        config, out = Path(folder, "lab.toml"), Path(folder, "samples")
        command = [sys.executable, "-m", "pfha_tui.lab", "--scenario", "story"]
        lab = subprocess.Popen(
            [*command, "--speed", str(SPEED), "--config-out", config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert lab.stdout is not None
            lab.stdout.readline()
            console = [sys.executable, "-m", "tests.soak.console", str(config), str(out)]
            with Terminal([*console, str(every)]) as terminal:
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    if select.select([terminal.master], [], [], 1.0)[0] and not terminal.read():
                        raise RuntimeError("the console ended before its time")
                terminal.write(b"q")
                terminal.read_to_end(20.0)
            print(f"{terminal.received / seconds / 1000:.1f} kB/s to the terminal")
            lines = [json.loads(text) for text in out.read_text(encoding="utf-8").splitlines()]
        finally:
            lab.send_signal(signal.SIGTERM)
            lab.wait(20)
    return [line for line in lines if "at" in line]


def judge(samples: list[dict[str, float]]) -> list[str]:
    """What is not flat, a sentence each; prints a row for everything that was sampled."""
    third = len(samples) // 3
    parts = samples[:third], samples[third : 2 * third], samples[2 * third :]
    grown = []
    print(f"{'':10} {'first third':>12} {'second':>12} {'last':>12} {'most':>12}")
    for name in (*GROWING, *STEADY):
        first, middle, last = (statistics.median(s[name] for s in part) for part in parts)
        most = [max(s[name] for s in part) for part in parts]
        least = [min(s[name] for s in part) for part in parts]
        print(f"{name:10} {first:12.0f} {middle:12.0f} {last:12.0f} {max(most):12.0f}")
        rose = last > middle * (1 + GROWING[name]) if name in GROWING else least[2] > least[1]
        if rose:
            grown.append(f"{name} grew from {middle:.0f} to {last:.0f} (most {most[2]:.0f})")
    span = samples[-1]["at"] - samples[0]["at"]
    cpu = samples[-1]["cpu_s"] - samples[0]["cpu_s"]
    print(f"{len(samples)} samples in {span:.0f} s, {100 * cpu / span:.1f} % of a core")
    return grown


def main() -> int:
    """Run, print, and tell by the exit code."""
    seconds = float(os.environ.get("SOAK_SECONDS", "3600"))
    print(
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {seconds:.0f} s"
    )
    grown = judge(run(seconds))
    print("flat" if not grown else "NOT flat: " + "; ".join(grown))
    return 1 if grown else 0


raise SystemExit(main())
