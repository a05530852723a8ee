"""The configuration of both nodes within the world: config.xml, its revisions, and what writes them.

What is running may differ from it, as on a real pair: a fault changes the kernel, an administrator the configuration.
"""

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pfha_tui.lab.configxml import edits, operations
from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.facts import (
    AnyInterface,
    GatewayFacts,
    NodeFacts,
    PairFacts,
    Port,
    VipFacts,
)
from pfha_tui.lab.configxml.history import History
from pfha_tui.lab.configxml.operations import Edit, LogLine
from pfha_tui.lab.configxml.pair import pair_histories
from pfha_tui.lab.interface import Interface, Kind

if TYPE_CHECKING:
    from pfha_tui.lab.node import Node
    from pfha_tui.lab.world import World

ADMIN = "admin@192.168.99.20 (Local Database)"
"""Who edits, as revisions and log lines name him."""
DRIFT = "192.168.1.30 192.168.1.31 192.168.1.39"
PROCESSES = {"php-fpm": 364, "php-cgi": 812, "check_reload_status": 383}
"""Process numbers of the programs that log."""


class Configuration:
    """The histories of both nodes; made from what the world is made of, with a past of some weeks."""

    def __init__(self, world: "World") -> None:
        first, second = pair_histories(_facts(world), world.started_at)
        version = world.nodes[1].generation.config_version
        if version != second.current.version:
            second = History(Config({**second.current.root, "version": version}), second.backups)
        self._of = {
            node.name: history for node, history in zip(world.nodes, (first, second), strict=True)
        }

    def of(self, node: "Node") -> History:
        """What lies under /cf/conf on a node."""
        return self._of[node.name]

    def replace(self, node: "Node", history: History) -> None:
        """A node's new history; its flag of maintenance is read from it."""
        self._of[node.name] = history
        node.maintenance = history.current.maintenance

    def set_maintenance(self, node: "Node", on: bool) -> bool:
        """Write or remove the flag, with the log line of it; False when it was so already."""
        written = operations.set_maintenance(self.of(node), on, node.world.now)
        self.replace(node, written.history)
        play(node, written.log)
        return written.changed

    def edit(self, node: "Node", change: Edit | None = None) -> None:
        """An administrator saves a page; without a change to make, the addresses of an alias that is synchronised."""
        made = (
            edits.change_alias("SRV_TP", self._other_addresses(node)) if change is None else change
        )
        written = operations.edit(self.of(node), made, node.world.now, ADMIN)
        self.replace(node, written.history)
        play(node, written.log)

    def _other_addresses(self, node: "Node") -> str:
        found = self.of(node).current.entries("aliases", "alias")
        now = next(str(one["address"]) for one in found if one.get("name") == "SRV_TP")
        return DRIFT if now != DRIFT else DRIFT.rsplit(maxsplit=1)[0]


def play(node: "Node", lines: Iterable[LogLine]) -> None:
    """Have log lines written at their time; those of now are written at once."""
    for line in lines:
        program = f"{line.program}[{PROCESSES[line.program]}]"
        if line.after:
            node.later(line.after, lambda p=program, t=line.text: node.syslog(p, t))  # type: ignore[misc]
        else:
            node.syslog(program, line.text)


def _facts(world: "World") -> PairFacts:
    nodes = tuple(
        NodeFacts(
            node.name,
            tuple(port for each in node.interfaces if (port := _port(each)) is not None),
        )
        for node in world.nodes
    )
    primary = world.nodes[0]
    return PairFacts(
        (nodes[0], nodes[1]),
        _vips(primary),
        version=primary.generation.config_version,
        gateways=tuple(
            GatewayFacts(each.name, primary.interface(each.interface).config_id, str(each.monitor))
            for each in primary.gateways
            if primary.interface(each.interface).config_id
        ),
        laggs=tuple(
            (each.name, tuple(below.name for below in each.below))
            for each in primary.interfaces
            if each.kind is Kind.LAGG
        ),
    )


def _port(interface: Interface) -> Port | None:
    if not interface.config_id:
        return None
    own = [address.ip for address in interface.addresses if address.vhid is None]
    four = next(ip for ip in own if isinstance(ip, ipaddress.IPv4Interface))
    six = next((ip for ip in own if isinstance(ip, ipaddress.IPv6Interface)), None)
    return Port(interface.config_id, interface.name, interface.description, four, six)


def _vips(node: "Node") -> tuple[VipFacts, ...]:
    """The CARP VIPs; aliases go to the first VIP of their virtual host."""
    stacked: dict[tuple[str, int], list[tuple[AnyInterface, str]]] = {}
    for vip in node.config_vips:
        if vip.stacked:
            stacked.setdefault((vip.interface, vip.vhid), []).append((vip.address, vip.description))
    return tuple(
        VipFacts(
            node.interface(vip.interface).config_id, vip.vhid, vip.address, vip.description,
            tuple(stacked.pop((vip.interface, vip.vhid), ())), vip.advskew, vip.advbase, vip.password,
        )
        for vip in node.config_vips
        if not vip.stacked
    )  # fmt: skip
