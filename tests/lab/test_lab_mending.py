"""What was changed by hand in a node's memory: neither a boot nor a mend leaves anything of it."""

from collections.abc import Callable

import pytest

from pfha_tui.lab import verbs
from pfha_tui.lab.generation import F12, F14, Generation
from pfha_tui.lab.world import World
from tests.support.lab_worlds import SETTLED, fresh, out, run

CHANGES = (
    "/sbin/sysctl net.inet.carp.preempt=0 net.inet.carp.log=0 net.inet.carp.dscp=0",
    "/sbin/sysctl net.inet.carp.ifdown_demotion_factor=7 net.inet.carp.senderr_demotion_factor=7",
    "/sbin/sysctl net.pfsync.carp_demotion_factor=240",
    "/sbin/ifconfig pfsync0 syncdev vtnet3",
    "/sbin/ifconfig pfsync0 down",
    "/sbin/ifconfig vtnet1 down",
    "/sbin/ifconfig vtnet3 192.168.99.1/24 vhid 9 pass x",
    "/sbin/ifconfig vtnet0 203.0.113.1/24 vhid 8 pass x",
    "/sbin/ifconfig vtnet0 203.0.113.9/24 vhid 1",
)


def power_cut(world: World) -> None:
    world.node("fw1").power_off()
    world.advance(5)
    world.node("fw1").boot()


def mend(world: World) -> None:
    assert verbs.run(world, "mend") == "All is whole again."


def state(world: World) -> list[str]:
    """The settings of fw1, without counters; its virtual hosts in no order."""
    sysctls = ("net.inet.carp", "net.pfsync")
    return sorted(
        line
        for text in (out(world, "/sbin/ifconfig -a"), *(out(world, f"/sbin/sysctl {each}") for each in sysctls))
        for line in text.splitlines()
    )  # fmt: skip


@pytest.mark.parametrize("generation", [F12, F14])
@pytest.mark.parametrize("again", [power_cut, mend])
def test_what_lived_in_memory_is_gone(
    again: Callable[[World], None], generation: Generation
) -> None:
    world = fresh(generations=(generation, generation))
    before = state(world)
    for line in CHANGES:
        assert run(world, line).code == 0, line
        world.advance(0.5)
    assert state(world) != before
    again(world)
    world.advance(SETTLED)
    assert state(world) == before
    assert not any(node.bulk_pending for node in world.nodes)


def test_a_bulk_update_whose_end_was_lost_is_asked_for_again() -> None:
    world = fresh()
    fw2 = world.node("fw2")
    verbs.run(world, "reboot fw2")
    while fw2.pfsync.bulk_progress is None:
        world.advance(0.5)
    world.advance(5)
    verbs.run(world, "cut sync")
    world.advance(60)
    assert fw2.bulk_pending
    mend(world)
    world.advance(40)
    assert not fw2.bulk_pending
