"""The screen as the command line opens it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from pfha_tui.actions.operator import Operator
    from pfha_tui.collector.feed import Feed
    from pfha_tui.domain.target import BrokenPair, PairTarget


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
