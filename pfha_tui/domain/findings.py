"""What can be wrong with one node: each function looks at one thing and gives the causes it finds."""

from collections.abc import Callable, Iterator
from datetime import datetime

from pfha_tui.domain.causes import cause
from pfha_tui.domain.demotion import Demotion, demotion_of
from pfha_tui.domain.language import mark, ntr, tr
from pfha_tui.domain.model import CarpState, Interface
from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.snapshot import CarpRole, LinkState
from pfha_tui.domain.verdict import Cause
from pfha_tui.domain.view import PairView, Side, Standing
from pfha_tui.domain.wording import decimal, duration

NEAR_S = 12 * 3600

_SECTIONS = (
    ("interfaces", mark("interfaces and roles")),
    ("carp", mark("CARP settings")),
    ("pf", mark("pf")),
    ("limits", mark("pf limits")),
    ("creators", mark("state creators")),
    ("maintenance", mark("the maintenance flag")),
    ("pfsync", mark("pfsync counters")),
    ("carp_counters", mark("CARP counters")),
    ("counters", mark("interface counters")),
    ("system", mark("system figures")),
    ("config", mark("the configuration's time")),
    ("log", mark("the system log")),
    ("gateways", mark("gateway monitors")),
    ("dhcp_isc", mark("DHCP failover")),
    ("dhcp_kea", mark("DHCP failover")),
)

_UNKNOWN = {
    Standing.UNREACHABLE: mark("{node} is unreachable"),
    Standing.HOST_KEY: mark("{node} shows another host key"),
    Standing.REFUSED: mark("{node} refuses the login"),
    Standing.IMPOSSIBLE: mark("{node} cannot be logged in to"),
    Standing.NOT_YET: mark("{node} has not been read yet"),
    Standing.UNREAD: mark("{node} answers, but its roles cannot be read"),
    Standing.STALE: mark("the roles of {node} were last read {age} ago"),
}


def node_causes(view: PairView, index: int) -> Iterator[Cause]:
    """Everything found about the node with that index (0 primary, 1 secondary)."""
    side = view.sides[index]
    yield from _standing(side)
    if not side.known:
        return
    for find in _CHECKS:
        yield from find(side)
    yield from _absent_vhids(view, index)


def place(interface: Interface | CarpRole) -> str:
    """How an operator calls an interface: its description with the device name, or the latter alone."""
    device = interface.name if isinstance(interface, Interface) else interface.interface
    return f"{interface.description} ({device})" if interface.description else device


def dead(interface: Interface) -> bool:
    """Nothing goes through this interface."""
    return not interface.up or interface.link_down


def no_link(side: Side, interface: Interface) -> str:
    """Why nothing goes through this dead interface: a clause that names it."""
    if not interface.up:
        text = tr("{interface} of {node} is administratively down")
    else:
        text = tr("{interface} of {node} has no carrier")
    return text.format(interface=place(interface), node=side.name)


def carp_off(side: Side) -> bool:
    """CARP is off on this node, by the switch or since it is still booting."""
    booting = side.current(side.node.booting)
    return side.allow is False or booting is True


def _standing(side: Side) -> Iterator[Cause]:
    """Why nothing is known of the roles now. What a transport says of it is long: it is not in the brief."""
    text = _UNKNOWN.get(side.standing)
    if text is None:
        return
    age = side.node.interfaces.age(side.now) or 0.0
    clause = tr(text).format(node=side.name, age=duration(age))
    link, error = side.node.ssh, side.node.interfaces.error
    brief = clause
    if side.node.reachable is False:
        why = side.node.unreachable_why
    elif link.state in (LinkState.DOWN, LinkState.STOPPED):
        why = link.detail
    else:
        why, brief = error.message if error is not None else "", ""
    yield cause(side.standing.value, because(clause, why), side.name, brief=brief)


def because(clause: str, why: str) -> str:
    """The clause with its reason behind it in brackets, if there is one."""
    return tr("{clause} ({why})").format(clause=clause, why=why) if why else clause


def _switches(side: Side) -> Iterator[Cause]:
    name = side.name
    if side.current(side.node.booting):
        yield cause("booting", tr("{node} is still booting").format(node=name), name)
    elif side.allow is False:
        yield cause("carp-disabled", tr("{node} has CARP disabled").format(node=name), name)
    carp = side.current(side.node.carp)
    if carp is not None and carp.preempt is False:
        yield cause("preempt-off", tr("{node} has preempt off").format(node=name), name)
    if side.maintenance is not None:
        evidence = tr("{node} is in maintenance").format(node=name)
        yield cause("maintenance", because(evidence, side.maintenance), name)
    pf = side.current(side.node.pf)
    if pf is not None and not pf.enabled:
        yield cause("pf-disabled", tr("{node} has pf disabled").format(node=name), name)


