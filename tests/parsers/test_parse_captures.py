"""Every capture of every scenario parses to what stands in it."""

import re

import pytest
from capture_facts import CAPTURES, FACTS, Facts

from pfha_tui.domain.events import CarpEvent, EventKind, LinkEvent
from pfha_tui.domain.model import (
    Address,
    CarpState,
    CarpSysctls,
    Family,
    Identity,
    NodeClock,
    PfLimits,
    PfsyncInterface,
)
from pfha_tui.parsers import devd, ifconfig, log, netstat, pfctl, snmp, sysctl

VHIDS = {"vtnet0": 1, "vtnet1": 2}
NAMES = ("vtnet0", "vtnet1", "vtnet2", "vtnet3", "lo0", "pflog0", "pfsync0")


@pytest.fixture(params=FACTS.values(), ids=str)
def facts(request: pytest.FixtureRequest) -> Facts:
    row: Facts = request.param
    return row


def test_the_table_names_every_captured_node() -> None:
    folders = {f"{node.parent.name}-{node.name}" for node in CAPTURES.glob("*/fw?")}
    assert folders == set(FACTS)


def test_ifconfig(facts: Facts) -> None:
    found = {each.name: each for each in ifconfig.parse(facts.read("ifconfig-a"))}
    assert tuple(found) == NAMES
    own, peer = (2, 3) if facts.node == "fw1" else (3, 2)
    nets = {
        "vtnet0": "203.0.113",
        "vtnet1": "192.168.1",
        "vtnet2": "172.16.1",
        "vtnet3": "192.168.99",
    }
    for number, (name, net) in enumerate(nets.items()):
        port = found[name]
        vhid = VHIDS.get(name) if facts.roles else None
        assert port.description == ("WAN", "LAN", "SYNC", "MGMT")[number]
        assert port.mac == f"52:54:00:0{facts.node[-1]}:00:0{number}"
        assert port.mtu == 1500
        assert port.media == "Ethernet 10Gbase-T <full-duplex>" + (
            " (none)" if port.link_down else ""
        )
        assert port.status == (facts.lan_status if name == "vtnet1" else "active")
        assert ("PROMISC" in port.flags) is (vhid is not None)
        assert {"UP", "RUNNING"} <= set(port.flags)
        assert Address(Family.INET, f"{net}.{own}", 24) in port.addresses
        virtual = [each for each in port.addresses if each.vhid is not None]
        assert virtual == ([Address(Family.INET, f"{net}.1", 24, vhid)] if vhid else [])
        assert (Address(Family.INET, f"{net}.1", 24) in port.addresses) is False
        assert [each.family for each in port.addresses].count(Family.INET6) == 1
    assert found["vtnet1"].link_down is (facts.lan_status == "no carrier")
    assert found["lo0"].status is None and not found["lo0"].link_down
    assert found["lo0"].mtu == 16384
    assert found["pfsync0"].pfsync == PfsyncInterface("vtnet2", f"172.16.1.{peer}", 128, False)
    assert {each.name for each in found.values() if each.pfsync} == {"pfsync0"}
    assert found["pfsync0"].groups == ("pfsync",)


def test_ifconfig_roles(facts: Facts) -> None:
    found = [group for each in ifconfig.parse(facts.read("ifconfig-a")) for group in each.carp]
    told = [(each.interface, each.vhid, each.state, each.advbase, each.advskew) for each in found]
    wan, lan = facts.roles or (None, None)
    expected = [("vtnet0", 1, wan, 1, facts.skew), ("vtnet1", 2, lan, 1, facts.skew)]
    assert told == (expected if facts.roles else [])
    assert all(each.peer is None and not each.vrrp for each in found)


def test_ifconfig_with_prefix_lengths_says_the_same(facts: Facts) -> None:
    assert ifconfig.parse(facts.read("ifconfig-f-inet-cidr-a")) == ifconfig.parse(
        facts.read("ifconfig-a")
    )


