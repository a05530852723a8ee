"""What the commands have in common: durations, --config and --pair, --ascii and --no-color."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from pfha_tui.domain.language import tr

if TYPE_CHECKING:
    from pfha_tui.cli.options import Options

Command = Callable[..., Any]


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A duration such as 500ms, 10s or 1m, as seconds; at most `longest`, which is one too."""

    name = "duration"

    def __init__(self, longest: str = "1h") -> None:
        self._longest = longest

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds of the text; a usage error for anything else, and for zero."""
        from pfha_tui.config.durations import parse_duration

        if isinstance(value, float):
            return value
        try:
            seconds = parse_duration(str(value))
        except ValueError as error:
            self.fail(f'"{value}" {error}', param, ctx)
        if not 0 < seconds <= parse_duration(self._longest):
            between = tr("is not between {low} and {high}").format(low="1ms", high=self._longest)
            self.fail(f'"{value}" {between}', param, ctx)
        return seconds


def where(command: Command) -> Command:
    """--config and --pair, for the commands that also take them after their name."""
    command = click.option("--pair", metavar="NAME", help="The pair to use, if there are several.")(
        command
    )
    return click.option("--config", metavar="FILE", help="The configuration file to read.")(command)


def look(command: Command) -> Command:
    """--ascii and --no-color."""
    command = click.option("--no-color", is_flag=True, help="No colours (as NO_COLOR does).")(
        command
    )
    return click.option("--ascii", "ascii_", is_flag=True, help="No glyphs outside ASCII.")(command)


def options(
    ctx: click.Context,
    config: str | None = None,
    pair: str | None = None,
    ascii_: bool = False,
    no_color: bool = False,
) -> "Options":
    """The options given before the command, overruled by those after it."""
    given: Options = ctx.find_root().obj
    return replace(
        given,
        config=config or given.config,
        pair=pair or given.pair,
        ascii=ascii_ or given.ascii,
        no_color=no_color or given.no_color,
    )
