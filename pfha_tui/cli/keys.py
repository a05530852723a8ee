"""`keys`: every command of the screen with its name, its keys and what it does."""

from pfha_tui.cli import output
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, configuration
from pfha_tui.cli.screen import wanted_keys
from pfha_tui.config.locations import USUAL_PLACE, config_location
from pfha_tui.domain.language import tr
from pfha_tui.ui import keymap
from pfha_tui.ui.commands import COMMANDS


def run(options: Options, *, as_json: bool) -> ExitCode:
    """Print the commands that have keys, with those of the configuration where there is one. Raises Failure."""
    location = config_location(options.config)
    unconfigured = location.chosen_by == USUAL_PLACE and not location.path.exists()
    wanted = {} if unconfigured else wanted_keys(configuration(options))
    found = [one for one in keymap.remapped(COMMANDS, wanted) if one.keys]
    if as_json:
        output.dump(
            {
                "schema": 1,
                "commands": [
                    {
                        "id": one.id,
                        "keys": one.keys.split(","),
                        "configured": one.id in wanted,
                        "fixed": one.id in keymap.STEADY,
                        "scope": one.scope.name.lower(),
                        "help": one.help,
                    }
                    for one in found
                ],
            }
        )
        return ExitCode.OK
    wide = output.unicode_output()
    rows = [
        (one.id, ", ".join(keymap.labels(one, ascii_only=not wide)), tr(one.help)) for one in found
    ]
    name, key = (max(len(row[column]) for row in rows) for column in (0, 1))
    for row in rows:
        output.line(f"{row[0]:<{name}}  {row[1]:<{key}}  {row[2]}")
    return ExitCode.OK
