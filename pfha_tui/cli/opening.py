"""`pfha-tui` by itself: the console on the configured pairs, or a greeting where there is no configuration yet."""

import gc
import re
import shutil
import textwrap

from pfha_tui.cli import output
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.domain.language import mark, tr

FIRST_RUN = mark("""\
Welcome to pfha-tui: both firewalls of a pfSense HA pair on one screen.

There is no configuration yet (looked for {path}).

  d   pfha-tui demo          a simulated pair on this machine; touches nothing else
  i   pfha-tui config init   asks for the two addresses, shows and pins the host keys
  q   quit
""")


def run(options: Options) -> int:
    """Open the console on the configured pairs, or greet whoever has none. Raises Failure."""
    from pfha_tui.cli.console import need_terminal, open_console
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
