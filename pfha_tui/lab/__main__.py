"""`python -m pfha_tui.lab`: run a scenario until Ctrl-C; `do` commands a lab that runs."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from pfha_tui.lab import control
from pfha_tui.lab.scenarios import SCENARIOS


def main(args: list[str] | None = None) -> int:
    """Run the lab, and give 0 after Ctrl-C or SIGTERM; or run one command, and give its exit code."""
    words = sys.argv[1:] if args is None else args
    if words[:1] == ["do"]:
        return _do(words[1:])
    parser = argparse.ArgumentParser(prog="python -m pfha_tui.lab", description=__doc__)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="healthy")
    parser.add_argument("--config-out", type=Path, help="where to write the configuration")
    parser.add_argument("--speed", type=float, default=1.0, help="world seconds per second")
    parser.add_argument("--freebsd", help="12, 14 or 15, or one for each node: 12,15")
    options = parser.parse_args(words)
    try:
        asyncio.run(_run(options))
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except ValueError as error:
        parser.error(str(error))
    return 0


def _do(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m pfha_tui.lab do")
    parser.add_argument("--config", help="the configuration of the lab, if several run")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="such as: pull fw1 lan; help")
    options = parser.parse_args(words)
    answer = control.ask(" ".join(options.command), options.config)
    stream = sys.stderr if answer.code else sys.stdout
    stream.write(answer.text + "\n")
    return answer.code


async def _run(options: argparse.Namespace) -> None:
    # Here and not at the top: `do` needs no server, and should not wait for the import of one.
    from pfha_tui.lab.runner import serve, until_signalled

    def ready(found: dict[str, Any]) -> None:
        sys.stdout.write(f"{found['config']}\n")
        sys.stdout.flush()

    await until_signalled(
        serve(
            options.scenario,
            options.config_out,
            ready=ready,
            speed=options.speed,
            freebsd=options.freebsd,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
