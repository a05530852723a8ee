"""What can be done to the pair while it lives.

Each deed checks that it can be done, does it, and says so in a sentence; it raises Refused when the pair is not in a
state for it.
"""

import ipaddress
from collections.abc import Iterator

from pfha_tui.lab import pfsense, power, xmlrpc
from pfha_tui.lab.carp import State
from pfha_tui.lab.interface import Interface, Kind
from pfha_tui.lab.node import Node, Power
from pfha_tui.lab.playback import PLAYBACKS
from pfha_tui.lab.world import World

SEND_ERROR_FACTOR = 240
"""The kernel's own net.inet.carp.senderr_demotion_factor, which pfSense sets to 0."""
ENOBUFS = 55
WRONG_PASSWORD = "not-the-peers"


class Refused(Exception):
    """The deed cannot be done now; the text says why, in one sentence."""


# Cables, segments


def pull(world: World, node: Node, interface: Interface) -> str:
    """Pull a cable; all of them below a VLAN or an aggregation."""
    return _cable(node, interface, False)


def plug(world: World, node: Node, interface: Interface) -> str:
    """Plug it in again."""
    return _cable(node, interface, True)


def cut(world: World, segment: str) -> str:
    """Part a segment between the nodes; both keep their carrier."""
    return _segment(world, segment, True)


def join(world: World, segment: str) -> str:
    """Mend it."""
    return _segment(world, segment, False)


# Power


def power_off(world: World, node: Node) -> str:
    """Cut the power."""
    _powered(node)
    node.power_off()
    return f"{node.name} has lost its power."


def boot(world: World, node: Node) -> str:
    """Switch on."""
    if node.power is not Power.OFF:
        raise Refused(f"{node.name} has power already.")
    node.boot()
    return f"{node.name} boots; that takes about a minute."


def reboot(world: World, node: Node) -> str:
    """Reboot, as from the menu."""
    _running(node)
    node.run(power.reboot(node))
    return f"{node.name} reboots; that takes about a minute."


def shutdown(world: World, node: Node) -> str:
    """Halt in order."""
    _running(node)
    node.run(power.shutdown(node))
    return f"{node.name} halts; {power.HALT_SECONDS:g} s from now it is off."


def freeze(world: World, node: Node) -> str:
    """Hang, as a paused virtual machine does."""
    _alive(node)
    node.freeze()
    return f"{node.name} hangs."


def thaw(world: World, node: Node) -> str:
    """Go on."""
    _powered(node)
    if not node.frozen:
        raise Refused(f"{node.name} does not hang.")
    node.thaw()
    return f"{node.name} goes on."


# CARP


def maintenance(world: World, node: Node, on: bool) -> str:
    """Enter or leave persistent maintenance mode."""
    return playback(world, node, "enablecarpmaint" if on else "disablecarpmaint")


def playback(world: World, node: Node, name: str) -> str:
    """Run a playback of pfSsh.php."""
    _running(node)
    text, work = PLAYBACKS[name]
    _process(node, work(node))
    return f"{node.name}: {text}"


def carp(world: World, node: Node, on: bool) -> str:
    """Disable or enable CARP as the status page does."""
    _running(node)
    if on:
        _process(node, pfsense.enable_from_page(node))
        return f"{node.name} enables CARP; pfSense waits for pfsync first, up to 31 s."
    pfsense.disable_carp(node)
    return f"{node.name} has CARP disabled."


def demote(world: World, node: Node, adjustment: int) -> str:
    """Write net.inet.carp.demotion, which adds."""
    _alive(node)
    node.demote(adjustment, "sysctl")
    return f"The demotion of {node.name} is {node.carp_demotion}."


def allow(world: World, node: Node, value: bool) -> str:
    """Write net.inet.carp.allow."""
    _alive(node)
    node.set_allow(int(value))
    world.touch()
    return f"{node.name} has net.inet.carp.allow={node.carp_allow}."


def preempt(world: World, node: Node, on: bool) -> str:
    """Write net.inet.carp.preempt."""
    _alive(node)
    node.carp_preempt = int(on)
    return f"{node.name} has net.inet.carp.preempt={node.carp_preempt}."


