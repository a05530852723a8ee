"""`demo` runs the simulated pair as a child process and opens the console on it."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.lab import check_scenario
from pfha_tui.cli.options import Options, pair_target
from pfha_tui.domain.language import tr
from pfha_tui.domain.wording import decimal

DEFAULT_SCENARIO = "story"
START_TIMEOUT_S = 30.0
END_TIMEOUT_S = 3.0


def run(options: Options, scenario: str) -> int:
    """Open the console on a simulated pair, which ends with it on every path. Raises Failure."""
    from pfha_tui.cli.console import need_terminal, open_console

    need_terminal()
    check_scenario(scenario)
    with lab_child(scenario) as config:
        there = replace(options, config=str(config), pair=None)
        return open_console(there, (pair_target(there),))


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
