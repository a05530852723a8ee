"""Pure: what stands in for a screen in a terminal that is too small for it."""

from collections.abc import Sequence

from pfha_tui.domain.language import tr
from pfha_tui.ui import layout, texts
from pfha_tui.ui.command import Command
from pfha_tui.ui.line import Line, Tone, wrap


def rows(
    in_short: Sequence[Line], size: tuple[int, int], room: int, commands: Sequence[Command]
) -> tuple[Line, ...]:
    """How the pairs stand, what the terminal has and what is needed, and the key that leaves, in so many rows."""
    width, height = size
    said = tr(texts.TOO_SMALL).format(
        width=width,
        height=height,
        need_width=layout.LEAST_WIDTH,
        need_height=layout.LEAST_HEIGHT,
    )
    key = next(tr(command.label) for command in commands if command.id == "quit")
    hint = tr(texts.TOO_SMALL_HINT).format(key=key)
    told = (*wrap(said, width, 4, Tone.WARN), *wrap(hint, width, 2))
    # What is needed is told in any case.
    return (*in_short[: max(1, room - len(told))], *told)
