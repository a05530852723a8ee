"""Makes the plan of an action out of a wish and of what is known of the pair."""

from collections.abc import Callable

from pfha_tui.actions.model import Plan, Request, Verb
from pfha_tui.actions.plans import handover, maintenance, switches, sync
from pfha_tui.actions.scene import Scene
from pfha_tui.domain.snapshot import PairSnapshot

_PLANNERS: dict[Verb, Callable[[Scene, Request], Plan]] = {
    Verb.MAINTENANCE_ENTER: maintenance.enter,
    Verb.MAINTENANCE_LEAVE: maintenance.leave,
    Verb.SWITCHOVER: handover.switchover,
    Verb.FAILBACK: handover.failback,
    Verb.FAILOVER: handover.failover,
    Verb.CARP_ENABLE: switches.enable,
    Verb.CARP_DISABLE: switches.disable,
    Verb.DEMOTION_RESET: switches.reset,
    Verb.SYNC_NOW: sync.push,
    Verb.PFSYNC_BULK: sync.request_states,
    Verb.REBOOT: switches.reboot,
}


def build(request: Request, snapshot: PairSnapshot) -> Plan:
    """The plan for the pair as the snapshot shows it; the same for the same. It judges nothing: that is the gate's.

    Raises Unplannable for a node that is not there and where there is nothing to do.
    """
    return _PLANNERS[request.verb](Scene(snapshot), request)