def test_sysctl_carp(facts: Facts) -> None:
    text = facts.read("sysctl-net.inet.carp") + facts.read("sysctl-net.pfsync")
    assert sysctl.parse_carp(text) == CarpSysctls(
        allow=facts.allow,
        preempt=True,
        demotion=facts.demotion,
        log=1,
        ifdown_demotion_factor=240,
        senderr_demotion_factor=0,
        pfsync_demotion_factor=0,
    )


def test_sysctl_system(facts: Facts) -> None:
    found = sysctl.parse_system(facts.read("sysctl-kern-misc") + facts.read("sysctl-mem"))
    assert found.boottime == facts.boottime
    assert found.loadavg == facts.load
    assert found.ncpu == 2
    assert found.cp_time == facts.cp_time
    assert found.physmem == 449294336
    assert found.page_count == 106150
    assert (found.free_count, found.inactive_count) == (facts.free, facts.inactive)
    assert found.laundry_count == 0


def test_sysctl_identity(facts: Facts) -> None:
    found = sysctl.parse_identity(facts.read("sysctl-kern-version"))
    assert found == Identity(f"{facts.node}.example.net", "FreeBSD", "12.1-STABLE")


def test_an_unknown_oid_leaves_only_its_own_value_out(facts: Facts) -> None:
    assert facts.read("sysctl-mem.stderr") == "sysctl: unknown oid 'vm.stats.vm.v_cache_count'\n"
    found = sysctl.parse_system(facts.read("sysctl-mem"))
    assert found.page_count == 106150
    assert found.boottime is None and found.loadavg is None and found.cp_time is None


def test_netstat_interfaces(facts: Facts) -> None:
    found = {
        each.name: each for each in netstat.parse_interfaces(facts.read("netstat-libxo-json-ibdnW"))
    }
    assert tuple(found) == NAMES
    assert (found["vtnet0"].in_bytes, found["vtnet0"].out_bytes) == facts.wan_bytes
    assert (found["vtnet2"].in_packets, found["vtnet2"].out_packets) == facts.sync_packets
    for each in found.values():
        problems = (each.in_errors, each.out_errors, each.in_drops, each.out_drops, each.collisions)
        assert problems == (0, 0, 0, 0, 0)
        assert each.bits == 64


def test_netstat_interfaces_without_output_drops(facts: Facts) -> None:
    found = netstat.parse_interfaces(facts.read("netstat-libxo-json-ibn"))
    assert tuple(each.name for each in found) == NAMES
    assert all(each.in_bytes >= 0 and each.out_drops == 0 for each in found)


@pytest.mark.parametrize("form", ["netstat-libxo-json-s-p-carp", "netstat-s-p-carp"])
def test_netstat_carp(facts: Facts, form: str) -> None:
    found = netstat.parse_carp(facts.read(form))
    # The two forms were taken 0.7 s apart: an advertisement per VHID may lie between them.
    assert abs(found.received - facts.carp[0]) <= 2
    assert abs(found.sent - facts.carp[1]) <= 2
    if "json" in form:
        assert (found.received, found.sent) == facts.carp
    assert (found.received6, found.sent6, found.bad_authentication, found.bad_vhid) == (0, 0, 0, 0)
    assert (found.wrong_ttl, found.bad_checksum, found.bad_version, found.short) == (0, 0, 0, 0)
    assert (found.bad_address_list, found.send_failed) == (0, 0)


def test_netstat_pfsync(facts: Facts) -> None:
    found = netstat.parse_pfsync(facts.read("netstat-libxo-json-s-p-pfsync"))
    came, went = dict(found.in_messages), dict(found.out_messages)
    assert (found.received, found.sent) == facts.pfsync
    assert (found.received6, found.sent6, found.send_errors, found.no_memory) == (0, 0, 0, 0)
    assert (came["state-insert"], went["state-insert"]) == facts.inserts
    name = "compressed-state-update"
    assert (came[name], went[name]) == facts.compressed_updates
    assert {name: count for name, count in found.dropped if count} == facts.dropped
    assert len(found.dropped) == 10
    assert len(came) == len(went) == 13


