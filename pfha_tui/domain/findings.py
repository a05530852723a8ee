"""What can be wrong with one node: each function looks at one thing and gives the causes it finds."""

from collections.abc import Callable, Iterator

from pfha_tui.domain.causes import cause
from pfha_tui.domain.model import CarpState, Interface
from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.snapshot import CarpRole
from pfha_tui.domain.verdict import Cause
from pfha_tui.domain.view import PairView, Side, Standing

DEFAULT_DEMOTION_FACTOR = 240

_SECTIONS = (
    ("interfaces", "interfaces and roles"),
    ("carp", "CARP settings"),
    ("pf", "pf"),
    ("limits", "pf limits"),
    ("creators", "state creators"),
    ("maintenance", "the maintenance flag"),
    ("pfsync", "pfsync counters"),
    ("carp_counters", "CARP counters"),
    ("counters", "interface counters"),
    ("system", "system figures"),
    ("config", "the configuration's time"),
    ("log", "the system log"),
    ("gateways", "gateway monitors"),
    ("dhcp_isc", "DHCP failover"),
    ("dhcp_kea", "DHCP failover"),
)


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


def no_link(interface: Interface) -> str | None:
    """Why nothing goes through this interface, None if something may."""
    if not interface.up:
        return "is administratively down"
    return "has no carrier" if interface.link_down else None


def carp_off(side: Side) -> bool:
    """CARP is off on this node, by the switch or since it is still booting."""
    booting = side.current(side.node.booting)
    return side.allow is False or booting is True


def _standing(side: Side) -> Iterator[Cause]:
    standing, name = side.standing, side.name
    if standing is Standing.UNREACHABLE:
        why = f" ({side.node.unreachable_why})" if side.node.unreachable_why else ""
        yield cause("unreachable", f"{name} is unreachable{why}", name)
    elif standing is Standing.REFUSED:
        evidence = f"{name} answers, but does not let us in ({side.node.unreachable_why})"
        yield cause("login-refused", evidence, name)
    elif standing is Standing.NOT_YET:
        yield cause("not-yet-known", f"{name} has not answered yet", name)
    elif standing is Standing.UNREAD:
        error = side.node.interfaces.error
        why = f": {error.message}" if error is not None else ""
        yield cause("roles-unread", f"{name} answers, but its roles cannot be read{why}", name)
    elif standing is Standing.STALE:
        age = side.node.interfaces.age(side.now) or 0.0
        error = side.node.interfaces.error
        why = f" ({error.message})" if error is not None else ""
        yield cause("data-stale", f"the roles of {name} were last read {age:.0f} s ago{why}", name)


def _switches(side: Side) -> Iterator[Cause]:
    name = side.name
    if side.current(side.node.booting):
        yield cause("booting", f"{name} is still booting", name)
    elif side.allow is False:
        yield cause("carp-disabled", f"{name} has CARP disabled", name)
    carp = side.current(side.node.carp)
    if carp is not None and carp.preempt is False:
        yield cause("preempt-off", f"{name} has preempt off", name)
    if side.maintenance is not None:
        yield cause("maintenance", f"{name} is in maintenance ({side.maintenance})", name)
    pf = side.current(side.node.pf)
    if pf is not None and not pf.enabled:
        yield cause("pf-disabled", f"{name} has pf disabled", name)


def _links(side: Side) -> Iterator[Cause]:
    for name in dict.fromkeys(role.interface for role in side.node.roles):
        interface = side.interface(name)
        why = no_link(interface) if interface is not None else None
        if interface is not None and why is not None:
            evidence = f"{place(interface)} of {side.name} {why}"
            yield cause("link-down", evidence, side.name, name)


def _unexplained_init(side: Side) -> Iterator[Cause]:
    if carp_off(side):
        return
    for role in side.node.roles:
        interface = side.interface(role.interface)
        dead = interface is not None and no_link(interface) is not None
        if role.state is CarpState.INIT and not dead:
            evidence = f"{place(role)} VHID {role.vhid} of {side.name} is in INIT"
            yield cause("init", evidence, side.name, role.interface, role.vhid)


def _demotion(side: Side) -> Iterator[Cause]:
    carp = side.current(side.node.carp)
    if carp is None or not carp.demotion or carp_off(side):
        return
    dead = sum(role.state is CarpState.INIT for role in side.node.roles)
    factor = carp.ifdown_demotion_factor
    explained = dead * (DEFAULT_DEMOTION_FACTOR if factor is None else factor)
    bulk = carp.pfsync_demotion_factor
    if carp.demotion == explained:
        why = f"{dead} VHID{'s' if dead != 1 else ''} on a dead link"
    elif carp.demotion < 0:
        why = "set by hand"
    elif bulk and carp.demotion == explained + bulk:
        why = "a bulk transfer of states"
    else:
        why = f"{carp.demotion - explained} of it unexplained: set by hand or left over"
    yield cause("demoted", f"{side.name} is demoted by {carp.demotion} ({why})", side.name)


def _rejected(side: Side) -> Iterator[Cause]:
    if side.current(side.node.carp_counters) is None:
        return
    rates, name = side.node.rates, side.name
    for id, rate, why in (
        ("bad-authentication", rates.carp_bad_auth_ps, "for bad authentication"),
        ("wrong-ttl", rates.carp_wrong_ttl_ps, "for a wrong TTL"),
        ("bad-vhid", rates.carp_bad_vhid_ps, "for VHIDs that it does not have"),
    ):
        if rate:
            yield cause(id, f"{name} rejects {rate:.1f} advertisements/s {why}", name)


def _syncok(side: Side) -> Iterator[Cause]:
    for interface in side.node.interfaces.value or ():
        if interface.pfsync is not None and interface.pfsync.syncok is False:
            evidence = f"{side.name} waits for a bulk transfer of states"
            yield cause("syncok-pending", evidence, side.name, interface.name)


def _not_permitted(side: Side) -> Iterator[Cause]:
    refused = []
    for field, words in _SECTIONS:
        error = getattr(side.node, field).error
        if error is not None and error.kind is ErrorKind.NOT_PERMITTED:
            refused.append(words)
    if refused:
        listed = ", ".join(dict.fromkeys(refused))
        evidence = f"{side.name} does not let this account read: {listed}"
        yield cause("not-permitted", evidence, side.name)


def _absent_vhids(view: PairView, index: int) -> Iterator[Cause]:
    side = view.sides[index]
    if carp_off(side):
        return
    for vip in view.vips:
        if vip.state(index) is None:
            role = vip.roles[index] or vip.roles[1 - index]
            device = role.interface if role is not None else None
            yield cause(
                "vhid-missing", f"{side.name} has no {vip.label}", side.name, device, vip.vhid
            )


_CHECKS: tuple[Callable[[Side], Iterator[Cause]], ...] = (
    _switches,
    _links,
    _unexplained_init,
    _demotion,
    _rejected,
    _syncok,
    _not_permitted,
)
