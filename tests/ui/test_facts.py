"""The table of the detail screen: both nodes' facts side by side, and the events that belong to it."""

from dataclasses import replace

import factory
import pytest
from factory import B, M, fresh, node, pair, refused, roles, vip

from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import (
    Address,
    CarpCounters,
    Family,
    Gateway,
    NodeClock,
    PfInfo,
    PfsyncCounters,
)
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading, Source
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.ui import detail_view, timeline_view
from pfha_tui.ui.about import About, Topic
from pfha_tui.ui.line import Tone, plain, width

CALM = factory.healthy().verdict
STATES = (factory.healthy, factory.split_brain, factory.unreachable, factory.never)
OPENED = (
    *(About(topic) for topic in Topic if topic not in (Topic.VIP, Topic.INTERFACE, Topic.DHCP)),
    About(Topic.VIP, 0, "vtnet1", 2),
    About(Topic.VIP, 1, "nowhere", 77),
    About(Topic.INTERFACE, 0, "vtnet2"),
    About(Topic.INTERFACE, 1, "nowhere"),
    About(Topic.GATEWAY, 0, "WANGW"),
    About(Topic.DHCP, 0, "kea"),
    About(Topic.DHCP, 1, "isc"),
)


def table(about: About, snapshot: PairSnapshot, cells: int = 116) -> list[str]:
    return [plain(row).rstrip() for row in detail_view.table(about, snapshot, factory.SCENE, cells)]


def fact(rows: list[str], name: str) -> list[str]:
    found = next(row for row in rows if row.startswith(f"{name} "))
    return [part.strip() for part in found[len(name) :].split("   ") if part.strip()]


def test_a_vip_stands_side_by_side() -> None:
    rows = table(About(Topic.VIP, 0, "vtnet1", 2), factory.healthy())
    assert rows[0].split() == ["fw1", "fw2"]
    assert fact(rows, "role") == ["● MASTER", "○ BACKUP"]
    assert fact(rows, "since") == ["Nov 19 17:41  3 d 4 h"] * 2
    assert fact(rows, "IPv4") == ["192.168.1.1/24"] * 2
    assert fact(rows, "IPv6") == ["2001:db8:1::1/64"] * 2
    assert fact(rows, "virtual MAC") == ["00:00:5e:00:01:02"] * 2
    assert fact(rows, "configured skew") == ["0", "100"]
    assert fact(rows, "read") == ["ssh 0.4 s ago"] * 2
    assert not any("≠" in row for row in rows)


def test_what_ought_to_be_equal_and_is_not_is_marked() -> None:
    other = (Address(Family.INET, "192.168.1.9", 24, 2),)
    changed = (
        roles(B, B, 100)[0],
        replace(roles(B, B, 100)[1], addresses=other, advbase=2),
    )
    snapshot = pair(node(0), node(1, roles=changed), CALM)
    rows = table(About(Topic.VIP, 0, "vtnet1", 2), snapshot)
    assert [row.split()[0] for row in rows if "≠" in row] == ["IPv4", "advbase"]


def test_a_demoted_skew_is_marked() -> None:
    snapshot = pair(node(0, roles=roles(M, M, effective_skew=240)), node(1), CALM)
    lines = detail_view.table(About(Topic.VIP, 0, "vtnet0", 1), snapshot, factory.SCENE, 116)
    row = next(one for one in lines if plain(one).startswith("advertised skew"))
    assert ("240", Tone.WARN) in row


def test_a_vip_that_the_other_node_does_not_have_says_so() -> None:
    only = (vip("vtnet5", 9, "DMZ", "10.9.0.1", M),)
    snapshot = pair(node(0, roles=only), node(1, roles=()), CALM)
    rows = table(About(Topic.VIP, 0, "vtnet5", 9), snapshot)
    assert fact(rows, "role")[-1] == "no such VIP here"


@pytest.mark.parametrize("make", STATES)
@pytest.mark.parametrize("cells", [56, 76, 116, 156])
def test_every_thing_can_be_opened_in_every_state(make, cells: int) -> None:
    snapshot = make()
    for about in OPENED:
        for row in detail_view.table(about, snapshot, factory.SCENE, cells):
            assert width(row) <= cells
        detail_view.related(about, snapshot)


