"""Entering and leaving pfSense's persistent maintenance mode, by its own playback."""

from pfha_tui.actions.commands import MAINTENANCE_OFF, MAINTENANCE_ON
from pfha_tui.actions.forecast import Change
from pfha_tui.actions.model import Expectation, Plan, Request, Step, Unplannable, Verb
from pfha_tui.actions.plans.draft import Draft, handover_loss, named
from pfha_tui.actions.scene import Scene
from pfha_tui.domain.election import MAINTENANCE_ADVSKEW
from pfha_tui.domain.language import ntr, tr


def enter(scene: Scene, request: Request, index: int | None = None, title: str = "") -> Plan:
    """Every VHID of the node gets advskew 254, and keeps it over reboots. `index` and `title` where another verb
    does it this way. Raises Unplannable where it is in maintenance already."""
    at = named(scene, request) if index is None else index
    draft = Draft(scene, request, at, Change(maintenance=True))
    if scene.sides[at].current(scene.sides[at].node.maintenance):
        raise Unplannable(tr("{node} is in maintenance already.").format(node=draft.node))
    what = tr("Enter pfSense's maintenance mode on {node}: every VHID gets advskew {skew}.")
    step = Step(
        draft.node,
        MAINTENANCE_ON,
        what.format(node=draft.node, skew=MAINTENANCE_ADVSKEW),
        undo=(MAINTENANCE_OFF,),
    )
    expectation = Expectation(
        roles=draft.foreseen,
        maintenance=((draft.node, True),),
        advskew=((draft.node, MAINTENANCE_ADVSKEW),),
    )
    undo = tr("Leave maintenance on {node}; it survives reboots until then.")
    return draft.plan(
        title or tr("Put {node} into maintenance").format(node=draft.node),
        (step,),
        expectation,
        draft.waits(3.0, 13.0),
        loss=handover_loss(draft, draft.moves),
        undo=undo.format(node=draft.node),
        notes=(*_lease(request), _written(draft)),
        undo_request=Request(Verb.MAINTENANCE_LEAVE, draft.node),
    )


def leave(scene: Scene, request: Request) -> Plan:
    """The node gets its configured skews back. Raises Unplannable where it is not in maintenance."""
    at = named(scene, request)
    side = scene.sides[at]
    draft = Draft(scene, request, at, Change(maintenance=False))
    if side.current(side.node.maintenance) is False and not scene.flagged(at):
        raise Unplannable(tr("{node} is not in maintenance.").format(node=draft.node))
    step = Step(
        draft.node,
        MAINTENANCE_OFF,
        tr("Leave pfSense's maintenance mode on {node}.").format(node=draft.node),
        undo=(MAINTENANCE_ON,),
    )
    undo = tr("Put {node} into maintenance again.")
    return draft.plan(
        tr("Take {node} out of maintenance").format(node=draft.node),
        (step,),
        Expectation(roles=draft.foreseen, maintenance=((draft.node, False),)),
        draft.waits(3.0, 13.0),
        loss=handover_loss(draft, draft.takes),
        undo=undo.format(node=draft.node),
        notes=(assumed(draft), _written(draft)),
        undo_request=Request(Verb.MAINTENANCE_ENTER, draft.node),
    )


def assumed(draft: Draft) -> str:
    """That the roles foreseen rest on a skew that cannot be seen while maintenance covers it."""
    text = tr(
        "Maintenance hides the skew that {node} is configured with: the roles foreseen assume pfSense's distance "
        "of 100 from {peer}."
    )
    return text.format(node=draft.node, peer=draft.peer)


def _lease(request: Request) -> tuple[str, ...]:
    if request.lease_s is None:
        return ()
    minutes = max(1, round(request.lease_s / 60))
    text = ntr(
        "It is meant for {count} minute; then you are reminded, and nothing leaves maintenance by itself.",
        "It is meant for {count} minutes; then you are reminded, and nothing leaves maintenance by itself.",
        minutes,
    )
    return (text.format(count=minutes),)


def _written(draft: Draft) -> str:
    text = tr("It writes a revision of the configuration on {node}")
    if draft.index == 0:
        text = tr(
            "It writes a revision of the configuration on {node}, which {node} then sends to {peer}"
        )
    return text.format(node=draft.node, peer=draft.peer) + "."
