"""The lab's world put into the state of a recorded scenario."""

from collections.abc import Callable

from pfha_tui.lab import pfsense
from pfha_tui.lab.carp import State
from pfha_tui.lab.world import World

START = 1795389228.0
"""Sun Nov 22 23:13:48 2026 UTC, when the recorded pair was switched on."""


def booted(*, seed: int = 1, seconds: float = 60.0) -> World:
    """Both nodes switched on together, so long ago."""
    world = World(start=START, seed=seed)
    for node in world.nodes:
        node.boot()
    world.advance(seconds)
    return world


def _link_down(world: World) -> None:
    world.node("fw1").set_link("LAN", False)
    world.advance(6)


def _link_restored(world: World) -> None:
    _link_down(world)
    world.node("fw1").set_link("LAN", True)
    world.advance(7)


def _maintenance(world: World) -> None:
    pfsense.enter_maintenance(world.node("fw1"))
    world.advance(6)


def _sysctl_only(world: World) -> None:
    world.node("fw1").set_allow(0)
    world.advance(6)


def _pfsense_style(world: World) -> None:
    pfsense.disable_carp(world.node("fw1"))
    world.advance(16)


def _dead(world: World) -> None:
    world.node("fw1").power_off()
    world.advance(8)


def _returned(world: World) -> None:
    _dead(world)
    world.node("fw1").boot()
    world.advance(26)


def _split(world: World) -> None:
    world.set_segment("WAN", True)
    world.set_segment("LAN", True)
    world.advance(8)


def _sync_cut(world: World) -> None:
    world.set_segment("SYNC", True)
    world.advance(20)


RECORDED: dict[str, Callable[[World], None]] = {
    "normal": lambda world: None,
    "primary-lan-link-down": _link_down,
    "primary-lan-link-restored": _link_restored,
    "carp-maintenance-primary": _maintenance,
    "carp-disabled-primary-sysctl-only": _sysctl_only,
    "carp-disabled-primary-pfsense-style": _pfsense_style,
    "primary-dead": _dead,
    "primary-returned": _returned,
    "split-brain": _split,
    "sync-link-cut": _sync_cut,
}
"""What was done to the recorded pair, by scenario; only the load of `many-states` is not the lab's to choose."""


def recorded(scenario: str, *, seed: int = 1) -> World:
    """A world in the state of a recorded scenario."""
    world = booted(seed=seed)
    RECORDED[scenario](world)
    return world


def roles(world: World) -> dict[str, dict[str, State]]:
    """State by `vhid@interface`, by node."""
    return {
        node.name: {f"{vhid.number}@{vhid.port.name}": vhid.state for vhid in node.vhids}
        for node in world.nodes
    }