@pytest.mark.parametrize("text", factory.HOSTILE, ids=range(len(factory.HOSTILE)))
def test_hostile_facts_stay_in_their_cells(text: str) -> None:
    snapshot = factory.hostile(text)
    first = replace(
        snapshot.primary,
        gateways=fresh((Gateway(text, 0.1, 0.1, 0.1),)),
        push_gaps=(text,),
        dhcp_kea=Reading(error=ReadError(ErrorKind.PARSE, text)),
    )
    snapshot = replace(snapshot, primary=first)
    named = [replace(about, name=text) for about in OPENED if about.name]
    for about in (*OPENED, *named):
        for row in detail_view.table(about, snapshot, factory.SCENE, 76):
            assert width(row) <= 76
            assert all(c.isprintable() or c == "\ufffd" for c in plain(row))
    for event in snapshot.events:
        for row in detail_view.event_facts(event, factory.SCENE, {}, 76):
            assert all(c.isprintable() or c == "\ufffd" for c in plain(row))


def test_an_error_is_told_in_full_beside_the_age() -> None:
    message = (
        "/sbin/pfctl ended with exit code 1: pfctl: /dev/pf: Permission denied, and more words"
    )
    failed = replace(node(0).pf, error=ReadError(ErrorKind.NOT_PERMITTED, message))
    rows = table(About(Topic.STATES), pair(node(0, pf=failed), node(1), CALM), 80)
    told = " ".join(" ".join(rows).split())
    for word in message.split():
        assert word in told
    assert "pfctl ssh 2.0 s ago" in told


def test_counters_of_pfsync_are_told_both_ways() -> None:
    counters = PfsyncCounters(
        9, 1, 20, 0, (("insert", 12), ("delete", 0)), (("update", 1234),), (("stale", 3),), 7, 0
    )
    snapshot = pair(node(0, pfsync=fresh(counters, 5, 2)), node(1), CALM)
    rows = table(About(Topic.PFSYNC), snapshot)
    assert fact(rows, "packets heard")[0] == "10"
    assert fact(rows, "messages heard")[0] == "insert 12"
    assert fact(rows, "messages sent")[0] == "update 1 234"
    assert fact(rows, "dropped")[0] == "stale 3"
    assert fact(rows, "failed to send")[0] == "7"
    assert fact(rows, "sent") == ["812 msg/s", "0.8 msg/s"]


def test_rising_counters_of_discarded_advertisements_are_marked() -> None:
    bad = CarpCounters(12, 0, 99, 0, 41, 2, 0, 0, 0, 0, 0, 0)
    rates = replace(node(0).rates, carp_bad_auth_ps=1.5)
    one = node(0, carp_counters=fresh(bad, 5, 2), rates=rates)
    rows = table(About(Topic.ADVERTS), pair(one, node(1), CALM))
    assert fact(rows, "bad password")[0] == "41  +1.5/s"
    assert fact(rows, "unknown vhid")[0] == "2"


def test_a_full_state_table_and_its_inserts() -> None:
    info = PfInfo(True, 7200, "1a2b3c4d", 950_000, 8, 7, 6, (("memory", 4), ("match", 0)))
    rows = table(About(Topic.STATES), pair(node(0, pf=fresh(info, 5, 2)), node(1), CALM))
    assert fact(rows, "fill")[0] == "95.0 %"
    assert fact(rows, "counters")[0] == "memory 4"
    assert fact(rows, "pf on") == ["yes", "yes"]
    assert fact(rows, "on for")[0] == "2 h 00 m"


def test_the_clock_is_told_with_zone_and_difference() -> None:
    ahead = fresh(NodeClock(int(factory.EPOCH) + 60, -5 * 3600 - 1800))
    rows = table(About(Topic.CLOCK), pair(node(0, clock=ahead), node(1), CALM))
    assert fact(rows, "clock") == ["21:54:07", "21:53:07"]
    assert fact(rows, "time zone") == ["UTC-05:30", "≠ UTC+00:00"]
    assert "1 m 00 s ahead of console and fw2" in fact(rows, "differs")[0]


def test_the_pair_tells_the_verdict_and_every_cause() -> None:
    rows = table(About(Topic.PAIR), factory.split_brain())
    assert rows[0] == "✗ SPLIT BRAIN"
    assert sum("split-brain" in row for row in rows) == 2
    assert any("advertisements-lost" in row for row in rows)


def test_nothing_is_counted_before_anything_was_read() -> None:
    unread, none = node(0, roles=(), interfaces=Reading()), node(1, roles=())
    rows = table(About(Topic.PAIR), pair(unread, none, CALM))
    assert fact(rows, "stands") == ["? not yet read", "? no VIPs"]
    assert fact(rows, "serves") == ["not yet read", "0 of 0 VIPs"]


def test_streams_arrive_live_only_where_there_is_a_connection() -> None:
    rows = table(About(Topic.STREAM), factory.unreachable())
    assert fact(rows, "streams") == ["ssh down", "devd and the system log arrive live"]


