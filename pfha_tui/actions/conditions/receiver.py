"""What must hold of the node that is to serve afterwards."""

from collections.abc import Iterator

from pfha_tui.actions.conditions.case import Case, block, fine, seen, warn
from pfha_tui.actions.conditions.roles import comes_home
from pfha_tui.actions.model import Finding, Verb
from pfha_tui.actions.plans.handover import held_by_us
from pfha_tui.domain.demotion import Demotion
from pfha_tui.domain.findings import dead, no_link
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.view import Side
from pfha_tui.domain.wording import abridged, duration

YOUNG_S = 300.0


def peer_fit(case: Case) -> Iterator[Finding]:
    """The peer can serve: nothing demotes it, and it takes part in every VHID."""
    if not case.peer.known:
        return
    yield from _held_by_us(case)
    yield from _fit(case, 1 - case.index, "peer", case.scene.demotion(1 - case.index))


def node_fit(case: Case) -> Iterator[Finding]:
    """The node that takes back can serve, once what is ours is gone."""
    if not case.node.known or not (case.moves or _away(case)):
        return
    found = case.scene.demotion(case.index)
    gone = _gone(case)
    left = found.total - gone if found is not None else None
    yield from _switches(case.node, "node")
    if left:
        text = tr("{node} would still be demoted by {demotion}")
        text = text.format(node=case.node.name, demotion=left)
        text = seen(text, case.node.node.carp, case.node.now)
        # What another hand has added is no reason to leave ours there: it would keep both from being taken off.
        home = case.plan.request.verb is Verb.FAILBACK and not any(comes_home(case))
        yield (warn if home else block)("node-demoted", text, case.node.name)
    yield from _vhids(case, case.index, "node")


def _away(case: Case) -> bool:
    """A failback to a home that does not serve what it should."""
    return case.plan.request.verb is Verb.FAILBACK and any(
        vip.home == case.index and vip.state(case.index) is not CarpState.MASTER
        for vip in case.scene.view.vips
    )


def _gone(case: Case) -> int:
    """What the plan takes off the node's demotion."""
    wanted = dict(case.plan.expectation.demotion).get(case.plan.node)
    found = case.scene.demotion(case.index)
    return found.total - wanted if found is not None and wanted is not None else 0


def _held_by_us(case: Case) -> Iterator[Finding]:
    """Only what we did ourselves keeps the peer from serving: then a failback is what is wanted."""
    if case.plan.request.verb not in (Verb.SWITCHOVER, Verb.FAILOVER):
        return
    if held_by_us(case.scene, 1 - case.index):
        text = tr("{peer} is only held back by us: `failback` lets it serve again.")
        yield block("held-back-by-us", text.format(peer=case.peer.name), case.peer.name)


def _fit(case: Case, index: int, prefix: str, found: Demotion | None) -> Iterator[Finding]:
    side = case.scene.sides[index]
    yield from _switches(side, prefix)
    text = tr("{node} is demoted by {demotion}")
    if found is not None:
        text = seen(text.format(node=side.name, demotion=found.total), side.node.carp, side.now)
        make = block if found.total else fine
        yield make(f"{prefix}-demoted", text, side.name)
    if side.maintenance is not None:
        text = tr("{node} is in maintenance ({why}).")
        text = text.format(node=side.name, why=side.maintenance)
        yield block(f"{prefix}-in-maintenance", text, side.name)
    yield from _vhids(case, index, prefix)


def _switches(side: Side, prefix: str) -> Iterator[Finding]:
    name, now = side.name, side.now
    booting = side.node.booting
    if side.current(booting):
        text = tr("{node} is still booting").format(node=name)
        yield block(f"{prefix}-booting", seen(text, booting, now), name)
    elif side.current(booting) is None:
        text = tr("Whether {node} is still booting is not known").format(node=name)
        yield warn(f"{prefix}-booting", seen(text, booting, now), name)
    carp = side.current(side.node.carp)
    reading = side.node.carp
    if carp is None or None in (carp.allow, carp.preempt, carp.demotion):
        text = tr("The CARP settings of {node} are not known").format(node=name)
        yield block(f"{prefix}-carp-unknown", seen(text, reading, now), name)
        return
    if not carp.allow:
        text = tr("{node} has CARP disabled").format(node=name)
        yield block(f"{prefix}-carp-off", seen(text, reading, now), name)
    else:
        text = tr("{node} has CARP enabled").format(node=name)
        yield fine(f"{prefix}-carp-off", seen(text, reading, now), name)
    if not carp.preempt:
        text = tr("{node} has preempt off").format(node=name)
        yield block(f"{prefix}-preempt-off", seen(text, reading, now), name)
    else:
        text = tr("{node} has preempt on").format(node=name)
        yield fine(f"{prefix}-preempt-off", seen(text, reading, now), name)
    pf = side.current(side.node.pf)
    if pf is not None and not pf.enabled:
        text = tr("{node} has pf disabled").format(node=name)
        yield block(f"{prefix}-pf-off", seen(text, side.node.pf, now), name)
    up = side.node.uptime_s(now)
    if up is not None and up < YOUNG_S:
        text = tr("{node} was booted only {age} ago.")
        yield warn(f"{prefix}-young", text.format(node=name, age=duration(up)), name)


def _vhids(case: Case, index: int, prefix: str) -> Iterator[Finding]:
    side, view = case.scene.sides[index], case.scene.view
    name, reading = side.name, side.node.interfaces
    missing = [vip.label for vip in view.vips if vip.state(index) is None]
    down = [vip.label for vip in view.vips if vip.state(index) is CarpState.INIT]
    if missing:
        text = tr("{node} has no {vips}").format(node=name, vips=abridged(missing))
        yield block(f"{prefix}-missing", seen(text, reading, side.now), name)
    if down:
        text = tr("{node} has in INIT: {vips}").format(node=name, vips=abridged(down))
        yield block(f"{prefix}-init", seen(text, reading, side.now), name)
    yield from links(case, index, prefix)
    if not missing and not down:
        text = tr("{node} takes part in every VHID").format(node=name)
        yield fine(f"{prefix}-vhids", seen(text, reading, side.now), name)


def links(case: Case, index: int, prefix: str) -> Iterator[Finding]:
    """Every interface with VHIDs has its link."""
    side = case.scene.sides[index]
    for device in dict.fromkeys(role.interface for role in side.node.roles):
        interface = side.interface(device)
        if interface is not None and dead(interface):
            text = seen(no_link(side, interface), side.node.interfaces, side.now)
            yield block(f"{prefix}-link-down", text, side.name)
