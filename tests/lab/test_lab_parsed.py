"""The console reads every generation and topology of the lab to the facts that the world holds."""

import json
from functools import partial

import pytest

from pfha_tui.collector import catalogue
from pfha_tui.domain.events import EventKind
from pfha_tui.domain.model import CarpState, NodeClock
from pfha_tui.lab import shell
from pfha_tui.lab.generation import F12, F14, F15, F15_RFC5424, Generation
from pfha_tui.lab.interface import Kind
from pfha_tui.lab.node import Node
from pfha_tui.lab.topology import PLAIN, RICH, Topology
from pfha_tui.lab.world import World
from pfha_tui.parsers import dhcp, dpinger, ifconfig, log, netstat, ntpq, pfctl, sysctl, version
from tests.support.lab_worlds import fresh, run, settled

SHAPES = [
    pytest.param(topology, generation, id=f"{topology.name}-{generation.name}")
    for topology in (PLAIN, RICH)
    for generation in (F12, F14, F15)
]


def read(node: Node, command: catalogue.Command) -> str:
    reply = shell.answer(node, command.argv[0], list(command.argv[1:]), 0)
    assert (reply.code, reply.err) == (0, ""), command
    return reply.out


@pytest.fixture(params=["fw1", "fw2"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(("topology", "generation"), SHAPES)
def test_interfaces(topology: Topology, generation: Generation, name: str) -> None:
    node = settled(topology, generation).node(name)
    found = ifconfig.parse(read(node, catalogue.IFCONFIG))
    assert [each.name for each in found] == [each.name for each in node.interfaces]
    for ours, theirs in zip(node.interfaces, found, strict=True):
        assert theirs.description == ours.description
        assert theirs.mtu == ours.mtu
        assert theirs.up and "RUNNING" in theirs.flags
        assert ("LOWER_UP" in theirs.flags) is generation.modern
        assert theirs.status == ("active" if ours.ethernet else None)
        assert not theirs.link_down
        shown = {(each.address, each.prefix_len, each.vhid) for each in theirs.addresses}
        held = {(str(e.ip.ip), e.ip.network.prefixlen, e.vhid) for e in ours.addresses}
        assert held <= shown
        assert all(address.startswith("fe80:") or address == "::1" for address, *_ in shown - held)
        assert theirs.lagg_ports == tuple(
            each.name for each in ours.below if ours.kind is Kind.LAGG
        )
        if ours.kind is Kind.VLAN:
            assert (theirs.vlan, theirs.vlan_parent) == (ours.tag, ours.below[0].name)


@pytest.mark.parametrize(("topology", "generation"), SHAPES)
def test_virtual_hosts(topology: Topology, generation: Generation, name: str) -> None:
    node = settled(topology, generation).node(name)
    found = [each for port in ifconfig.parse(read(node, catalogue.IFCONFIG)) for each in port.carp]
    expected = [
        (interface.name, vhid.number, CarpState(vhid.state.value), vhid.advbase, vhid.advskew)
        for interface in node.interfaces
        for vhid in node.vhids
        if vhid.port is interface
    ]
    assert expected
    assert [(e.interface, e.vhid, e.state, e.advbase, e.advskew) for e in found] == expected
    peers = ("224.0.0.18", "ff02::12") if generation.modern else (None, None)
    assert {(each.peer, each.peer6) for each in found} == {peers}


@pytest.mark.parametrize("generation", [F12, F14, F15], ids=lambda each: each.name)
def test_pfsync(generation: Generation, name: str) -> None:
    node = settled(PLAIN, generation).node(name)
    (found,) = [e.pfsync for e in ifconfig.parse(read(node, catalogue.IFCONFIG)) if e.pfsync]
    assert (found.syncdev, found.syncpeer) == (node.syncdev, node.syncpeer)
    assert found.version == generation.pfsync_version
    assert found.syncok is (True if generation.modern else None)


@pytest.mark.parametrize(("topology", "generation"), SHAPES)
@pytest.mark.parametrize("text", [False, True], ids=["json", "text"])
def test_statistics(topology: Topology, generation: Generation, text: bool, name: str) -> None:
    world = settled(topology, generation)
    node = world.node(name)

    def ask(protocol: str) -> str:
        form = "" if text else "--libxo json "
        return run(world, f"/usr/bin/netstat {form}-s -p {protocol}", node=name).out

    carp, counters = netstat.parse_carp(ask("carp")), node.counters
    assert (carp.sent, carp.received) == (int(counters.carp_sent), int(counters.carp_received))
    assert (carp.sent6, carp.received6) == (int(counters.carp_sent6), int(counters.carp_received6))
    pfsync = netstat.parse_pfsync(ask("pfsync"))
    assert len(pfsync.in_messages) == len(generation.actions)
    sent, received = dict(pfsync.out_messages), dict(pfsync.in_messages)
    inserts = [a for a in sent if a.startswith("state-insert") and a != "state-inserted-ack"]
    assert sum(sent[action] for action in inserts) == int(counters.sync_sent_inserts)
    assert received["compressed-state-update"] == int(counters.sync_received_updates)
    assert (pfsync.sent, pfsync.received) == (
        int(counters.sync_sent_packets),
        int(counters.sync_received_packets),
    )


@pytest.mark.parametrize(("topology", "generation"), SHAPES)
def test_interface_counters(topology: Topology, generation: Generation, name: str) -> None:
    node = settled(topology, generation).node(name)
    found = netstat.parse_interfaces(read(node, catalogue.NETSTAT_INTERFACES))
    assert [(each.name, each.in_bytes, each.out_packets) for each in found] == [
        (each.name, int(each.ibytes), int(each.opackets)) for each in node.interfaces
    ]


@pytest.mark.parametrize("generation", [F12, F14, F15], ids=lambda each: each.name)
def test_packet_filter(generation: Generation, name: str) -> None:
    node = settled(PLAIN, generation).node(name)
    info = pfctl.parse_info(read(node, catalogue.PF_INFO))
    assert info.enabled and info.host_id == f"{node.host_id:08x}".lstrip("0")
    assert (info.states, info.inserts) == (node.counters.states, int(node.counters.inserts))
    assert pfctl.parse_memory(read(node, catalogue.PF_MEMORY)).states == 400_000
    if generation.modern:
        ids = {f"{each.host_id:08x}" for each in node.world.nodes}
        assert set(pfctl.parse_creators(read(node, catalogue.PF_CREATORS))) == ids


@pytest.mark.parametrize("generation", [F12, F14, F15], ids=lambda each: each.name)
def test_identity(generation: Generation, name: str) -> None:
    node = settled(PLAIN, generation).node(name)
    identity = sysctl.parse_identity(read(node, catalogue.SYSCTL_IDENTITY))
    assert (identity.hostname, identity.os_release) == (node.hostname, generation.release)
    assert version.parse(read(node, catalogue.VERSION)) == generation.version


@pytest.mark.parametrize("generation", [F12, F15, F15_RFC5424], ids=lambda each: each.name)
def test_log(generation: Generation) -> None:
    world = fresh(PLAIN, (generation, generation))
    fw1 = world.node("fw1")
    pulled = world.now
    fw1.set_link("LAN", False)
    world.advance(1)
    events = log.parse_tail(read(fw1, catalogue.LOG_TAIL), "fw1", NodeClock(world.now, 0))
    (lost,) = [e for e in events if e.kind is EventKind.LINK and e.reason == "DOWN"]
    moves = [e for e in events if e.kind is EventKind.TRANSITION and e.epoch >= pulled - 1]
    (init,) = [e for e in moves if e.new is CarpState.INIT]
    assert (init.interface, init.vhid, init.old) == ("vtnet1", 2, CarpState.MASTER)
    for event in (lost, init):
        within = 0.001 if generation.rfc5424 else 1.0
        assert 0 <= pulled - event.epoch < within or abs(pulled - event.epoch) < 1e-5


def test_services() -> None:
    isc, kea = (settled(RICH, generation) for generation in (F14, F15))
    gateways = dpinger.parse(read(isc.node("fw1"), catalogue.GATEWAYS))
    assert sorted(each.name for each in gateways) == ["BRANCH_VPN", "WANGW", "WANGW6"]
    assert all(0 < each.latency_s < 0.1 and each.loss == 0 for each in gateways)
    assert ntpq.parse(read(isc.node("fw1"), catalogue.NTP)).source == "198.51.100.123"
    (relation,) = dhcp.parse_isc(read(isc.node("fw1"), catalogue.DHCP_ISC))
    assert (relation.name, relation.state, relation.partner_state) == ("dhcp_lan", "normal", "normal")  # fmt: skip
    (relation,) = dhcp.parse_kea(read(kea.node("fw2"), catalogue.DHCP_KEA))
    assert (relation.name, relation.state, relation.role) == ("fw2", "hot-standby", "standby")


def test_a_lost_family_or_link_is_read_as_such() -> None:
    world: World = fresh(RICH, (F14, F14))
    world.node("fw2").set_link("WAN", False)
    ports = {e.name: e for e in ifconfig.parse(read(world.node("fw2"), catalogue.IFCONFIG))}
    down = [name for name, each in ports.items() if each.link_down]
    assert down == [each.name for each in world.node("fw2").interfaces if not each.link]
    assert "LOWER_UP" not in ports["lagg0.10"].flags
    ask = partial(run, world, "/usr/local/sbin/pfSsh.php playback gatewaystatus", node="fw2")
    assert ask().out.count("down") == 3
    assert json.loads(read(world.node("fw1"), catalogue.NETSTAT_CARP))
