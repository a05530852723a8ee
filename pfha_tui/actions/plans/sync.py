"""What brings the nodes together without moving a role: the configuration pushed, and all states asked for."""

from pfha_tui.actions.commands import SYNC, bulk
from pfha_tui.actions.model import Expectation, Plan, Request, Risk, Step, Unplannable
from pfha_tui.actions.plans.draft import Draft
from pfha_tui.actions.scene import Scene
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import PfsyncInterface
from pfha_tui.domain.view import Side

PRIMARY = 0


def push(scene: Scene, request: Request) -> Plan:
    """The primary sends its configuration. Raises Unplannable where the wish names the secondary."""
    if request.node is not None and scene.index(request.node) != PRIMARY:
        text = tr("Only {first}, the primary, sends its configuration.")
        raise Unplannable(text.format(first=scene.name(PRIMARY)))
    draft = Draft(scene, request, PRIMARY)
    what = tr("Send the configuration of {node} to {peer}, and wait for it.")
    step = Step(draft.node, SYNC, what.format(node=draft.node, peer=draft.peer))
    loss = tr(
        "No interruption; but what was changed on {peer} alone is gone, in the sections that are synchronised."
    )
    undo = tr("Not by this console: {peer} keeps its earlier revisions (Diagnostics > Backup).")
    return draft.plan(
        tr("Synchronise the configuration from {node} to {peer}").format(
            node=draft.node, peer=draft.peer
        ),
        (step,),
        Expectation(merge_on=draft.peer),
        draft.waits(4.0, 60.0),
        loss=loss.format(peer=draft.peer),
        undo=undo.format(peer=draft.peer),
        risk=Risk.REVERSIBLE,
    )


def request_states(scene: Scene, request: Request) -> Plan:
    """A node asks its peer for all states; by default the one that serves less. Raises Unplannable where pfsync has no
    interface there."""
    at = scene.index(request.node) if request.node is not None else 1 - scene.serving
    draft = Draft(scene, request, at)
    line = pfsync_of(scene.sides[at])
    if line is None or not line.syncdev:
        text = tr("{node} has no pfsync configured, as far as is known.")
        raise Unplannable(text.format(node=draft.node))
    what = tr("Let {node} ask {peer} for all states, by setting pfsync's interface as it is.")
    step = Step(draft.node, bulk(line.syncdev), what.format(node=draft.node, peer=draft.peer))
    loss = tr("Nothing: states are added and none is removed.")
    return draft.plan(
        tr("Transfer all states to {node}").format(node=draft.node),
        (step,),
        Expectation(bulk_on=draft.node),
        draft.waits(1.0, 75.0),
        loss=loss,
        undo=tr("None is needed."),
        risk=Risk.REVERSIBLE,
    )


def pfsync_of(side: Side) -> PfsyncInterface | None:
    """The node's pfsync line if it is known now."""
    for interface in side.current(side.node.interfaces) or ():
        if interface.pfsync is not None:
            return interface.pfsync
    return None
