"""What can be wrong between two nodes: state synchronisation first, then what should be equal or differ."""

from collections.abc import Callable, Iterator

from pfha_tui.domain.causes import cause
from pfha_tui.domain.clock_offset import offset_of
from pfha_tui.domain.election import contender
from pfha_tui.domain.findings import dead, no_link
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState, Interface
from pfha_tui.domain.verdict import Cause
from pfha_tui.domain.view import PairView, Side
from pfha_tui.domain.wording import decimal, duration, grouped

SILENCE_S = 15.0
GAP_STATES = 20
GAP_SHARE = 0.15
CLOCKS_APART_S = 5.0


def pair_causes(view: PairView) -> Iterator[Cause]:
    """Everything found about the two nodes together, roles and maintenance apart."""
    yield from _state_sync(view)
    if all(side.known for side in view.sides):
        for find in _CHECKS:
            yield from find(view)
    for vip in view.gone:
        evidence = tr("{vip} is on neither node any more").format(vip=vip.label)
        yield cause("vhid-gone", evidence, None, vip.interface, vip.vhid)


def _pfsync(side: Side) -> Interface | None:
    """The pfsync interface if state synchronisation is configured on it."""
    for interface in side.node.interfaces.value or ():
        if interface.pfsync is not None and interface.pfsync.syncdev:
            return interface
    return None


def _state_sync(view: PairView) -> Iterator[Cause]:
    """At most one finding per node, and one of the pair, so that the set of causes stays steady."""
    known = [side for side in view.sides if side.known]
    configured = [side for side in known if _pfsync(side) is not None]
    if len(known) == 2 and not configured:
        text = tr("neither {first} nor {second} has pfsync configured")
        yield cause("state-sync-off", text.format(first=known[0].name, second=known[1].name))
        return
    for index, side in enumerate(view.sides):
        if not side.known:
            continue
        evidence = _broken_here(side, len(known) == 2) or _broken_flow(view, index)
        if evidence is not None:
            yield cause("state-sync-broken", evidence, side.name)
    if len(known) == 2:
        yield from _creators(*known)


def _broken_here(side: Side, both_known: bool) -> str | None:
    pfsync = _pfsync(side)
    if pfsync is None or pfsync.pfsync is None:
        if not both_known:
            return None
        return tr("{node} has no pfsync configured").format(node=side.name)
    if not pfsync.up or "RUNNING" not in pfsync.flags:
        text = tr("{interface} of {node} is down")
        return text.format(interface=pfsync.name, node=side.name)
    device = side.interface(pfsync.pfsync.syncdev or "")
    if device is None:
        text = tr("{node} has no interface {interface}, over which its states should go")
        return text.format(node=side.name, interface=pfsync.pfsync.syncdev)
    if not dead(device):
        return None
    return tr("{clause}, and the states go over it").format(clause=no_link(side, device))


def _broken_flow(view: PairView, index: int) -> str | None:
    """Judge the counters of a node that serves, or of one whose peer serves."""
    side, other = view.sides[index], view.sides[1 - index]
    if side.current(side.node.pfsync) is None:
        return None
    rates = side.node.rates
    if _serves(view, index):
        if rates.pfsync_send_errors_ps:
            text = tr("{node} fails to send {rate} pfsync packets/s")
            failed = decimal(f"{rates.pfsync_send_errors_ps:.1f}")
            return text.format(node=side.name, rate=failed)
        new = rates.pf_inserts_ps if side.current(side.node.pf) is not None else None
        silent = rates.pfsync_out_silent_s or 0.0
        if new and new >= 1 and silent >= SILENCE_S:
            text = tr("{node} makes {rate} states/s, but sends none")
            return text.format(node=side.name, rate=f"{new:.0f}")
    if _serves(view, 1 - index) and other.current(other.node.pfsync) is not None:
        silent = rates.pfsync_in_silent_s or 0.0
        busy = other.node.rates.pfsync_out_busy_s or 0.0
        if silent >= SILENCE_S and busy >= SILENCE_S:
            text = tr("{node} has received no states for {age}, although {peer} sends them")
            return text.format(node=side.name, age=duration(silent), peer=other.name)
    return None


def _serves(view: PairView, index: int) -> bool:
    side = view.sides[index]
    return side.known and any(vip.state(index) is CarpState.MASTER for vip in view.vips)


def _creators(first: Side, second: Side) -> Iterator[Cause]:
    """In a pair that synchronises, each node holds states that the other made."""
    mine, theirs = (side.current(side.node.creators) for side in (first, second))
    if mine and theirs and not set(mine) & set(theirs):
        text = tr("no creator of states is known to both {first} and {second}")
        yield cause("state-sync-broken", text.format(first=first.name, second=second.name))


