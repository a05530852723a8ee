"""`lab` runs the simulated pair; `demo` runs it as a child process and opens the console on it."""

import asyncio
import contextlib
import difflib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure, end_on_signals
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, pair_target
from pfha_tui.domain.language import tr
from pfha_tui.domain.wording import decimal

DEFAULT_SCENARIO = "healthy"
START_TIMEOUT_S = 30.0
END_TIMEOUT_S = 3.0


def run(options: Options, scenario: str) -> int:
    """Open the console on a simulated pair, which ends with it on every path. Raises Failure."""
    from pfha_tui.cli.console import need_terminal, open_console

    need_terminal()
    check_scenario(scenario)
    end_on_signals()
    with lab_child(scenario) as config:
        there = replace(options, config=str(config), pair=None)
        return open_console(there, (pair_target(there),))


def run_lab(scenario: str, config_out: str | None, *, until_eof: bool = False) -> ExitCode:
    """Run the simulated pair until it is interrupted. Raises Failure for an unknown scenario or a file
    that is there already.

    With `until_eof` a program runs it: only the path of the configuration is printed, and it ends with
    standard input too, so that no parent can leave it behind, however that dies.
    """
    check_scenario(scenario)
    config = Path(config_out).absolute() if config_out else None
    if config is not None and config.exists():
        raise Failure(
            ExitCode.USAGE,
            tr("{path} is there already; name a file that is not.").format(path=config),
        )
    if until_eof:
        threading.Thread(target=_end_at_eof, name="parent-watch", daemon=True).start()

    def ready(found: dict[str, Any]) -> None:
        if not until_eof:
            output.line(
                tr("The pair is up ({scenario}); Ctrl-C ends it. In another terminal:").format(
                    scenario=scenario
                )
            )
        output.line(str(found["config"]) if until_eof else f"  pfha-tui --config {found['config']}")
        output.flush()

    try:
        asyncio.run(_serve(scenario, config, ready))
    except* OSError as group:
        raise Failure(
            ExitCode.USAGE,
            tr("The simulated pair cannot start: {why}").format(why=group.exceptions[0]),
        ) from None
    return ExitCode.OK


def _end_at_eof() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


async def _serve(
    scenario: str, config: Path | None, ready: Callable[[dict[str, Any]], None]
) -> None:
    from pfha_tui.lab.runner import serve

    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as tasks:
        pair = tasks.create_task(serve(scenario, config, ready=ready))
        await stop.wait()
        pair.cancel()


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


def lab_command(scenario: str) -> list[str]:
    """The command line of a lab that prints its configuration's path and ends with its standard input."""
    return [sys.executable, "-m", "pfha_tui", "lab", "--until-eof", "--scenario", scenario]


@contextlib.contextmanager
def lab_child(scenario: str) -> Iterator[Path]:
    """A simulated pair in a child process; gives its configuration file once it answers.

    The child is ended, by its pid, however the block is left, and takes its files along. Raises Failure
    if it does not start.
    """
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            lab_command(scenario),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            yield _first_line(child, errors)
        finally:
            _end(child)


def _first_line(child: "subprocess.Popen[bytes]", errors: IO[bytes]) -> Path:
    """The path that the child prints when its ports are open."""
    with selectors.DefaultSelector() as selector:
        selector.register(_pipe(child.stdout), selectors.EVENT_READ)
        if not selector.select(START_TIMEOUT_S):
            raise Failure(
                ExitCode.TIMEOUT,
                tr("The simulated pair did not start within {seconds} s.").format(
                    seconds=decimal(f"{START_TIMEOUT_S:g}")
                ),
            )
    line = _pipe(child.stdout).readline()
    if not line:
        child.wait(END_TIMEOUT_S)
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip().splitlines()
        why = said[-1] if said else tr("it said nothing")
        raise Failure(
            ExitCode.INTERNAL, tr("The simulated pair ended at once: {why}").format(why=why)
        )
    return Path(os.fsdecode(line.rstrip(b"\n")))


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the child for certain: ask, wait, then kill. A second signal must not leave it behind."""
    kept = {
        number: signal.signal(number, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    }
    child.terminate()
    try:
        child.wait(END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for stream in (child.stdin, child.stdout):
        with contextlib.suppress(OSError):
            _pipe(stream).close()
    for number, handler in kept.items():
        signal.signal(number, handler)
