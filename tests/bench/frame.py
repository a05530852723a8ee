"""First frame against a bare Textual app of two panes, and live data after it."""

import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.common import console, lab_config, say
from tests.support.terminal import Terminal

ROUNDS = 7
BARE = """
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static
class Bare(App[None]):
    CSS = "Static { width: 1fr; }"
    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("left")
            yield Static("right")
Bare().run()
"""


def measure() -> None:
    """Medians of rounds that alternate; both programs have their bytecode, as after an installation."""
    with tempfile.TemporaryDirectory() as cache, lab_config() as config:
        environ = {"PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": None}
        bare = Path(cache, "bare.py")
        bare.write_text(BARE, encoding="utf-8")
        simple, first, live, ratios = [], [], [], []
        for number in range(ROUNDS + 1):
            with Terminal([sys.executable, str(bare)], environ) as terminal:
                base = terminal.wait_for(b"right") - terminal.started
            with Terminal(console(config), environ) as terminal:
                frame = terminal.wait_for(b"UNKNOWN") - terminal.started
                data = terminal.wait_for(b"MASTER") - terminal.started
            if number:
                simple.append(base)
                first.append(frame)
                live.append(data - frame)
                ratios.append(frame / base)
    say(
        "first frame of a bare Textual app of two panes",
        f"{statistics.median(simple) * 1e3:.0f} ms",
        "1.00",
    )
    ratio = f"{statistics.median(ratios):.2f}"
    say("first frame of the console", f"{statistics.median(first) * 1e3:.0f} ms", ratio)
    say("roles of both nodes on the screen after it", f"{statistics.median(live) * 1e3:.0f} ms")
