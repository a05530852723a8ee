"""Pure: a node's gateways, its clock with the time source, and DHCP failover as rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len

from pfha_tui.domain.clock_offset import ClockOffset, offset_of
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import DhcpHa, Gateway, NtpStatus
from pfha_tui.domain.reading import ErrorKind, Reading
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.ui import present
from pfha_tui.ui.about import About, Topic
from pfha_tui.ui.line import Line, Tone, crop, line, pad
from pfha_tui.ui.present import Scene
from pfha_tui.ui.rows import Row, absent, calm, present_now
from pfha_tui.ui.sections import Condition, condition

CLOCK_TOLERANCE_S = 2.0
LATENCY_LOW_S, LATENCY_HIGH_S = 0.2, 0.5
LOSS_LOW, LOSS_HIGH = 0.1, 0.2
"""pfSense's own limits where none are configured (gwlb.inc): above the low ones it warns, above the high
ones the gateway counts as down."""

NAME_CELLS = 16
WORD_CELLS = 32
CALM_DHCP = ("normal", "hot-standby", "load-balancing", "passive-backup", "backup")
"""States of ISC's failover and Kea's HA hook in which both servers know of each other."""


def rows(node: NodeSnapshot, peer: NodeSnapshot, index: int, scene: Scene) -> tuple[Row, ...]:
    """The rows of what the node has of these; what is not there at all has none."""
    return (
        *_gateways(node, index, scene),
        *_clock(node, peer, index, scene),
        *_dhcp(node, index, scene),
    )


def gateway_tone(gateway: Gateway) -> Tone:
    """How pfSense would judge it by its default limits."""
    if gateway.pending:
        return Tone.WARN
    if gateway.latency_s > LATENCY_HIGH_S or gateway.loss > LOSS_HIGH:
        return Tone.BAD
    if gateway.latency_s > LATENCY_LOW_S or gateway.loss > LOSS_LOW:
        return Tone.WARN
    return Tone.PLAIN


def gateway_items(gateway: Gateway) -> tuple[Line, ...]:
    """Round trip, its standard deviation and loss; the part that is too high in its tone. Where all is lost
    there is no round trip."""
    if gateway.pending:
        return (line((tr("no answer measured yet"), Tone.WARN)),)
    tone = gateway_tone(gateway)
    slow = gateway.latency_s > LATENCY_LOW_S
    lossy = gateway.loss > LOSS_LOW
    quiet = Tone.MUTED if tone is Tone.PLAIN else Tone.PLAIN
    share = tr("loss {share}").format(share=present.share(gateway.loss))
    lost = line((share, tone if lossy else quiet))
    took = line((latency(gateway), tone if slow else Tone.PLAIN))
    if gateway.loss >= 1:
        return took, lost
    spread = tr("sd {time}").format(time=present.milliseconds(gateway.stddev_s))
    return took, line((spread, Tone.MUTED)), lost


def latency(gateway: Gateway) -> str:
    """The round trip; `—` where no answer came back."""
    return present.UNKNOWN if gateway.loss >= 1 else present.milliseconds(gateway.latency_s)


def _gateways(node: NodeSnapshot, index: int, scene: Scene) -> Iterator[Row]:
    reading = node.gateways
    if absent(reading):
        return
    state = condition(reading, scene)
    about = About(Topic.GATEWAY, index)
    if reading.value is None:
        yield Row(tr("gateways"), (), state, about, folded=_not_permitted(tr("gateways"), reading))
        return
    order = sorted(reading.value, key=lambda gateway: gateway_tone(gateway) is Tone.PLAIN)
    names = [crop(clean(gateway.name[: 2 * NAME_CELLS]), NAME_CELLS) for gateway in order]
    widest = max(map(cell_len, names), default=0)
    for number, (name, gateway) in enumerate(zip(names, order, strict=True)):
        values = (pad(line((name, Tone.STRONG)), widest), *gateway_items(gateway))
        folded = ""
        if calm(state, values):
            folded = f"{name} {present.milliseconds(gateway.latency_s)}"
        told = state if number == 0 else Condition(state.stale)
        yield Row(
            tr("gateway"), values, told, About(Topic.GATEWAY, index, gateway.name), folded=folded
        )


def _not_permitted(name: str, reading: Reading[Any]) -> str:
    """What the folded line says of a section that may not be read; nothing for any other error."""
    refused = reading.error is not None and reading.error.kind is ErrorKind.NOT_PERMITTED
    return tr("{name} not permitted").format(name=name) if refused else ""


def clock_offset(node: NodeSnapshot, scene: Scene) -> ClockOffset | None:
    """The offset of the node's clock from the console's; None while it is not known for the present."""
    return (
        offset_of(node.clock, scene.now, scene.epoch)
        if present_now(node.clock, scene.now)
        else None
    )


def clock_items(node: NodeSnapshot, peer: NodeSnapshot, scene: Scene) -> tuple[Line, ...]:
    """By how much the node's clock differs from the console's and from the peer's, where it surely does."""
    own, other = clock_offset(node, scene), clock_offset(peer, scene)
    if own is None:
        return ()
    told: list[tuple[float, str]] = []
    if abs(own.proven) > CLOCK_TOLERANCE_S:
        told.append((own.told, tr("console")))
    if other is not None and abs((own - other).proven) > CLOCK_TOLERANCE_S:
        told.append(((own - other).told, clean(peer.name)))
    if len(told) == 2 and abs(told[0][0] - told[1][0]) <= CLOCK_TOLERANCE_S:
        whom = tr("{one} and {other}").format(one=told[0][1], other=told[1][1])
        told = [(own.told, whom)]
    return tuple(line((_offset(seconds, whom), Tone.WARN)) for seconds, whom in told)


