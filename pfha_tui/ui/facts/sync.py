"""Pure: what is known of a node's states: their sync, their table, whose they are."""

from collections.abc import Sequence

from pfha_tui.domain.language import tr
from pfha_tui.ui import data_plane, present
from pfha_tui.ui.facts.side import EQUAL, LIVE, OWN, Side, Told, counts, rate, reads
from pfha_tui.ui.facts.table import Items, number, text, yes_no
from pfha_tui.ui.line import Tone, line


def pfsync(side: Side) -> Sequence[Told]:
    """State sync both ways, how it is set, and how the last bulk update stands."""
    node, rates = side.node, side.node.rates
    setting, counters = data_plane.pfsync_interface(node), node.pfsync.value
    failed = None if counters is None else counters.send_errors
    dropped = [] if counters is None else [(n, c) for n, c in counters.dropped if c]
    return (
        (tr("sent"), _message_rate(rates.pfsync_out_ps, rates.pfsync_out_silent_s), OWN),
        (tr("heard"), _message_rate(rates.pfsync_in_ps, rates.pfsync_in_silent_s), OWN),
        (tr("interface"), text(setting.syncdev if setting else None), OWN),
        (tr("peer"), text(setting.syncpeer if setting else None), OWN),
        (tr("version"), text(setting.version if setting else None), EQUAL),
        (tr("most per packet"), text(setting.maxupd if setting else None), EQUAL),
        (tr("defer"), yes_no(setting.defer if setting else None), EQUAL),
        (tr("bulk update"), data_plane.bulk_items(node, side.bulk, side.scene), OWN),
        (
            tr("packets sent"),
            number(None if counters is None else counters.sent + counters.sent6),
            OWN,
        ),
        (
            tr("packets heard"),
            number(None if counters is None else counters.received + counters.received6),
            OWN,
        ),
        (tr("failed to send"), text(failed, Tone.WARN if failed else Tone.PLAIN), OWN),
        (tr("messages sent"), counts(counters.out_messages if counters else ()), OWN),
        (tr("messages heard"), counts(counters.in_messages if counters else ()), OWN),
        (tr("dropped"), counts(dropped, Tone.WARN), OWN),
        reads(side, ("netstat", node.pfsync), ("ifconfig", node.interfaces)),
    )


def _message_rate(value: float | None, silent: float | None) -> Items:
    if value is None:
        return ()
    items = [line(present.per_second(value, " msg/s"))]
    if silent:
        quiet = tr("silent for {age}").format(age=present.age(silent))
        items.append(line((quiet, Tone.MUTED)))
    return tuple(items)


def states(side: Side) -> Sequence[Told]:
    """The state table: count, fill, parity with the peer, and pf's own counters."""
    node, pf = side.node, side.node.pf.value
    limit = data_plane.states_limit(node)
    count = pf.states if pf is not None else node.states
    fill = None if count is None or not limit else count / limit
    share: Items = ()
    if count is not None:
        told = data_plane.parity(count, side.peer, side.scene)
        share = (told,) if told else ()
    loud = fill is not None and fill >= data_plane.MANY_STATES
    snmp = node.snmp.value
    since = None if pf is None or pf.since_s is None else present.uptime(pf.since_s)
    return (
        (tr("states"), number(count), OWN),
        (tr("beside the peer"), share, OWN),
        (tr("most"), number(limit), EQUAL),
        (
            tr("fill"),
            text(present.share(fill, 1), Tone.WARN if loud else Tone.PLAIN)
            if fill is not None
            else (),
            OWN,
        ),
        (tr("new"), rate(node.rates.pf_inserts_ps), OWN),
        (tr("pf on"), yes_no(pf.enabled if pf else None, wrong=False), EQUAL),
        (tr("on for"), text(since), OWN),
        (tr("inserted"), number(pf.inserts if pf else None), OWN),
        (tr("removed"), number(pf.removals if pf else None), OWN),
        (tr("searched"), number(pf.searches if pf else None), OWN),
        (tr("counters"), counts(pf.counters if pf else ()), OWN),
        (tr("snmp counts"), number(snmp.states if snmp else None), LIVE),
        reads(side, ("pfctl", node.pf), ("limits", node.limits), ("snmp", node.snmp)),
    )


def creators(side: Side) -> Sequence[Told]:
    """Whose states the node holds."""
    node, pf = side.node, side.node.pf.value
    snmp = node.snmp.value
    held = data_plane.creator_items(node, side.peer) if node.creators.value is not None else ()
    return (
        (tr("own id"), text(pf.host_id if pf else None), OWN),
        (tr("states held of"), held, OWN),
        (tr("id by snmp"), text(snmp.pf_host_id if snmp else None), LIVE),
        reads(side, ("creators", node.creators), ("pfctl", node.pf)),
    )
