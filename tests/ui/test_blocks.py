"""State sync, gateways, clock and DHCP in a pane, and what gives way where there is no room."""

from dataclasses import replace

import factory
import pytest
from factory import INIT, M, fresh, node, pair, refused, vip
from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import (
    Address,
    DhcpHa,
    Family,
    Gateway,
    Interface,
    NodeClock,
    NtpStatus,
    PfsyncInterface,
)
from pfha_tui.domain.reading import ErrorKind, Reading, Source
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.ui import data_plane
from pfha_tui.ui.about import About, Topic
from pfha_tui.ui.line import Tone, plain, width
from pfha_tui.ui.node_view import NodeView, wanted_rows

CALM = factory.healthy().verdict


def view(one: NodeSnapshot, peer: NodeSnapshot | None = None, events=()) -> NodeView:
    return NodeView.of(pair(one, peer or node(1), CALM, events=events), 0, factory.SCENE)


def rows(one: NodeSnapshot, start: str, cells: int = 76, **more) -> list[str]:
    told = [plain(entry.line).rstrip() for entry in view(one, **more).full(cells, 99)]
    return [text for text in told if text.startswith(start)]


def tones(one: NodeSnapshot, start: str, **more) -> set[Tone]:
    entries = view(one, **more).full(76, 99)
    return {
        tone
        for entry in entries
        if plain(entry.line).startswith(start)
        for text, tone in entry.line
        if text.strip()
    }


def bulk(word: str, ago: float, name: str = "fw1", kind: EventKind = EventKind.PFSYNC) -> Event:
    reason = f"pfsync bulk {word}"
    text = f"carp: demoted by 0 to 0 ({reason})"
    at = factory.EPOCH - ago
    return Event(at, Resolution.S, kind, name, text, Source.LOG, reason=reason)


def syncok(value: bool | None) -> Reading:
    setting = PfsyncInterface("vtnet2", None, 128, False, 1400, value)
    return fresh(tuple(replace(i, pfsync=setting) if i.pfsync else i for i in factory.interfaces()))


@pytest.mark.parametrize(
    ("events", "ok", "shown", "loud"),
    [
        ([bulk("start", 900), bulk("done", 880)], True, "done 21:38:27   syncok 1", False),
        (
            [bulk("start", 900), bulk("done", 880)],
            None,
            "done 21:38:27",
            False,
        ),
        (
            [bulk("done", 880), bulk("fail", 60)],
            True,
            "FAILED 21:52:07: the peer did not answer   syncok 1",
            True,
        ),
        ([bulk("start", 41)], False, "running for 41 s   syncok 0", False),
        ([bulk("start", 400)], False, "running for 6 m 40 s   syncok 0", True),
        (
            [bulk("start", 400)],
            True,
            "begun 21:46:27, its end is not in the log   syncok 1",
            False,
        ),
        ([], False, "first bulk update not done   syncok 0", True),
        ([], True, "no record in the log   syncok 1", False),
        ([bulk("done", 60, "fw2")], True, "no record in the log   syncok 1", False),
        ([bulk("done", 13 * 86_400)], True, "no record in the log   syncok 1", False),
        (
            [bulk("done", 60, kind=EventKind.DEMOTION)],
            True,
            "done 21:52:07   syncok 1",
            False,
        ),
    ],
)
def test_the_bulk_update_is_told_from_log_and_kernel(events, ok, shown: str, loud: bool) -> None:
    one = node(0, interfaces=syncok(ok))
    assert rows(one, "bulk", events=tuple(events)) == [f"bulk     {shown}"]
    marked = tones(one, "bulk", events=tuple(events)) & {Tone.WARN, Tone.BAD}
    assert bool(marked) == loud


def test_nothing_is_said_of_a_bulk_update_where_nothing_tells() -> None:
    assert rows(node(0, interfaces=syncok(None)), "bulk") == []
    off = PfsyncInterface(None, None, 128, False, 1400, True)
    some = tuple(replace(i, pfsync=off) if i.pfsync else i for i in factory.interfaces())
    assert rows(node(0, interfaces=fresh(some)), "bulk") == []


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        (("5e6f7081", "1a2b3c4d"), "1a2b3c4d own   5e6f7081 fw2's"),
        (("1a2b3c4d",), "none of fw2's states held   1a2b3c4d own"),
        (
            ("1a2b3c4d", "5e6f7081", "deadbeef"),
            "1a2b3c4d own   5e6f7081 fw2's   deadbeef of neither node",
        ),
    ],
)
def test_creator_ids_are_told_apart(held: tuple[str, ...], shown: str) -> None:
    assert rows(node(0, creators=fresh(held, 60, 5)), "ids") == [f"ids      {shown}"]


