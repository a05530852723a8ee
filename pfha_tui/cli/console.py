"""The console itself, and what is said where it cannot be opened."""

import gc
import re
import shutil
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.domain.language import mark, tr

if TYPE_CHECKING:
    from pfha_tui.actions.operator import Operator
    from pfha_tui.collector.feed import Feed
    from pfha_tui.domain.target import BrokenPair, PairTarget

FIRST_RUN = mark("""\
Welcome to pfha-tui: both firewalls of a pfSense HA pair on one screen.

There is no configuration yet (looked for {path}).

  d   pfha-tui demo          a simulated pair on this machine; touches nothing else
  i   pfha-tui config init   asks for the two addresses, shows and pins the host keys
  q   quit
""")


def run(options: Options) -> int:
    """Open the console on the configured pairs, or greet whoever has none. Raises Failure."""
    from pfha_tui.cli.pairs import wanted_pairs
    from pfha_tui.config.locations import USUAL_PLACE, config_location

    need_terminal()
    location = config_location(options.config)
    if location.chosen_by == USUAL_PLACE and not location.path.exists():
        return _first_run(options, str(location.path))
    # What is loaded is no garbage, and looking through it again and again is a sixth of the time to the first
    # frame, after which the screen turns the search on again.
    gc.disable()
    try:
        return open_console(options, wanted_pairs(options))
    finally:
        gc.enable()


def open_console(
    options: Options, pairs: "Sequence[PairTarget | BrokenPair]", *, watch: bool = False
) -> int:
    """The screen on these pairs until it is quit; the exit code is the screen's. With `watch` it has no
    command that could change a firewall."""
    from pfha_tui.cli.screen import console_options
    from pfha_tui.ui.console import run_console

    wanted = console_options(options, watch=watch)

    def open_feed(target: "PairTarget") -> "Feed":
        from pfha_tui import wiring

        return wiring.open_feed(target)

    def open_operator(target: "PairTarget", feed: "Feed") -> "Operator | None":
        from pfha_tui import wiring

        return wiring.open_operator(target, feed)

    def resolve(broken: "BrokenPair") -> "PairTarget | BrokenPair":
        from pfha_tui.cli.pairs import resolved_again

        return resolved_again(broken, options)

    may_act = not watch and not wanted.read_only
    return run_console(pairs, open_feed, wanted, open_operator if may_act else None, resolve)


def need_terminal() -> None:
    """Raise Failure (USAGE) where no person could see or answer a screen."""
    if not output.interactive():
        raise Failure(
            ExitCode.USAGE,
            tr(
                "The console needs a terminal; `pfha-tui status` and `pfha-tui status --json` do not."
            ),
        )
    if not output.errors_on_screen():
        raise Failure(
            ExitCode.USAGE,
            tr(
                "The console draws on standard error, which must be a terminal too; it does not work with `2>`."
            ),
        )


def _wrapped(text: str, width: int) -> str:
    """The lines of a text in so many columns, between words alone; what is continued stands under the last column."""
    lines = []
    for line in text.splitlines():
        under = " " * max((gap.end() for gap in re.finditer(r"(?<=\S) {2,}", line)), default=0)
        lines += textwrap.wrap(
            line,
            width,
            subsequent_indent=under if len(under) < width // 2 else "",
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines)


def _first_run(options: Options, path: str) -> int:
    output.block(_wrapped(tr(FIRST_RUN).format(path=path), shutil.get_terminal_size().columns))
    answer = output.ask(tr("d, i or q"), "q").lower()
    if answer.startswith("d"):
        from pfha_tui.cli.demo import DEFAULT_SCENARIO
        from pfha_tui.cli.demo import run as demo

        return demo(options, DEFAULT_SCENARIO)
    if answer.startswith("i"):
        from pfha_tui.cli.config_init import UNASKED
        from pfha_tui.cli.config_init import run as init

        return init(options, UNASKED)
    return ExitCode.OK
