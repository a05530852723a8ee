"""Moving the service: switchover, failover, and failback to the configured home."""

from collections.abc import Iterator
from dataclasses import replace

from pfha_tui.actions.commands import MAINTENANCE_OFF, MAINTENANCE_ON, UNMARK, demote, mark
from pfha_tui.actions.forecast import Change, player
from pfha_tui.actions.model import Expectation, Method, Plan, Request, Risk, Step, Unplannable, Verb
from pfha_tui.actions.plans import maintenance
from pfha_tui.actions.plans.draft import WATCHDOG_GRACE_S, Draft, by_itself, handover_loss
from pfha_tui.actions.scene import Scene
from pfha_tui.domain.demotion import DEFAULT_DEMOTION_FACTOR
from pfha_tui.domain.election import MAX_EFFECTIVE_SKEW, Contender, effective_skew, takes_over
from pfha_tui.domain.language import tr
from pfha_tui.domain.mark import write
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.view import Vip

MARGIN = 20
"""How much further than the peer a node is demoted: 120 against skews of 0 and 100."""
_TICKS = 256


def switchover(scene: Scene, request: Request) -> Plan:
    """The serving node hands over, by a demotion that is just enough or by maintenance."""
    return _hand_over(scene, request, tr("Switch over from {node} to {peer}"))


def failover(scene: Scene, request: Request) -> Plan:
    """As a switchover, when the gate's conditions are not met. Raises Unplannable where the node serves nothing."""
    at = scene.index(request.node) if request.node is not None else scene.serving
    if scene.sides[at].known and not scene.masters(at):
        text = tr("{node} is MASTER of nothing: there is nothing to take from it.")
        raise Unplannable(text.format(node=scene.name(at)))
    return _hand_over(scene, request, tr("Force the service from {node} to {peer}"))


def _hand_over(scene: Scene, request: Request, title: str) -> Plan:
    at = scene.index(request.node) if request.node is not None else scene.serving
    title = title.format(node=scene.name(at), peer=scene.name(1 - at))
    if request.method is Method.MAINTENANCE:
        plan = maintenance.enter(scene, request, at, title)
        return replace(plan, risk=Risk.ROLE_CHANGING, undo_request=Request(Verb.FAILBACK))
    amount = just_enough(scene, at)
    before = scene.demotion(at)
    total = (before.total if before is not None else 0) + amount
    draft = Draft(scene, request, at, Change(demotion=total))
    waits = draft.waits(1.0, 10.0)
    text = tr("Demote {node} by {amount}, so that {peer} is preferred for every VHID.")
    if not _preferred(draft):
        text = tr("Demote {node} by {amount}.")
    step = Step(
        draft.node,
        demote(amount),
        text.format(node=draft.node, amount=amount, peer=draft.peer),
        undo=(demote(-amount), UNMARK),
        watchdog_s=waits[1] + WATCHDOG_GRACE_S,
        demotion=amount,
    )
    undo = tr("Fail back: {node} is demoted by {amount} less. A reboot of {node} does so too.")
    return draft.plan(
        title,
        (step,),
        Expectation(roles=draft.foreseen, demotion=((draft.node, total),)),
        waits,
        loss=_loss(draft),
        undo=undo.format(node=draft.node, amount=amount),
        notes=(*_still_takes_over(draft), by_itself(step)),
        undo_request=Request(Verb.FAILBACK),
        risk=Risk.ROLE_CHANGING,
    )


def just_enough(scene: Scene, index: int) -> int:
    """The demotion to add so that the other node is preferred for every VHID, with a margin.

    Where nothing is known of the other node's skews: as much as keeps the own ones below the largest.
    """
    needed = [found for vip in scene.view.vips if (found := _needed(scene, vip, index)) is not None]
    if needed:
        return max(1, max(needed) + MARGIN)
    own = [p.advskew + p.demotion for p in _own(scene, index)]
    return max(1, MAX_EFFECTIVE_SKEW - 1 - max(own, default=0))


def _needed(scene: Scene, vip: Vip, index: int) -> int | None:
    """How much is missing to an equal interval, in 1/256 s; None where either node has no part in it."""
    mine, theirs = player(scene.view, vip, index), player(scene.view, vip, 1 - index)
    if not isinstance(mine, Contender) or not isinstance(theirs, Contender):
        return None
    further = _TICKS * (theirs.advbase - mine.advbase)
    return effective_skew(theirs.advskew, theirs.demotion) + further - mine.advskew - mine.demotion


def _own(scene: Scene, index: int) -> list[Contender]:
    found = (player(scene.view, vip, index) for vip in scene.view.vips)
    return [each for each in found if isinstance(each, Contender)]


