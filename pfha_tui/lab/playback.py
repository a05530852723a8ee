"""The playbacks of pfSsh.php that concern CARP, step by step, with their quirks and their durations."""

from collections.abc import Callable, Iterator

from pfha_tui.lab import pfsense, power
from pfha_tui.lab.node import Node

START = (0.6, 1.4)
"""Seconds until PHP has started and read the configuration."""
WRITE = (0.4, 1.2)
"""Seconds that a write of the configuration takes, with a second reading."""


def enter_maintenance(node: Node) -> Iterator[float]:
    """`playback enablecarpmaint`."""
    yield node.world.random.uniform(*START)
    if not node.maintenance:
        yield node.world.random.uniform(*WRITE)
    pfsense.enter_maintenance(node)


def leave_maintenance(node: Node) -> Iterator[float]:
    """`playback disablecarpmaint`."""
    yield node.world.random.uniform(*START)
    if node.maintenance:
        yield node.world.random.uniform(*WRITE)
    pfsense.leave_maintenance(node)


def disable(node: Node) -> Iterator[float]:
    """`playback disablecarp`: allow=0, then the CARP VIPs one a second.

    Aliases that stand on a VIP stay, and keep its virtual host alive in INIT.
    """
    yield node.world.random.uniform(*START)
    node.set_allow(0)
    for vip in node.config_vips:
        if not vip.stacked:
            node.remove_address(node.interface(vip.interface), vip.address.ip)
            node.world.touch()
            yield 1.0


def enable(node: Node) -> Iterator[float]:
    """`playback enablecarp`: the CARP VIPs one a second, the wait for pfsync, then allow=1.

    Aliases that the status page has removed do not come back.
    """
    yield node.world.random.uniform(*START)
    for vip in node.config_vips:
        if not vip.stacked:
            node.add_vip(vip, power.MAINTENANCE_SKEW if node.maintenance else None)
            node.world.touch()
            yield 1.0
    yield from power.sync_setup(node, pfsense.SHELL, "pfSsh.php")
    node.set_allow(1)


PLAYBACKS: dict[str, tuple[str, Callable[[Node], Iterator[float]]]] = {
    "enablecarpmaint": ("Enabling CARP maintenance mode...", enter_maintenance),
    "disablecarpmaint": ("Disabling CARP maintenance mode...", leave_maintenance),
    "disablecarp": ("Disabling CARP...", disable),
    "enablecarp": ("Enabling CARP...", enable),
}
"""What each prints, and what it does."""
