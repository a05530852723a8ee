"""What must hold before anything is done at all: the right to, nobody else at it, and a plan that still fits."""

from collections.abc import Iterator

from pfha_tui.actions.conditions.case import Case, block, fine, seen, warn
from pfha_tui.actions.model import Finding, Method, Risk, Unplannable, Verb, Weight
from pfha_tui.actions.plan import build
from pfha_tui.domain.language import ntr, tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import LinkState
from pfha_tui.domain.view import Side, Standing
from pfha_tui.domain.wording import duration

COOLDOWN_S = 30.0
OLDEST_S = 5.0


def rights(case: Case) -> Iterator[Finding]:
    """Read-only mode, an unfinished action, a journal that may have lost one."""
    if case.context.read_only:
        yield block("read-only", tr("This pair is watched read-only."))
    if case.context.unfinished:
        count = case.context.unfinished
        text = ntr(
            "{count} earlier action on this pair never came to an end: take it back or close it first.",
            "{count} earlier actions on this pair never came to an end: take them back or close them first.",
            count,
        )
        yield block("unfinished", text.format(count=count))
    if case.context.damage is not None:
        yield block("journal", case.context.damage)


def cooldown(case: Case) -> Iterator[Finding]:
    """Roles that have just changed are left alone, so that nothing flaps."""
    ago = case.context.last_change
    if case.plan.risk is not Risk.ROLE_CHANGING or ago is None:
        return
    text = tr("The last role change was {age} ago.").format(age=duration(ago))
    if ago >= COOLDOWN_S:
        yield fine("cooldown", text)
        return
    wait = tr("{evidence} Wait until it is {least} s ago.")
    yield block("cooldown", wait.format(evidence=text, least=f"{COOLDOWN_S:.0f}"))


def node_answers(case: Case) -> Iterator[Finding]:
    """The node that is acted on answers, and what is known of it is of now."""
    yield from answers(case, case.node, "node", Weight.BLOCK)


def peer_answers(case: Case) -> Iterator[Finding]:
    """The other node answers, and what is known of it is of now."""
    yield from answers(case, case.peer, "peer", Weight.BLOCK)


def peer_seen(case: Case) -> Iterator[Finding]:
    """As `peer_answers`, where removing an obstacle is right even without the other node."""
    yield from answers(case, case.peer, "peer", Weight.WARN)


def answers(case: Case, side: Side, prefix: str, weight: Weight) -> Iterator[Finding]:
    """`PREFIX-unreachable` and `PREFIX-stale` of one node."""
    name, reading = side.name, side.node.interfaces
    if side.standing not in (Standing.KNOWN, Standing.STALE) or side.node.ssh.state in _NO_SSH:
        why = side.node.unreachable_why or side.node.ssh.detail
        text = tr("{node} cannot be reached over SSH").format(node=name)
        text = tr("{what}: {detail}").format(what=text, detail=why) if why else f"{text}."
        if case.plan.request.forced and prefix == "node":
            rest = tr("Only stopping its virtual machine would remain.")
            text = f"{text.rstrip('.')}. {rest}"
        yield Finding(f"{prefix}-unreachable", weight, text, name)
        return
    age = reading.age(side.now) or 0.0
    oldest = max(OLDEST_S, 2 * reading.period_s + 1)
    evidence = seen(tr("The roles of {node} are known").format(node=name), reading, side.now)
    if side.standing is Standing.STALE or age > oldest:
        yield Finding(f"{prefix}-stale", weight, evidence, name)
    else:
        yield fine(f"{prefix}-stale", evidence, name)


_NO_SSH = (LinkState.DOWN, LinkState.STOPPED)


def plan_fits(case: Case) -> Iterator[Finding]:
    """Every role is as the plan found it, and the same wish would still give the same plan."""
    found = roles_flipped(case)
    if found is not None:
        yield found
        return
    outdated = tr("The pair has changed since the plan was made; make it anew.")
    try:
        again = build(case.plan.request, case.scene.snapshot)
    except Unplannable as problem:
        yield block("plan-outdated", f"{outdated} {problem}")
        return
    same = (again.node, again.steps) == (case.plan.node, case.plan.steps)
    if not same or again.expectation != case.plan.expectation:
        yield block("plan-outdated", outdated)


def roles_flipped(case: Case) -> Finding | None:
    """The first role that is not what it was when the plan was made."""
    before = {(line.node, line.label): line for line in case.plan.roles}
    for vip in case.scene.view.vips:
        for index, side in enumerate(case.scene.sides):
            if not side.known or (side.name, vip.label) not in before:
                continue
            line = before[(side.name, vip.label)]
            old, new = line.before, vip.state(index)
            if not line.known:
                text = tr(
                    "{vip} on {node} was not known when the plan was made; cancel and open it again."
                )
                said = text.format(vip=vip.label, node=side.name)
                return block("roles-changed", said, side.name)
            if old is not new:
                text = tr("{vip} on {node} was {old} when the plan was made, and is {new} now.")
                return block(
                    "roles-changed",
                    text.format(vip=vip.label, node=side.name, old=_word(old), new=_word(new)),
                    side.name,
                )
    return None


def _word(state: CarpState | None) -> str:
    return state.value if state is not None else tr("not there")


def both_in_maintenance(case: Case) -> Iterator[Finding]:
    """Never both: now, or by this action."""
    scene = case.scene
    flags = [scene.flagged(0), scene.flagged(1)]
    request, peer = case.plan.request, case.peer
    if request.verb not in (Verb.MAINTENANCE_LEAVE, Verb.FAILBACK) and all(flags):
        text = tr("Both {first} and {second} are in maintenance.")
        yield block("both-in-maintenance", text.format(first=scene.name(0), second=scene.name(1)))
    enters = request.verb is Verb.MAINTENANCE_ENTER or request.method is Method.MAINTENANCE
    if enters and flags[1 - case.index]:
        text = tr("{peer} is in maintenance ({why}): with {node} both would be.")
        yield block(
            "both-in-maintenance-after",
            text.format(peer=peer.name, why=peer.maintenance, node=case.node.name),
            peer.name,
        )
    elif enters:
        reading = peer.node.maintenance
        if peer.current(reading) is None and (
            reading.value or not (peer.known or reading.value is False)
        ):
            text = tr(
                "{peer} may be in maintenance: with {node} both would be. Whether it is cannot be read now"
            )
            yield block(
                "both-in-maintenance-after",
                seen(text.format(peer=peer.name, node=case.node.name), reading, peer.now),
                peer.name,
            )
        elif peer.known and peer.current(reading) is None:
            text = tr("Whether {node} is in maintenance is not known")
            yield warn(
                "peer-maintenance-unknown",
                seen(text.format(node=peer.name), reading, peer.now),
                peer.name,
            )