def send_errors(world: World, node: Node, interface: Interface) -> str:
    """Three sends in a row fail, with the kernel's own demotion factor in force.

    A node that has become BACKUP by it sends no more, so it never counts a success, and stays demoted.
    """
    _alive(node)
    node.carp_senderr_factor = SEND_ERROR_FACTOR
    node.demote(SEND_ERROR_FACTOR, f"send error {ENOBUFS} on {interface.name}")
    return (
        f"{node.name} could not send on {interface.name}, and is demoted to {node.carp_demotion}."
    )


def bad_password(world: World, node: Node, interface: Interface, on: bool) -> str:
    """Give the VHIDs of an interface another password than the peer's, or the peer's again."""
    _alive(node)
    here = [vip for vip in node.config_vips if vip.interface == interface.name]
    if not here:
        raise Refused(f"{interface.name} of {node.name} has no CARP VIP.")
    right = {(vip.interface, vip.vhid): vip.password for vip in world.peer(node).config_vips}
    for vip in here:
        vip.password = WRONG_PASSWORD if on else right[vip.interface, vip.vhid]
        vhid = node.vhid(vip.interface, vip.vhid)
        if vhid is not None:
            vhid.password = vip.password
    world.touch()
    which = "another CARP password than its peer" if on else "the CARP password of its peer"
    return f"{node.name} has {which} on {interface.name}."


def unalias(world: World, node: Node, address: str) -> str:
    """Take an address of a VIP away from the interface, though the configuration has it."""
    _alive(node)
    vip = next((v for v in node.config_vips if str(v.address.ip) == address), None)
    if vip is None:
        raise Refused(f"{node.name} has no VIP {address}.")
    if not node.remove_address(node.interface(vip.interface), ipaddress.ip_address(address)):
        raise Refused(f"{address} is missing on {node.name} already.")
    world.touch()
    return f"{node.name} lacks {address}."


def alias(world: World, node: Node, address: str) -> str:
    """Put an address of a VIP back."""
    _alive(node)
    vip = next((v for v in node.config_vips if str(v.address.ip) == address), None)
    if vip is None:
        raise Refused(f"{node.name} has no VIP {address}.")
    node.add_vip(vip, power.MAINTENANCE_SKEW if node.maintenance else None)
    world.touch()
    return f"{node.name} has {address}."


# Services, the way to a node


def ssh(world: World, node: Node, on: bool) -> str:
    """Stop or start sshd; open sessions end with it."""
    node.sshd = on
    node.tell()
    return f"sshd of {node.name} is {_word(on)}."


def snmp(world: World, node: Node, on: bool) -> str:
    """Stop or start the SNMP agent."""
    node.snmpd = on
    node.tell()
    return f"The SNMP agent of {node.name} is {_word(on)}."


def slow(world: World, node: Node, milliseconds: int) -> str:
    """Lengthen the way between the console and a node."""
    node.path.round_trip = milliseconds / 1000
    return f"The round trip to {node.name} takes {milliseconds} ms longer than loopback."


def lose(world: World, node: Node, percent: int) -> str:
    """Lose packets on the way between the console and a node."""
    node.path.loss = percent / 100
    return f"{percent} % of the packets to and from {node.name} are lost."


# Configuration


def sync_now(world: World) -> str:
    """Push the configuration, as the page's button does."""
    primary = world.nodes[0]
    _running(primary)
    xmlrpc.filter_sync(primary)
    return f"{primary.name} pushes its configuration in a second."


def edit(world: World, node: Node) -> str:
    """An administrator changes an alias."""
    _running(node)
    pfsense.edit(node)
    if node is world.nodes[0]:
        return f"{node.name} has a changed alias, and pushes it in a second."
    return f"{node.name} has a changed alias, which {world.nodes[0].name} lacks."


# The world


def load(world: World, factor: float) -> str:
    """More or less traffic."""
    world.accrue()
    world.load = factor
    return f"The clients' traffic is {factor:g} times the usual."


