"""Every verb on the lab's world: how it is brought about that it makes sense, and how it is wished for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pfha_tui.actions.commands import MARK
from pfha_tui.actions.model import Plan, Request, Verb
from pfha_tui.domain.mark import OwnMark, write
from pfha_tui.lab import pfsense, playback
from pfha_tui.lab.node import Node
from pfha_tui.lab.world import World

OLD = write(OwnMark("0a1b2c3d", 120, 1_795_389_300, "bob@desk"))
SETTLE = 90.0


def _nothing(world: World) -> None:
    """As it is."""


def _switched(world: World) -> None:
    node = world.node("fw1")
    node.links[MARK] = OLD
    node.demote(120, "sysctl")


def _maintained(world: World) -> None:
    pfsense.enter_maintenance(world.node("fw1"))


def _without_carp(world: World) -> None:
    node = world.node("fw2")
    node.run(playback.disable(node))


def _left_over(world: World) -> None:
    world.node("fw2").demote(50, "sysctl")


@dataclass(frozen=True)
class Case:
    """A verb with what comes before it; `node` is the one that is acted on."""

    verb: Verb
    request: Request
    node: str
    prepare: Callable[[World], None] = _nothing

    @property
    def peer(self) -> str:
        return "fw2" if self.node == "fw1" else "fw1"

    def prepared(self, world: World) -> World:
        """The world, settled after what was done to it."""
        self.prepare(world)
        world.advance(SETTLE)
        return world


def _case(verb: Verb, node: str, prepare: Callable[[World], None] = _nothing) -> Case:
    return Case(verb, Request(verb, node, reason="a test", confirmed=node), node, prepare)


CASES = {
    case.verb.value: case
    for case in (
        _case(Verb.SWITCHOVER, "fw1"),
        _case(Verb.FAILBACK, "fw1", _switched),
        _case(Verb.FAILOVER, "fw1"),
        _case(Verb.MAINTENANCE_ENTER, "fw1"),
        _case(Verb.MAINTENANCE_LEAVE, "fw1", _maintained),
        _case(Verb.CARP_DISABLE, "fw1"),
        _case(Verb.CARP_ENABLE, "fw2", _without_carp),
        _case(Verb.DEMOTION_RESET, "fw2", _left_over),
        _case(Verb.SYNC_NOW, "fw1"),
        _case(Verb.PFSYNC_BULK, "fw2"),
        _case(Verb.REBOOT, "fw2"),
    )
}


@dataclass(frozen=True)
class Print:
    """What an action may change of a node and must put back; a boot puts back all but the configuration's part."""

    demotion: int
    maintenance: bool
    allow: int
    mark: str | None

    @classmethod
    def of(cls, node: Node) -> "Print":
        return cls(node.carp_demotion, node.maintenance, node.carp_allow, node.links.get(MARK))

    @property
    def booted(self) -> "Print":
        return Print(0, self.maintenance, 1, None)


def quick(plan: Plan) -> Plan:
    """The same plan with a shorter patience, for what never comes."""
    slow = {Verb.REBOOT: 90.0, Verb.CARP_ENABLE: 50.0, Verb.PFSYNC_BULK: 20.0}
    least = slow.get(plan.request.verb, 10.0)
    return replace(plan, duration_s=(1.0, least), verify_s=least + 3.0)
