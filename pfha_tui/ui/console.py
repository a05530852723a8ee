"""Opens the console on the terminal and comes back with its exit code."""

import gc
import os
import sys
import threading
from collections.abc import Callable, Sequence

from pfha_tui.collector.feed import Feed
from pfha_tui.collector.mending import Resolve
from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.ui.acting import OpenOperator
from pfha_tui.ui.app import ConsoleApp
from pfha_tui.ui.options import ConsoleOptions

WATCH_S = 1.0
GRACE_S = 5.0
SWITCH_S = 0.0005
"""How long the thread that writes to the terminal waits for its turn while the loop is busy; Python's 5 ms is more
than drawing takes."""
TERMINAL_GONE = 129


def run_console(
    pairs: Sequence[PairTarget | BrokenPair],
    open_feed: Callable[[PairTarget], Feed],
    options: ConsoleOptions,
    open_operator: OpenOperator | None = None,
    resolve: Resolve | None = None,
) -> int:
    """Show the console on these pairs until the operator leaves; without `open_operator` it can only watch, and
    without `resolve` a broken pair stays broken.

    Returns 0 after q, SIGTERM, SIGHUP or the loss of the terminal, 130 after Ctrl+C, 1 if the screen
    itself failed. Where leaving in order takes too long without a terminal, the process ends with 129.
    """
    sys.setswitchinterval(SWITCH_S)

    def opened(target: PairTarget) -> Feed:
        feed = open_feed(target)
        # What is loaded by now stays: looking through it for garbage would hold the screen up for 0.1 s.
        gc.freeze()
        return feed

    shown = options.for_terminal(output=sys.__stderr__)
    app = ConsoleApp(pairs, opened, shown, open_operator, resolve)
    had_terminal = _has_terminal()
    done = threading.Event()
    if had_terminal:
        threading.Thread(
            target=_watch_terminal, args=(app, done), name="terminal-watch", daemon=True
        ).start()
    try:
        code = app.run()
    finally:
        done.set()
        if had_terminal and not _has_terminal():
            _write_nowhere()
    if code is not None:
        return code
    return app.return_code or 0


def _has_terminal() -> bool:
    return sys.__stdin__ is not None and os.isatty(sys.__stdin__.fileno())


def _silence() -> None:
    """Put nothing in the place of a dead terminal: writing to it would block the way out."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _watch_terminal(app: ConsoleApp, done: threading.Event) -> None:
    """Leave when the terminal vanishes.

    Textual would go on reading an end of file in a busy loop, and its writer blocks for ever on a dead
    terminal; so after a grace the process ends without its help.
    """
    while not done.wait(WATCH_S):
        if _has_terminal():
            continue
        _silence()
        app.leave_from_thread()
        if not done.wait(GRACE_S):
            os._exit(TERMINAL_GONE)
        return


def _write_nowhere() -> None:
    """Let the interpreter's last flush of its standard streams succeed."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