def _state_gap(view: PairView) -> Iterator[Cause]:
    """pf's table is read every few seconds on each node by itself: small differences are normal."""
    first, second = view.sides
    mine, theirs = first.states, second.states
    if mine is None or theirs is None:
        return
    gap = abs(mine - theirs)
    if gap > GAP_STATES and gap > GAP_SHARE * max(mine, theirs):
        text = tr("{first} holds {mine} states and {second} {theirs}")
        evidence = text.format(
            first=first.name, mine=grouped(mine), second=second.name, theirs=grouped(theirs)
        )
        yield cause("state-gap", evidence)


def _identities(view: PairView) -> Iterator[Cause]:
    first, second = view.sides
    pf = [side.current(side.node.pf) for side in view.sides]
    hosts = [info.host_id for info in pf if info is not None and info.host_id]
    names = {"first": first.name, "second": second.name}
    if len(hosts) == 2 and hosts[0] == hosts[1]:
        text = tr("{first} and {second} both have the pf host id {id}")
        yield cause("cloned-host-id", text.format(**names, id=hosts[0]))
    mine, theirs = first.current(first.node.identity), second.current(second.node.identity)
    if mine is not None and theirs is not None:
        for old, new in ((mine.version, theirs.version), (mine.os_release, theirs.os_release)):
            if old and new and old != new:
                text = tr("{first} runs {mine} and {second} {theirs}")
                yield cause("version-differs", text.format(**names, mine=old, theirs=new))
                break
    lines = [_pfsync(side) for side in view.sides]
    versions = [
        line.pfsync.version for line in lines if line is not None and line.pfsync is not None
    ]
    if len(versions) == 2 and None not in versions and versions[0] != versions[1]:
        text = tr("{first} speaks pfsync {mine} and {second} {theirs}")
        evidence = text.format(**names, mine=versions[0], theirs=versions[1])
        yield cause("pfsync-version-differs", evidence)


def _clocks(view: PairView) -> Iterator[Cause]:
    """Only what is apart however long reading the clocks took: a slow answer is no wrong clock."""
    first, second = view.sides
    if any(side.current(side.node.clock) is None for side in view.sides):
        return
    mine, theirs = (offset_of(side.node.clock, side.now, side.now) for side in view.sides)
    if mine is None or theirs is None:
        return
    apart = mine - theirs
    if abs(apart.proven) > CLOCKS_APART_S:
        text = tr("the clocks of {first} and {second} differ by {age}")
        age = duration(abs(apart.told))
        evidence = text.format(first=first.name, second=second.name, age=age)
        yield cause("clock-skew", evidence)


def _skews(view: PairView) -> Iterator[Cause]:
    first, second = view.sides
    for vip in view.vips:
        mine, theirs = (
            contender(role, demoted=False) if role is not None else None for role in vip.roles
        )
        if mine is not None and theirs is not None and mine.interval == theirs.interval:
            text = tr("{first} and {second} advertise {vip} equally often")
            evidence = text.format(first=first.name, second=second.name, vip=vip.label)
            yield cause("equal-skew", evidence, None, vip.interface, vip.vhid)
    wishes = [vip.favourite for vip in view.vips]
    if wishes and all(wish == 1 for wish in wishes):
        text = tr("every VHID prefers {node}, which is configured as secondary")
        yield cause("skew-reversed", text.format(node=second.name))


def _addresses(view: PairView) -> Iterator[Cause]:
    """CARP's HMAC covers the sorted addresses of the VHID, so one that is missing splits the pair."""
    for vip in view.vips:
        mine, theirs = vip.roles
        if mine is None or theirs is None or mine.state is None or theirs.state is None:
            continue
        if mine.advskew is None or theirs.advskew is None:
            continue
        sets = [{(a.family, a.address) for a in role.addresses} for role in (mine, theirs)]
        if sets[0] != sets[1]:
            odd = ", ".join(sorted(address for _, address in sets[0] ^ sets[1]))
            evidence = tr("{vip} has {addresses} on one node only")
            evidence = evidence.format(vip=vip.label, addresses=odd)
            yield cause("addresses-differ", evidence, None, vip.interface, vip.vhid)


_CHECKS: tuple[Callable[[PairView], Iterator[Cause]], ...] = (
    _state_gap,
    _identities,
    _clocks,
    _skews,
    _addresses,
)
