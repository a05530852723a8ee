"""Pure: what is known of one node, topic by topic: the rows of the detail screen's table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import Address, CarpState, Family
from pfha_tui.domain.reading import Reading
from pfha_tui.domain.snapshot import CarpRole, LinkStatus, NodeSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.ui import about, data_plane, interface_facts, present, services, vips
from pfha_tui.ui.about import Topic
from pfha_tui.ui.facts import Items, number, read_item, text, yes_no
from pfha_tui.ui.line import Line, Tone, line
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import condition, link_line

Told = tuple[str, Items, bool]
"""Name, value, and whether a sound pair has the same on both nodes."""


@dataclass(frozen=True, slots=True)
class Side:
    """One node of the pair, and what of it is asked for: the device name of the interface there, the role
    of the VIP, the gateway's name, and how the last bulk update stands."""

    node: NodeSnapshot
    peer: NodeSnapshot
    scene: Scene
    name: str = ""
    role: CarpRole | None = None
    bulk: data_plane.Bulk | None = None
    sick: bool = False


def of(topic: Topic, side: Side) -> Sequence[Told]:
    """All that is known of the topic on this node; always the same names in the same order."""
    ways = {
        Topic.NODE: _node,
        Topic.CARP: _carp,
        Topic.VIP: _vip,
        Topic.PFSYNC: _pfsync,
        Topic.STATES: _states,
        Topic.CREATORS: _creators,
        Topic.ADVERTS: _adverts,
        Topic.CONFIG: _config,
        Topic.GATEWAY: _gateway,
        Topic.CLOCK: _clock,
        Topic.DHCP: _dhcp,
        Topic.STREAM: _stream,
        Topic.PAIR: _pair,
    }
    if topic is Topic.INTERFACE:
        return interface_facts.of(side.node, side.name, side.scene)
    way = ways.get(topic)
    return () if way is None else way(side)


def _reads(side: Side, *sections: tuple[str, Reading[Any]]) -> Told:
    items = [one for name, reading in sections for one in read_item(name, reading, side.scene)]
    return (tr("read"), tuple(items), False)


def _node(side: Side) -> Sequence[Told]:
    node, scene = side.node, side.scene
    identity, stats = node.identity.value, node.system.value
    load = () if stats is None or stats.loadavg is None else stats.loadavg
    booted = None if stats is None else stats.boottime
    started = () if booted is None else (line(present.clock_text(booted, scene)),)
    up = () if booted is None else (line(present.uptime(scene.epoch - booted)),)
    memory = None if stats is None else stats.memory_used
    size = None if stats is None else stats.physmem
    return (
        (tr("part"), text(node.role), False),
        (tr("address"), text(node.address), False),
        (tr("host name"), text(identity.hostname if identity else None), False),
        (tr("pfSense"), text(identity.version if identity else None), True),
        (tr("system"), text(_system(side)), True),
        (tr("up"), (*up, *started), False),
        (tr("booting"), yes_no(node.booting.value, wrong=True), False),
        (tr("cpu"), (line(present.share(node.rates.cpu)),) if stats else (), False),
        (tr("processors"), number(stats.ncpu if stats else None), True),
        (tr("load"), (line("  ".join(f"{one:.2f}" for one in load)),) if load else (), False),
        (tr("memory used"), (line(present.share(memory)),) if memory is not None else (), False),
        (tr("memory"), (line(present.bytes_text(size)),) if size is not None else (), True),
        (tr("why unreachable"), text(node.unreachable_why, Tone.BAD), False),
        (tr("ssh"), _link("ssh", node.ssh, scene), False),
        (tr("snmp"), _link("snmp", node.snmp_link, scene), False),
        (tr("snmp agent"), _agent(node), False),
        (tr("streams"), _gaps(node), False),
        _reads(side, ("identity", node.identity), ("system", node.system), ("snmp", node.snmp)),
    )


def _system(side: Side) -> str:
    identity = side.node.identity.value
    if identity is None:
        return ""
    return " ".join(part for part in (identity.os, identity.os_release) if part)


def _link(name: str, link: LinkStatus, scene: Scene) -> Items:
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


def _gaps(node: NodeSnapshot) -> Items:
    if not node.push_gaps:
        return ()
    return tuple(line((clean(gap), Tone.WARN)) for gap in node.push_gaps)


