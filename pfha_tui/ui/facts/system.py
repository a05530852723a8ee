"""Pure: what is known of a node itself, of its part in the pair, and of its live streams."""

from collections.abc import Sequence

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import LinkState, LinkStatus, NodeSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.domain.wording import decimal, word
from pfha_tui.ui import present, vips
from pfha_tui.ui.facts.side import EQUAL, LIVE, OWN, Side, Told, reads
from pfha_tui.ui.facts.table import Items, number, text, yes_no
from pfha_tui.ui.line import Line, Tone, line
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import condition, link_line, link_state, never_read


def node(side: Side) -> Sequence[Told]:
    """Who the node says it is, how it does, and by which ways it is reached."""
    node, scene = side.node, side.scene
    identity, stats = node.identity.value, node.system.value
    load = () if stats is None or stats.loadavg is None else stats.loadavg
    booted = None if stats is None else stats.boottime
    started = () if booted is None else (line(present.clock_text(booted, scene)),)
    uptime = node.uptime_s(scene.now)
    up = () if uptime is None else (line(present.uptime(uptime)),)
    memory = None if stats is None else stats.memory_used
    size = None if stats is None else stats.physmem
    now = condition(node.system, scene)

    def told(text: str | None) -> Items:
        return () if text is None else (now.show(line(text)),)

    return (
        (tr("part"), text(word(node.role)), OWN),
        (tr("address"), text(node.address), OWN),
        (tr("why unreachable"), text(node.unreachable_why, Tone.BAD), OWN),
        (tr("ssh"), link_items(node.ssh, scene), OWN),
        (tr("snmp"), link_items(node.snmp_link, scene), OWN),
        (tr("host name"), text(identity.hostname if identity else None), OWN),
        (tr("pfSense"), text(identity.version if identity else None), EQUAL),
        (tr("system"), text(_system(side)), EQUAL),
        (tr("up"), (*up, *started), OWN),
        (tr("booting"), yes_no(node.booting.value, wrong=True), OWN),
        (tr("cpu"), told(present.share(node.rates.cpu) if stats else None), OWN),
        (tr("processors"), number(stats.ncpu if stats else None), EQUAL),
        (
            tr("load"),
            told("  ".join(decimal(f"{one:.2f}") for one in load) or None),
            OWN,
        ),
        (tr("memory used"), told(present.share(memory) if memory is not None else None), OWN),
        (tr("memory"), (line(present.bytes_text(size)),) if size is not None else (), EQUAL),
        (tr("snmp agent"), _agent(node), LIVE),
        (tr("streams"), gap_items(node), OWN),
        reads(side, ("identity", node.identity), ("system", node.system), ("snmp", node.snmp)),
    )


def _system(side: Side) -> str:
    identity = side.node.identity.value
    if identity is None:
        return ""
    return " ".join(part for part in (identity.os, identity.os_release) if part)


def link_items(link: LinkStatus, scene: Scene) -> Items:
    """One way to the node: its state, round trip and sentence."""
    items = [link_state(link, scene)]
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
    """Whether the live streams arrive; they do so over SSH only."""
    node = side.node
    live = node.ssh.state is LinkState.LIVE
    fine = line(tr("devd and the system log arrive live"))
    told = gap_items(node) or (fine if live else link_line("ssh", node.ssh, side.scene),)
    return ((tr("streams"), told, OWN),)


def pair(side: Side) -> Sequence[Told]:
    """The node's part in the pair."""
    node, scene = side.node, side.scene
    word, tone = vips.badge(node, frozenset(), scene)
    loud = Tone.WARN if tone in (Tone.BADGE_WARN, Tone.BADGE_BAD) else Tone.STRONG
    return (
        (tr("stands"), (line((word, loud)),), OWN),
        (tr("serves"), (_serves(node),), OWN),
        (tr("ssh"), link_items(node.ssh, scene), OWN),
        (tr("snmp"), link_items(node.snmp_link, scene), OWN),
        (tr("roles read"), (condition(node.interfaces, scene).remark or line(tr("now")),), OWN),
    )


def _serves(node: NodeSnapshot) -> Line:
    """How many VIPs the node is MASTER of; none where only an answer that never came could tell."""
    if not node.roles and node.interfaces.value is None:
        return never_read(node.interfaces)
    masters = sum(role.state is CarpState.MASTER for role in node.roles)
    return line(tr("{count} of {all} VIPs").format(count=masters, all=len(node.roles)))