def failback(scene: Scene, request: Request) -> Plan:
    """Remove what of ours holds the home node back: the demotion of a switchover, maintenance mode, or both.

    Raises Unplannable where nothing of ours does.
    """
    at = _held_back(scene, request)
    side = scene.sides[at]
    found = scene.demotion(at)
    ours = found.ours if found is not None else None
    stale = found.stale if found is not None else None
    flagged = side.current(side.node.maintenance) is True
    total = found.total - ours.demotion if found is not None and ours is not None else None
    draft = Draft(scene, request, at, Change(total, False if flagged else None))
    waits = draft.waits(1.0, 13.0 if flagged else 10.0)
    steps: list[Step] = []
    if flagged:
        what = tr("Leave pfSense's maintenance mode on {node}.").format(node=draft.node)
        steps.append(Step(draft.node, MAINTENANCE_OFF, what, undo=(MAINTENANCE_ON,)))
    if ours is not None:
        text = tr("Take back the demotion by {amount} on {node}.")
        steps.append(
            Step(
                draft.node,
                demote(-ours.demotion),
                text.format(node=draft.node, amount=ours.demotion),
                undo=(demote(ours.demotion), mark(write(ours))),
                watchdog_s=waits[1] + WATCHDOG_GRACE_S,
            )
        )
    if ours is not None or stale is not None:
        steps.append(
            Step(draft.node, UNMARK, tr("Remove our mark from {node}.").format(node=draft.node))
        )
    return draft.plan(
        tr("Fail back to {node}").format(node=draft.node),
        tuple(steps),
        Expectation(
            roles=draft.foreseen,
            maintenance=((draft.node, False),) if flagged else (),
            demotion=((draft.node, total),) if total is not None else (),
        ),
        waits,
        loss=handover_loss(draft, draft.takes),
        undo=tr("Switch over again."),
        notes=(maintenance.assumed(draft),) if flagged else (),
        undo_request=Request(Verb.SWITCHOVER),
    )


def held_by_us(scene: Scene, index: int) -> bool:
    """The node is demoted by an action of ours, or in pfSense's maintenance mode."""
    found, side = scene.demotion(index), scene.sides[index]
    marked = found is not None and (found.ours is not None or found.stale is not None)
    return marked or side.current(side.node.maintenance) is True


def _held_back(scene: Scene, request: Request) -> int:
    """The node that we hold back: the named one, else the home, else the other where that one is only demoted."""
    home = scene.home
    candidates = [home, 1 - home] if request.node is None else [scene.index(request.node)]
    for index in candidates:
        if request.node is None and index != home and not _marked(scene, index):
            continue
        if held_by_us(scene, index):
            return index
    at = candidates[0]
    if not scene.sides[at].known:
        text = tr("What holds {node} back is not known: it does not answer.")
    elif scene.view.server == at:
        text = tr("{node} serves already, and nothing of ours is on either node.")
    else:
        text = tr("Nothing of ours holds {node} back: {why}.")
    raise Unplannable(text.format(node=scene.name(at), why=_else(scene, at)))


def _marked(scene: Scene, index: int) -> bool:
    found = scene.demotion(index)
    return found is not None and (found.ours is not None or found.stale is not None)


def _else(scene: Scene, index: int) -> str:
    """What else keeps the node from serving, as the verdict has it."""
    name = scene.name(index)
    reasons = [
        cause.evidence for cause in scene.snapshot.verdict.causes if cause.node in (name, None)
    ]
    return reasons[0] if reasons else tr("its skews are those that are configured")


def _loss(draft: Draft) -> str:
    if not draft.request.forced:
        return handover_loss(draft, draft.moves)
    text = tr(
        "Whatever {peer} cannot do: connections whose states did not reach it are cut, VIPs that it does not serve "
        "stay with {node}, and where it does not hear {node} both may serve for a moment."
    )
    if not draft.scene.sides[1 - draft.index].known:
        silent = tr(
            "{peer} does not answer: this moves nothing, unless it still hears {node} and only its login is dead."
        )
        text = f"{silent} {text}"
    return text.format(node=draft.node, peer=draft.peer)


def _preferred(draft: Draft) -> bool:
    """By the forecast the peer serves every VHID afterwards."""
    lines = [line.after for line in draft.roles if line.node == draft.peer]
    return bool(lines) and all(state is CarpState.MASTER for state in lines)


def _still_takes_over(draft: Draft) -> Iterator[str]:
    """Said only where CARP's election has it so: the peer serves, and a link less demotes it by more than we did."""
    scene, peer = draft.scene, 1 - draft.index
    carp = scene.sides[peer].current(scene.sides[peer].node.carp)
    if carp is None or carp.demotion is None or not _preferred(draft):
        return
    factor = carp.ifdown_demotion_factor
    lost = Change(carp.demotion + (DEFAULT_DEMOTION_FACTOR if factor is None else factor))
    for vip in scene.view.vips:
        mine = player(scene.view, vip, draft.index, draft.change)
        theirs = player(scene.view, vip, peer, lost)
        if not isinstance(mine, Contender) or not isinstance(theirs, Contender):
            return
        if not takes_over(mine, theirs):
            return
    text = tr("{node} still takes over if {peer} loses a link.")
    yield text.format(node=draft.node, peer=draft.peer)
