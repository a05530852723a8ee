"""The rich topology, address families, and what an address too few does."""

import pytest

from pfha_tui.lab import mib
from pfha_tui.lab.carp import Advertisement, State
from pfha_tui.lab.generation import F12, F14
from pfha_tui.lab.interface import Interface, Kind
from pfha_tui.lab.node import Node
from pfha_tui.lab.topology import PLAIN, RICH, Topology
from pfha_tui.lab.world import World
from tests.support.lab_pair import roles
from tests.support.lab_worlds import fresh, out, run, settled


def states(world: World, node: str) -> set[State]:
    return set(roles(world)[node].values())


def test_twelve_virtual_hosts_in_no_order_are_served_by_the_first_node() -> None:
    world = settled(RICH)
    numbers = [vhid.number for vhid in world.node("fw1").vhids]
    assert len(numbers) == 12 and numbers != sorted(numbers)
    assert numbers.count(1) == 2  # a VHID is unique per interface only
    assert states(world, "fw1") == {State.MASTER}
    assert states(world, "fw2") == {State.BACKUP}
    assert world.node("fw1").carp_demotion == 0


@pytest.mark.parametrize("topology", [PLAIN, RICH], ids=["plain", "rich"])
def test_both_nodes_have_the_same_names_and_networks_but_other_addresses(
    topology: Topology,
) -> None:
    first, second = (topology.plan(number) for number in (1, 2))
    assert [each.name for each in first.interfaces] == [each.name for each in second.interfaces]
    assert [each.index for each in first.interfaces] == list(range(1, len(first.interfaces) + 1))
    for ours, theirs in zip(first.interfaces, second.interfaces, strict=True):
        for own, other in zip(ours.addresses, theirs.addresses, strict=True):
            assert own.ip.network == other.ip.network
            assert (own.ip != other.ip) is (ours.segment is not None)
    assert {"WAN", "LAN", "SYNC", "MGMT"} <= set(topology.segments)
    assert set(topology.segments) == {each.segment for each in first.interfaces} - {None}
    assert [vip.advskew for vip in first.vips] == [vip.advskew - 100 for vip in second.vips]


def test_one_cable_of_an_aggregation_is_not_missed() -> None:
    world = fresh(RICH)
    fw1 = world.node("fw1")
    fw1.set_link("vtnet0", False)
    world.advance(5)
    assert states(world, "fw1") == {State.MASTER}
    assert "laggport: vtnet0 flags=0<>" in out(world, "/sbin/ifconfig lagg0")
    before = fw1.interface("vtnet0").ipackets, fw1.interface("vtnet1").ipackets
    world.advance(5)
    assert fw1.interface("vtnet0").ipackets == before[0]
    assert fw1.interface("vtnet1").ipackets > before[1]


def test_without_any_cable_every_vlan_is_down_and_each_virtual_host_demotes() -> None:
    world = fresh(RICH)
    fw1 = world.node("fw1")
    events: list[str] = []
    fw1.devd.subscribe(events.append)
    fw1.set_link("LAN", False)  # a VLAN has no cable of its own: those of the aggregation
    assert states(world, "fw1") == {State.INIT}
    assert fw1.carp_demotion == 12 * 240
    links = [line.split()[1] for line in events if "LINK_DOWN" in line]
    assert links[:3] == ["subsystem=vtnet0", "subsystem=vtnet1", "subsystem=lagg0"]
    assert len(links) == 3 + 6
    world.advance(6)
    assert states(world, "fw2") == {State.MASTER}
    fw1.set_link("LAN", True)
    world.advance(6)
    assert states(world, "fw1") == {State.MASTER}
    assert fw1.carp_demotion == 0


def test_traffic_of_a_vlan_is_seen_on_what_carries_it() -> None:
    fw1 = settled(RICH).node("fw1")
    lagg, ports = fw1.interface("lagg0"), [fw1.interface("vtnet0"), fw1.interface("vtnet1")]
    vlans = [each for each in fw1.interfaces if each.kind is Kind.VLAN]
    assert lagg.opackets == pytest.approx(sum(each.opackets for each in vlans))
    assert lagg.obytes == pytest.approx(sum(each.obytes + 4 * each.opackets for each in vlans))
    assert lagg.opackets == pytest.approx(sum(each.opackets for each in ports))


def test_everything_below_a_virtual_host_is_promiscuous() -> None:
    world = settled(RICH)
    for name in ("vtnet0", "vtnet1", "lagg0", "lagg0.10"):
        assert world.node("fw1").interface(name).promiscuous
    assert not world.node("fw1").interface("vtnet2").promiscuous
    log = [line for line in world.node("fw1").messages if "promiscuous" in line]
    names = ("vtnet0", "vtnet1", "lagg0", "lagg0.10")
    assert log[:4] == [f"{name}: promiscuous mode enabled" for name in names]


class Ads:
    """Every advertisement on the wire."""

    def __init__(self, world: World) -> None:
        self.seen: list[Advertisement] = []
        world.taps.append(lambda when, node, segment, ad: self.seen.append(ad))


def test_a_virtual_host_of_both_families_advertises_in_both() -> None:
    world = fresh(RICH)
    ads = Ads(world)
    world.advance(10)
    assert {ad.vhid for ad in ads.seen if ad.family == 6} == {1, 3, 12}
    assert {ad.vhid for ad in ads.seen if ad.family == 4} == set(range(1, 13)) - {9}
    fw1, fw2 = (world.node(name).counters for name in ("fw1", "fw2"))
    assert 0 < fw1.carp_sent6 < fw1.carp_sent
    assert fw2.carp_received6 == pytest.approx(fw1.carp_sent6, abs=6)
    text = out(world, "/usr/bin/netstat -s -p carp", node="fw2")
    assert f"\t{int(fw2.carp_received6)} packets received (IPv6)\n" in text


