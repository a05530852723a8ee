"""What `status` says of the lab: the truth, to hold the console against."""

from collections.abc import Iterator

from pfha_tui.lab.interface import Kind
from pfha_tui.lab.node import Node, Power
from pfha_tui.lab.world import World


def status(world: World) -> str:
    """The truth about the pair: power, roles, faults."""
    lines = [f"world time {world.now:.1f}, speed {world.speed:g}, load {world.load:g}"]
    lines += [f"segment {name} is cut" for name, each in world.segments.items() if each.cut]
    for node in world.nodes:
        lines.append(f"{node.name}: {', '.join(_state(node))}")
    lines += [line for report in world.reports for line in report()]
    return "\n".join(lines)


def _carp(node: Node) -> Iterator[str]:
    """What the power holds: the kernel's CARP and pfsync."""
    for vhid in node.vhids:
        failing = " (failed sends)" if vhid.send_errors else ""
        yield f"{vhid.number}@{vhid.port.name} {vhid.state}{failing}"
    if node.carp_demotion:
        yield f"demotion {node.carp_demotion}"
    there = {(each.name, held.ip) for each in node.interfaces for held in each.addresses}
    lacking = [vip for vip in node.config_vips if (vip.interface, vip.address) not in there]
    if lacking and node.carp_allow and not node.booting:
        yield f"lacks {' and '.join(str(vip.address.ip) for vip in lacking)}"
    marks = {
        "frozen": node.frozen, "CARP off": not node.carp_allow, "preempt off": not node.carp_preempt,
        f"send-error factor {node.carp_senderr_factor}": node.carp_senderr_factor,
        "bulk update pending": node.bulk_pending,
    }  # fmt: skip
    yield from (mark for mark, on in marks.items() if on)


def _state(node: Node) -> Iterator[str]:
    stages = {
        "rebooting": node.firmware is not None,
        "booting": node.booting,
        "halting": node.halting,
    }
    yield next((name for name, now in stages.items() if now), f"power {node.power.value}")
    if node.power is not Power.OFF:
        yield from _carp(node)
    for interface in node.interfaces:
        name = interface.description or interface.name
        if interface.kind is Kind.PORT and not interface.plugged:
            yield f"{name} unplugged"
        if not interface.admin_up:
            yield f"{name} set down"
    for wrong in dict.fromkeys(vip.interface for vip in node.config_vips if vip.wrong_password):
        yield f"wrong CARP password on {node.interface(wrong).description}"
    marks = {"maintenance": node.maintenance, "sshd off": not node.sshd, "SNMP off": not node.snmpd}
    yield from (mark for mark, there in marks.items() if there)
    if node.path.round_trip:
        yield f"{node.path.round_trip * 1000:.0f} ms away"
    if node.path.loss:
        yield f"{node.path.loss:.0%} loss"
