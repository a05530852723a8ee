"""Pure: what is known of a node itself, of its part in the pair, and of its live streams."""

from collections.abc import Sequence

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import LinkStatus, NodeSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.domain.wording import decimal, word
from pfha_tui.ui import present, vips
from pfha_tui.ui.facts.side import Side, Told, reads
from pfha_tui.ui.facts.table import Items, number, text, yes_no
from pfha_tui.ui.line import Tone, line
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import condition, link_line


def node(side: Side) -> Sequence[Told]:
    """Who the node says it is, how it does, and by which ways it is reached."""
    node, scene = side.node, side.scene
    identity, stats = node.identity.value, node.system.value
    load = () if stats is None or stats.loadavg is None else stats.loadavg
    booted = None if stats is None else stats.boottime
    started = () if booted is None else (line(present.clock_text(booted, scene)),)
    up = () if booted is None else (line(present.uptime(scene.epoch - booted)),)
    memory = None if stats is None else stats.memory_used
    size = None if stats is None else stats.physmem
    return (
        (tr("part"), text(word(node.role)), False),
        (tr("address"), text(node.address), False),
        (tr("why unreachable"), text(node.unreachable_why, Tone.BAD), False),
        (tr("ssh"), link_items("ssh", node.ssh, scene), False),
        (tr("snmp"), link_items("snmp", node.snmp_link, scene), False),
        (tr("host name"), text(identity.hostname if identity else None), False),
        (tr("pfSense"), text(identity.version if identity else None), True),
        (tr("system"), text(_system(side)), True),
        (tr("up"), (*up, *started), False),
        (tr("booting"), yes_no(node.booting.value, wrong=True), False),
        (tr("cpu"), (line(present.share(node.rates.cpu)),) if stats else (), False),
        (tr("processors"), number(stats.ncpu if stats else None), True),
        (
            tr("load"),
            (line("  ".join(decimal(f"{one:.2f}") for one in load)),) if load else (),
            False,
        ),
        (tr("memory used"), (line(present.share(memory)),) if memory is not None else (), False),
        (tr("memory"), (line(present.bytes_text(size)),) if size is not None else (), True),
        (tr("snmp agent"), _agent(node), False),
        (tr("streams"), gap_items(node), False),
        reads(side, ("identity", node.identity), ("system", node.system), ("snmp", node.snmp)),
    )


def _system(side: Side) -> str:
    identity = side.node.identity.value
    if identity is None:
        return ""
    return " ".join(part for part in (identity.os, identity.os_release) if part)


def link_items(name: str, link: LinkStatus, scene: Scene) -> Items:
    """One way to the node: its state, round trip and sentence."""
    items = [link_line(name, link, scene)]
    if link.rtt_s is not None:
        trip = tr("round trip {time}").format(time=present.milliseconds(link.rtt_s))
        items.append(line((trip, Tone.MUTED)))
    if link.detail:
        items += text(link.detail, Tone.WARN)
    return tuple(items)


def _agent(node: NodeSnapshot) -> Items:
    facts = node.snmp.value
    if facts is None:
        return ()
    able = ", ".join(facts.capabilities)
    return (*text(facts.descr), *text(able, Tone.MUTED))


def gap_items(node: NodeSnapshot) -> Items:
    """The live streams that the node does not give us."""
    if not node.push_gaps:
        return ()
    return tuple(line((clean(gap), Tone.WARN)) for gap in node.push_gaps)


def stream(side: Side) -> Sequence[Told]:
    """Whether the live streams arrive."""
    fine = (line(tr("devd and the system log arrive live")),)
    return ((tr("streams"), gap_items(side.node) or fine, False),)


def pair(side: Side) -> Sequence[Told]:
    """The node's part in the pair."""
    node, scene = side.node, side.scene
    word, tone = vips.badge(node, frozenset(), scene)
    loud = Tone.WARN if tone in (Tone.BADGE_WARN, Tone.BADGE_BAD) else Tone.STRONG
    masters = sum(role.state is CarpState.MASTER for role in node.roles)
    return (
        (tr("stands"), (line((word, loud)),), False),
        (
            tr("serves"),
            (line(tr("{count} of {all} VIPs").format(count=masters, all=len(node.roles))),),
            False,
        ),
        (tr("ssh"), link_items("ssh", node.ssh, scene), False),
        (tr("snmp"), link_items("snmp", node.snmp_link, scene), False),
        (tr("roles read"), (condition(node.interfaces, scene).remark or line(tr("now")),), False),
    )
