"""The differences that the configuration file declares expected, as rules of the comparison."""

from typing import TYPE_CHECKING, Any

from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, config_failure, configuration
from pfha_tui.config.problems import Problem
from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from pfha_tui.config.settings import Configuration
    from pfha_tui.configdiff.model import Rule


def rules(options: Options, *, configured: bool = True) -> "tuple[Rule, ...]":
    """Every rule, the file's own first. Raises Failure (USAGE) with every fault of theirs, or of the file.

    Unless `configured`, there need not be a file: two files are compared without one.
    """
    from pfha_tui.config.load import load
    from pfha_tui.config.locations import config_location
    from pfha_tui.config.problems import ConfigError, NoConfiguration
    from pfha_tui.configdiff.rules import RULES, with_own

    if configured or options.config is not None:
        loaded = configuration(options)
    else:
        try:
            loaded = load(config_location(None).path)
        except NoConfiguration:
            return RULES
        except ConfigError as error:
            raise config_failure(error) from None
    return with_own(own_tables(loaded))


def own_tables(loaded: "Configuration") -> tuple[dict[str, Any], ...]:
    """The tables of `[[diff.expected]]`. Raises Failure (USAGE) with every fault of theirs."""
    problems = rule_problems(loaded)
    if problems:
        raise Failure(ExitCode.USAGE, *map(str, problems))
    return _tables(loaded)


def rule_problems(loaded: "Configuration") -> tuple[Problem, ...]:
    """Ids that are taken or none, paths that are none, empty reasons, each with its line."""
    if not loaded.expected:
        return ()
    from pfha_tui.configdiff.rules import faults

    found = []
    for fault in faults(_tables(loaded)):
        values = loaded.expected[fault.place]
        key = f"{values.label}.{fault.key}"
        found.append(
            Problem(loaded.path, values.line(fault.key), key, str(fault), tr("mend that rule"))
        )
    return tuple(found)


def _tables(loaded: "Configuration") -> tuple[dict[str, Any], ...]:
    return tuple(
        {key: entry.value for key, entry in values.entries.items()} for values in loaded.expected
    )
