"""CARP as a whole on one node: off, on, a demotion put right, and a reboot."""

from pfha_tui.actions.commands import CARP_OFF, CARP_ON, LARGEST_DEMOTION, REBOOT, demote
from pfha_tui.actions.forecast import Change, device_of
from pfha_tui.actions.model import Expectation, Plan, Request, Risk, Step, Unplannable, Verb
from pfha_tui.actions.plans.draft import (
    WATCHDOG_GRACE_S,
    Draft,
    by_itself,
    handover_loss,
    named,
    not_foreseen,
)
from pfha_tui.actions.scene import Scene
from pfha_tui.domain.demotion import DEFAULT_DEMOTION_FACTOR
from pfha_tui.domain.election import dead_time
from pfha_tui.domain.findings import carp_off, dead
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.wording import duration

PFSYNC_WAIT_S = 31.0
"""How long pfSense waits for pfsync when it switches CARP on (interfaces.inc, interfaces_sync_setup)."""

PHP_S = 3.0
"""How long PHP takes to start and to read the configuration."""

Addresses = tuple[tuple[str, str, int, str], ...]


def disable(scene: Scene, request: Request) -> Plan:
    """CARP off by pfSense's playback: the peer notices by silence. Raises Unplannable where it is off already."""
    at = named(scene, request)
    if scene.sides[at].allow is False:
        raise Unplannable(tr("{node} has CARP disabled already.").format(node=scene.name(at)))
    draft = Draft(scene, request, at, Change(allow=False))
    what = tr("Disable CARP on {node}: its VHIDs go to INIT and their addresses are taken away.")
    count = len(scene.view.vips)
    waits = draft.waits(1.0 + count, 15.0 + 2 * count)
    step = Step(
        draft.node,
        CARP_OFF,
        what.format(node=draft.node),
        undo=(CARP_ON,),
        watchdog_s=waits[1] + WATCHDOG_GRACE_S,
    )
    alone = tr(
        "Where {peer} stops answering before it is confirmed, CARP is enabled on {node} again; that takes up to "
        "{age}."
    )
    undo = tr("Enable CARP on {node} again, by this console.")
    return draft.plan(
        tr("Disable CARP on {node}").format(node=draft.node),
        (step,),
        Expectation(
            roles=draft.foreseen,
            allow=((draft.node, False),),
            addresses=_addresses(scene, 1 - at),
        ),
        waits,
        loss=_silence(draft),
        undo=undo.format(node=draft.node),
        notes=(
            tr(
                "A reboot, a link that comes up, and a changed VIP or high-availability setting enable it again."
            ),
            alone.format(peer=draft.peer, node=draft.node, age=duration(_enabled_in(count))),
            by_itself(step),
        ),
        undo_request=Request(Verb.CARP_ENABLE, draft.node),
        risk=Risk.ROLE_CHANGING,
    )


def _enabled_in(count: int) -> float:
    """The longest that pfSense takes to enable CARP with so many VIPs: PHP, one second a VIP, the wait for pfsync."""
    return PHP_S + count + PFSYNC_WAIT_S


def _silence(draft: Draft) -> str:
    """The peer takes over when it has heard nothing for its own dead time."""
    if draft.unforeseen:
        return not_foreseen()
    if not draft.scene.masters(draft.index):
        return tr("Nothing now; but {peer} is alone until CARP is enabled again.").format(
            peer=draft.peer
        )
    text = tr("{age} without service, until {peer} notices the silence; then it is alone.")
    silence = dead_time(draft.scene.sides[1 - draft.index].node.roles)
    return text.format(age=duration(silence, tenths=True), peer=draft.peer)


def enable(scene: Scene, request: Request) -> Plan:
    """CARP on by pfSense's playback; every address is looked for afterwards. Raises Unplannable where it is on and
    every address is there."""
    at = named(scene, request)
    side = scene.sides[at]
    wanted = _addresses(scene, at)
    if side.allow and not _missing(scene, at, wanted):
        raise Unplannable(tr("{node} has CARP enabled.").format(node=side.name))
    draft = Draft(scene, request, at, Change(allow=True, demotion=_without_carp_off(scene, at)))
    what = tr("Enable CARP on {node}: its VIPs are configured anew, one a second.")
    step = Step(draft.node, CARP_ON, what.format(node=draft.node), undo=(CARP_OFF,))
    count = len(scene.view.vips)
    note = tr(
        "Aliases that the page Status > CARP took away do not come back this way; each address is looked for."
    )
    return draft.plan(
        tr("Enable CARP on {node}").format(node=draft.node),
        (step,),
        Expectation(roles=draft.foreseen, allow=((draft.node, True),), addresses=wanted),
        draft.waits(1.0 + count, 15.0 + 2 * count + PFSYNC_WAIT_S),
        loss=handover_loss(draft, draft.takes and scene.view.server is not None),
        undo=tr("Disable CARP on {node}.").format(node=draft.node),
        notes=(note,),
        undo_request=Request(Verb.CARP_DISABLE, draft.node),
        risk=Risk.ROLE_CHANGING,
    )