def _links(side: Side) -> Iterator[Cause]:
    for name in dict.fromkeys(role.interface for role in side.node.roles):
        interface = side.interface(name)
        if interface is not None and dead(interface):
            yield cause("link-down", no_link(side, interface), side.name, name)


def _unexplained_init(side: Side) -> Iterator[Cause]:
    if carp_off(side):
        return
    for role in side.node.roles:
        interface = side.interface(role.interface)
        explained = interface is not None and dead(interface)
        if role.state is CarpState.INIT and not explained:
            evidence = tr("{interface} VHID {vhid} of {node} is in INIT").format(
                interface=place(role), vhid=role.vhid, node=side.name
            )
            yield cause("init", evidence, side.name, role.interface, role.vhid)


def _demotion(side: Side) -> Iterator[Cause]:
    found = demotion_of(side)
    if found is None or not found.total or carp_off(side):
        return
    if found.ours is not None:
        evidence = tr("{node} stands back for a switchover by {who} since {when}")
        evidence = evidence.format(
            node=side.name, who=found.ours.who, when=moment(found.ours.epoch, side)
        )
        amount = tr("demoted by {demotion}").format(demotion=found.own)
        yield cause("demoted-by-us", because(evidence, amount), side.name)
        if found.total == found.own:
            return
    evidence = tr("{node} is demoted by {demotion}")
    evidence = evidence.format(node=side.name, demotion=found.total)
    yield cause("demoted", because(evidence, _why_demoted(found)), side.name)


def _why_demoted(found: Demotion) -> str:
    """What the demotion is made of, our own part left out."""
    if found.total < 0:
        return tr("set by hand")
    if found.rest == found.total:
        return tr("unexplained: set by hand or left over")
    if found.rest:
        text = tr("{part} of it unexplained: set by hand or left over")
        return text.format(part=found.rest)
    if found.bulk:
        return tr("a bulk transfer of states")
    text = ntr("{count} VHID on a dead link", "{count} VHIDs on a dead link", found.lost)
    return text.format(count=found.lost)


def moment(epoch: float, side: Side) -> str:
    """The local time of day, with its date where the node's clock is not within half a day of it."""
    try:
        local = datetime.fromtimestamp(epoch).astimezone()
    except (ValueError, OverflowError, OSError):
        return tr("an impossible time")
    clock = side.node.clock.value
    near = clock is None or abs(clock.epoch - epoch) < NEAR_S
    return local.strftime("%H:%M" if near else "%Y-%m-%d %H:%M")


def _rejected(side: Side) -> Iterator[Cause]:
    if side.current(side.node.carp_counters) is None:
        return
    rates, name = side.node.rates, side.name
    for id, rate, text in (
        (
            "bad-authentication",
            rates.carp_bad_auth_ps,
            tr("{node} rejects {rate} advertisements/s for bad authentication"),
        ),
        (
            "wrong-ttl",
            rates.carp_wrong_ttl_ps,
            tr("{node} rejects {rate} advertisements/s for a wrong TTL"),
        ),
        (
            "bad-vhid",
            rates.carp_bad_vhid_ps,
            tr("{node} rejects {rate} advertisements/s for VHIDs that it does not have"),
        ),
    ):
        if rate:
            yield cause(id, text.format(node=name, rate=decimal(f"{rate:.1f}")), name)


def _syncok(side: Side) -> Iterator[Cause]:
    for interface in side.node.interfaces.value or ():
        if interface.pfsync is not None and interface.pfsync.syncok is False:
            evidence = tr("{node} waits for a bulk transfer of states").format(node=side.name)
            yield cause("syncok-pending", evidence, side.name, interface.name)


def _not_permitted(side: Side) -> Iterator[Cause]:
    refused = []
    for field, words in _SECTIONS:
        error = getattr(side.node, field).error
        if error is not None and error.kind is ErrorKind.NOT_PERMITTED:
            refused.append(tr(words))
    if refused:
        text = tr("{node} does not let this account read: {sections}")
        evidence = text.format(node=side.name, sections=", ".join(dict.fromkeys(refused)))
        yield cause("not-permitted", evidence, side.name)


def _absent_vhids(view: PairView, index: int) -> Iterator[Cause]:
    side = view.sides[index]
    if carp_off(side):
        return
    for vip in view.vips:
        if vip.state(index) is None:
            role = vip.roles[index] or vip.roles[1 - index]
            device = role.interface if role is not None else None
            evidence = tr("{node} has no {vip}").format(node=side.name, vip=vip.label)
            yield cause("vhid-missing", evidence, side.name, device, vip.vhid)


_CHECKS: tuple[Callable[[Side], Iterator[Cause]], ...] = (
    _switches,
    _links,
    _unexplained_init,
    _demotion,
    _rejected,
    _syncok,
    _not_permitted,
)