def test_netstat_pfsync_as_text_has_the_same_rows(facts: Facts) -> None:
    plain = netstat.parse_pfsync(facts.read("netstat-s-p-pfsync"))
    json = netstat.parse_pfsync(facts.read("netstat-libxo-json-s-p-pfsync"))
    for left, right in (
        (plain.in_messages, json.in_messages),
        (plain.out_messages, json.out_messages),
        (plain.dropped, json.dropped),
    ):
        assert [name for name, _ in left] == [name for name, _ in right]
        # Taken a moment earlier: every counter is at most the later one, and close to it.
        assert all(
            0 <= later - sooner <= 20 for (_, sooner), (_, later) in zip(left, right, strict=True)
        )


def test_both_forms_agree_where_nothing_moved_between_them() -> None:
    row = FACTS["normal-fw1"]
    plain, json = "netstat-s-p-pfsync", "netstat-libxo-json-s-p-pfsync"
    assert netstat.parse_pfsync(row.read(plain)) == netstat.parse_pfsync(row.read(json))
    plain, json = "netstat-s-p-carp", "netstat-libxo-json-s-p-carp"
    assert netstat.parse_carp(row.read(plain)) == netstat.parse_carp(row.read(json))


def test_state_messages_of_the_normal_primary() -> None:
    found = netstat.parse_pfsync(FACTS["normal-fw1"].read("netstat-libxo-json-s-p-pfsync"))
    assert found.messages_in() == 4 + 1 + 4 + 2 + 3
    assert found.messages_out() == 43 + 1 + 139 + 3 + 3


def test_pfctl_info(facts: Facts) -> None:
    found = pfctl.parse_info(facts.read("pfctl-vv-s-info"))
    assert found.enabled
    assert found.since_s == facts.pf_since
    assert found.host_id == facts.host_id
    assert (found.states, found.searches) == (facts.pf_states, facts.pf_searches)
    assert (found.inserts, found.removals) == (facts.pf_inserts, facts.pf_removals)
    assert [name for name, _ in found.counters] == [
        *(
            "match",
            "bad-offset",
            "fragment",
            "short",
            "normalize",
            "memory",
            "bad-timestamp",
            "congestion",
        ),
        *("ip-option", "proto-cksum", "state-mismatch", "state-insert", "state-limit", "src-limit"),
        *("synproxy", "map-failed"),
    ]


def test_pfctl_info_without_details(facts: Facts) -> None:
    plain = pfctl.parse_info(facts.read("pfctl-s-info"))
    assert plain.host_id is None
    assert plain.enabled and plain.since_s is not None
    assert 0 <= facts.pf_since - plain.since_s <= 1
    assert plain.searches <= facts.pf_searches


def test_pfctl_memory(facts: Facts) -> None:
    assert pfctl.parse_memory(facts.read("pfctl-s-memory")) == PfLimits(40000)


def test_log(facts: Facts) -> None:
    clock = NodeClock(epoch=facts.boottime + 3600, utc_offset_s=0)
    text = facts.read("system.log")
    found = log.parse_tail(text, facts.node, clock)
    kernel = [line for line in text.split("\n") if " kernel: " in line]
    wanted = [line for line in kernel if " carp: " in line or "link state changed" in line]
    assert len(found) == facts.log_events == len(wanted)
    assert [event.text for event in found] == [line.split(" kernel: ", 1)[1] for line in wanted]
    assert all(event.node == facts.node for event in found)
    assert all(facts.boottime <= event.epoch <= facts.boottime + 3600 for event in found)
    roles = {(event.interface, event.vhid): event.new for event in found if event.vhid}
    if facts.roles:
        assert roles == {("vtnet0", 1): facts.roles[0], ("vtnet1", 2): facts.roles[1]}


def test_devd(facts: Facts) -> None:
    lines = facts.read("devctl.log").split("\n")
    found = [event for line in lines if (event := devd.parse_line(line)) is not None]
    assert len(found) == facts.devd_events
    assert found[0] == LinkEvent("lo0", True)
    if facts.roles:
        last = {event.vhid: event for event in found if isinstance(event, CarpEvent)}
        assert last[1] == CarpEvent("vtnet0", 1, CarpState(facts.roles[0]))
        assert last[2] == CarpEvent("vtnet1", 2, CarpState(facts.roles[1]))


