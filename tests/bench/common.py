"""What the measurements share: a lab in another process, the console's command line, CPU time, percentiles."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def lab_config(scenario: str = "healthy") -> Iterator[Path]:
    """The configuration of a lab that runs until the block is left."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "lab.toml")
        command = [sys.executable, "-m", "pfha_tui.lab", "--scenario", scenario]
        lab = subprocess.Popen(
            [*command, "--config-out", config], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert lab.stdout is not None
            lab.stdout.readline()
            yield config
        finally:
            lab.terminate()
            lab.wait()


def console(config: Path) -> list[str]:
    """The command line of the console."""
    return [sys.executable, "-m", "pfha_tui", "--config", str(config)]


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and of those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / CLOCK_TICKS


def tree_cpu_s(root: int) -> float:
    """As `cpu_s`, for all that descend from a process too."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    total, left = 0.0, [root]
    while left:
        pid = left.pop()
        left += children.get(pid, [])
        with contextlib.suppress(OSError):
            total += cpu_s(pid)
    return total


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def say(what: str, value: str, ratio: str = "") -> None:
    """One row of the result."""
    print(f"{what:64} {value:>16} {ratio:>8}", flush=True)