def test_an_unreadable_section_tells_why() -> None:
    one = node(0, gateways=refused(ErrorKind.NOT_PERMITTED, "sudo: a password is required"))
    rows = table(About(Topic.GATEWAY), pair(one, node(1), CALM))
    assert "not permitted: sudo: a password is required" in " ".join(rows)


def event(kind: EventKind, at: float = 0.0, **more) -> Event:
    base = {"node": "fw1", "text": f"{kind}", "source": Source.LOG}
    return Event(factory.EPOCH + at, Resolution.S, kind, **(base | more))


def test_events_belong_to_what_they_tell_of() -> None:
    lan = event(EventKind.TRANSITION, 1, interface="vtnet1", vhid=2)
    wan = event(EventKind.TRANSITION, 2, interface="vtnet0", vhid=1, node="fw2")
    link = event(EventKind.LINK, 3, interface="vtnet1")
    bulk = event(EventKind.DEMOTION, 4, reason="pfsync bulk start")
    sync = event(EventKind.SYNC, 5, node="fw2")
    lost = event(EventKind.CONNECTION, 6, node="fw2")
    word = event(EventKind.VERDICT, 7, node=None)
    snapshot = replace(factory.healthy(), events=(word, lost, sync, bulk, link, wan, lan))
    for about, expected in (
        (About(Topic.VIP, 0, "vtnet1", 2), (lan, link)),
        (About(Topic.INTERFACE, 0, "vtnet0"), (wan,)),
        (About(Topic.PFSYNC), (bulk,)),
        (About(Topic.CARP), (lan, wan, bulk)),
        (About(Topic.CONFIG, 1), (sync,)),
        (About(Topic.NODE, 1), (lost, word)),
        (About(Topic.PAIR), (lost, word)),
        (About(Topic.GATEWAY, 0, "WANGW"), ()),
    ):
        assert detail_view.related(about, snapshot) == expected, about


def test_around_an_event_is_half_a_minute_of_both_nodes() -> None:
    first, chosen, near, far = (
        event(EventKind.LINK, at, interface="em0") for at in (0, 20, 50, 51)
    )
    snapshot = replace(factory.healthy(), events=(first, chosen, near, far))
    assert detail_view.around(chosen, snapshot) == (first, chosen, near)
    gone = event(EventKind.LINK, 70, interface="em1")
    assert gone in detail_view.around(gone, snapshot)


def test_an_event_tells_how_exactly_its_moment_is_known_and_by_whom() -> None:
    names = {(node, "vtnet0"): "WAN" for node in ("fw1", "fw2")}
    rows = [
        [plain(row) for row in detail_view.event_facts(one, factory.SCENE, names, 100)]
        for one in timeline_view.ordered(factory.events())
    ]
    assert rows[0] == [
        "Nov 19 17:41:04  to the second, told by the system log, by the node's own clock",
        "fw1 WAN vhid 1 INIT → BACKUP initialization complete",
    ]
    assert rows[2][0] == "today 18:52:54.120  to the millisecond, told by devd as it arrived"
    assert rows[5][0] == "today 21:52:07.000  to the millisecond, told by the console"


def test_facts_of_the_past_are_grey_and_their_age_stands_beside_the_name() -> None:
    snapshot = factory.unreachable()
    for about, live in (
        (About(Topic.VIP, 0, "vtnet1", 2), ()),
        (About(Topic.INTERFACE, 0, "vtnet0"), ("seen by snmp",)),
        (About(Topic.STATES), ("snmp counts",)),
        (About(Topic.CARP), ()),
        (About(Topic.PFSYNC), ()),
    ):
        lines = detail_view.table(about, snapshot, factory.SCENE, 116)
        assert plain(lines[0]).split() == ["fw1", "41", "s", "old", "fw2"]
        column = plain(lines[0]).index("fw2") - 3
        for row in lines[1:]:
            if plain(row).startswith("read "):
                break
            if plain(row).startswith(live):
                continue
            place = 0
            for text, tone in row:
                if place < column and text.strip():
                    assert tone is Tone.MUTED, plain(row)
                place += len(text)


def test_an_interface_that_only_snmp_tells_of_is_of_the_present() -> None:
    one = node(0, interfaces=Reading(), counters=Reading(), roles=())
    rows = table(About(Topic.INTERFACE, 0, "vtnet0"), pair(one, node(1), CALM))
    assert rows[0].split() == ["fw1", "fw2"]
    assert fact(rows, "seen by snmp")[0] == "ifAdminStatus 1  ifOperStatus 1  WAN"
