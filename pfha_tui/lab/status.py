"""What `status` says of the lab: the truth, to hold the console against."""

from collections.abc import Iterator

from pfha_tui.lab.interface import Kind
from pfha_tui.lab.node import Node
from pfha_tui.lab.world import World


def status(world: World) -> str:
    """The truth about the pair: power, roles, faults."""
    lines = [f"world time {world.now:.1f}, speed {world.speed:g}, load {world.load:g}"]
    lines += [f"segment {name} is cut" for name, each in world.segments.items() if each.cut]
    for node in world.nodes:
        lines.append(f"{node.name}: {', '.join(_state(node))}")
    lines += [line for report in world.reports for line in report()]
    return "\n".join(lines)


def _state(node: Node) -> Iterator[str]:
    stages = {
        "rebooting": node.firmware is not None,
        "booting": node.booting,
        "halting": node.halting,
    }
    yield next((name for name, now in stages.items() if now), f"power {node.power.value}")
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
