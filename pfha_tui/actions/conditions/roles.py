"""What must hold of the roles: one master now, a foreseen one afterwards, and skews that say who is preferred."""

from collections.abc import Iterator

from pfha_tui.actions.conditions.case import Case, block, fine, seen
from pfha_tui.actions.model import Finding, RoleLine
from pfha_tui.domain.election import MAINTENANCE_ADVSKEW, MAX_EFFECTIVE_SKEW, contender
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import Freshness
from pfha_tui.domain.snapshot import LinkState
from pfha_tui.domain.view import Outcome
from pfha_tui.domain.wording import abridged

MASTER = CarpState.MASTER
LARGEST_PEER_SKEW = MAX_EFFECTIVE_SKEW - 20


def one_master(case: Case) -> Iterator[Finding]:
    """Every VHID is served, and by one node."""
    view = case.scene.view
    outcomes = {vip.label: view.outcome(vip) for vip in view.vips}
    lost = [label for label, found in outcomes.items() if found is Outcome.NO_MASTER]
    split = [label for label, found in outcomes.items() if found is Outcome.SPLIT_BRAIN]
    if not outcomes:
        yield block("no-master", tr("No CARP VHID is known."))
    if lost:
        text = tr("No node serves {vips}.")
        yield block("no-master", text.format(vips=abridged(lost)))
    if split:
        text = tr("Both nodes are MASTER of {vips}.")
        yield block("split-brain", text.format(vips=abridged(split)))
    if outcomes and not lost and not split and all(side.known for side in case.scene.sides):
        text = tr("Every VHID has one master")
        reading = case.node.node.interfaces
        yield fine("one-master", seen(text, reading, case.node.now))


def serves(case: Case) -> Iterator[Finding]:
    """The node is MASTER of every VHID, so that it can hand them over."""
    if not case.node.known:
        return
    view, name = case.scene.view, case.node.name
    mine = [vip.label for vip in view.vips if vip.state(case.index) is MASTER]
    if len(mine) == len(view.vips) and mine:
        return
    if not mine:
        yield block("not-master", tr("{node} is MASTER of no VHID.").format(node=name), name)
    else:
        text = tr("{node} serves {vips} only: the roles are divided.")
        yield block("role-mixed", text.format(node=name, vips=abridged(mine)), name)


def serves_nothing(case: Case) -> Iterator[Finding]:
    """The node is MASTER of no VHID, so that nobody misses it."""
    name = case.node.name
    mine = [v.label for v in case.scene.view.vips if v.state(case.index) is MASTER]
    if mine:
        text = tr("{node} serves {vips}: switch over first.")
        yield block("serves-vips", text.format(node=name, vips=abridged(mine)), name)
    elif case.node.known:
        text = tr("{node} is MASTER of nothing").format(node=name)
        yield fine("serves-vips", seen(text, case.node.node.interfaces, case.node.now), name)


def taken_over(case: Case) -> Iterator[Finding]:
    """By CARP's election the peer takes what the node serves."""
    after = {(line.node, line.label): line.after for line in case.plan.roles}
    stays = [
        line
        for line in case.plan.roles
        if line.node == case.plan.node
        and line.before is MASTER
        and after.get((case.plan.peer, line.label)) is not MASTER
    ]
    if stays:
        text = tr("By CARP's election {peer} would not take over {vips}.")
        labels = abridged([line.label for line in stays])
        yield block("not-taken-over", text.format(peer=case.plan.peer, vips=labels), case.plan.peer)


def moves_something(case: Case) -> Iterator[Finding]:
    """Of a forced failover: where neither SSH nor SNMP reaches the peer, some VHID is foreseen to move."""
    side, plan = case.peer, case.plan
    asked = side.node.snmp.tried_at is not None or side.node.snmp_link.state is not LinkState.OFF
    deaf = asked and side.node.snmp.freshness(side.now) not in (Freshness.FRESH, Freshness.LATE)
    if not plan.request.forced or side.node.reachable is not False or not deaf:
        return
    if not any(line.node == plan.peer and line.after is MASTER for line in plan.roles):
        text = tr("Neither SSH nor SNMP reaches {peer}: nothing would move to it.")
        yield block("moves-nothing", text.format(peer=plan.peer), plan.peer)


