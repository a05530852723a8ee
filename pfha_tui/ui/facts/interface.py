"""Pure: what is known of one interface of a node, for the detail screen's table."""

from collections.abc import Sequence

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import Family, Interface, InterfaceCounters, SnmpInterface
from pfha_tui.domain.snapshot import InterfaceRate
from pfha_tui.domain.text import clean
from pfha_tui.ui import present, texts
from pfha_tui.ui.about import interface
from pfha_tui.ui.facts.side import EQUAL, LIVE, OWN, Side, Told
from pfha_tui.ui.facts.table import Items, number, read_item, text
from pfha_tui.ui.line import Tone, line

TREND_CELLS = 24


def of(side: Side) -> Sequence[Told]:
    """Link, settings, addresses, traffic and errors; empty values where the node does not have it."""
    node, name, scene = side.node, side.name, side.scene
    found = interface(node, name)
    counted = next((row for row in node.counters.value or () if row.name == name), None)
    rate = next((row for row in node.rates.interfaces if row.name == name), None)
    past = next((row for row in node.rates.history if row[0] == name), (name, (), ()))
    agent = node.snmp.value.interfaces if node.snmp.value is not None else ()
    seen = next((row for row in agent if row.name == name), None)
    return (
        (tr("device"), text(name if found else None), OWN),
        (tr("link"), link(found), EQUAL),
        *_traffic(rate, past[1], past[2]),
        *_counts(counted),
        *_settings(found),
        (tr("seen by snmp"), _snmp(seen), LIVE),
        (
            tr("read"),
            (
                *read_item("ifconfig", node.interfaces, scene),
                *read_item("netstat", node.counters, scene),
            ),
            LIVE,
        ),
    )


def link(found: Interface | None) -> Items:
    """Link up, down or not reported, in a glyph and a word."""
    if found is None:
        return ()
    if not found.up:
        return (line((f"▼ {tr(texts.ADMIN_DOWN)}", Tone.BAD)),)
    if found.link_down:
        status = clean((found.status or "")[:40])
        return (line((f"▼ {tr(texts.NO_CARRIER).format(status=status)}", Tone.BAD)),)
    if found.status is None:
        return (line((tr("the driver reports no link"), Tone.MUTED)),)
    return (line(("↑ ", Tone.GOOD), clean(found.status[:40])),)


def _settings(found: Interface | None) -> Sequence[Told]:
    groups = "" if found is None else " ".join(found.groups)
    ports = "" if found is None else " ".join(found.lagg_ports)
    tag = (
        None
        if found is None or found.vlan is None
        else f"{found.vlan} ({found.vlan_parent or '?'})"
    )
    vhids = [] if found is None else [f"{one.vhid} {one.state}" for one in found.carp]
    return (
        (tr("called"), text(found.description if found else None), EQUAL),
        (tr("media"), text(found.media if found else None), OWN),
        (tr("MTU"), text(found.mtu if found else None), EQUAL),
        (tr("MAC"), text(found.mac if found else None), OWN),
        (tr("IPv4"), _addresses(found, Family.INET), OWN),
        (tr("IPv6"), _addresses(found, Family.INET6), OWN),
        (tr("vhids"), tuple(line(one) for one in vhids), OWN),
        (tr("VLAN"), text(tag), OWN),
        (tr("LAGG ports"), text(ports), OWN),
        (tr("groups"), text(groups, Tone.MUTED), EQUAL),
        (tr("flags"), text(" ".join(found.flags) if found else None, Tone.MUTED), OWN),
    )


def _addresses(found: Interface | None, family: Family) -> Items:
    own = () if found is None else tuple(a for a in found.addresses if a.family is family)
    items = []
    for address in own:
        shown = clean(f"{address.address[:64]}/{address.prefix_len}")
        vhid = f" vhid {address.vhid}" if address.vhid is not None else ""
        items.append(line(shown, (vhid, Tone.MUTED)))
    return tuple(items)


def _traffic(
    rate: InterfaceRate | None, past_in: tuple[float, ...], past_out: tuple[float, ...]
) -> Sequence[Told]:
    top = max((*past_in, *past_out), default=0.0)

    def way(value: float | None, past: tuple[float, ...]) -> Items:
        if value is None:
            return ()
        trend = present.sparkline(past, min(TREND_CELLS, len(past)), top)
        return (line(present.bit_rate(value)), line((trend, Tone.TREND)))

    return (
        (tr("in"), way(rate.in_bps if rate else None, past_in), OWN),
        (tr("out"), way(rate.out_bps if rate else None, past_out), OWN),
    )


def _counts(counted: InterfaceCounters | None) -> Sequence[Told]:
    c = counted
    return (
        (tr("errors in"), _errors(c.in_errors if c else None), OWN),
        (tr("errors out"), _errors(c.out_errors if c else None), OWN),
        (tr("dropped in"), _errors(c.in_drops if c else None), OWN),
        (tr("dropped out"), _errors(c.out_drops if c else None), OWN),
        (tr("collisions"), _errors(c.collisions if c else None), OWN),
        (tr("packets in"), number(c.in_packets if c else None), OWN),
        (tr("packets out"), number(c.out_packets if c else None), OWN),
    )


def _errors(count: int | None) -> Items:
    if count is None:
        return ()
    return (line((present.count(count), Tone.WARN if count else Tone.MUTED)),)


def _snmp(row: SnmpInterface | None) -> Items:
    if row is None:
        return ()
    items = [line(f"ifAdminStatus {row.admin if row.admin is not None else present.UNKNOWN}")]
    items.append(line(f"ifOperStatus {row.oper if row.oper is not None else present.UNKNOWN}"))
    if row.alias:
        items += text(row.alias, Tone.MUTED)
    return tuple(items)
