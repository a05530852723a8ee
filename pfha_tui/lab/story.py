"""A quarter of an hour in which everything happens once, over and over."""

from pfha_tui.lab import verbs
from pfha_tui.lab.world import World

LENGTH = 900.0
"""Seconds until it begins anew."""

STORY: tuple[tuple[float, str], ...] = (
    (60.0, "pull fw1 lan"),
    (120.0, "plug fw1 lan"),
    (180.0, "maintenance fw1 on"),
    (245.0, "maintenance fw1 off"),
    (300.0, "power-off fw1"),
    (335.0, "boot fw1"),
    (430.0, "cut wan"),
    (430.0, "cut lan"),
    (450.0, "join wan"),
    (450.0, "join lan"),
    (500.0, "cut sync"),
    (580.0, "join sync"),
    (630.0, "edit fw1"),
    (675.0, "edit fw2"),
    (720.0, "sync now"),
    (760.0, "slow fw2 400"),
    (830.0, "slow fw2 0"),
    (890.0, "mend"),
)
"""When, in seconds from the beginning, and what: quiet first, then a cable, maintenance, a power cut and the boot after
it, a short split brain, a cut sync link, a change that is synchronised and one that is drift, a slow link."""


def begin(world: World) -> None:
    """Have the story told from now on, in world time."""
    for when, text in STORY:
        world.scheduler.after(when, lambda text=text: _do(world, text))  # type: ignore[misc]
    world.scheduler.after(LENGTH, lambda: begin(world))


def _do(world: World, text: str) -> None:
    try:
        verbs.run(world, text)
    except verbs.Refused:
        return  # somebody else has been at the pair meanwhile; the story goes on
