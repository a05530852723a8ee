"""`python -m pfha_tui.lab`: run a scenario until Ctrl-C."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import Any

from pfha_tui.lab.runner import serve
from pfha_tui.lab.scenarios import SCENARIOS


def main() -> int:
    """Run the lab; the exit code is 0 after Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m pfha_tui.lab", description=__doc__)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="healthy")
    parser.add_argument("--config-out", type=Path, help="where to write the configuration")
    parser.add_argument("--speed", type=float, default=1.0, help="world seconds per second")
    options = parser.parse_args()
    try:
        asyncio.run(_run(options.scenario, options.config_out, options.speed))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    return 0


async def _run(scenario: str, config_out: Path | None, speed: float) -> None:
    def ready(found: dict[str, Any]) -> None:
        sys.stdout.write(f"{found['config']}\n")
        sys.stdout.flush()

    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serve(scenario, config_out, ready=ready, speed=speed)


if __name__ == "__main__":
    sys.exit(main())
