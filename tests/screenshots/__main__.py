"""`make screenshots`: runs the console on the lab, scenario by scenario, and keeps each screen as SVG."""

import asyncio
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pfha_tui import wiring
from pfha_tui.config.load import load
from pfha_tui.config.resolve import find_pair, pair_target
from pfha_tui.ui import pictures
from pfha_tui.ui.app import ConsoleApp
from pfha_tui.ui.options import ConsoleOptions

HERE = Path(__file__).parent
WATCH_S = 25.0
"""Long enough for rates and sparklines."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: the lab's scenario, the terminal's size, the theme and the keys pressed first."""

    name: str
    scenario: str
    size: tuple[int, int]
    theme: str = "dark"
    keys: tuple[str, ...] = ()


SHOTS = (
    Shot("healthy", "healthy", (120, 38)),
    Shot("split-brain", "split-brain", (120, 38)),
    Shot("peer-down", "peer-down", (120, 38), "light"),
    Shot("small", "failed-over", (80, 24)),
    Shot("switchover", "healthy", (120, 38), keys=("s",)),
    Shot("detail", "healthy", (120, 38), keys=("tab", "down", "down", "down", "enter")),
)


async def take(shot: Shot) -> None:
    """Start the lab, let the console watch it, and save what is on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder  # no journal of this machine's is to be seen
        config = Path(folder) / "lab.toml"
        lab = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pfha_tui.lab"),
            *("--scenario", shot.scenario, "--config-out", str(config)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert lab.stdout is not None
            async with asyncio.timeout(20):
                await lab.stdout.readline()
            configuration = load(config)
            target = pair_target(configuration, find_pair(configuration))
            options = ConsoleOptions(theme=shot.theme)
            app = ConsoleApp((target,), wiring.open_feed, options, wiring.open_operator)
            async with app.run_test(size=shot.size) as pilot:
                await asyncio.sleep(WATCH_S)
                await pilot.press(*shot.keys)
                await pilot.pause(1)
                svg = app.export_screenshot(title="pfha-tui")
        finally:
            lab.terminate()
            await lab.wait()
    # The random class prefix would make every run a change.
    svg = re.sub(r"terminal-\d+", f"terminal-{shot.name}", pictures.tidied(svg))
    (HERE / f"{shot.name}.svg").write_text(svg, encoding="utf-8")
    print(f"tests/screenshots/{shot.name}.svg")


async def main() -> None:
    """Take all pictures, or those named on the command line, one after the other."""
    for shot in SHOTS:
        if len(sys.argv) == 1 or shot.name in sys.argv[1:]:
            await take(shot)


asyncio.run(main())
