"""Pure: what is known of a node's configuration, gateways, clock and DHCP failover."""

from collections.abc import Sequence

from pfha_tui.domain.language import tr
from pfha_tui.domain.text import clean
from pfha_tui.ui import about, present, services
from pfha_tui.ui.facts.side import EQUAL, OWN, Side, Told, reads
from pfha_tui.ui.facts.table import Items, number, text, yes_no
from pfha_tui.ui.line import Tone, line

KEA = "kea"
"""The name by which the rows of Kea's failover are known; ISC's are the others."""


def config(side: Side) -> Sequence[Told]:
    """When config.xml changed, and the flags that are read from it."""
    node, scene, mark = side.node, side.scene, side.node.config.value
    changed: Items = ()
    if mark is not None:
        ago = tr("{age} ago").format(age=present.age(scene.epoch - mark.mtime))
        changed = (line(present.clock_text(mark.mtime, scene)), line((ago, Tone.MUTED)))
    size = () if mark is None else (line(present.bytes_text(mark.size)),)
    return (
        (tr("changed"), changed, OWN),
        (tr("size"), size, OWN),
        (tr("maintenance"), yes_no(node.maintenance.value, wrong=True), OWN),
        (tr("booting"), yes_no(node.booting.value, wrong=True), OWN),
        reads(side, ("config.xml", node.config), ("maintenance", node.maintenance)),
    )


def gateway(side: Side) -> Sequence[Told]:
    """What dpinger measured of the gateway, judged by pfSense's default limits."""
    gateway = about.gateway(side.node, side.name) if side.name else None
    measured = gateway is not None and not gateway.pending
    answering = gateway is not None and measured and gateway.loss < 1
    tone = Tone.PLAIN if gateway is None else services.gateway_tone(gateway)
    words = {
        Tone.PLAIN: tr("fine"),
        Tone.WARN: tr("slow or lossy"),
        Tone.BAD: tr("as good as down"),
    }
    judged = tr("no answer measured yet") if gateway and gateway.pending else words[tone]
    return (
        (tr("judged"), text(judged, tone) if gateway else (), OWN),
        (
            tr("latency"),
            text(services.latency(gateway)) if gateway and measured else (),
            OWN,
        ),
        (
            tr("deviation"),
            text(present.milliseconds(gateway.stddev_s)) if gateway and answering else (),
            OWN,
        ),
        (tr("loss"), text(present.share(gateway.loss)) if gateway and measured else (), OWN),
        reads(side, ("dpinger", side.node.gateways)),
    )


def clock(side: Side) -> Sequence[Told]:
    """The node's clock beside the console's and the peer's, and its time source."""
    node, scene, clock = side.node, side.scene, side.node.clock.value
    off = services.clock_offset(node, scene)
    shown: Items = ()
    zone = None
    if clock is not None and off is not None:
        shown = (line(f"{scene.local(scene.epoch + off.told):%H:%M:%S}"),)
        sign = "-" if clock.utc_offset_s < 0 else "+"
        minutes = abs(clock.utc_offset_s) // 60
        zone = f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    apart = services.clock_items(node, side.peer, scene)
    alike = off is not None and off.exact
    same = (line((tr("as the console, within 2 s"), Tone.MUTED)),) if alike else ()
    ntp = node.ntp.value
    sign = "-" if ntp and ntp.offset_s is not None and ntp.offset_s < 0 else "+"
    by_ntp = None
    if ntp is not None and ntp.offset_s is not None:
        by_ntp = f"{sign}{present.milliseconds(abs(ntp.offset_s))}"
    return (
        (tr("clock"), shown, OWN),
        (tr("differs"), apart or same, OWN),
        (tr("time zone"), text(zone), EQUAL),
        (tr("time source"), (services.ntp_item(ntp),) if ntp else (), OWN),
        (tr("stratum"), number(ntp.stratum if ntp else None), OWN),
        (tr("off by"), text(by_ntp), OWN),
        (tr("sources"), number(ntp.peers if ntp else None), OWN),
        reads(side, ("clock", node.clock), ("ntpq", node.ntp)),
    )


def dhcp(side: Side) -> Sequence[Told]:
    """The DHCP server's failover relations."""
    kea = side.name == KEA
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
        (tr("server"), text("Kea" if kea else "ISC dhcpd"), EQUAL),
        (tr("failover"), tuple(items), OWN),
        reads(side, ("dhcp", reading)),
    )