def test_creator_ids_without_the_peers_are_only_listed() -> None:
    one = node(0, creators=fresh(("deadbeef", "1a2b3c4d"), 60, 5))
    silent = node(1, pf=refused())
    assert rows(one, "ids", peer=silent) == ["ids      1a2b3c4d own   deadbeef"]


def test_a_narrow_pane_counts_the_strangers_among_creator_ids() -> None:
    one = node(0, creators=fresh(("1a2b3c4d", "deadbeef"), 60, 5))
    assert rows(one, "ids", 56) == ["ids      none of fw2's states held   1 stranger"]


def test_gateways_stand_one_by_one_the_troubled_first() -> None:
    told = (
        Gateway("WANGW", 0.0012, 0.0002, 0.0),
        Gateway("LTE", 0.312, 0.08, 0.12),
        Gateway("DSL", 0.9, 0.1, 0.3),
        Gateway("NEW", 0.0, 0.0, 0.0, pending=True),
        Gateway("DEAD", 0.0, 0.0, 1.0),
    )
    one = node(0, gateways=fresh(told, 5, 2))
    assert rows(one, "gateway") == [
        "gateway  LTE     312 ms   sd 80.0 ms   loss 12 %",
        "gateway  DSL     900 ms   sd 100 ms   loss 30 %",
        "gateway  NEW     no answer measured yet",
        "gateway  DEAD    —   loss 100 %",
        "gateway  WANGW   1.20 ms   sd 0.20 ms   loss 0 %",
    ]
    assert Tone.BAD in tones(one, "gateway  DSL")
    assert Tone.WARN in tones(one, "gateway  LTE")
    assert not {Tone.WARN, Tone.BAD} & tones(one, "gateway  WANGW")


@pytest.mark.parametrize("field", ["gateways", "ntp", "dhcp_isc", "dhcp_kea"])
@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (Reading(), ""),
        (refused(ErrorKind.MISSING), ""),
        (refused(ErrorKind.TIMEOUT), ""),
        (refused(ErrorKind.NOT_PERMITTED), "not permitted"),
        (refused(ErrorKind.PARSE, "line 3: no number"), "not understood: line 3: no number"),
        (refused(ErrorKind.FAILED, "nc: refused"), "failed: nc: refused"),
    ],
)
def test_what_a_node_does_not_have_is_not_shown_what_it_refuses_is(field, reading, said) -> None:
    bare = {name: refused(ErrorKind.MISSING) for name in ("dhcp_kea", "ntp", "gateways")}
    text = [
        row
        for start in ("gateway", "clock", "dhcp")
        for row in rows(node(0, **{**bare, field: reading}), start)
    ]
    assert [said in row for row in text] == ([True] if said else [])


def clock(ahead: float) -> Reading:
    return fresh(NodeClock(int(factory.EPOCH + ahead), 0))


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        (0, 0, "ntp 192.0.2.123 +0.41 ms"),
        (1, -1, "ntp 192.0.2.123 +0.41 ms"),
        (7, 0, "7 s ahead of console and fw2   ntp 192.0.2.123 +0.41 ms"),
        (-90, 0, "1 m 30 s behind console and fw2   ntp 192.0.2.123 +0.41 ms"),
        (0, 30, "30 s behind fw2   ntp 192.0.2.123 +0.41 ms"),
        (30, 30, "30 s ahead of console   ntp 192.0.2.123 +0.41 ms"),
        (10, 50, "10 s ahead of console   40 s behind fw2   ntp 192.0.2.123 +0.41 ms"),
    ],
)
def test_clocks_are_told_where_they_differ(first: float, second: float, shown: str) -> None:
    one = node(0, clock=clock(first))
    (told,) = rows(one, "clock", 99, peer=node(1, clock=clock(second)))
    assert told.removesuffix("12 s old").rstrip() == f"clock    {shown}"


def test_a_slow_answer_is_no_late_clock() -> None:
    slow = replace(clock(-5), value=NodeClock(int(factory.EPOCH) - 5, 0, within_s=5.2))
    for first, second in ((slow, clock(0)), (clock(0), slow)):
        (told,) = rows(node(0, clock=first), "clock", 99, peer=node(1, clock=second))
        assert told.startswith("clock    ntp 192.0.2.123 +0.41 ms ")


