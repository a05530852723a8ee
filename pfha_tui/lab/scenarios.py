"""The scenarios of the lab: what befell the pair, and how long ago."""

from collections.abc import Callable
from dataclasses import dataclass

from pfha_tui.lab import pfsense
from pfha_tui.lab.world import World

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

Step = tuple[float, Callable[[World], None]]
"""How many seconds before now, and what happens."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named past of the pair."""

    name: str
    summary: str
    steps: tuple[Step, ...]


def build(name: str, now: float, *, seed: int = 1) -> World:
    """A world whose present is `now` (epoch seconds), after the named past. KeyError for an unknown name."""
    steps = SCENARIOS[name].steps
    world = World(start=now - max(ago for ago, _ in steps), seed=seed)
    for ago, happen in sorted(steps, key=lambda step: -step[0]):
        world.coast(now - ago)
        happen(world)
    world.coast(now)
    return world


def _boot_both(world: World) -> None:
    for node in world.nodes:
        node.boot()


def _demote_primary(world: World) -> None:
    world.node("fw1").demote(120, "sysctl")


def _cut_clients(world: World) -> None:
    world.set_segment("WAN", True)
    world.set_segment("LAN", True)


def _stop_preempting(world: World) -> None:
    for node in world.nodes:
        node.carp_preempt = 0


_BOOT: Step = (3 * DAY + 4 * HOUR + 12 * MINUTE, _boot_both)
_BLIP: tuple[Step, ...] = (
    (5 * HOUR, lambda world: world.node("fw2").set_link("LAN", False)),
    (5 * HOUR - 40, lambda world: world.node("fw2").set_link("LAN", True)),
)
"""An old, harmless fault of the spare, so that the logs are not bare."""

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario("healthy", "fw1 serves everything, fw2 stands by", (_BOOT, *_BLIP)),
        Scenario(
            "failed-over",
            "somebody demoted fw1 by 120, and fw2 serves everything",
            (_BOOT, *_BLIP, (18 * MINUTE, _demote_primary)),
        ),
        Scenario(
            "maintenance",
            "fw1 is in persistent maintenance mode, and fw2 serves everything",
            (
                _BOOT,
                *_BLIP,
                (25 * MINUTE, lambda world: pfsense.enter_maintenance(world.node("fw1"))),
            ),
        ),
        Scenario(
            "split-brain",
            "the switches of WAN and LAN lost their link, and both nodes are MASTER",
            (_BOOT, *_BLIP, (8 * MINUTE, _cut_clients)),
        ),
        Scenario(
            "partial",
            "preemption is off, and LAN stayed with fw2 after fw1's cable was out: WAN is served by fw1",
            (
                _BOOT,
                *_BLIP,
                (2 * HOUR, _stop_preempting),
                (11 * MINUTE, lambda world: world.node("fw1").set_link("LAN", False)),
                (11 * MINUTE - 35, lambda world: world.node("fw1").set_link("LAN", True)),
            ),
        ),
        Scenario(
            "carp-disabled",
            "CARP was disabled on fw1 as pfSense's status page does it",
            (_BOOT, *_BLIP, (6 * MINUTE, lambda world: pfsense.disable_carp(world.node("fw1")))),
        ),
        Scenario(
            "peer-down",
            "fw2 lost power, and fw1 serves without a spare",
            (_BOOT, *_BLIP, (4 * MINUTE, lambda world: world.node("fw2").power_off())),
        ),
    )
}
"""Every scenario by its name."""
