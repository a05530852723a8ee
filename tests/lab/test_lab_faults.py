"""Whatever befalls the pair: once all is mended, each VHID has exactly one MASTER."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.lab import pfsense
from pfha_tui.lab.carp import State
from pfha_tui.lab.node import Power
from pfha_tui.lab.world import World
from tests.support.lab_pair import booted

Fault = Callable[[World], None]

NODES = st.sampled_from(["fw1", "fw2"])
PORTS = st.sampled_from(["WAN", "LAN", "SYNC"])


def _named(name: str, act: Fault) -> Fault:
    act.__name__ = act.__qualname__ = name
    return act


FAULTS: st.SearchStrategy[Fault] = st.one_of(
    st.builds(
        lambda n, p, up: _named(f"link {n} {p} {up}", lambda w: w.node(n).set_link(p, up)),
        NODES,
        PORTS,
        st.booleans(),
    ),
    st.builds(
        lambda p, cut: _named(f"cut {p} {cut}", lambda w: w.set_segment(p, cut)),
        PORTS,
        st.booleans(),
    ),
    st.builds(lambda n: _named(f"off {n}", lambda w: w.node(n).power_off()), NODES),
    st.builds(lambda n: _named(f"boot {n}", lambda w: w.node(n).boot()), NODES),
    st.builds(
        lambda n: _named(f"enter {n}", lambda w: pfsense.enter_maintenance(w.node(n))), NODES
    ),
    st.builds(
        lambda n: _named(f"leave {n}", lambda w: pfsense.leave_maintenance(w.node(n))), NODES
    ),
    st.builds(
        lambda n, a: _named(f"allow {n} {a}", lambda w: w.node(n).set_allow(a)),
        NODES,
        st.integers(0, 1),
    ),
    st.builds(
        lambda n, d: _named(f"demote {n} {d}", lambda w: w.node(n).demote(d, "sysctl")),
        NODES,
        st.integers(0, 300),
    ),
)


def mend(world: World) -> None:
    """Everything whole again; what the operator set (skews, demotion, maintenance) stays."""
    for name in world.segments:
        world.set_segment(name, False)
    for node in world.nodes:
        for interface in node.interfaces:
            node.set_link(interface.name, True)
        node.boot()
        node.set_allow(1)
        if node.power is Power.ON:
            pfsense.enable_carp(node)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(FAULTS, st.floats(0.0, 20.0)), max_size=12), st.integers(1, 50))
def test_a_mended_pair_has_one_master_per_vhid(
    faults: list[tuple[Fault, float]], seed: int
) -> None:
    world = booted(seed=seed, seconds=20)
    last = {node.name: (node.boottime, _monotonic(world, node.name)) for node in world.nodes}
    for fault, pause in faults:
        fault(world)
        world.advance(pause)
        for node in world.nodes:
            boot, before = last[node.name]
            now = _monotonic(world, node.name)
            if node.boottime == boot and node.power is not Power.OFF:
                assert all(b <= n for b, n in zip(before, now, strict=True))
            last[node.name] = (node.boottime, now)
    mend(world)
    world.advance(90)
    for number, interface in ((1, "vtnet0"), (2, "vtnet1")):
        states = [node.vhid(interface, number) for node in world.nodes]
        assert [vhid.state for vhid in states if vhid is not None].count(State.MASTER) == 1
        assert all(vhid is not None and vhid.state is not State.INIT for vhid in states)
    assert all(not vhid.suppressed for node in world.nodes for vhid in node.vhids)


def _monotonic(world: World, name: str) -> list[float]:
    """Counters that never go back between two boots."""
    node = world.node(name)
    c = node.counters
    wires = [
        value for i in node.interfaces for value in (i.ipackets, i.ibytes, i.opackets, i.obytes)
    ]
    return [
        *wires,
        c.carp_sent,
        c.carp_received,
        c.inserts,
        c.removals,
        c.searches,
        c.busy,
        c.sync_sent_packets,
    ]


@given(st.integers(1, 1000))
@settings(max_examples=5, deadline=None)
def test_the_same_seed_gives_the_same_world(seed: int) -> None:
    one, other = booted(seed=seed), booted(seed=seed)
    for world in (one, other):
        world.node("fw1").power_off()
        world.advance(20)
    assert [list(node.log) for node in one.nodes] == [list(node.log) for node in other.nodes]
    assert [node.counters for node in one.nodes] == [node.counters for node in other.nodes]