def comes_home(case: Case) -> Iterator[Finding]:
    """By CARP's election the node takes back what it is held back from."""
    if not case.node.known or not case.peer.known:
        return
    own = {vip.label for vip in case.scene.view.vips if vip.home == case.index}
    lines = [line for line in case.plan.roles if line.node == case.plan.node and line.label in own]
    away = [line.label for line in lines if line.after is not MASTER]
    if away:
        text = tr("By CARP's election {node} would not take back {vips}.")
        yield block(
            "not-taken-back", text.format(node=case.plan.node, vips=abridged(away)), case.plan.node
        )


def master_after(case: Case) -> Iterator[Finding]:
    """No VHID that is served loses its master; what is not foreseen is for `taken_over` and the peer's silence."""
    lost = [
        pair[0].label
        for pair in _by_vhid(case)
        if any(line.before is MASTER for line in pair)
        and not any(line.after is MASTER for line in pair)
        and all(line.after is not None for line in pair)
    ]
    if lost:
        text = tr("Afterwards no node would be MASTER of {vips}.")
        yield block("no-master-after", text.format(vips=abridged(lost)))


def _by_vhid(case: Case) -> list[list[RoleLine]]:
    found: dict[str, list[RoleLine]] = {}
    for line in case.plan.roles:
        found.setdefault(line.label, []).append(line)
    return list(found.values())


def skews(case: Case) -> Iterator[Finding]:
    """The configured skews differ, and prefer the primary; those that maintenance covers say nothing."""
    view = case.scene.view
    equal = []
    for vip in view.vips:
        mine, theirs = (
            contender(role, demoted=False) if role is not None else None for role in vip.roles
        )
        if mine is None or theirs is None:
            continue
        if MAINTENANCE_ADVSKEW in (mine.advskew, theirs.advskew):
            continue
        if mine.interval == theirs.interval:
            equal.append(vip.label)
    if equal:
        text = tr("Both nodes advertise {vips} equally often: who serves is a race.")
        yield block("equal-skew", text.format(vips=abridged(equal)))
    wishes = [vip.favourite for vip in view.vips]
    if wishes and all(wish == 1 for wish in wishes):
        text = tr("Every VHID prefers {node}, which is configured as secondary.")
        yield block("skew-reversed", text.format(node=case.scene.name(1)))
    elif not equal and wishes and None not in wishes:
        yield fine("skews", tr("The skews of both nodes differ for every VHID."))


def demotion_fits(case: Case) -> Iterator[Finding]:
    """The demotion stays below the largest skew: else the node could not take over from a peer in trouble."""
    step = next((step for step in case.plan.steps if step.demotion), None)
    if step is None:
        return
    name = case.plan.node
    found = case.scene.demotion(case.index)
    if found is not None and found.ours is not None:
        text = tr("{node} is still demoted by {amount} for an earlier switchover: fail back first.")
        yield block("mark-there", text.format(node=name, amount=found.ours.demotion), name)
    before = found.total if found is not None else 0
    own, theirs = _largest_skews(case)
    total = own + before + step.demotion
    if own + before < 0 or total >= MAX_EFFECTIVE_SKEW or theirs >= LARGEST_PEER_SKEW:
        text = tr(
            "{peer} advertises a skew of up to {theirs}: {node} would have to reach {total}, and {largest} is the "
            "largest."
        )
        yield block(
            "demotion-too-large",
            text.format(
                peer=case.plan.peer,
                theirs=theirs,
                node=name,
                total=total,
                largest=MAX_EFFECTIVE_SKEW,
            ),
            name,
        )


def _largest_skews(case: Case) -> tuple[int, int]:
    """The largest configured skew of the node, and the largest advertised one of the peer."""
    own, theirs = [0], [0]
    for vip in case.scene.view.vips:
        mine, other = vip.roles[case.index], vip.roles[1 - case.index]
        if mine is not None and mine.advskew is not None:
            own.append(mine.advskew)
        if other is not None and other.effective_skew is not None:
            theirs.append(other.effective_skew)
    return max(own), max(theirs)
