"""Whatever befalls a rich pair, its kernel keeps its books, and the console reads what is so."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.domain.model import CarpState
from pfha_tui.lab.carp import State
from pfha_tui.lab.generation import F12, F15
from pfha_tui.lab.node import Power
from pfha_tui.lab.topology import RICH
from pfha_tui.lab.world import World
from pfha_tui.parsers import ifconfig, netstat
from tests.support.lab_pair import START
from tests.support.lab_worlds import out

PORTS = st.sampled_from(["vtnet0", "vtnet1", "vtnet2", "lagg0", "lagg0.10", "LAN", "DMZ"])
NODES = st.sampled_from(["fw1", "fw2"])
FAULTS = st.one_of(
    st.tuples(st.just("link"), NODES, PORTS, st.booleans()),
    st.tuples(st.just("admin"), NODES, PORTS, st.booleans()),
    st.tuples(st.just("allow"), NODES, st.integers(0, 1)),
    st.tuples(st.just("power"), NODES),
    st.tuples(st.just("cut"), st.sampled_from(RICH.segments), st.booleans()),
    st.tuples(st.just("mute"), st.sampled_from(RICH.segments), st.sampled_from([(), (4,), (6,)])),
    st.tuples(st.just("drop"), NODES, st.sampled_from(["203.0.113.11", "2001:db8:113::1"])),
)


def befall(world: World, fault: tuple[object, ...]) -> None:
    match fault:
        case ("link", str(node), str(port), bool(up)):
            world.node(node).set_link(port, up)
        case ("admin", str(node), str(port), bool(up)):
            world.node(node).set_admin(port, up)
        case ("allow", str(node), int(allow)):
            world.node(node).set_allow(allow)
        case ("power", str(node)):
            box = world.node(node)
            if box.power is Power.OFF:
                box.boot()
            else:
                box.power_off()
        case ("cut", str(segment), bool(cut)):
            world.set_segment(segment, cut)
        case ("mute", str(segment), tuple(families)):
            world.mute(segment, frozenset(families))
        case ("drop", str(node), str(address)):
            box = world.node(node)
            wan = box.interface("WAN")
            for held in [each for each in wan.addresses if str(each.ip.ip) == address]:
                box.remove_address(wan, held.ip.ip)


def check(world: World) -> None:
    for node in world.nodes:
        if node.power is Power.OFF:
            continue
        suppressed = [vhid for vhid in node.vhids if vhid.suppressed]
        assert node.carp_demotion == 240 * len(suppressed)
        assert {vhid for vhid in node.vhids if vhid.state is State.INIT} == set(suppressed)
        found = ifconfig.parse(out(world, "/sbin/ifconfig -a", node=node.name))
        shown = {(e.interface, e.vhid): e.state for port in found for e in port.carp}
        assert shown == {(v.port.name, v.number): CarpState(v.state.value) for v in node.vhids}
        links = {port.name for port in found if port.link_down}
        assert links == {each.name for each in node.interfaces if each.ethernet and not each.link}
        counters = netstat.parse_carp(out(world, "/usr/bin/netstat -s -p carp", node=node.name))
        assert counters.bad_authentication <= counters.received + counters.received6


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(FAULTS, st.sampled_from([0.0, 0.5, 4.0, 30.0])), max_size=6))
def test_any_faults_in_any_order(faults: list[tuple[tuple[object, ...], float]]) -> None:
    world = World(start=START, topology=RICH, generations=(F12, F15))
    for node in world.nodes:
        node.boot()
    world.advance(90)
    for fault, seconds in faults:
        befall(world, fault)
        world.advance(seconds)
        check(world)
