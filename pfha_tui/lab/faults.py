"""What can be done to the pair while it lives.

Each deed checks that it can be done, does it, and says so in a sentence; it raises Refused when the pair is not in a
state for it.
"""

import ipaddress

from pfha_tui.lab import pfsense, power, xmlrpc
from pfha_tui.lab.carp import State
from pfha_tui.lab.interface import Interface, Kind
from pfha_tui.lab.node import Node, Power
from pfha_tui.lab.playback import PLAYBACKS
from pfha_tui.lab.world import World

SEND_ERROR_FACTOR = 240
"""The kernel's own net.inet.carp.senderr_demotion_factor, which pfSense sets to 0."""


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
    if node.firmware is None:
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
    return f"{node.name}: {text}" + _when(node.queue(work(node)))


def carp(world: World, node: Node, on: bool) -> str:
    """Disable or enable CARP as the status page does."""
    _running(node)
    if on:
        text = f"{node.name} enables CARP; pfSense waits for pfsync first, up to 31 s."
        return text + _when(node.queue(pfsense.enable_from_page(node)))
    return f"{node.name} disables CARP." + _when(node.queue(pfsense.disable_from_page(node)))


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

    It ends after three sends that succeed; a node that has become BACKUP by it sends no more, and stays demoted.
    """
    _alive(node)
    failing = [each for each in node.vhids if each.port is interface and each.state is State.MASTER]
    if not failing:
        raise Refused(f"{node.name} is not MASTER on {interface.name}, and sends nothing there.")
    node.carp_senderr_factor = SEND_ERROR_FACTOR
    for vhid in failing:
        vhid.fail_to_send()
    return (
        f"{node.name} could not send on {interface.name}, and is demoted to {node.carp_demotion}."
    )


def bad_password(world: World, node: Node, interface: Interface, on: bool) -> str:
    """Give the VHIDs of an interface a password that no other node has, or the right one again."""
    _alive(node)
    here = [vip for vip in node.config_vips if vip.interface == interface.name]
    if not here:
        raise Refused(f"{interface.name} of {node.name} has no CARP VIP.")
    for vip in here:
        vip.wrong_password = f"not-the-peers-{node.name}" if on else ""
        vhid = node.vhid(vip.interface, vip.vhid)
        if vhid is not None:
            vhid.password = vip.in_use
    world.touch()
    which = "a wrong CARP password" if on else "the right CARP password"
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
    if any(each.ip == vip.address for each in node.interface(vip.interface).addresses):
        raise Refused(f"{node.name} has {address} already.")
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
    if node.firmware is not None:
        raise Refused(f"{node.name} is rebooting.")
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


def _when(now: bool) -> str:
    """What is said of a process that may have to wait for another."""
    return "" if now else " It begins when what runs there is over."


def _word(on: bool) -> str:
    return "on" if on else "off"
