"""From the command line's options to a configuration, and to one pair of it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from pfha_tui.config.settings import Configuration
    from pfha_tui.domain.target import PairTarget


@dataclass(frozen=True, slots=True)
class Options:
    """What stands before the command, or after it where the command takes it too."""

    config: str | None = None
    pair: str | None = None
    read_only: bool = False
    ascii: bool = False
    no_color: bool = False
    theme: str | None = None


def configuration(options: Options) -> "Configuration":
    """The checked configuration file. Raises Failure (USAGE) with every fault, a sentence each."""
    from pfha_tui.config.load import load
    from pfha_tui.config.locations import config_location
    from pfha_tui.config.problems import ConfigError, NoConfiguration

    location = config_location(options.config)
    try:
        return load(location.path)
    except NoConfiguration:
        raise Failure(
            ExitCode.USAGE,
            tr("There is no configuration at {path} ({chosen_by}).").format(
                path=location.path, chosen_by=tr(location.chosen_by)
            ),
            tr("`pfha-tui config init` writes one; `pfha-tui demo` needs none."),
        ) from None
    except ConfigError as error:
        raise config_failure(error) from None


def config_failure(error: Exception) -> Failure:
    """A ConfigError as the end of a command."""
    return Failure(ExitCode.USAGE, *str(error).splitlines())


def pair_target(options: Options) -> "PairTarget":
    """The pair that the options name, ready to be watched. Raises Failure (USAGE)."""
    from pfha_tui.config.problems import ConfigError
    from pfha_tui.config.resolve import find_pair
    from pfha_tui.config.resolve import pair_target as resolve

    loaded = configuration(options)
    try:
        target = resolve(loaded, find_pair(loaded, options.pair))
    except ConfigError as error:
        raise config_failure(error) from None
    return replace(target, read_only=True) if options.read_only else target
