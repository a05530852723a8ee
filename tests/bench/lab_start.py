"""How long the lab takes to start, and how much memory it holds: after its start, and at most when it is read."""

import asyncio
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import asyncssh

from tests.bench.common import cpu_s, say

READS = ("/sbin/pfctl -vvss", "/bin/cat /cf/conf/config.xml", "/sbin/ifconfig -a")
"""What has the longest output."""


def measure() -> None:
    """A row for each of a small and of the largest pair; the aim is 0.5 s and 60 MB."""
    for scenario in ("healthy", "rich"):
        _scenario(scenario)


def _scenario(scenario: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "lab.toml")
        began = time.perf_counter()
        lab = subprocess.Popen(
            [sys.executable, "-m", "pfha_tui.lab", "--scenario", scenario, "--config-out", config],
            stdout=subprocess.PIPE,
        )
        try:
            assert lab.stdout is not None
            lab.stdout.readline()
            took, busy, held = time.perf_counter() - began, cpu_s(lab.pid), _memory_mb(lab.pid)
            asyncio.run(_read(tomllib.loads(config.read_text())))
            most = _memory_mb(lab.pid, "VmHWM")
        finally:
            lab.terminate()
            lab.wait()
    say(f"lab, {scenario}: from the command to its open ports", f"{took:.2f} s")
    say(f"lab, {scenario}: processor time of that", f"{busy:.2f} s")
    say(f"lab, {scenario}: memory of both nodes then", f"{held:.1f} MB")
    say(f"lab, {scenario}: at most, all states and the configuration read", f"{most:.1f} MB")


async def _read(config: dict[str, list[dict[str, list[dict[str, dict[str, str]]]]]]) -> None:
    for node in config["pair"][0]["node"]:
        async with asyncssh.connect(
            "127.0.0.1", int(node["ssh"]["port"]), username=node["ssh"]["user"], config=None,
            client_keys=[node["ssh"]["identity_file"]], known_hosts=None,
        ) as connection:  # fmt: skip
            for command in READS:
                await connection.run(command, check=True)


def _memory_mb(pid: int, what: str = "VmRSS") -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024