def _carp(side: Side) -> Sequence[Told]:
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
        (tr("VIPs"), tuple(counts), False),
        (tr("CARP on"), yes_no(carp.allow if carp else None, wrong=False), True),
        (tr("preempt"), yes_no(carp.preempt if carp else None, wrong=False), True),
        (tr("demotion"), text(demotion, tone), False),
        (tr("demoted by"), factors, True),
        (tr("by pfsync"), number(carp.pfsync_demotion_factor if carp else None), True),
        (tr("log level"), number(carp.log if carp else None), True),
        (tr("maintenance"), yes_no(node.maintenance.value, wrong=True), False),
        (tr("heard"), _rate(node.rates.carp_received_ps), False),
        (tr("bad password"), _loud_rate(node.rates.carp_bad_auth_ps), False),
        _reads(side, ("sysctl", node.carp), ("maintenance", node.maintenance)),
    )


def _factors(link: int | None, send: int | None) -> Items:
    items: list[Line] = []
    if link is not None:
        items.append(line(tr("{factor} without link").format(factor=link)))
    if send is not None:
        items.append(line(tr("{factor} on send errors").format(factor=send)))
    return tuple(items)


def _rate(value: float | None) -> Items:
    return () if value is None else (line(present.per_second(value)),)


def _loud_rate(value: float | None) -> Items:
    if value is None:
        return ()
    return (line((present.per_second(value), Tone.BAD if value > 0 else Tone.PLAIN)),)


def _vip(side: Side) -> Sequence[Told]:
    node, role, scene = side.node, side.role, side.scene
    if role is None:
        return (
            (tr("role"), (line((tr("no such VIP here"), Tone.WARN)),), False),
            (tr("since"), (), False),
            (tr("interface"), (), False),
            *_vip_settings(None),
            (tr("link"), (), False),
            _reads(side, ("ifconfig", node.interfaces)),
        )
    since: Items = ()
    if role.since is not None:
        held = line((present.held_text(role.since, scene), Tone.MUTED))
        since = (line(present.since_text(role.since, scene)), held)
    told = present.age(scene.now - role.at)
    source = f"{role.source} " if role.source is not None else ""
    return (
        (tr("role"), (vips.role_line(role, node, scene, side.sick),), False),
        (tr("since"), since, False),
        (tr("interface"), text(role.interface), False),
        *_vip_settings(role),
        (tr("link"), interface_facts.link(about.interface(node, role.interface)), False),
        (
            tr("read"),
            (
                line((f"{source}{tr('{age} ago').format(age=told)}", Tone.MUTED)),
                *_read_errors(node.interfaces),
            ),
            False,
        ),
    )


def _read_errors(reading: Reading[Any]) -> Items:
    if reading.error is None:
        return ()
    return text(f"{reading.error.kind}: {reading.error.message}", Tone.WARN)


def _vip_settings(role: CarpRole | None) -> Sequence[Told]:
    """What makes the VIP: address families, interval, skew; VRRP groups have neither base nor skew."""
    known = role is not None and role.state is not None
    carp = role if known and role is not None and not role.vrrp else None
    addresses = () if role is None else role.addresses
    demoted = carp is not None and carp.effective_skew not in (None, carp.advskew)
    mac = None if role is None else f"00:00:5e:00:01:{role.vhid:02x}"
    return (
        (tr("IPv4"), _addresses(addresses, Family.INET), True),
        (tr("IPv6"), _addresses(addresses, Family.INET6), True),
        (tr("virtual MAC"), text(mac if carp else None, Tone.MUTED), False),
        (tr("protocol"), text("VRRP" if role is not None and role.vrrp else ""), True),
        (tr("advbase"), text(f"{carp.advbase} s" if carp and carp.advbase else None), True),
        (tr("configured skew"), text(carp.advskew if carp else None), False),
        (
            tr("advertised skew"),
            text(carp.effective_skew if carp else None, Tone.WARN if demoted else Tone.PLAIN),
            False,
        ),
    )


def _addresses(addresses: Sequence[Address], family: Family) -> Items:
    found = sorted(
        clean(f"{one.address[:64]}/{one.prefix_len}") for one in addresses if one.family is family
    )
    return tuple(line(one) for one in found)