def speed(world: World, factor: float) -> str:
    """Let the world run faster or slower."""
    try:
        world.speed = factor
    except ValueError as error:
        raise Refused(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    return f"The world runs {factor:g} times as fast as the clock."


def mend(world: World) -> str:
    """Undo whatever was done: cables, segments, power, services, CARP, maintenance, load.

    A playback, or the page that enables CARP, is killed where it is under way, and a shutdown ended by a power cut and
    a boot: else they would go on and undo what was mended. A synchronisation of the configuration goes on.
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
        _mend_passwords(world, node)
        if node.halting:
            node.power_off()
        if node.power is Power.OFF:
            node.boot()
        elif not node.booting:
            _mend_carp(node)
        node.tell()
    booting = " and ".join(node.name for node in world.nodes if node.booting)
    return f"All is whole again once {booting} has booted." if booting else "All is whole again."


def status(world: World) -> str:
    """The truth about the pair: power, roles, faults."""
    lines = [f"world time {world.now:.1f}, speed {world.speed:g}, load {world.load:g}"]
    lines += [f"segment {name} is cut" for name, each in world.segments.items() if each.cut]
    for node in world.nodes:
        lines.append(f"{node.name}: {', '.join(_state(node))}")
    lines += [line for report in world.reports for line in report()]
    return "\n".join(lines)


def _state(node: Node) -> Iterator[str]:
    yield "booting" if node.booting else "halting" if node.halting else f"power {node.power.value}"
    for vhid in node.vhids:
        yield f"{vhid.number}@{vhid.port.name} {vhid.state}"
    if node.carp_demotion:
        yield f"demotion {node.carp_demotion}"
    for interface in node.interfaces:
        if interface.kind is Kind.PORT and not interface.plugged:
            yield f"{interface.description or interface.name} unplugged"
    marks = {
        "frozen": node.frozen, "CARP off": not node.carp_allow, "maintenance": node.maintenance,
        "preempt off": not node.carp_preempt, "sshd off": not node.sshd, "SNMP off": not node.snmpd,
    }  # fmt: skip
    yield from (mark for mark, there in marks.items() if there)
    if node.path.round_trip:
        yield f"{node.path.round_trip * 1000:.0f} ms away"
    if node.path.loss:
        yield f"{node.path.loss:.0%} loss"


def _mend_passwords(world: World, node: Node) -> None:
    """In the configuration, which a node that has no power or boots takes up later."""
    right = {(vip.interface, vip.vhid): vip.password for vip in world.peer(node).config_vips}
    for vip in node.config_vips:
        if vip.password == WRONG_PASSWORD:
            vip.password = right[vip.interface, vip.vhid]


def _mend_carp(node: Node) -> None:
    node.carp_preempt, node.carp_senderr_factor = 1, 0
    node.links.clear()
    node.folders.clear()
    pfsense.enable_carp(node)
    if node.maintenance:
        pfsense.leave_maintenance(node)
    if node.carp_demotion and all(vhid.state is not State.INIT for vhid in node.vhids):
        node.demote(-node.carp_demotion, "sysctl")


def _cable(node: Node, interface: Interface, plugged: bool) -> str:
    _powered(node)
    ports = [each for each in interface.stack() if each.kind is Kind.PORT]
    name = f"{interface.description or interface.name} of {node.name}"
    if not ports:
        raise Refused(f"{name} has no cable.")
    if all(port.plugged is plugged for port in ports):
        raise Refused(f"{name} is {'plugged in' if plugged else 'unplugged'} already.")
    node.set_link(interface.name, plugged)
    return f"{name} is {'plugged in' if plugged else 'unplugged'}."


def _segment(world: World, name: str, cut: bool) -> str:
    word = "cut" if cut else "whole"
    if world.segments[name].cut is cut:
        raise Refused(f"Segment {name} is {word} already.")
    world.set_segment(name, cut)
    return f"Segment {name} is {word}."


def _powered(node: Node) -> None:
    if node.power is Power.OFF:
        raise Refused(f"{node.name} has no power; boot it first.")


def _alive(node: Node) -> None:
    _powered(node)
    if node.frozen:
        raise Refused(f"{node.name} hangs; thaw it first.")


def _running(node: Node) -> None:
    _alive(node)
    if node.booting:
        raise Refused(f"{node.name} is still booting.")
    if node.halting:
        raise Refused(f"{node.name} is shutting down.")


def _process(node: Node, work: Iterator[float]) -> None:
    """Start what `mend` ends on the way."""
    node.run(work, killed=lambda: None)


def _word(on: bool) -> str:
    return "on" if on else "off"
