"""A console with a hand-made feed, run as a process of its own by the terminal's tests."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import factory

from pfha_tui.ui.console import run_console
from pfha_tui.ui.options import ConsoleOptions

if __name__ == "__main__":
    feed = factory.FakeFeed(factory.healthy())
    options = ConsoleOptions(ascii="ASCII" in os.environ, no_color="PLAIN" in os.environ)
    code = run_console((factory.TARGET,), lambda _: feed, options)
    Path(os.environ["RESULT"]).write_text(f"code={code} closed={feed.closed}", encoding="utf-8")
    sys.exit(code)
