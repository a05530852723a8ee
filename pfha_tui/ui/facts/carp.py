"""Pure: what is known of CARP on a node, of one VIP there, and of the advertisements."""

from collections.abc import Sequence
from typing import Any

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import Address, Family
from pfha_tui.domain.reading import Reading
from pfha_tui.domain.snapshot import CarpRole
from pfha_tui.domain.text import clean
from pfha_tui.domain.wording import word
from pfha_tui.ui import about, present, vips
from pfha_tui.ui.facts import interface
from pfha_tui.ui.facts.side import EQUAL, LIVE, OWN, Side, Told, loud_rate, rate, reads
from pfha_tui.ui.facts.table import Items, number, text, yes_no
from pfha_tui.ui.line import Line, Tone, line


def carp(side: Side) -> Sequence[Told]:
    """CARP as a whole on this node: switches, demotion and what it is made of."""
    node, carp = side.node, side.node.carp.value
    counts = [
        line(f"{mark.glyph} {mark.word} {count}")
        for state, mark in present.ROLE_MARKS.items()
        if (count := sum(role.state is state for role in node.roles))
    ]
    demotion = None if carp is None else carp.demotion
    tone = Tone.WARN if demotion else Tone.PLAIN
    factors = (
        () if carp is None else _factors(carp.ifdown_demotion_factor, carp.senderr_demotion_factor)
    )
    return (
        (tr("VIPs"), tuple(counts), OWN),
        (tr("CARP on"), yes_no(carp.allow if carp else None, wrong=False), EQUAL),
        (tr("preempt"), yes_no(carp.preempt if carp else None, wrong=False), EQUAL),
        (tr("demotion"), text(demotion, tone), OWN),
        (tr("demoted by"), factors, EQUAL),
        (tr("by pfsync"), number(carp.pfsync_demotion_factor if carp else None), EQUAL),
        (tr("log level"), number(carp.log if carp else None), EQUAL),
        (tr("maintenance"), yes_no(node.maintenance.value, wrong=True), OWN),
        (tr("heard"), rate(node.rates.carp_received_ps), OWN),
        (tr("bad password"), loud_rate(node.rates.carp_bad_auth_ps), OWN),
        reads(side, ("sysctl", node.carp), ("maintenance", node.maintenance)),
    )


def _factors(link: int | None, send: int | None) -> Items:
    items: list[Line] = []
    if link is not None:
        items.append(line(tr("{factor} without link").format(factor=link)))
    if send is not None:
        items.append(line(tr("{factor} on send errors").format(factor=send)))
    return tuple(items)


def vip(side: Side) -> Sequence[Told]:
    """The VIP on this node: role, since when, addresses, interval and skews; that it is not there."""
    node, role, scene = side.node, side.role, side.scene
    if role is None:
        return (
            (tr("role"), (line((tr("no such VIP here"), Tone.WARN)),), OWN),
            (tr("since"), (), OWN),
            (tr("interface"), (), OWN),
            *_vip_settings(None),
            (tr("link"), (), OWN),
            reads(side, ("ifconfig", node.interfaces)),
        )
    since: Items = ()
    if role.since is not None:
        held = line((present.held_text(role.since, scene), Tone.MUTED))
        exact = role.since.exact
        start = (
            present.clock_text(role.since.epoch, scene)
            if exact
            else present.since_text(role.since, scene)
        )
        since = (line(start), held)
    told = present.age(scene.now - role.at)
    source = f"{role.source} " if role.source is not None else ""
    return (
        (tr("role"), (vips.role_line(role, node, scene, side.sick),), OWN),
        (tr("since"), since, OWN),
        (tr("interface"), text(role.interface), OWN),
        *_vip_settings(role),
        (tr("link"), interface.link(about.interface(node, role.interface)), OWN),
        (
            tr("read"),
            (
                line((f"{source}{tr('{age} ago').format(age=told)}", Tone.MUTED)),
                *_read_errors(node.interfaces),
            ),
            LIVE,
        ),
    )


def _read_errors(reading: Reading[Any]) -> Items:
    if reading.error is None:
        return ()
    kind, message = word(reading.error.kind), reading.error.message
    return text(tr("{what}: {detail}").format(what=kind, detail=message), Tone.WARN)


def _vip_settings(role: CarpRole | None) -> Sequence[Told]:
    """What makes the VIP: address families, interval, skew; VRRP groups have neither base nor skew."""
    known = role is not None and role.state is not None
    carp = role if known and role is not None and not role.vrrp else None
    addresses = () if role is None else role.addresses
    demoted = carp is not None and carp.effective_skew not in (None, carp.advskew)
    mac = None if role is None else f"00:00:5e:00:01:{role.vhid:02x}"
    return (
        (tr("IPv4"), _addresses(addresses, Family.INET), EQUAL),
        (tr("IPv6"), _addresses(addresses, Family.INET6), EQUAL),
        (tr("virtual MAC"), text(mac if carp else None, Tone.MUTED), OWN),
        (tr("protocol"), text("VRRP" if role is not None and role.vrrp else ""), EQUAL),
        (tr("advbase"), text(f"{carp.advbase} s" if carp and carp.advbase else None), EQUAL),
        (tr("configured skew"), text(carp.advskew if carp else None), OWN),
        (
            tr("advertised skew"),
            text(carp.effective_skew if carp else None, Tone.WARN if demoted else Tone.PLAIN),
            OWN,
        ),
    )


def _addresses(addresses: Sequence[Address], family: Family) -> Items:
    found = sorted(
        clean(f"{one.address[:64]}/{one.prefix_len}") for one in addresses if one.family is family
    )
    return tuple(line(one) for one in found)


def adverts(side: Side) -> Sequence[Told]:
    """Advertisements heard and sent, and why others were discarded (ip_carp.c), as far as rising."""
    node, c = side.node, side.node.carp_counters.value
    wrong = (
        (tr("bad password"), c.bad_authentication if c else None, node.rates.carp_bad_auth_ps),
        (tr("unknown vhid"), c.bad_vhid if c else None, node.rates.carp_bad_vhid_ps),
        (tr("wrong ttl"), c.wrong_ttl if c else None, node.rates.carp_wrong_ttl_ps),
        (tr("bad checksum"), c.bad_checksum if c else None, None),
        (tr("bad version"), c.bad_version if c else None, None),
        (tr("too short"), c.short if c else None, None),
        (tr("other addresses"), c.bad_address_list if c else None, None),
        (tr("failed to send"), c.send_failed if c else None, None),
    )
    return (
        (tr("heard"), rate(node.rates.carp_received_ps), OWN),
        (tr("sent, IPv4"), number(c.sent if c else None), OWN),
        (tr("sent, IPv6"), number(c.sent6 if c else None), OWN),
        (tr("heard, IPv4"), number(c.received if c else None), OWN),
        (tr("heard, IPv6"), number(c.received6 if c else None), OWN),
        *((name, _wrong(count, rate), OWN) for name, count, rate in wrong),
        reads(side, ("netstat", node.carp_counters)),
    )


def _wrong(count: int | None, rate: float | None) -> Items:
    if count is None:
        return ()
    rising = rate is not None and rate > 0
    items = [line((present.count(count), Tone.BAD if rising else Tone.PLAIN))]
    if rising:
        items.append(line((f"+{present.per_second(rate)}", Tone.BAD)))
    return tuple(items)
