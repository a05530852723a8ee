"""What the configuration says of the screen: its looks, its bell and its keys."""

from typing import TYPE_CHECKING

from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, configuration
from pfha_tui.config.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfha_tui.config.settings import Configuration
    from pfha_tui.ui.options import ConsoleOptions


def console_options(options: Options, *, watch: bool) -> "ConsoleOptions":
    """How the console is to look and behave. Raises Failure (USAGE) where `[keys]` or `[diff]` is at fault."""
    from pfha_tui.cli.diff_rules import own_tables
    from pfha_tui.config.locations import state_dir
    from pfha_tui.config.schema import Bell
    from pfha_tui.ui import theme_choice
    from pfha_tui.ui.options import ConsoleOptions

    loaded = configuration(options)
    state = state_dir()
    theme, chosen_by = theme_choice.first(
        options.theme, loaded.ui.text("theme"), theme_choice.kept(state)
    )
    return ConsoleOptions(
        ascii=options.ascii or bool(loaded.ui.get("ascii", False)),
        no_color=options.no_color,
        read_only=options.read_only,
        watch=watch,
        theme=theme,
        theme_by=chosen_by,
        state_folder=state,
        keys=wanted_keys(loaded),
        expected=own_tables(loaded),
        bell=loaded.ui.get("bell") == Bell.ALARM,
    )


def wanted_keys(loaded: "Configuration") -> "Mapping[str, tuple[str, ...]]":
    """The keys of `[keys]` by the name of the command. Raises Failure (USAGE) with every fault of theirs."""
    problems = key_problems(loaded)
    if problems:
        raise Failure(ExitCode.USAGE, *map(str, problems))
    return _entries(loaded)


def key_problems(loaded: "Configuration") -> tuple[Problem, ...]:
    """Unknown commands, unknown keys and clashes, each with its line."""
    if not loaded.keys.entries:
        return ()
    from pfha_tui.ui import keymap

    return tuple(
        Problem(
            loaded.path,
            loaded.keys.line(fault.command),
            f"{loaded.keys.label}.{fault.command}",
            fault.what,
            fault.mend,
        )
        for fault in keymap.faults(_entries(loaded))
    )


def _entries(loaded: "Configuration") -> dict[str, tuple[str, ...]]:
    return {name: entry.value for name, entry in loaded.keys.entries.items()}
