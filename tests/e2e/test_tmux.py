"""The console as a person meets it: in tmux, on the lab, with keys, faults and two sizes of terminal."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

DEADLINE_S = 90.0


def _environment() -> dict[str, str]:
    """Ours, without what would tell the console another size than its terminal's."""
    return {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}


class Tmux:
    """A tmux server of its own, with one window that runs the console."""

    def __init__(
        self, folder: Path, columns: int, rows: int, *words: str, before: str = ""
    ) -> None:
        self._socket = folder / "tmux"
        started = f"{before} {sys.executable} -m pfha_tui {' '.join(words)}"
        command = f"{started}; echo ended with $?; exec cat"
        self("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), command)

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={**_environment(), "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"},
        )
        return done.stdout

    def screen(self) -> str:
        """What stands on the screen."""
        return self("capture-pane", "-p")

    def until(self, pattern: str) -> str:
        """The first screen that holds the pattern."""
        end = time.monotonic() + DEADLINE_S
        while re.search(pattern, screen := self.screen()) is None:
            assert time.monotonic() < end, f"{pattern} never came:\n{screen}"
            time.sleep(0.1)
        return screen

    def keys(self, *names: str) -> None:
        """Press keys."""
        self("send-keys", *names)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory with a short name, for sockets."""
    with tempfile.TemporaryDirectory(prefix="e2e-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def lab(folder: Path) -> Iterator[Path]:
    """A healthy pair; the path of its configuration."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    config = folder / "lab.toml"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pfha_tui.lab",
            "--scenario",
            "healthy",
            "--config-out",
            str(config),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield config
    finally:
        process.terminate()
        process.communicate(timeout=60)


def do(config: Path, *verb: str) -> None:
    """Command the lab."""
    words = [sys.executable, "-m", "pfha_tui", "lab", "do", "--config", str(config), *verb]
    env = {**os.environ, "TMPDIR": str(config.parent)}
    subprocess.run(words, check=True, timeout=60, env=env, stdout=subprocess.DEVNULL)


@pytest.mark.timeout(600)
def test_a_night_in_tmux(folder: Path, lab: Path) -> None:
    tmux = Tmux(folder, 160, 48, "--config", str(lab))
    try:
        tmux.until(
            r"● HEALTHY +fw1 serves both VIPs, fw2 stands by(?s:.*)● MASTER +LAN .*○ BACKUP +LAN"
        )
        do(lab, "pull", "fw1", "lan")
        tmux.until(r"▲ DEGRADED +fw2 serves both VIPs, but LAN \(vtnet1\) of fw1 has no carrier")
        tmux.until(r"\.\d{3} +fw2 +LAN vhid 2 +BACKUP → MASTER")
        tmux("resize-window", "-x", "80", "-y", "24")
        screen = tmux.until(r"DEGRADED\s")
        assert all(len(line) <= 80 for line in screen.splitlines())
        do(lab, "plug", "fw1", "lan")
        tmux.until(r"● HEALTHY")
        do(lab, "power-off", "fw1")
        tmux.until(r"UNREACHABLE")
        tmux.until(r"DEGRADED[^┌]*fw2 serves both VIPs, but fw1 is")
        tmux.keys("?")
        tmux.until(r"Help ─|Help ━")
        tmux.keys("Escape")
        tmux.until(r"┌ fw2  secondary")
        tmux.keys("q")
        tmux.until(r"ended with 0")
    finally:
        tmux("kill-server")


@pytest.mark.timeout(600)
def test_over_and_back_by_keys_and_a_typed_name(folder: Path, lab: Path) -> None:
    state = f"XDG_STATE_HOME={folder / 'state'}"
    tmux = Tmux(folder, 160, 48, "--config", str(lab), before=state)
    try:
        tmux.until(r"● HEALTHY +fw1 serves both VIPs, fw2 stands by")
        tmux.keys("s")
        tmux.until(r"the name of the node is missing")
        tmux.keys(*"fw1")
        tmux.until(r"\[ switch over \]")
        tmux.keys("Enter")
        tmux.until(r"►\[ switch over \]◄")
        tmux.keys("Enter")
        tmux.until(r"(?s)● CONFIRMED.*✓ fw2  role of LAN VHID 2: MASTER.*►\[ ")
        tmux.keys("Enter")
        tmux.until(r"► FAILED OVER +fw2 serves both VIPs(?s:.*)◆ demoted by us: 120")
        tmux.keys("s")
        # On a machine that took 30 s to come here, the change is long enough ago already.
        tmux.until(r"refused: The last role change was|the name of the node is missing")
        tmux.keys(*"fw1")
        # The dialog lives: the button does when the last role change is long enough ago.
        tmux.until(r"\[ fail back \]")
        tmux.keys("Enter")
        tmux.until(r"►\[ fail back \]◄")
        tmux.keys("Enter")
        tmux.until(r"● CONFIRMED")
        tmux.keys("Escape")
        tmux.until(r"(?s)\A(?!.*demoted by us).*● HEALTHY.* Timeline ")
        tmux.keys("q")
        tmux.until(r"ended with 0")
    finally:
        tmux("kill-server")


def test_the_demo_ends_with_its_terminal(folder: Path) -> None:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    tmux = Tmux(folder, 80, 24, "demo", "--scenario", "split-brain")
    try:
        tmux.until(r"✗ SPLIT BRAIN")
    finally:
        tmux("kill-server")
    end = time.monotonic() + DEADLINE_S
    while left := _demo_processes(folder):
        assert time.monotonic() < end, f"still alive: {left}"
        time.sleep(0.2)


def _demo_processes(folder: Path) -> list[str]:
    """Processes that were started from the window, told by its socket in their environment."""
    found = []
    for status in Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(folder).encode() in status.read_bytes():
                found.append(status.parent.joinpath("cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found