def _pfsync(side: Side) -> Sequence[Told]:
    node, rates = side.node, side.node.rates
    setting, counters = data_plane.pfsync_interface(node), node.pfsync.value
    failed = None if counters is None else counters.send_errors
    dropped = [] if counters is None else [(n, c) for n, c in counters.dropped if c]
    return (
        (tr("sent"), _message_rate(rates.pfsync_out_ps, rates.pfsync_out_silent_s), False),
        (tr("heard"), _message_rate(rates.pfsync_in_ps, rates.pfsync_in_silent_s), False),
        (tr("interface"), text(setting.syncdev if setting else None), False),
        (tr("peer"), text(setting.syncpeer if setting else None), False),
        (tr("protocol version"), number(setting.version if setting else None), True),
        (tr("at most"), number(setting.maxupd if setting else None), True),
        (tr("defer"), yes_no(setting.defer if setting else None), True),
        (tr("bulk update"), data_plane.bulk_items(node, side.bulk, side.scene), False),
        (
            tr("packets sent"),
            number(None if counters is None else counters.sent + counters.sent6),
            False,
        ),
        (
            tr("packets heard"),
            number(None if counters is None else counters.received + counters.received6),
            False,
        ),
        (tr("failed to send"), text(failed, Tone.WARN if failed else Tone.PLAIN), False),
        (tr("messages sent"), _counts(counters.out_messages if counters else ()), False),
        (tr("messages heard"), _counts(counters.in_messages if counters else ()), False),
        (tr("dropped"), _counts(dropped, Tone.WARN), False),
        _reads(side, ("netstat", node.pfsync), ("ifconfig", node.interfaces)),
    )


def _message_rate(value: float | None, silent: float | None) -> Items:
    if value is None:
        return ()
    items = [line(present.per_second(value, " msg/s"))]
    if silent:
        quiet = tr("silent for {age}").format(age=present.age(silent))
        items.append(line((quiet, Tone.MUTED)))
    return tuple(items)


def _counts(rows: Sequence[tuple[str, int]], tone: Tone = Tone.PLAIN) -> Items:
    return tuple(
        line((f"{clean(name[:40])} ", Tone.MUTED), (present.count(count), tone))
        for name, count in rows
        if count
    )


def _states(side: Side) -> Sequence[Told]:
    node, pf = side.node, side.node.pf.value
    limit = data_plane.states_limit(node)
    count = node.states
    fill = None if count is None or not limit else count / limit
    share: Items = ()
    if count is not None:
        told = data_plane.parity(count, side.peer, side.scene)
        share = (told,) if told else ()
    loud = fill is not None and fill >= data_plane.MANY_STATES
    snmp = node.snmp.value
    since = None if pf is None or pf.since_s is None else present.uptime(pf.since_s)
    return (
        (tr("states"), number(count), False),
        (tr("beside the peer"), share, False),
        (tr("most"), number(limit), True),
        (
            tr("fill"),
            text(present.share(fill, 1), Tone.WARN if loud else Tone.PLAIN)
            if fill is not None
            else (),
            False,
        ),
        (tr("new"), _rate(node.rates.pf_inserts_ps), False),
        (tr("pf on"), yes_no(pf.enabled if pf else None, wrong=False), True),
        (tr("on for"), text(since), False),
        (tr("inserted"), number(pf.inserts if pf else None), False),
        (tr("removed"), number(pf.removals if pf else None), False),
        (tr("searched"), number(pf.searches if pf else None), False),
        (tr("counters"), _counts(pf.counters if pf else ()), False),
        (tr("snmp counts"), number(snmp.states if snmp else None), False),
        _reads(side, ("pfctl", node.pf), ("limits", node.limits), ("snmp", node.snmp)),
    )


def _creators(side: Side) -> Sequence[Told]:
    node, pf = side.node, side.node.pf.value
    snmp = node.snmp.value
    held = data_plane.creator_items(node, side.peer) if node.creators.value is not None else ()
    return (
        (tr("own id"), text(pf.host_id if pf else None), False),
        (tr("states held of"), held, False),
        (tr("id by snmp"), text(snmp.pf_host_id if snmp else None), False),
        _reads(side, ("creators", node.creators), ("pfctl", node.pf)),
    )


def _adverts(side: Side) -> Sequence[Told]:
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
        (tr("heard"), _rate(node.rates.carp_received_ps), False),
        (tr("sent, IPv4"), number(c.sent if c else None), False),
        (tr("sent, IPv6"), number(c.sent6 if c else None), False),
        (tr("heard, IPv4"), number(c.received if c else None), False),
        (tr("heard, IPv6"), number(c.received6 if c else None), False),
        *((name, _wrong(count, rate), False) for name, count, rate in wrong),
        _reads(side, ("netstat", node.carp_counters)),
    )


def _wrong(count: int | None, rate: float | None) -> Items:
    if count is None:
        return ()
    rising = rate is not None and rate > 0
    items = [line((present.count(count), Tone.BAD if rising else Tone.PLAIN))]
    if rising:
        items.append(line((f"+{present.per_second(rate)}", Tone.BAD)))
    return tuple(items)