def _without_carp_off(scene: Scene, index: int) -> int | None:
    """The demotion once the kernel has taken back what it added for each VHID when CARP went off."""
    side = scene.sides[index]
    carp = side.current(side.node.carp)
    if carp is None or carp.demotion is None or not carp_off(side):
        return None
    back = 0
    for role in side.node.roles:
        interface = side.interface(role.interface)
        if role.state is CarpState.INIT and not (interface is not None and dead(interface)):
            back += 1
    factor = carp.ifdown_demotion_factor
    return carp.demotion - back * (DEFAULT_DEMOTION_FACTOR if factor is None else factor)


def _addresses(scene: Scene, index: int) -> Addresses:
    """Every virtual address that either node knows of, as it has to be on that node."""
    view, side = scene.view, scene.sides[index]
    found: dict[tuple[str, str, int, str], None] = {}
    for vip in view.vips:
        device = device_of(view, vip, index)
        for each in vip.roles:
            for address in each.addresses if each is not None else ():
                found[(side.name, device, vip.vhid, address.address)] = None
    return tuple(found)


def _missing(scene: Scene, index: int, wanted: Addresses) -> bool:
    side = scene.sides[index]
    there = {
        (interface.name, one.vhid, one.address)
        for interface in side.current(side.node.interfaces) or ()
        for one in interface.addresses
    }
    return any((device, vhid, address) not in there for _, device, vhid, address in wanted)


def reset(scene: Scene, request: Request) -> Plan:
    """A demotion whose cause is gone is taken off, but for the part that is ours. Raises Unplannable where there is
    none, none is known, or all of it is ours."""
    at = named(scene, request)
    found = scene.demotion(at)
    if found is None:
        raise Unplannable(tr("The demotion of {node} is not known.").format(node=scene.name(at)))
    if not found.total:
        raise Unplannable(tr("{node} is not demoted.").format(node=scene.name(at)))
    if abs(found.total) > LARGEST_DEMOTION:
        text = tr("{node} is demoted by {demotion}: more than anything adds by itself.")
        raise Unplannable(text.format(node=scene.name(at), demotion=found.total))
    part = found.total - found.own
    if not part:
        text = tr("What demotes {node} by {demotion} is ours: fail back instead.")
        raise Unplannable(text.format(node=scene.name(at), demotion=found.total))
    draft = Draft(scene, request, at, Change(demotion=found.own))
    waits = draft.waits(1.0, 10.0)
    what = tr("Change the demotion of {node} by {amount}, to {total}.")
    step = Step(
        draft.node,
        demote(-part),
        what.format(node=draft.node, amount=-part, total=found.own),
        undo=(demote(part),),
        watchdog_s=waits[1] + WATCHDOG_GRACE_S,
    )
    undo = tr("Demote {node} by {demotion} again.")
    return draft.plan(
        tr("Reset the demotion of {node}").format(node=draft.node),
        (step,),
        Expectation(roles=draft.foreseen, demotion=((draft.node, found.own),)),
        waits,
        loss=handover_loss(draft, draft.takes),
        undo=undo.format(node=draft.node, demotion=part),
    )


def reboot(scene: Scene, request: Request) -> Plan:
    """A node that serves nothing is restarted; its demotion ends with that, maintenance does not."""
    at = named(scene, request)
    draft = Draft(scene, request, at, Change(allow=True, demotion=0))
    step = Step(draft.node, REBOOT, tr("Reboot {node}.").format(node=draft.node))
    loss = tr("No interruption; but {peer} is alone for the minutes that it takes.")
    notes = []
    if draft.takes:
        text = tr("After the boot {node} takes the service back: its skews say so.")
        notes.append(text.format(node=draft.node))
    return draft.plan(
        tr("Reboot {node}").format(node=draft.node),
        (step,),
        Expectation(roles=draft.foreseen, boot_of=draft.node),
        draft.waits(30.0, 300.0),
        loss=not_foreseen() if draft.unforeseen else loss.format(peer=draft.peer),
        undo=tr("There is none: it comes back by itself, or not."),
        notes=tuple(notes),
        risk=Risk.ROLE_CHANGING if draft.moves else Risk.REVERSIBLE,
    )