def test_an_age_is_told_from_ten_seconds_on_where_there_is_room() -> None:
    def told(taken: float, cells: int = 76) -> str:
        old = replace(node(0).ntp, taken_at=factory.NOW - taken)
        return rows(node(0, ntp=old), "clock", cells)[0]

    short = "clock    ntp 192.0.2.123 +0.41 ms"
    assert told(9.9) == short
    assert told(10) == f"{short:<68}10 s old"
    assert Tone.WARN not in tones(node(0), "clock")
    for cells in range(34, 76):
        assert told(33, cells) == (short if cells < 43 else f"{short:<{cells - 8}}33 s old")


def test_a_clock_is_told_without_a_time_service_too() -> None:
    one = node(0, clock=clock(7), ntp=refused(ErrorKind.MISSING))
    assert rows(one, "clock") == ["clock    7 s ahead of console and fw2"]
    one = node(0, ntp=refused(ErrorKind.MISSING))
    assert rows(one, "clock") == []


def test_an_old_clock_says_nothing_of_the_present() -> None:
    late = replace(clock(7), taken_at=factory.NOW - 60)
    assert rows(node(0, clock=late, ntp=refused(ErrorKind.MISSING)), "clock") == []


@pytest.mark.parametrize(
    ("ntp", "shown"),
    [
        (NtpStatus(3, None), "ntp follows none of 3 sources"),
        (NtpStatus(0, None), "ntp has no sources"),
        (NtpStatus(2, "192.0.2.9", 2, -0.0042), "ntp 192.0.2.9 -4.20 ms"),
        (NtpStatus(2, "192.0.2.9", 2, None), "ntp 192.0.2.9"),
    ],
)
def test_the_time_source_is_named(ntp: NtpStatus, shown: str) -> None:
    assert rows(node(0, ntp=fresh(ntp, 60, 5)), "clock") == [f"clock    {shown}"]


def test_dhcp_failover_is_told_with_names_only_where_there_are_several() -> None:
    none = refused(ErrorKind.MISSING)
    one = (DhcpHa("dhcp_lan", "normal", "normal"),)
    two = (*one, DhcpHa("dhcp_opt1", "communications-interrupted", "normal"))
    isc = node(0, dhcp_isc=fresh(one, 60, 5), dhcp_kea=none)
    assert rows(isc, "dhcp") == ["dhcp     normal  partner normal"]
    assert Tone.WARN not in tones(isc, "dhcp")
    several = node(0, dhcp_isc=fresh(two, 60, 5), dhcp_kea=none)
    assert rows(several, "dhcp", 120) == [
        "dhcp     dhcp_lan normal  partner normal   "
        "dhcp_opt1 communications-interrupted  partner normal"
    ]
    assert Tone.WARN in tones(several, "dhcp")
    assert rows(node(0, dhcp_isc=fresh((), 60, 5), dhcp_kea=none), "dhcp") == []


def rich(count: int, loud: int = 0) -> NodeSnapshot:
    """A node with many VLANs, each with a VIP; the last `loud` have no link."""
    vlans = tuple(
        Interface(
            f"vlan{n}",
            ("UP", "RUNNING"),
            1500,
            f"V{n}",
            status="no carrier" if n > count - loud else "active",
        )
        for n in range(1, count + 1)
    )
    served = tuple(vip(f"vlan{n}", n, f"V{n}", f"10.0.{n}.1", M) for n in range(1, count + 1))
    return node(0, roles=served, interfaces=fresh((*factory.interfaces(), *vlans)))


def test_quiet_rows_give_way_in_one_line_and_what_matters_stays() -> None:
    told = [plain(entry.line).rstrip() for entry in view(node(0)).full(56, 16, fold=True)]
    assert len(told) == 16
    assert told[-1] == "quiet    2 creator ids   adverts   ntp   dhcp"
    for start in ("● MASTER  WAN", "↑ SYNC", "pfsync", "states", "config", "gateway"):
        assert [row for row in told if row.startswith(start)], start


def test_interfaces_in_trouble_stay_while_quiet_ones_give_way() -> None:
    one = rich(10, loud=2)
    told = [plain(entry.line).rstrip() for entry in view(one).full(56, 24, fold=True)]
    assert len(told) == 24
    assert len([row for row in told if row.startswith("▼ V")]) == 2
    assert [row for row in told if row.endswith("more, none in trouble")]
    assert [row for row in told if row.startswith("↑ SYNC")]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 20), st.integers(0, 3), st.integers(4, 60), st.sampled_from([46, 56, 95]))
