"""The world's takeovers, against the times and end states that were recorded."""

import itertools
import math

import pytest

from pfha_tui.lab import pfsense, scenarios, verbs
from pfha_tui.lab.carp import TICK_SLACK, Advertisement, State
from pfha_tui.lab.generation import GENERATIONS, Generation
from pfha_tui.lab.node import Node
from pfha_tui.lab.world import World
from tests.support.lab_pair import RECORDED, START, booted, recorded, roles
from tests.support.lab_worlds import fresh

SEEDS = range(1, 21)
BOTH = {"1@vtnet0", "2@vtnet1"}


def of_all(state: State) -> dict[str, State]:
    return dict.fromkeys(BOTH, state)


class Wire:
    """Remembers every advertisement and every change of role, as tcpdump and the log would."""

    def __init__(self, world: World) -> None:
        self.ads: list[tuple[float, str, int, int]] = []
        self.changes: list[tuple[float, str, str]] = []
        self.world = world
        world.taps.append(self._ad)
        for node in world.nodes:
            node.devd.subscribe(lambda text, node=node: self._event(node, text))  # type: ignore[misc]

    def _ad(self, when: float, node: str, segment: str, ad: Advertisement) -> None:
        self.ads.append((when, node, ad.vhid, ad.advskew))

    def _event(self, node: Node, text: str) -> None:
        self.changes.append((self.world.now, node.name, text.strip()))

    def first(self, node: str, vhid: int, state: str) -> float:
        """When a node first changed to this state."""
        return next(
            w
            for w, n, t in self.changes
            if n == node and f"={vhid}@" in t and t.endswith(f"type={state}")
        )

    def last_ad(self, node: str, vhid: int, before: float) -> float:
        """When a node last advertised before a moment."""
        return max(w for w, n, v, _ in self.ads if n == node and v == vhid and w <= before)


END_STATES = {
    "normal": (State.MASTER, State.BACKUP),
    "primary-lan-link-restored": (State.MASTER, State.BACKUP),
    "carp-maintenance-primary": (State.BACKUP, State.MASTER),
    "carp-disabled-primary-sysctl-only": (State.INIT, State.MASTER),
    "primary-returned": (State.MASTER, State.BACKUP),
    "split-brain": (State.MASTER, State.MASTER),
    "sync-link-cut": (State.MASTER, State.BACKUP),
}


