"""How the lab is made whole again, whatever was done to it."""

from collections.abc import Iterator

from pfha_tui.lab import pfsense
from pfha_tui.lab.carp import State
from pfha_tui.lab.interface import Kind
from pfha_tui.lab.node import Node, Power
from pfha_tui.lab.world import World


def mend(world: World) -> str:
    """Undo whatever was done: cables, segments, power, services, CARP, maintenance, load.

    A playback, or the page that enables CARP, is killed where it is under way, and a shutdown ended by a power cut and
    a boot: else they would go on and undo what was mended. A synchronisation of the configuration goes on, and so does
    a boot, whose node is mended at its end.
    """
    for name in world.segments:
        world.set_segment(name, False)
    world.load = 1.0
    for node in world.nodes:
        node.kill()
        node.sshd = node.snmpd = True
        node.path.round_trip = node.path.loss = 0.0
        if node.frozen:
            node.thaw()
        for interface in node.interfaces:
            if interface.kind is Kind.PORT:
                node.set_link(interface.name, True)
            node.set_admin(interface.name, True)
        _mend_passwords(node)
        if node.halting:
            node.power_off()
        if node.power is Power.OFF:
            node.boot()
        node.run(_mend_carp(node), killed=lambda: None)
        node.tell()
    booting = [node.name for node in world.nodes if node.booting]
    if not booting:
        return "All is whole again."
    verb = "has" if len(booting) == 1 else "have"
    return f"All is whole again once {' and '.join(booting)} {verb} booted."


def _mend_passwords(node: Node) -> None:
    """In the configuration, which a node that has no power or boots takes up later."""
    for vip in node.config_vips:
        vip.wrong_password = ""


def _mend_carp(node: Node) -> Iterator[float]:
    """At once, or when a boot under way is over: it may have gone wrong, and what is configured to be wrong lasts."""
    while node.booting:
        yield 1.0
    node.reset_tunables()
    node.links.clear()
    node.folders.clear()
    for vhid in node.vhids:
        vhid.send_errors = False
    _remove_strange_vips(node)
    pfsense.enable_carp(node)
    if node.maintenance:
        pfsense.leave_maintenance(node)
    if node.carp_demotion and all(vhid.state is not State.INIT for vhid in node.vhids):
        node.demote(-node.carp_demotion, "sysctl")
    _mend_pfsync(node)


def _remove_strange_vips(node: Node) -> None:
    """Addresses of virtual hosts that somebody added by hand."""
    known = {(vip.interface, vip.vhid, vip.address) for vip in node.config_vips}
    for vhid in tuple(node.vhids):
        for address in tuple(vhid.addresses):
            # An address that another virtual host has too may go there first; what is configured comes back.
            strange = (vhid.port.name, vhid.number, address) not in known
            interface = node.interface(vhid.port.name)
            while strange and address in vhid.addresses:
                if not node.remove_address(interface, address.ip):
                    break


def _mend_pfsync(node: Node) -> None:
    """Over SYNC again; a bulk update whose end was lost would else be waited for many minutes."""
    syncdev = node.interface("SYNC").name
    if node.syncdev != syncdev or node.bulk_pending:
        node.syncdev = syncdev
        node.request_bulk()
