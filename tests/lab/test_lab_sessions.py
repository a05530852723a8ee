"""What clients of the VIPs go through, moved by hand: every packet's fate to the millisecond."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.lab import states
from pfha_tui.lab.node import Node
from pfha_tui.lab.sessions import Fate, Service, Services
from pfha_tui.lab.states import Flow
from pfha_tui.lab.world import World
from tests.support.lab_pair import booted

SEEDS = range(1, 11)


def served(world: World, name: str = "LAN") -> Service:
    return next(each for each in Services(world).all if each.vip.description == name)


def outage(world: World, service: Service, seconds: float, step: float = 0.001) -> float:
    """The longest stretch (s) without a passing UDP packet, one being sent every `step`."""
    flow, last, longest = service.flow("udp", 5000), world.now, 0.0
    for _ in range(int(seconds / step)):
        world.advance(step)
        if service.send(flow, 8) is Fate.PASSED:
            longest = max(longest, world.now - last)
            last = world.now
    return longest


def opened(world: World, service: Service, port: int = 40000) -> Flow:
    """A TCP session that has been open for a second."""
    flow = service.flow("tcp", port)
    assert service.send(flow, 0, opening=True) is Fate.PASSED
    world.advance(1)
    return flow


def held(node: Node, flow: Flow) -> bool:
    return flow in node.counters.table.sessions


def test_each_vip_has_a_service_that_its_master_answers() -> None:
    world = booted()
    services = Services(world).all
    assert [(str(s.vip.address.ip), s.vip.vhid, s.vip.description) for s in services] == [
        ("203.0.113.1", 1, "WAN"),
        ("192.168.1.1", 2, "LAN"),
    ]
    assert all(service.node is world.node("fw1") for service in services)


def test_a_session_is_a_state_of_its_maker_on_both_nodes() -> None:
    world = booted(seconds=300)
    service = served(world)
    fw1, fw2 = world.nodes
    flow = service.flow("tcp", 40000)
    service.send(flow, 0, opening=True)
    assert held(fw1, flow) and not held(fw2, flow)
    world.advance(0.01)
    ours, theirs = (node.counters.table.sessions[flow] for node in world.nodes)
    assert ours.is_same(theirs) and ours.creator == fw1.host_id
    for _ in range(9):
        assert service.send(flow, 100) is Fate.PASSED
    world.advance(2)
    assert (ours.packets, ours.octets) == ((10, 10), (1300, 1300))
    # A copy counts no packets of its own, as recorded.
    assert theirs.packets == (0, 0)
    for node in world.nodes:
        listed = next(state for state in states.listing(node) if state.client[1] == 40000)
        assert (listed.phase, listed.creator) == ("ESTABLISHED:ESTABLISHED", fw1.host_id)
        assert listed.age == pytest.approx(2.01, abs=0.02)


def test_a_closed_session_is_forgotten_by_both() -> None:
    world = booted(seconds=300)
    service = served(world)
    flow = opened(world, service)
    service.finish(flow)
    world.advance(60)
    assert all(held(node, flow) for node in world.nodes)
    assert world.node("fw2").counters.table.sessions[flow].phase == "FIN_WAIT_2:FIN_WAIT_2"
    for _ in range(2):
        world.advance(20)
    assert not any(held(node, flow) for node in world.nodes)


def test_a_silent_udp_session_expires_by_its_timeout() -> None:
    world = booted(seconds=300)
    service = served(world)
    flow = service.flow("udp", 5000)
    service.send(flow, 8)
    world.advance(29)
    assert held(world.node("fw1"), flow)
    service.send(flow, 8)
    world.advance(59)
    assert held(world.node("fw1"), flow)
    for _ in range(2):
        world.advance(1)
    assert not any(held(node, flow) for node in world.nodes)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_takeover_by_demotion_is_over_within_milliseconds(seed: int) -> None:
    world = booted(seed=seed, seconds=300)
    service = served(world)
    world.node("fw1").demote(120, "sysctl")
    assert outage(world, service, 2.0) < 0.05
    assert service.node is world.node("fw2")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_power_cut_is_over_in_the_recorded_time_and_the_session_lives(seed: int) -> None:
    world = booted(seed=seed, seconds=300 + seed / 7)
    service = served(world)
    flow = opened(world, service)
    world.node("fw1").power_off()
    assert service.send(flow, 5) is Fate.LOST
    # The last advertisement may be as old as its interval.
    assert 2.4 <= outage(world, service, 5.0, 0.005) <= 3.51
    assert service.send(flow, 5) is Fate.PASSED


def test_without_its_state_a_session_dies_in_silence_and_a_new_one_works() -> None:
    world = booted(seconds=300)
    service = served(world)
    fw2 = world.node("fw2")
    world.set_segment("SYNC", True)
    flow = opened(world, service)
    datagrams = service.flow("udp", 5000)
    service.send(datagrams, 8)
    world.node("fw1").power_off()
    world.advance(5)
    blocked = fw2.counters.blocked
    assert service.send(flow, 5) is Fate.DROPPED
    assert fw2.counters.blocked == blocked + 1
    assert service.send(service.flow("tcp", 40001), 0, opening=True) is Fate.PASSED
    # Any UDP packet makes its own state.
    assert service.send(datagrams, 8) is Fate.PASSED
    assert fw2.counters.table.sessions[datagrams].creator == fw2.host_id


def test_a_session_of_before_the_cut_outlives_the_takeover() -> None:
    world = booted(seconds=300)
    service = served(world)
    flow = opened(world, service)
    world.set_segment("SYNC", True)
    world.advance(120)
    world.node("fw1").power_off()
    world.advance(5)
    assert service.send(flow, 5) is Fate.PASSED


def test_after_a_repair_a_state_comes_over_with_its_traffic() -> None:
    world = booted(seconds=300)
    service = served(world)
    fw2 = world.node("fw2")
    world.set_segment("SYNC", True)
    busy, idle = opened(world, service, 40000), opened(world, service, 40001)
    world.advance(2)
    world.set_segment("SYNC", False)
    requests = fw2.counters.sync_sent_requests
    service.send(busy, 5)
    world.advance(1.1)
    assert held(fw2, busy) and not held(fw2, idle)
    assert fw2.counters.sync_sent_requests > requests
    fw2.request_bulk()
    world.advance(60)
    assert held(fw2, idle)


def test_a_rebooted_node_learns_the_sessions_in_its_bulk_update() -> None:
    world = booted(seconds=600)
    service = served(world)
    fw2 = world.node("fw2")
    flows = [opened(world, service, port) for port in range(40000, 40020)]
    fw2.power_off()
    world.advance(5)
    fw2.boot()
    while fw2.pfsync.bulk_progress is None:
        world.advance(0.05)
    known = []
    while not fw2.pfsync.ok:
        known.append(sum(held(fw2, flow) for flow in flows))
        world.advance(1)
    assert known[0] == 0 and known == sorted(known) and len(set(known)) > 5
    assert all(held(fw2, flow) for flow in flows)


def test_while_both_are_master_the_clients_reach_the_first() -> None:
    world = booted(seconds=300)
    service = served(world)
    flow = opened(world, service)
    world.set_segment("LAN", True)
    world.set_segment("WAN", True)
    world.advance(10)
    assert all(node.is_master("vtnet1") for node in world.nodes)
    assert service.node is world.node("fw1")
    assert service.send(flow, 5) is Fate.PASSED
    world.node("fw1").set_link("LAN", False)
    world.advance(5)
    # The other MASTER sits behind the cut.
    assert service.send(flow, 5) is Fate.LOST


def test_with_carp_off_on_both_nobody_answers() -> None:
    world = booted(seconds=300)
    service = served(world)
    flow = opened(world, service)
    for node in world.nodes:
        node.set_allow(0)
    world.advance(30)
    assert service.node is None
    assert service.send(flow, 5) is Fate.LOST
    assert service.send(service.flow("tcp", 40001), 0, opening=True) is Fate.LOST
    for node in world.nodes:
        node.set_allow(1)
    world.advance(5)
    assert service.send(flow, 5) is Fate.PASSED


def test_a_frozen_master_answers_nothing_until_the_other_takes_over() -> None:
    world = booted(seconds=300)
    service = served(world)
    flow = opened(world, service)
    world.node("fw1").freeze()
    world.advance(0.5)
    assert service.send(flow, 5) is Fate.LOST
    world.advance(5)
    assert service.node is world.node("fw2")
    assert service.send(flow, 5) is Fate.PASSED


def test_services_that_are_closed_follow_no_more() -> None:
    world = booted()
    services = Services(world)
    services.close()
    world.node("fw1").power_off()
    world.advance(10)
    assert not world.on_change
    assert services.all[0].send(services.all[0].flow("udp", 1), 1) is Fate.LOST


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["off", "boot", "demote", "cut", "mend", "pull", "plug"]),
            st.sampled_from(["fw1", "fw2"]),
            st.floats(0.0, 15.0),
        ),
        max_size=8,
    )
)
def test_packets_pass_exactly_where_a_reachable_master_holds_the_state(
    faults: list[tuple[str, str, float]],
) -> None:
    world = booted(seconds=60)
    service = served(world)
    flow = opened(world, service)
    for fault, name, pause in faults:
        node = world.node(name)
        match fault:
            case "off":
                node.power_off()
            case "boot":
                node.boot()
            case "demote":
                node.demote(120, "sysctl")
            case "cut" | "mend":
                world.set_segment("SYNC", fault == "cut")
            case _:
                node.set_link("LAN", fault == "plug")
        world.advance(pause)
        serving = service.serving()
        expected = Fate.LOST
        if serving is not None and service.node is serving:
            expected = Fate.PASSED if held(serving, flow) else Fate.DROPPED
        assert service.send(flow, 1) is expected
        # The answering node is known a few milliseconds after the change.
        world.advance(0.01)
        if service.serving() is serving:
            assert service.node is serving
