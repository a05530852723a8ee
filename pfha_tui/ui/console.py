"""Opens the console on the terminal and comes back with its exit code."""

import os
import sys
import threading
from collections.abc import Callable

from pfha_tui.collector.feed import Feed
from pfha_tui.domain.target import PairTarget
from pfha_tui.ui.app import ConsoleApp
from pfha_tui.ui.options import ConsoleOptions

WATCH_S = 1.0
GRACE_S = 5.0
TERMINAL_GONE = 129


def run_console(target: PairTarget, open_feed: Callable[[], Feed], options: ConsoleOptions) -> int:
    """Show the console until the operator leaves.

    Returns 0 after q, SIGTERM or SIGHUP, 130 after Ctrl+C, 1 if the screen itself failed; 129 ends the
    process at once when the terminal is gone and leaving in order took too long.
    """
    app = ConsoleApp(target, open_feed, options.for_terminal(output=sys.__stderr__))
    done = threading.Event()
    watch = threading.Thread(
        target=_watch_terminal, args=(app, done), name="terminal-watch", daemon=True
    )
    watch.start()
    try:
        code = app.run()
    finally:
        done.set()
    if code is not None:
        return code
    return app.return_code or 0


def _watch_terminal(app: ConsoleApp, done: threading.Event) -> None:
    """Leave when the terminal vanishes.

    Textual would go on reading an end of file in a busy loop, and its writer blocks for ever on a dead
    terminal; so after a grace the process ends without its help.
    """
    stdin = sys.__stdin__
    if stdin is None or not stdin.isatty():
        return
    while not done.wait(WATCH_S):
        if os.isatty(stdin.fileno()):
            continue
        app.leave_from_thread()
        if not done.wait(GRACE_S):
            os._exit(TERMINAL_GONE)
        return
