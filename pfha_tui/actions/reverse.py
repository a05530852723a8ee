"""How an action is taken back: the commands in their order, what must be seen then, and what would do harm."""

import re
from dataclasses import replace

from pfha_tui.actions.commands import CARP_OFF, MAINTENANCE_ON
from pfha_tui.actions.model import Expectation, Plan, Step
from pfha_tui.domain.command import Command
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import Freshness
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.view import look

_READY = (CarpState.MASTER, CarpState.BACKUP)
_DEMOTION = re.compile(r"net\.inet\.carp\.demotion=(-?[0-9]{1,5})", re.ASCII)


def reversal(step: Step) -> list[tuple[str, Command]]:
    """What takes a step back, in order, each with its node."""
    return [(step.node, command) for command in step.undo]


def reverse(plan: Plan) -> Plan:
    """The same plan, with what must be seen of both nodes once it is taken back."""
    wanted = plan.expectation
    amounts = {
        node: sum(demotion_by(c) for s in plan.steps if s.node == node for c in s.undo)
        for node in (plan.node, plan.peer)
    }
    back = Expectation(
        roles=tuple(
            replace(line, after=line.before) for line in plan.roles if line.before is not None
        ),
        maintenance=tuple((node, not on) for node, on in wanted.maintenance),
        allow=tuple((node, not on) for node, on in wanted.allow),
        demotion=tuple((node, total + amounts.get(node, 0)) for node, total in wanted.demotion),
    )
    return replace(plan, expectation=back)


def demotion_by(command: Command) -> int:
    """What a command adds to the demotion; 0 for every other."""
    found = _DEMOTION.fullmatch(command.argv[-1])
    return int(found[1]) if found is not None else 0


def repeatable(step: Step) -> bool:
    """Undoing it twice does no more than once: a demotion is relative, a switch is not."""
    return not any(demotion_by(command) for command in step.undo)


def lets_down(node: str, snapshot: PairSnapshot, now: float) -> str | None:
    """Why CARP must not be off on a node, in a sentence: at monotonic `now` its peer is silent, or not in every VHID.
    None where the peer can serve."""
    sides = look(snapshot.primary, snapshot.secondary, max(now, snapshot.at))
    peer = next(side for side in sides.sides if side.name != node)
    if not peer.known or peer.node.interfaces.freshness(peer.now) is not Freshness.FRESH:
        return tr("{peer} has stopped answering.").format(peer=peer.name)
    other = sides.sides.index(peer)
    if any(vip.state(other) not in _READY for vip in sides.vips):
        return tr("{peer} could not serve every VIP.").format(peer=peer.name)
    return None


def harm(command: Command, node: str, snapshot: PairSnapshot) -> str | None:
    """Why an undo must not be run as the pair is now, in a sentence; None where it may."""
    view = look(snapshot.primary, snapshot.secondary, snapshot.at)
    names = [side.name for side in view.sides]
    if node not in names:
        return tr("{node} is not a node of this pair.").format(node=node)
    other = 1 - names.index(node)
    side = view.sides[other]
    if command == MAINTENANCE_ON and side.maintenance is not None:
        text = tr("{node} does not go back into maintenance: {peer} is in it.")
        return text.format(node=node, peer=side.name)
    if command != CARP_OFF:
        return None
    if not side.known or any(vip.state(other) not in _READY for vip in view.vips):
        text = tr("CARP stays on {node}: {peer} could not serve every VIP.")
        return text.format(node=node, peer=side.name)
    return None
