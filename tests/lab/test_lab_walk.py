"""Random walks through the lab's commands: the world keeps its books at each step, and one mend brings all home."""

import random

import pytest

from pfha_tui.lab import mib, verbs
from pfha_tui.lab.carp import State
from pfha_tui.lab.generation import F12, F14, F15, F15_RFC5424, Generation
from pfha_tui.lab.node import Node, Power
from pfha_tui.lab.topology import PLAIN, RICH, Topology
from pfha_tui.lab.verbs import Refused, VerbError
from pfha_tui.lab.world import World
from pfha_tui.parsers import ifconfig, netstat
from tests.support.lab_worlds import fresh, out

STEPS = 25
WAITS = (0.0, 0.05, 0.3, 1.0, 4.0, 9.0, 35.0)
HOME = {"freebsd12": 60.0, "freebsd14": 100.0, "freebsd15": 100.0, "freebsd15-rfc5424": 100.0}
"""Seconds that a mend takes at most: a shutdown is cut short, and each boot has its own length."""
UNLIKELY = ("mend", "status", "speed", "sync", "edit", "load")


def command(chance: random.Random, world: World) -> str:
    """A command whose words are right, whether or not it can be done."""
    names = [name for name in verbs.VERBS if name not in UNLIKELY or chance.random() < 0.1]
    name = chance.choice(names)
    node = chance.choice(world.nodes)
    ports = ["wan", "lan", "sync", "mgmt"]
    words = {
        "NODE": node.name,
        "IF": chance.choice(ports),
        "SEGMENT": chance.choice([*world.segments]),
        "on|off": chance.choice(["on", "off"]),
        "[on|off]": chance.choice(["on", "off"]),
        "0|1": chance.choice("01"),
        "NAME": chance.choice(["enablecarpmaint", "disablecarpmaint", "disablecarp", "enablecarp"]),
        "N": chance.choice(["1", "5", "50"]) if name == "load" else str(chance.randint(-600, 600)),
        "ADDRESS": str(chance.choice(node.config_vips).address.ip),
        "MS": "300",
        "PERCENT": "5",
        "X": "20",
        "now": "now",
    }
    return " ".join([name, *(words[each] for each in verbs.VERBS[name].form.split())])


def check(world: World) -> None:
    """No timer too many, and every kernel agrees with itself and with what its commands print."""
    armed = [timer for timer in world.scheduler._heap if timer.periodic and not timer.cancelled]
    assert len(armed) <= sum(len(timers(node)) for node in world.nodes)
    assert verbs.run(world, "status")
    for node in world.nodes:
        check_node(world, node)


def timers(node: Node) -> list[object]:
    """The running timers of a node's virtual hosts, which are those that their state asks for."""
    found: list[object] = []
    for vhid in node.vhids:
        advertises, waits = vhid._ad_timer is not None, [*vhid._down_timers]
        match vhid.state:
            case State.MASTER:
                assert (advertises, waits) == (True, [])
            case State.BACKUP:
                assert (advertises, sorted(waits)) == (False, [*vhid.families])
            case State.INIT:
                assert (advertises, waits) == (False, [])
        found += [*vhid._down_timers.values(), *([vhid._ad_timer] if advertises else [])]
    return found


def check_node(world: World, node: Node) -> None:
    if node.power is Power.OFF:
        assert not (node.vhids or node.booting or node.halting or node.serving_network)
        assert not (node._processes or node._queue)
        return
    held = {(port.name, a.vhid, a.ip) for port in node.interfaces for a in port.addresses if a.vhid}
    assert held == {(v.port.name, v.number, ip) for v in node.vhids for ip in v.addresses}
    assert all(vhid.addresses for vhid in node.vhids)
    if not node.frozen:
        assert {v for v in node.vhids if v.suppressed} == {
            v for v in node.vhids if v.state is State.INIT
        }
    found = ifconfig.parse(out(world, "/sbin/ifconfig -a", node=node.name))
    shown = {(e.interface, e.vhid): e.state.value for port in found for e in port.carp}
    assert shown == {(v.port.name, v.number): v.state.value for v in node.vhids}
    netstat.parse_carp(out(world, "/usr/bin/netstat -s -p carp", node=node.name))
    netstat.parse_pfsync(out(world, "/usr/bin/netstat -s -p pfsync", node=node.name))
    assert mib.values(node)


def is_home(world: World) -> bool:
    roles = [{vhid.state for vhid in node.vhids} for node in world.nodes]
    return roles == [{State.MASTER}, {State.BACKUP}]


@pytest.mark.parametrize("seed", range(24))
def test_a_walk_through_all_commands_ends_at_home(seed: int) -> None:
    chance = random.Random(seed)
    kinds: list[tuple[Generation, Generation]]
    kinds = [(F12, F12), (F14, F14), (F15, F15_RFC5424), (F12, F15)]
    topology: Topology = RICH if seed % 6 == 5 else PLAIN
    world = fresh(topology, kinds[seed % 4], seed=seed)
    said = []
    for _ in range(STEPS):
        text = command(chance, world)
        try:
            said.append(f"{text}: {verbs.run(world, text)}")
        except VerbError:
            assert text == "speed 20"
        except Refused as refused:
            said.append(f"{text}: {refused}")
        check(world)
        world.advance(chance.choice(WAITS))
        check(world)
    verbs.run(world, "mend")
    world.advance(max(HOME[node.generation.name] for node in world.nodes))
    check(world)
    told = "\n".join([*said, verbs.run(world, "status")])
    assert is_home(world), told
    assert [node.carp_demotion for node in world.nodes] == [0, 0], told
    assert not any(node.maintenance or node.frozen or node.booting for node in world.nodes), told
    assert all(node.serving_network and node.reachable for node in world.nodes), told
    assert len(verbs.run(world, "status").splitlines()) == 3, told
