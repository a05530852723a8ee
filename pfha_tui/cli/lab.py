"""`lab` runs the simulated pair; `lab do` commands one that runs."""

import asyncio
import difflib
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason


@dataclass(frozen=True, slots=True)
class LabOptions:
    """The options of `lab` itself."""

    scenario: str
    config_out: str | None
    speed: float
    freebsd: str | None
    until_eof: bool


def run_lab(options: LabOptions) -> ExitCode:
    """Run the simulated pair until it is interrupted. Raises Failure for an unknown scenario or a file
    that is there already.

    With `until_eof` a program runs it: only the path of the configuration is printed, and it ends with
    standard input too, so that no parent can leave it behind, however that dies.
    """
    from pfha_tui.lab import place

    check_scenario(options.scenario)
    config = _absolute(options.config_out) if options.config_out else None
    if config is not None and config.exists() and not place.is_left(config):
        raise Failure(
            ExitCode.USAGE,
            tr("{path} is there already; name a file that is not.").format(path=config),
        )
    if options.until_eof:
        threading.Thread(target=_end_at_eof, name="parent-watch", daemon=True).start()

    started = False

    def ready(found: dict[str, Any]) -> None:
        nonlocal started
        started = True
        if not options.until_eof:
            output.line(
                tr("The pair is up ({scenario}); Ctrl-C ends it. In another terminal:").format(
                    scenario=options.scenario
                )
            )
        output.line(
            str(found["config"]) if options.until_eof else f"  pfha-tui --config {found['config']}"
        )
        output.flush()

    try:
        asyncio.run(_serve(options, config, ready))
    except (OSError, ValueError) as error:
        if started:
            raise
        raise _no_start(error) from None
    return ExitCode.OK


def do(command: str, config: str | None) -> int:
    """Have a running lab do a command, and print what it says; the exit code is the answer's. Raises Failure."""
    from pfha_tui.lab import control

    answer = control.ask(command, config)
    if answer.code != control.DONE:
        raise Failure(ExitCode(answer.code), answer.text)
    output.block(answer.text)
    return ExitCode.OK


def _absolute(path: str) -> Path:
    try:
        return Path(path).absolute()
    except OSError as error:  # a relative path, and the working directory is gone
        raise _no_start(error) from None


def _no_start(error: OSError | ValueError) -> Failure:
    """What was asked for wrongly, or what went wrong with which file, without the number of the error."""
    if isinstance(error, ValueError):
        why = str(error)
        return Failure(ExitCode.USAGE, f"{why[0].upper()}{why[1:]}.")
    why = f"{error.filename}: {reason(error)}." if error.filename else f"{reason(error)}."
    return Failure(ExitCode.USAGE, tr("The simulated pair cannot start: {why}").format(why=why))


def _end_at_eof() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


async def _serve(
    options: LabOptions, config: Path | None, ready: Callable[[dict[str, Any]], None]
) -> None:
    from pfha_tui.lab.runner import serve, until_signalled

    await until_signalled(
        serve(options.scenario, config, ready=ready, speed=options.speed, freebsd=options.freebsd)
    )


def check_scenario(name: str) -> None:
    """Raise Failure (USAGE) with the nearest name, or all of them, for a scenario that is not there."""
    from pfha_tui.lab.scenarios import SCENARIOS

    names = list(SCENARIOS)
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        said = tr('There is no scenario "{name}"; did you mean "{near}"?')
        raise Failure(ExitCode.USAGE, said.format(name=name, near=near[0]))
    said = tr('There is no scenario "{name}"; there are {names}.')
    raise Failure(ExitCode.USAGE, said.format(name=name, names=", ".join(names)))