def test_the_story_of_a_pulled_cable() -> None:
    row = FACTS["primary-lan-link-down-fw1"]
    found = log.parse_tail(row.read("system.log"), "fw1", NodeClock(row.boottime + 200, 0))
    story = [(event.kind, event.text) for event in found[-4:]]
    assert story == [
        (EventKind.TRANSITION, "carp: 2@vtnet1: MASTER -> INIT (hardware interface down)"),
        (EventKind.DEMOTION, "carp: demoted by 240 to 240 (interface down)"),
        (EventKind.LINK, "vtnet1: link state changed to DOWN"),
        (
            EventKind.TRANSITION,
            "carp: 1@vtnet0: MASTER -> BACKUP (more frequent advertisement received)",
        ),
    ]


_WALK = re.compile(r"\.(?P<oid>[0-9.]+) = (?:(?P<type>[A-Za-z0-9-]+): (?P<value>.*)|\"\")")


def walk(text: str) -> dict[str, int | bytes | str]:
    """net-snmp's `-On` notation as the values that the transport hands over."""
    found: dict[str, int | bytes | str] = {}
    for line in text.splitlines():
        match = _WALK.fullmatch(line)
        assert match is not None, line
        kind, value = match["type"], match["value"]
        if kind is None or kind == "STRING":
            found[match["oid"]] = (value or '""')[1:-1].encode()
        elif kind == "Hex-STRING":
            found[match["oid"]] = bytes.fromhex(value)
        elif kind == "OID":
            found[match["oid"]] = value
        elif kind == "Timeticks":
            found[match["oid"]] = int(value.split(")")[0][1:])
        else:
            found[match["oid"]] = int(value)
    return found


def test_snmp(facts: Facts) -> None:
    values = walk(facts.read("snmpwalk"))
    scalars = {oid: values.get(oid) for oid in snmp.SCALARS}
    table: dict[str, dict[str, int | bytes | str]] = {}
    for oid, value in values.items():
        column, _, index = oid.rpartition(".")
        if column in snmp.IF_COLUMNS:
            table.setdefault(index, {})[column] = value
    found = snmp.parse(scalars, table)
    assert found.descr == f"{facts.node}.example.net 0 FreeBSD 12.1-STABLE"
    assert found.object_id == "1.3.6.1.4.1.12325.1.1.2.1.1"
    assert found.name == f"{facts.node}.example.net"
    assert found.agent_uptime_s == facts.agent_ticks / 100
    assert found.host_uptime_s == facts.host_ticks / 100
    assert found.pf_running is True
    assert found.pf_host_id == facts.host_id
    assert (found.states, found.states_limit) == (facts.snmp_states, 40000)
    assert found.capabilities == ("system", "interfaces", "hc", "hostres", "pf")
    assert tuple(each.name for each in found.interfaces) == NAMES
    ports = {each.name: each for each in found.interfaces}
    assert all(each.admin == 1 for each in ports.values())
    assert ports["vtnet1"].oper == (5 if facts.lan_status == "no carrier" else 1)
    assert [ports[name].oper for name in ("vtnet0", "vtnet2", "vtnet3", "lo0")] == [1, 1, 1, 1]
    assert [ports[name].oper for name in ("pflog0", "pfsync0")] == [5, 5]
    assert all(each.counters is not None and each.counters.bits == 64 for each in ports.values())


def test_snmp_counters_of_the_normal_primary() -> None:
    values = walk(FACTS["normal-fw1"].read("snmpwalk"))
    table = {"1": {oid: values[f"{oid}.1"] for oid in snmp.IF_COLUMNS}}
    counters = snmp.parse({}, table).interfaces[0].counters
    assert counters is not None
    assert (counters.in_bytes, counters.out_bytes) == (73128, 94360)
    assert (counters.in_packets, counters.out_packets) == (560, 882)
    assert (counters.in_errors, counters.out_errors, counters.bits) == (0, 0, 64)