def _offset(seconds: float, whom: str) -> str:
    age = present.age(abs(seconds)) if abs(seconds) >= 60 else f"{abs(seconds):.0f} s"
    if seconds > 0:
        return tr("{age} ahead of {whom}").format(age=age, whom=whom)
    return tr("{age} behind {whom}").format(age=age, whom=whom)


def ntp_item(ntp: NtpStatus, brief: bool = False) -> Line:
    """Which time source the node follows, or that it follows none."""
    if ntp.source is None:
        if not ntp.peers:
            return line((tr("ntp has no sources"), Tone.WARN))
        if brief:
            return line((tr("no ntp source"), Tone.WARN))
        return line((tr("ntp follows none of {count} sources").format(count=ntp.peers), Tone.WARN))
    source = crop(clean(ntp.source[: 2 * WORD_CELLS]), WORD_CELLS)
    text = line(("ntp ", Tone.MUTED), source)
    if ntp.offset_s is None:
        return text
    sign = "-" if ntp.offset_s < 0 else "+"
    return line(text, (f" {sign}{present.milliseconds(abs(ntp.offset_s))}", Tone.MUTED))


def _clock(node: NodeSnapshot, peer: NodeSnapshot, index: int, scene: Scene) -> Iterator[Row]:
    off = clock_items(node, peer, scene)
    about = About(Topic.CLOCK, index)
    name = tr("clock")
    if absent(node.ntp):
        if off:
            yield Row(name, off, Condition(False), about)
        return
    state = condition(node.ntp, scene)
    if node.ntp.value is None:
        values = (*off, line(("ntp ", Tone.MUTED), state.remark))
        folded = "" if off else _not_permitted("ntp", node.ntp)
        yield Row(name, values, Condition(False), about, folded=folded)
        return
    values = (*off, ntp_item(node.ntp.value))
    short = (*off, ntp_item(node.ntp.value, brief=True))
    yield Row(name, values, state, about, short, "ntp" if calm(state, values) else "")


def dhcp_items(relations: Sequence[DhcpHa]) -> tuple[Line, ...]:
    """Own and partner's state of each relation; names only where there are several."""
    items = []
    for relation in relations:
        own, partner = relation.state[:WORD_CELLS], relation.partner_state[:WORD_CELLS]
        name = crop(clean(relation.name[: 2 * NAME_CELLS]), NAME_CELLS)
        items.append(
            line(
                (f"{name} " if len(relations) > 1 else "", Tone.MUTED),
                (clean(own), Tone.PLAIN if own in CALM_DHCP else Tone.WARN),
                (f"  {tr('partner')} ", Tone.MUTED),
                (clean(partner), Tone.MUTED if partner in CALM_DHCP else Tone.WARN),
            )
        )
    return tuple(items)


def _dhcp(node: NodeSnapshot, index: int, scene: Scene) -> Iterator[Row]:
    for reading, name in ((node.dhcp_isc, "isc"), (node.dhcp_kea, "kea")):
        if absent(reading) or reading.value == ():
            continue
        state = condition(reading, scene)
        values = dhcp_items(reading.value or ())
        folded = tr("dhcp") if values and calm(state, values) else _not_permitted("dhcp", reading)
        yield Row(tr("dhcp"), values, state, About(Topic.DHCP, index, name), folded=folded)
