"""click's commands with their help in the language in use; each takes --lang."""

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import cleandoc
from typing import Any

import click

from pfha_tui.cli.language import FLAG, LANGUAGES
from pfha_tui.domain.language import tr


def _lang() -> click.Option:
    """--lang for the parser alone: `language.choose` has read it before anything was parsed."""
    return click.Option(
        [FLAG],
        type=click.Choice(LANGUAGES),
        expose_value=False,
        help="The language; without it the locale decides.",
    )


class SpokenCommand(click.Command):
    """A command whose own help and whose options' help are translated where they are shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(_lang())

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click's, in the language in use."""
        with _translated(self):
            super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """As click's, in the language in use."""
        with _translated(self):
            return super().get_short_help_str(limit)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click's, in the language in use."""
        with _translated(*self.get_params(ctx)):
            super().format_options(ctx, formatter)


class SpokenGroup(SpokenCommand, click.Group):
    """A group of such commands."""

    command_class = SpokenCommand
    group_class = type


@contextmanager
def _translated(*described: Any) -> Iterator[None]:
    """The `help` of commands and options in the language in use, English again afterwards."""
    found = [(each, each.help) for each in described if getattr(each, "help", None)]
    for each, text in found:
        english = cleandoc(text)
        each.help = tr(english)
    try:
        yield
    finally:
        for each, text in found:
            each.help = text