def test_folding_hides_only_what_is_quiet_and_only_for_want_of_room(
    count: int, loud: int, room: int, cells: int
) -> None:
    one = rich(count, min(loud, count))
    shown = view(one)
    whole, folded = shown.full(cells, 999), shown.full(cells, room, fold=True)
    body = [entry for entry in whole if entry.line]
    if len(body) <= room:
        assert [e for e in folded if e.line] == body
        return
    kept = {entry.about for entry in folded}
    for entry in body:
        quiet_topics = {Topic.INTERFACE, Topic.ADVERTS, Topic.CREATORS, Topic.PFSYNC}
        quiet_topics |= {Topic.GATEWAY, Topic.CLOCK, Topic.DHCP, Topic.CONFIG}
        loud_row = any(tone in (Tone.WARN, Tone.BAD) for _, tone in entry.line)
        if loud_row or (entry.about is not None and entry.about.topic not in quiet_topics):
            assert entry.about in kept
    assert all(width(entry.line) <= cells for entry in folded)
    assert len(folded) <= len(body)


def test_at_last_more_addresses_are_only_counted_but_not_those_of_a_sick_vip() -> None:
    many = tuple(Address(Family.INET, f"10.0.9.{n}", 24, 9) for n in range(1, 4))
    served = tuple(vip(f"em{n}", n, f"V{n}", "10.0.9.1", M, addresses=many) for n in range(1, 8))
    ill = (*served[:6], replace(served[6], state=INIT))
    one = node(0, roles=ill, interfaces=fresh(()))
    told = [plain(entry.line).rstrip() for entry in view(one).full(56, 18, fold=True)]
    assert len([row for row in told if "10.0.9.1/24 +2" in row]) == 6
    sick = told.index(next(row for row in told if "INIT" in row))
    assert told[sick + 1].strip() == "10.0.9.2/24  10.0.9.3/24"
    whole = [plain(entry.line) for entry in view(one).full(56, 99, fold=True)]
    assert not [row for row in whole if "+2" in row]


def test_folded_lines_can_be_chosen_and_stand_for_all() -> None:
    entries = view(rich(12)).full(56, 20, fold=True)
    assert [e.about for e in entries if e.about and e.about.topic is Topic.FOLDED] == [
        About(Topic.FOLDED, 0)
    ] * 2


def test_a_pane_of_the_wanted_height_folds_nothing() -> None:
    for one in (node(0), rich(5), factory.plain_freebsd()):
        entries = view(one).full(56, wanted_rows(one), fold=True)
        assert not [e for e in entries if e.about and e.about.topic is Topic.FOLDED]


def test_rows_of_an_unreachable_node_may_all_give_way() -> None:
    gone = factory.unreachable()
    told = NodeView.of(gone, 0, factory.SCENE).full(56, 18, fold=True)
    assert len(told) == 18
    assert plain(told[0].line).startswith("✗ unreachable")
    assert plain(told[-1].line).startswith("past ")


def test_summaries_tell_of_troubled_services_before_traffic() -> None:
    one = node(0, gateways=fresh((Gateway("WANGW", 0.9, 0.1, 0.5),), 5, 2))
    text = [plain(row) for row in view(one).summary(78, 12)]
    assert text.index(next(t for t in text if t.startswith("gateway"))) < text.index(
        next(t for t in text if t.startswith("pfsync"))
    )
    calm = [plain(row) for row in view(node(0)).summary(78, 12)]
    assert not [t for t in calm if t.startswith(("gateway", "dhcp", "clock"))]


def test_bulk_updates_before_the_start_of_the_node_are_of_the_past() -> None:
    one = node(0)
    booted = factory.EPOCH - 12 * 86_400 - 3 * 3600
    early = Event(
        booted - 3600, Resolution.S, EventKind.PFSYNC, "fw1", "", reason="pfsync bulk fail"
    )
    assert data_plane.bulk_of(one, (early,)) is None
    assert data_plane.bulk_of(replace(one, system=Reading()), (early,)) is not None


def test_states_are_not_compared_with_those_of_a_node_that_is_away() -> None:
    shown, gone = factory.node(0), replace(factory.node(1), reachable=False)
    assert plain(data_plane.parity(100, factory.node(1), factory.SCENE))
    assert data_plane.parity(100, gone, factory.SCENE) == ()
    assert "% of fw2" not in plain(data_plane.states(shown, gone, 0, factory.SCENE).fitted(100))
