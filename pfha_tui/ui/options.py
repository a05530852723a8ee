"""How the console is to look and tell the time; decided before Textual is loaded."""

import locale
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import IO

Clock = Callable[[], tuple[float, float]]
DEFAULT_THEME = "dark"


def system_clock() -> tuple[float, float]:
    """Monotonic and wall-clock seconds of this machine."""
    return time.monotonic(), time.time()


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """`ascii` draws with ASCII only, `no_color` sends no colour codes; with `watch` no command that could
    change a firewall exists; `clock` gives (monotonic, epoch) seconds, and `tz` is the zone of all times
    shown (None: the system's)."""

    ascii: bool = False
    no_color: bool = False
    read_only: bool = False
    watch: bool = False
    theme: str = DEFAULT_THEME
    clock: Clock = system_clock
    tz: tzinfo | None = None

    def for_terminal(
        self, environment: Mapping[str, str] | None = None, output: IO[str] | None = None
    ) -> "ConsoleOptions":
        """The same, with what the terminal cannot do switched off.

        `NO_COLOR` set to anything and `TERM=dumb` mean no colour; an output or locale that is not UTF-8
        means ASCII (https://no-color.org).
        """
        env = os.environ if environment is None else environment
        encoding = getattr(output, "encoding", None) or locale.getpreferredencoding(False)
        utf8 = encoding.lower().replace("-", "").replace("_", "") == "utf8"
        plain = bool(env.get("NO_COLOR")) or env.get("TERM") == "dumb"
        return replace(self, no_color=self.no_color or plain, ascii=self.ascii or not utf8)
