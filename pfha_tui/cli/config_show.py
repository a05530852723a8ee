"""`config check` and `config show`."""

from typing import TYPE_CHECKING

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure, warn
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, configuration
from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from pfha_tui.config.settings import Setting


def check(options: Options) -> ExitCode:
    """Check the file, the files it names and its secrets, of every pair (or of --pair).

    Raises Failure (USAGE) with one sentence for each fault.
    """
    from pfha_tui.cli.diff_rules import rule_problems
    from pfha_tui.cli.screen import key_problems
    from pfha_tui.config.judge import shared_host_keys
    from pfha_tui.config.problems import ConfigError, Problem, distinct
    from pfha_tui.config.resolve import find_pair, pair_target

    loaded = configuration(options)
    problems: list[Problem] = [*key_problems(loaded), *rule_problems(loaded)]
    try:
        pairs = loaded.pairs if options.pair is None else (find_pair(loaded, options.pair),)
    except ConfigError as error:
        raise Failure(ExitCode.USAGE, *map(str, error.problems)) from None
    for pair in pairs:
        try:
            pair_target(loaded, pair)
        except ConfigError as error:
            problems += error.problems
        if shared_host_keys(pair):
            warn(
                tr(
                    "{path}:{line}: {label}: both nodes are pinned to the same host key; one was cloned "
                    "from the other, or both addresses lead to one machine"
                ).format(path=loaded.path, line=pair.line, label=pair.label)
            )
    if problems:
        raise Failure(ExitCode.USAGE, *map(str, distinct(problems)))
    names = ", ".join(pair.name for pair in pairs)
    output.line(tr("{path}: no faults ({names})").format(path=loaded.path, names=names))
    return ExitCode.OK


def show(options: Options, *, as_json: bool) -> ExitCode:
    """Print every effective value and where it came from; of secrets only the reference."""
    from pfha_tui.config.locations import config_location

    loaded = configuration(options)
    location = config_location(options.config)
    settings = [
        setting
        for setting in loaded.settings()
        if options.pair is None
        or setting.key.startswith(("schema", "ui.", "keys.", "diff.", f"pair[{options.pair}]"))
    ]
    if as_json:
        output.dump(
            {
                "schema": 1,
                "file": str(location.path),
                "chosen_by": location.chosen_by,
                "settings": [
                    {
                        "key": setting.key,
                        "value": setting.value,
                        "origin": setting.origin,
                        "line": setting.line,
                    }
                    for setting in settings
                ],
            }
        )
        return ExitCode.OK
    chosen_by = tr("(from {place})").format(place=tr(location.chosen_by))
    output.line(f"{location.path}  {chosen_by}")
    width = max(len(setting.key) for setting in settings)
    for setting in settings:
        output.line(f"{setting.key:<{width}}  {_shown(setting):<24}  {_origin(setting)}")
    return ExitCode.OK


def _shown(setting: "Setting") -> str:
    value = setting.value
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _origin(setting: "Setting") -> str:
    if setting.line is None:
        return setting.origin
    return tr("{origin}, line {line}").format(origin=setting.origin, line=setting.line)
