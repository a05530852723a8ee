"""Decides whether a plan may be carried out; the only issuer of permits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from pfha_tui.actions.conditions import general, receiver, roles, service, states
from pfha_tui.actions.conditions.case import Case, Context, block
from pfha_tui.actions.model import Finding, Plan, Verb, Weight
from pfha_tui.actions.scene import Scene
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.text import same_name

__all__ = ["HARD", "Context", "Permit", "findings", "permit", "silent"]

Condition = Callable[[Case], Iterator[Finding]]

_ALWAYS: tuple[Condition, ...] = (
    general.rights,
    general.plan_fits,
    general.node_answers,
)
_COSTS: tuple[Condition, ...] = (
    states.parity,
    states.bulk_pending,
    states.creators,
    states.gateways,
    states.drift,
    states.told,
)
_HAND_OVER: tuple[Condition, ...] = (
    *_ALWAYS,
    general.cooldown,
    general.both_in_maintenance,
    general.peer_answers,
    roles.one_master,
    roles.taken_over,
    roles.master_after,
    receiver.peer_fit,
)
_SWITCH: tuple[Condition, ...] = (
    *_HAND_OVER,
    roles.serves,
    roles.moves_something,
    roles.skews,
    roles.demotion_fits,
    *_COSTS,
)
_CONDITIONS: dict[Verb, tuple[Condition, ...]] = {
    Verb.SWITCHOVER: _SWITCH,
    Verb.FAILOVER: _SWITCH,
    Verb.MAINTENANCE_ENTER: (*_HAND_OVER, roles.skews, *_COSTS),
    Verb.MAINTENANCE_LEAVE: (
        *_ALWAYS,
        general.cooldown,
        general.peer_seen,
        receiver.node_fit,
        roles.master_after,
        *_COSTS,
    ),
    Verb.FAILBACK: (
        *_ALWAYS,
        general.cooldown,
        general.both_in_maintenance,
        general.peer_answers,
        roles.one_master,
        receiver.node_fit,
        roles.comes_home,
        roles.skews,
        roles.master_after,
        *_COSTS,
    ),
    Verb.CARP_DISABLE: (*_HAND_OVER, *_COSTS),
    Verb.CARP_ENABLE: (
        *_ALWAYS,
        general.cooldown,
        general.peer_seen,
        service.node_links,
        roles.master_after,
        *_COSTS,
    ),
    Verb.DEMOTION_RESET: (
        *_ALWAYS,
        general.cooldown,
        general.both_in_maintenance,
        general.peer_answers,
        roles.one_master,
        service.cause_gone,
        roles.master_after,
        *_COSTS,
    ),
    Verb.SYNC_NOW: (
        *_ALWAYS,
        general.peer_answers,
        service.booted,
        states.told,
    ),
    Verb.PFSYNC_BULK: (
        *_ALWAYS,
        general.peer_answers,
        service.booted,
        service.pfsync_up,
        service.bulk_demotes,
        states.parity,
        states.bulk_pending,
    ),
    Verb.REBOOT: (
        *_HAND_OVER,
        roles.serves_nothing,
        *_COSTS,
    ),
}

HARD = frozenset(
    {
        "read-only",
        "both-in-maintenance-after",
        "node-unreachable",
        "roles-changed",
        "plan-outdated",
        "no-master-after",
        "moves-nothing",
    }
)
"""What holds back a forced failover too."""

_ORDER = (Weight.BLOCK, Weight.WARN, Weight.FINE)


def findings(plan: Plan, snapshot: PairSnapshot, context: Context) -> tuple[Finding, ...]:
    """All conditions of the verb with what was found, worst first; the same id may be told of each node.

    What does not hold a forced failover back is a warning there.
    """
    case = Case(plan, Scene(snapshot, context.now), context)
    found = [each for condition in _CONDITIONS[plan.request.verb] for each in condition(case)]
    if plan.request.forced:
        found = [_softened(each) for each in found]
    return tuple(sorted(dict.fromkeys(found), key=lambda each: _ORDER.index(each.weight)))


def _softened(found: Finding) -> Finding:
    if found.weight is Weight.BLOCK and found.id not in HARD:
        return replace(found, weight=Weight.WARN)
    return found


_ISSUER = object()


@dataclass(frozen=True, slots=True)
class Permit:
    """A plan that the gate let through, with all that it found. Raises TypeError where anybody else makes one."""

    plan: Plan
    findings: tuple[Finding, ...]
    issuer: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.issuer is not _ISSUER:
            raise TypeError("only the gate makes permits")


def permit(plan: Plan, snapshot: PairSnapshot, context: Context) -> Permit | tuple[Finding, ...]:
    """The permit, or what refuses it. The operator's typed name and reason are asked for here, not in `findings`."""
    found = findings(plan, snapshot, context)
    refused = [each for each in found if each.weight is Weight.BLOCK]
    refused += _wish(plan)
    return tuple(refused) if refused else Permit(plan, found, _ISSUER)


def _wish(plan: Plan) -> Iterator[Finding]:
    request = plan.request
    typed = request.confirmed
    if request.forced and not request.reason.strip():
        yield block("no-reason", tr("A forced failover needs a reason."))
    if typed is None and request.forced:
        text = tr("A forced failover needs the name of {node}, typed.")
        yield block("not-confirmed", text.format(node=plan.node), plan.node)
    elif typed is not None and not same_name(typed, plan.node):
        text = tr("The name typed is not that of {node}.")
        yield block("not-confirmed", text.format(node=plan.node), plan.node)


def silent(given: Permit, snapshot: PairSnapshot, now: float) -> Finding | None:
    """What keeps a plan from being gone on with: a node of which nothing is known at monotonic `now`; of a forced
    failover only the node itself. None while both answer."""
    case = Case(given.plan, Scene(snapshot, now), Context(now=now))
    found = [*general.node_answers(case)]
    if not given.plan.request.forced:
        found += general.peer_answers(case)
    return next((each for each in found if each.weight is Weight.BLOCK), None)
