"""How the console is to look and tell the time; decided before Textual is loaded."""

import locale
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import IO

from pfha_tui.domain.text import takes_utf8
from pfha_tui.ui import theme_choice
from pfha_tui.ui.theme_choice import ChosenBy

Clock = Callable[[], tuple[float, float]]
DEFAULT_THEME = theme_choice.DEFAULT


def system_clock() -> tuple[float, float]:
    """Monotonic and wall-clock seconds of this machine."""
    return time.monotonic(), time.time()


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """`ascii` draws with ASCII only, `console_font` with the glyphs of the Linux text console, `no_color`
    sends no colour codes. With `watch` no command that could change a firewall exists.

    `theme_by` says what named the theme; with sixteen colours `fallback_theme` takes the place of one that
    needs more, unless the command line named it. A theme chosen in the console is kept in `state_folder`
    (None: not kept). `keys` gives commands other keys than their own, `bell` rings on alarms; `expected` are
    the tables of `[[diff.expected]]`, without faults; `clock` gives
    (monotonic, epoch) seconds, and `tz` is the zone of all times shown (None: the system's)."""

    ascii: bool = False
    console_font: bool = False
    no_color: bool = False
    read_only: bool = False
    watch: bool = False
    theme: str = DEFAULT_THEME
    theme_by: ChosenBy = ChosenBy.NOTHING
    fallback_theme: str = ""
    state_folder: Path | None = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bell: bool = False
    expected: tuple[Mapping[str, object], ...] = ()
    clock: Clock = system_clock
    tz: tzinfo | None = None

    def for_terminal(
        self, environment: Mapping[str, str] | None = None, output: IO[str] | None = None
    ) -> "ConsoleOptions":
        """The same, with what the terminal cannot do switched off.

        `NO_COLOR` set to anything and `TERM=dumb` mean no colour (https://no-color.org); an output or locale
        that is not UTF-8, C and POSIX among them, means ASCII; `TERM=linux` is the text console.
        """
        env = os.environ if environment is None else environment
        encoding = getattr(output, "encoding", None) or locale.getpreferredencoding(False)
        utf8 = takes_utf8(encoding, env, bool(sys.flags.utf8_mode))
        plain = bool(env.get("NO_COLOR")) or env.get("TERM") == "dumb"
        few = theme_choice.few_colours(env) and self.theme_by is not ChosenBy.FLAG
        return replace(
            self,
            no_color=self.no_color or plain,
            ascii=self.ascii or not utf8,
            console_font=env.get("TERM") == "linux",
            fallback_theme=theme_choice.for_few_colours(env) if few else "",
        )