@pytest.mark.parametrize("scenario", END_STATES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_end_states_are_the_recorded_ones(scenario: str, seed: int) -> None:
    first, second = END_STATES[scenario]
    assert roles(recorded(scenario, seed=seed)) == {"fw1": of_all(first), "fw2": of_all(second)}


def test_end_states_that_differ_between_the_vhids() -> None:
    assert roles(recorded("primary-lan-link-down")) == {
        "fw1": {"1@vtnet0": State.BACKUP, "2@vtnet1": State.INIT},
        "fw2": of_all(State.MASTER),
    }
    for scenario in ("carp-disabled-primary-pfsense-style", "primary-dead"):
        assert roles(recorded(scenario)) == {"fw1": {}, "fw2": of_all(State.MASTER)}


@pytest.mark.parametrize(
    "scenario", ["primary-dead", "carp-disabled-primary-sysctl-only", "split-brain"]
)
def test_a_silent_loss_is_noticed_in_the_recorded_time(scenario: str) -> None:
    for seed in SEEDS:
        world = booted(seed=seed)
        wire = Wire(world)
        world.advance(5)
        RECORDED[scenario](world)
        for vhid in (1, 2):
            taken = wire.first("fw2", vhid, "MASTER")
            heard = wire.last_ad(
                "fw1", vhid, before=world.now if scenario != "split-brain" else START + 65
            )
            assert 3.41 <= taken - heard <= 3.48


def test_maintenance_and_return_take_milliseconds_after_the_others_next_advertisement() -> None:
    for seed in SEEDS:
        world = booted(seed=seed)
        wire = Wire(world)
        began = world.now
        pfsense.enter_maintenance(world.node("fw1"))
        world.advance(6)
        for vhid in (1, 2):
            taken = wire.first("fw2", vhid, "MASTER")
            assert 0.001 <= taken - wire.last_ad("fw1", vhid, before=taken) <= 0.013
            assert taken - began <= 1.03
            assert 0.001 <= wire.first("fw1", vhid, "BACKUP") - taken <= 0.013
        wire.changes.clear()
        back = world.now
        pfsense.leave_maintenance(world.node("fw1"))
        world.advance(6)
        for vhid in (1, 2):
            taken = wire.first("fw1", vhid, "MASTER")
            assert 0.001 <= taken - wire.last_ad("fw2", vhid, before=taken) <= 0.013
            assert taken - back <= 1.39 + 0.03


def test_a_lost_lan_link_moves_wan_at_once_and_lan_by_timeout() -> None:
    for seed in SEEDS:
        world = booted(seed=seed)
        wire = Wire(world)
        world.advance(3)
        pulled = world.now
        world.node("fw1").set_link("LAN", False)
        world.advance(6)
        assert world.node("fw1").carp_demotion == 240
        assert wire.first("fw2", 1, "MASTER") - pulled <= 0.013
        assert (
            3.41 <= wire.first("fw2", 2, "MASTER") - wire.last_ad("fw1", 2, before=pulled) <= 3.493
        )


def test_a_demotion_is_advertised_at_once_and_moves_both_and_back() -> None:
    world = booted()
    wire = Wire(world)
    began = world.now
    world.node("fw1").demote(120, "sysctl")
    world.advance(3)
    assert all(wire.first("fw2", vhid, "MASTER") - began <= 0.013 for vhid in (1, 2))
    # The MASTER advertises the demoted skew of 120 before it yields.
    assert [skew for when, node, _, skew in wire.ads if node == "fw1" and when == began] == [
        120,
        120,
    ]
    wire.changes.clear()
    world.node("fw1").demote(-120, "sysctl")
    world.advance(3)
    assert roles(world) == {"fw1": of_all(State.MASTER), "fw2": of_all(State.BACKUP)}


def test_while_one_is_demoted_by_less_than_a_link_it_takes_over_from_the_other() -> None:
    world = booted()
    world.node("fw1").demote(120, "sysctl")
    world.advance(3)
    world.node("fw2").set_link("LAN", False)
    world.advance(6)
    assert roles(world)["fw1"] == of_all(State.MASTER)
    assert (world.node("fw1").carp_demotion, world.node("fw2").carp_demotion) == (120, 240)


@pytest.mark.parametrize(("skew", "interval"), [(0, 1.0), (100, 1 + 100 / 256)])
def test_advertisements_come_at_the_recorded_rhythm(skew: int, interval: float) -> None:
    world = booted() if skew == 0 else recorded("primary-dead")
    wire = Wire(world)
    world.advance(60)
    stamps = [when for when, _, vhid, _ in wire.ads if vhid == 1]
    assert all(interval + 0.004 <= b - a <= interval + 0.016 for a, b in itertools.pairwise(stamps))
    assert len(stamps) >= 40


@pytest.mark.parametrize("generation", GENERATIONS.values(), ids=GENERATIONS)
@pytest.mark.parametrize("demotion", [-1, -5, -255, -256, -257, -300, -480, -100_000])
def test_a_demotion_below_zero_keeps_the_world_going(generation: Generation, demotion: int) -> None:
    world = fresh(generations=(generation, generation))
    fw1, fw2 = world.nodes
    sent = fw1.counters.carp_sent
    fw1.demote(demotion, "sysctl")
    world.advance(10)
    # No faster than the kernel's clock ticks, on each of two virtual hosts.
    assert fw1.counters.carp_sent - sent <= 10 * 2 / TICK_SLACK[0]
    skews = {vhid.effective_skew for vhid in fw1.vhids}
    assert skews == {0 if generation.modern else demotion}
    # One byte carries it: what is below zero reads as a slow node, which a spare takes over from.
    byte = 0 if generation.modern else demotion % 256
    spare = State.MASTER if byte > 100 else State.BACKUP
    assert {vhid.state for vhid in fw2.vhids} == {spare}
    assert {vhid.state for vhid in fw1.vhids} == {State.MASTER}
    fw1.demote(-demotion, "sysctl")
    world.advance(10)
    assert {vhid.state for vhid in fw1.vhids} == {State.MASTER}
    assert {vhid.state for vhid in fw2.vhids} == {State.BACKUP}


def test_a_demotion_that_was_taken_back_twice_keeps_the_world_going() -> None:
    world = booted()
    for text in ("allow fw1 0", "demote fw1 -480", "allow fw1 1"):
        verbs.run(world, text)
    world.advance(5)
    assert world.node("fw1").carp_demotion == -480
    for port in ("wan", "lan"):
        verbs.run(world, f"pull fw2 {port}")
    world.advance(1)
    world.node("fw2").demote(-480, "sysctl")
    for port in ("wan", "lan"):
        verbs.run(world, f"plug fw2 {port}")
    world.advance(5)
    assert world.node("fw2").carp_demotion == -480


def test_nothing_is_due_in_the_past() -> None:
    world = booted()
    for when in (world.now - 0.001, math.nan):
        with pytest.raises(ValueError, match="has passed"):
            world.scheduler.at(when, lambda: None)


def test_without_preemption_a_returned_primary_stays_behind() -> None:
    world = booted()
    for node in world.nodes:
        node.carp_preempt = 0
    world.node("fw1").power_off()
    world.advance(10)
    world.node("fw1").boot()
    world.node("fw1").carp_preempt = 0
    world.advance(30)
    assert roles(world) == {"fw1": of_all(State.BACKUP), "fw2": of_all(State.MASTER)}


def test_equal_skews_leave_the_master_alone() -> None:
    world = booted()
    pfsense.enter_maintenance(world.node("fw1"))
    world.advance(5)
    pfsense.enter_maintenance(world.node("fw2"))
    world.advance(30)
    assert roles(world) == {"fw1": of_all(State.BACKUP), "fw2": of_all(State.MASTER)}


def test_a_foreign_password_makes_two_masters_and_is_counted() -> None:
    world = booted()
    vhid = world.node("fw2").vhid("vtnet0", 1)
    assert vhid is not None
    vhid.password = "other"
    world.advance(10)
    assert roles(world)["fw2"] == {"1@vtnet0": State.MASTER, "2@vtnet1": State.BACKUP}
    assert roles(world)["fw1"] == of_all(State.MASTER)
    assert world.node("fw2").counters.carp_bad_authentication >= 8
    assert world.node("fw1").counters.carp_bad_authentication >= 4


def test_counters_follow_the_roles() -> None:
    world = booted()
    before = {
        node.name: (node.counters.carp_sent, node.counters.carp_received) for node in world.nodes
    }
    world.advance(10)
    fw1, fw2 = (node.counters for node in world.nodes)
    assert 18 <= fw1.carp_sent - before["fw1"][0] <= 20
    assert fw1.carp_received == before["fw1"][1]
    assert fw2.carp_sent == before["fw2"][0]
    assert 18 <= fw2.carp_received - before["fw2"][1] <= 20


def test_states_follow_to_the_spare_only_over_a_whole_sync_link() -> None:
    world = booted(seconds=600)
    fw1, fw2 = (node.counters for node in world.nodes)
    assert abs(fw1.states - fw2.states) < 5
    world.set_segment("SYNC", True)
    heard = fw2.sync_received_packets
    world.advance(60)
    assert fw2.sync_received_packets == heard
    assert fw2.states < 0.7 * fw1.states
    world.set_segment("SYNC", False)
    world.advance(60)
    assert abs(fw1.states - fw2.states) < 0.01 * fw1.states


def test_a_takeover_keeps_the_states_and_moves_the_traffic() -> None:
    world = booted(seconds=600)
    states = world.node("fw1").counters.states
    world.node("fw1").power_off()
    world.advance(4)
    fw2 = world.node("fw2")
    assert fw2.counters.states > 0.95 * states
    before = fw2.interface("WAN").ibytes
    world.advance(10)
    assert fw2.interface("WAN").ibytes - before > 5_000_000


def test_coasting_counts_what_simulating_would_have() -> None:
    simulated, coasted = booted(), booted()
    end = simulated.now + 3600
    simulated.advance(3600)
    coasted.coast(end)
    assert coasted.now == simulated.now
    for ours, theirs in zip(coasted.nodes, simulated.nodes, strict=True):
        assert ours.counters.carp_sent == pytest.approx(theirs.counters.carp_sent, rel=0.005)
        assert ours.counters.carp_received == pytest.approx(
            theirs.counters.carp_received, rel=0.005
        )
        assert ours.counters.states == pytest.approx(theirs.counters.states, rel=0.05)
        for a, b in zip(ours.interfaces, theirs.interfaces, strict=True):
            assert a.ibytes == pytest.approx(b.ibytes, rel=0.005)
            assert a.obytes == pytest.approx(b.obytes, rel=0.005)


SCENARIO_ROLES = {
    "healthy": (State.MASTER, State.BACKUP),
    "failed-over": (State.BACKUP, State.MASTER),
    "maintenance": (State.BACKUP, State.MASTER),
    "split-brain": (State.MASTER, State.MASTER),
}


@pytest.mark.parametrize("name", SCENARIO_ROLES)
def test_scenarios_reach_their_roles_by_themselves(name: str) -> None:
    first, second = SCENARIO_ROLES[name]
    assert roles(scenarios.build(name, START)) == {"fw1": of_all(first), "fw2": of_all(second)}


def test_scenarios_with_unlike_nodes() -> None:
    assert roles(scenarios.build("partial", START)) == {
        "fw1": {"1@vtnet0": State.MASTER, "2@vtnet1": State.BACKUP},
        "fw2": {"1@vtnet0": State.BACKUP, "2@vtnet1": State.MASTER},
    }
    assert roles(scenarios.build("carp-disabled", START)) == {
        "fw1": {},
        "fw2": of_all(State.MASTER),
    }
    assert roles(scenarios.build("peer-down", START)) == {"fw1": of_all(State.MASTER), "fw2": {}}