def test_losing_one_family_makes_the_backup_take_over_again_and_again() -> None:
    world = fresh(RICH)
    fw2 = world.node("fw2")
    world.mute("LAN", frozenset({6}))
    before = len(fw2.log)
    world.advance(20)
    lines = [line for line in list(fw2.log)[before:] if "@lagg0.20: " in line]
    taken = [line for line in lines if "3@lagg0.20: BACKUP -> MASTER (master timed out)" in line]
    given = [line for line in lines if "MASTER -> BACKUP (more frequent" in line]
    assert len(taken) >= 3 and len(given) >= 3
    assert {line.split("carp: ")[1].partition("@")[0] for line in taken} == {"3"}
    world.mute("LAN", frozenset())
    world.advance(6)
    assert states(world, "fw2") == {State.BACKUP}


def missing(node: Node, name: str, address: str) -> None:
    assert run(node.world, f"/sbin/ifconfig {name} {address} -alias", node=node.name).code == 0


@pytest.mark.parametrize(
    ("name", "address", "vhid"),
    [
        ("lagg0.10", "203.0.113.11", "8@lagg0.10"),
        ("lagg0.20", "2001:db8:1::1", "3@lagg0.20"),
    ],
    ids=["alias", "ipv6"],
)
def test_an_address_too_few_parts_the_two_nodes(name: str, address: str, vhid: str) -> None:
    world = fresh(RICH)
    missing(world.node("fw2"), name, address)
    world.advance(10)
    both = [roles(world)[node] for node in ("fw1", "fw2")]
    assert [each[vhid] for each in both] == [State.MASTER, State.MASTER]
    assert {state for key, state in both[1].items() if key != vhid} == {State.BACKUP}
    for node in world.nodes:
        bad = node.counters.carp_bad_authentication
        world.advance(10)
        assert node.counters.carp_bad_authentication - bad >= 6
    whole = f"{address}/64" if ":" in address else f"{address}/24"
    family = "inet6" if ":" in address else "inet"
    line = f"/sbin/ifconfig {name} {family} {whole} alias vhid {vhid.partition('@')[0]}"
    assert run(world, line, node="fw2").code == 0
    world.advance(10)
    assert states(world, "fw2") == {State.BACKUP}


def test_another_password_parts_them_too_and_is_counted_while_time_is_skipped() -> None:
    world = fresh(PLAIN)
    run(world, "/sbin/ifconfig vtnet1 vhid 2 pass other", node="fw2")
    world.coast(world.now + 3600)
    assert roles(world)["fw2"] == {"1@vtnet0": State.BACKUP, "2@vtnet1": State.MASTER}
    for node in world.nodes:
        assert 2000 < node.counters.carp_bad_authentication < 3700


def test_the_generations_may_differ_between_the_nodes() -> None:
    world = fresh(PLAIN, (F12, F14))
    assert "peer 224.0.0.18" not in out(world, "/sbin/ifconfig -a")
    assert "peer 224.0.0.18" in out(world, "/sbin/ifconfig -a", node="fw2")
    assert states(world, "fw1") == {State.MASTER}
    assert states(world, "fw2") == {State.BACKUP}


def test_a_boot_brings_the_rich_node_back_to_where_it_was() -> None:
    world = fresh(RICH)
    before = out(world, "/sbin/ifconfig -a")
    world.node("fw1").power_off()
    world.advance(8)
    assert states(world, "fw2") == {State.MASTER}
    world.node("fw1").boot()
    world.advance(120)
    assert out(world, "/sbin/ifconfig -a") == before


def test_a_stack_names_each_carrier_once() -> None:
    ports = [Interface(f"p{number}", number, Kind.PORT) for number in (1, 2)]
    lagg = Interface("lagg0", 3, Kind.LAGG, below=ports)
    vlans = [Interface(f"lagg0.{tag}", tag, Kind.VLAN, below=[lagg]) for tag in (4, 5)]
    assert vlans[0].stack() == [*ports, lagg, vlans[0]]
    assert ports[0].above == [lagg] and lagg.above == vlans
    ports[0].plugged = False
    assert vlans[0].link
    ports[1].admin_up = False
    assert not vlans[0].link and not lagg.link and ports[1].link


def test_the_agent_of_a_rich_node_knows_its_devices_but_no_ipv6() -> None:
    world = fresh(RICH)
    fw1 = world.node("fw1")
    fw1.set_link("vtnet1", False)
    found = mib.values(fw1)
    column = (*mib.INTERFACES, 2, 1)
    kinds = {
        found[(*column, 2, each.index)][1]: found[(*column, 3, each.index)][1]
        for each in fw1.interfaces
    }
    assert (kinds["vtnet0"], kinds["vtnet2"], kinds["lagg0"]) == (161, 6, 6)
    assert (kinds["lagg0.10"], kinds["ovpns1"]) == (135, 23)
    dormant = [
        each.name
        for each in fw1.interfaces
        if found[(*column, 8, each.index)] == ("INTEGER", mib.DORMANT)
    ]
    assert dormant == ["vtnet1", "pflog0", "pfsync0", "ovpns1"]
    addresses = {
        value for oid, (_, value) in found.items() if oid[:10] == (*mib.IP_ADDRESSES, 1)[:10]
    }
    assert "203.0.113.12" in addresses
    assert not any(":" in str(value) for value in addresses)