def _config(side: Side) -> Sequence[Told]:
    node, scene, mark = side.node, side.scene, side.node.config.value
    changed: Items = ()
    if mark is not None:
        ago = tr("{age} ago").format(age=present.age(scene.epoch - mark.mtime))
        changed = (line(present.clock_text(mark.mtime, scene)), line((ago, Tone.MUTED)))
    size = () if mark is None else (line(present.bytes_text(mark.size)),)
    return (
        (tr("changed"), changed, False),
        (tr("size"), size, False),
        (tr("maintenance"), yes_no(node.maintenance.value, wrong=True), False),
        (tr("booting"), yes_no(node.booting.value, wrong=True), False),
        _reads(side, ("config.xml", node.config), ("maintenance", node.maintenance)),
    )


def _gateway(side: Side) -> Sequence[Told]:
    gateway = about.gateway(side.node, side.name) if side.name else None
    measured = gateway is not None and not gateway.pending
    tone = Tone.PLAIN if gateway is None else services.gateway_tone(gateway)
    words = {
        Tone.PLAIN: tr("fine"),
        Tone.WARN: tr("slow or lossy"),
        Tone.BAD: tr("as good as down"),
    }
    judged = tr("no answer measured yet") if gateway and gateway.pending else words[tone]
    return (
        (tr("judged"), text(judged, tone) if gateway else (), False),
        (
            tr("latency"),
            text(present.milliseconds(gateway.latency_s)) if gateway and measured else (),
            False,
        ),
        (
            tr("deviation"),
            text(present.milliseconds(gateway.stddev_s)) if gateway and measured else (),
            False,
        ),
        (tr("loss"), text(present.share(gateway.loss)) if gateway and measured else (), False),
        _reads(side, ("dpinger", side.node.gateways)),
    )


def _clock(side: Side) -> Sequence[Told]:
    node, scene, clock = side.node, side.scene, side.node.clock.value
    off = services.clock_offset(node, scene)
    shown: Items = ()
    zone = None
    if clock is not None and off is not None:
        shown = (line(f"{scene.local(scene.epoch + off):%H:%M:%S}"),)
        sign = "-" if clock.utc_offset_s < 0 else "+"
        minutes = abs(clock.utc_offset_s) // 60
        zone = f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    apart = services.clock_items(node, side.peer, scene)
    same = (line((tr("as the console, within 2 s"), Tone.MUTED)),) if off is not None else ()
    ntp = node.ntp.value
    sign = "-" if ntp and ntp.offset_s is not None and ntp.offset_s < 0 else "+"
    by_ntp = None
    if ntp is not None and ntp.offset_s is not None:
        by_ntp = f"{sign}{present.milliseconds(abs(ntp.offset_s))}"
    return (
        (tr("clock"), shown, False),
        (tr("differs"), apart or same, False),
        (tr("time zone"), text(zone), True),
        (tr("time source"), (services.ntp_item(ntp),) if ntp else (), False),
        (tr("stratum"), number(ntp.stratum if ntp else None), False),
        (tr("off by"), text(by_ntp), False),
        (tr("sources"), number(ntp.peers if ntp else None), False),
        _reads(side, ("clock", node.clock), ("ntpq", node.ntp)),
    )


def _dhcp(side: Side) -> Sequence[Told]:
    kea = side.name == "kea"
    reading = side.node.dhcp_kea if kea else side.node.dhcp_isc
    items = [
        line(
            (f"{clean(one.name[:40])} ", Tone.MUTED),
            (clean(one.state[:40]), Tone.PLAIN if one.state in services.CALM_DHCP else Tone.WARN),
            (f"  {tr('partner')} ", Tone.MUTED),
            clean(one.partner_state[:40]),
            (f"  {clean(one.role[:40])}", Tone.MUTED),
        )
        for one in reading.value or ()
    ]
    return (
        (tr("server"), text("Kea" if kea else "ISC dhcpd"), True),
        (tr("failover"), tuple(items), False),
        _reads(side, ("dhcp", reading)),
    )


def _stream(side: Side) -> Sequence[Told]:
    fine = (line(tr("devd and the system log arrive live")),)
    return ((tr("streams"), _gaps(side.node) or fine, False),)


def _pair(side: Side) -> Sequence[Told]:
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
        (tr("ssh"), _link("ssh", node.ssh, scene), False),
        (tr("snmp"), _link("snmp", node.snmp_link, scene), False),
        (tr("roles read"), (condition(node.interfaces, scene).remark or line(tr("now")),), False),
    )
