"""What a pane tells of a node, at every width: whole, honest about age, harmless."""

import re
from dataclasses import replace

import factory
import pytest
from factory import B, M, fresh, node, pair, roles, vip
from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.domain.model import CarpState, CarpSysctls, PfLimits, PfsyncInterface
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading
from pfha_tui.domain.snapshot import LinkState, LinkStatus, NodeSnapshot, PairSnapshot, Since
from pfha_tui.domain.verdict import Verdict, VerdictKind
from pfha_tui.ui import layout, present, vips
from pfha_tui.ui.line import Line, Tone, plain, width
from pfha_tui.ui.node_view import NodeView

CALM = Verdict(VerdictKind.HEALTHY, "All is well.", (), True)
STATES = (factory.healthy, factory.split_brain, factory.unreachable, factory.never)


CARP_OFF = fresh(CarpSysctls(False, True, 0))


def full(
    one: NodeSnapshot, cells: int = 76, peer: NodeSnapshot | None = None, now: float = 0.0
) -> str:
    snapshot = pair(one, peer or node(1), CALM)
    scene = replace(factory.SCENE, now=factory.NOW + now, epoch=factory.EPOCH + now)
    entries = NodeView.of(snapshot, 0, scene).full(cells, 100)
    return "\n".join(plain(entry.line).rstrip() for entry in entries)


def lines_of(view: NodeView, cells: int, rows: int, fold: bool = False) -> list[Line]:
    return [entry.line for entry in view.full(cells, rows, fold)]


def row(text: str, start: str) -> str:
    return next(one for one in text.splitlines() if one.startswith(start))


def test_a_healthy_primary() -> None:
    text = full(node(0))
    assert "pfSense 2.8.1  up 12 d 3 h  cpu 4 %  mem 31 %  load 0.12" in text
    assert "ssh 0.4 s  snmp 3.1 s" in text
    assert "● MASTER  WAN  vhid 1  203.0.113.1/24  skew 0  since Nov 19 17:41" in text
    assert "\n          2001:db8:1::1/64" in text
    assert row(text, "VIPs").endswith("preempt on  demotion 0")
    assert re.search(r"↑ WAN  vtnet0  12.3 Mb/s .* 3.10 Mb/s .* 0\n", text)
    assert "► 812 msg/s to fw2   ◄ 96 msg/s   on vtnet2" in text
    assert "12 431 of 1 000 000 (1.2 %)   100.0 % of fw2's" in text
    assert row(text, "bulk") == "bulk     no record in the log   syncok 1"
    assert row(text, "gateway") == "gateway  WANGW   1.24 ms   sd 0.18 ms   loss 0 %"
    for name, value in (
        ("ids", "1a2b3c4d own   5e6f7081 fw2's"),
        ("clock", "ntp 192.0.2.123 +0.41 ms"),
        ("dhcp", "hot-standby  partner hot-standby"),
    ):
        assert re.fullmatch(rf"{name} +{re.escape(value)} +12 s old", row(text, name))
    assert "changed 21:40:09   maintenance off" in text
    assert text.count("old") == 3, "only what is read once a minute has an age while it is fresh"


@pytest.mark.parametrize("make", STATES)
@pytest.mark.parametrize("cells", [46, 52, 56, 76, 95, 116])
def test_no_row_is_too_wide_and_no_number_is_cut(make, cells: int) -> None:
    snapshot: PairSnapshot = make()
    for index in (0, 1):
        view = NodeView.of(snapshot, index, factory.SCENE)
        full = lines_of(view, cells, 30)
        for rows in (full, lines_of(view, cells, 12, True), view.summary(cells, 8)):
            for one in rows:
                assert width(one) <= cells
                assert not re.search(r"\d…", plain(one)), plain(one)


def test_late_and_stale_blocks_tell_their_age() -> None:
    text = full(node(0), now=16.0)
    assert row(text, "VIPs").startswith("VIPs  16 s old")
    assert "? was MASTER  WAN" in text
    assert row(text, "pfsync").endswith("18 s old")
    assert "maintenance off" in row(text, "config")
    assert row(text, "ids").endswith("28 s old")


def test_a_stale_block_is_grey_and_says_so_in_words() -> None:
    snapshot = pair(node(0), node(1), CALM)
    scene = replace(factory.SCENE, now=factory.NOW + 60, epoch=factory.EPOCH + 60)
    rows = lines_of(NodeView.of(snapshot, 0, scene), 76, 100)
    stale = [one for one in rows if plain(one).startswith("? was")]
    assert len(stale) == 2
    assert all(tone is Tone.MUTED for one in stale for _, tone in one)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ReadError(ErrorKind.NOT_PERMITTED, "sudo: a password is required"), "not permitted"),
        (ReadError(ErrorKind.MISSING, "no such file"), "not there"),
        (
            ReadError(ErrorKind.PARSE, "pf-info line 3: no number"),
            "not understood: pf-info line 3: no number",
        ),
        (ReadError(ErrorKind.TIMEOUT, ""), "timed out"),
        (None, "not yet read"),
    ],
)
def test_a_section_without_value_says_why(error: ReadError | None, shown: str) -> None:
    text = full(node(0, pf=Reading(error=error), snmp=Reading()))
    assert row(text, "states") == f"states   {shown}"


def test_the_state_count_falls_back_to_snmp() -> None:
    text = full(node(0, pf=factory.refused()))
    assert "12 431 of 1 000 000 (1.2 %)" in row(text, "states")
    assert row(text, "states").endswith("seen by snmp")


def test_a_plain_freebsd_node_says_what_it_lacks() -> None:
    text = full(factory.plain_freebsd())
    assert text.splitlines()[0].startswith("FreeBSD 12.1-RELEASE-p10")
    assert row(text, "config") == "config   no pfSense files: plain FreeBSD"
    assert row(text, "states") == "states   not permitted"
    assert "snmp" not in text


def test_the_way_to_an_unreachable_node_is_told() -> None:
    snapshot = factory.unreachable()
    text = full(snapshot.primary, peer=snapshot.secondary)
    assert text.splitlines()[:3] == [
        "✗ unreachable: no answer over SSH since 21:52:26",
        "ssh: connect timed out after 2.0 s; next try in 1.2 s",
        "seen by snmp  ↑ WAN  ↑ LAN  ↑ SYNC  states 12 431",
    ]
    assert "? was MASTER  WAN" in text
    assert vips.badge(snapshot.primary, frozenset(), factory.SCENE)[0] == "✗ UNREACHABLE 41 s"


def test_a_stopped_login_names_the_key_that_starts_it() -> None:
    text = full(factory.never().secondary)
    assert "ssh: stopped: fw2 refused the login of admin; press r to try again" in text


def test_a_silent_link_is_told_before_it_is_down() -> None:
    link = LinkStatus(LinkState.SUSPECT, factory.NOW - 1, "no answer", 0.01, factory.NOW - 1.4)
    assert "ssh silent for 1.4 s" in full(node(0, ssh=link))


def test_demotion_shows_in_the_skew_and_in_the_heading() -> None:
    carp = fresh(CarpSysctls(True, True, 240, 1, 240, 240, 240))
    text = full(node(0, roles=roles(M, M, effective_skew=240), carp=carp))
    assert "skew 0→240" in text
    assert row(text, "VIPs").endswith("demotion 240")


def test_carp_switched_off_and_preempt_off_are_told() -> None:
    text = full(node(0, carp=fresh(CarpSysctls(False, False, 0))))
    assert row(text, "VIPs").endswith("CARP off  preempt off  demotion 0")


def test_the_heading_of_the_vips_always_says_since() -> None:
    for one in (node(0), node(1, roles=roles(B, B, 100, since=Since(factory.EPOCH - 9, False)))):
        for cells in range(40, 100):
            text = full(one, cells)
            heading = row(text, "VIPs")
            assert not re.search(r"VIPs +[^ ]*\d", heading), heading
            assert "demotion 0" in heading
    assert row(full(node(0), 46), "VIPs") == "VIPs  since Nov 19 17:41            demotion 0"


def test_vips_stand_by_interface_and_vhid_and_gateways_in_columns() -> None:
    told = [
        vip(name, number, label, "10.0.0.1", M)
        for name, number, label in (
            ("vtnet0", 7, "WAN"),
            ("vtnet1", 9, "LAN"),
            ("vtnet0", 2, "WAN"),
        )
    ]
    text = full(node(0, roles=tuple(told)))
    assert re.findall(r"vhid (\d)", text) == ["2", "7", "9"]
    ways = (
        factory.Gateway("WANGW", 0.001, 0.0, 0.0),
        factory.Gateway("FIBRE_DHCP6", 0.002, 0.0, 0.0),
    )
    rows = [one for one in full(node(0, gateways=fresh(ways))).splitlines() if "gateway" in one]
    assert len({one.index(" ms") for one in rows}) == 1


@pytest.mark.parametrize("cells", [56, 76])
@pytest.mark.parametrize("rows", range(6, 12))
def test_a_summary_counts_the_interfaces_that_it_has_no_room_for(cells: int, rows: int) -> None:
    links = [
        factory.Interface(f"vtnet{n}", ("UP", "RUNNING"), 1500, f"NET{n}", status="active")
        for n in range(7)
    ]
    one = node(0, interfaces=fresh(tuple(links)))
    told = [
        plain(row)
        for row in NodeView.of(pair(one, node(1), CALM), 0, factory.SCENE).summary(cells, rows)
    ]
    shown = sum("NET" in part for part in " ".join(told).split())
    if shown < len(links) and any("NET" in row for row in told):
        hidden = len(links) - shown
        assert any(f"+ {hidden} more" in row or f" +{hidden}" in row for row in told), told
    assert shown or rows < 7
    links[-1] = replace(links[-1], status="no carrier")
    view = NodeView.of(
        pair(replace(one, interfaces=fresh(tuple(links))), node(1), CALM), 0, factory.SCENE
    )
    told = [plain(row) for row in view.summary(cells, rows)]
    assert not shown or any(row.startswith("▼ NET6") for row in told)


@pytest.mark.parametrize(("cells", "rows"), [(76, 9), (56, 5)])
def test_a_node_whose_carp_is_off_is_not_told_as_one_without_vips(cells: int, rows: int) -> None:
    off = node(0, roles=(), carp=CARP_OFF)
    assert "no VIPs" not in full(off)
    assert "\n✗ CARP off" in full(off)
    view = NodeView.of(pair(off, node(1), CALM), 0, factory.SCENE)
    assert "✗ CARP off" in [plain(one).strip() for one in view.summary(cells, rows)]


def test_link_down_takes_the_place_of_the_rates() -> None:
    text = full(node(0, interfaces=fresh(factory.interfaces(down="vtnet1"))))
    assert "no link: no carrier" in row(text, "▼ LAN")
    assert "Mb/s" not in row(text, "▼ LAN")


def test_interfaces_with_vips_come_first_and_internal_ones_are_left_out() -> None:
    text = full(node(0))
    order = re.findall(r"^↑ (\w+)", text, re.M)
    assert order == ["WAN", "LAN", "SYNC"]
    assert "lo0" not in text


def test_snmp_alone_shows_interfaces() -> None:
    off = LinkStatus(LinkState.OFF, 0.0)
    text = full(node(0, interfaces=Reading(), counters=Reading(), roles=(), ssh=off))
    assert "Interfaces (snmp)" in text
    assert "↑ WAN" in text


def test_pfsync_without_sync_interface() -> None:
    some = tuple(
        replace(one, pfsync=PfsyncInterface(None, None)) if one.pfsync else one
        for one in factory.interfaces()
    )
    text = full(node(0, interfaces=fresh(some)))
    assert row(text, "pfsync") == "pfsync   off: no sync interface set"


def test_a_peer_whose_states_are_not_held() -> None:
    text = full(node(0, creators=fresh(("1a2b3c4d",), 60, 5)))
    assert row(text, "ids") == "ids      none of fw2's states held   1a2b3c4d own"


def test_a_nearly_full_state_table_is_marked() -> None:
    one = node(0, limits=fresh(PfLimits(13_000), 60, 5))
    view = NodeView.of(pair(one, node(1), CALM), 0, factory.SCENE)
    states = next(r for r in lines_of(view, 76, 99) if plain(r).startswith("states"))
    assert ("12 431 of 13 000 (95.6 %)", Tone.WARN) in states


def test_unhealthy_vips_come_first_also_in_the_summary() -> None:
    many = tuple(vip(f"vlan{n}", n, f"V{n}", f"198.51.100.{n}", M) for n in range(1, 30))
    sick = (*many[:20], replace(many[20], state=CarpState.INIT), *many[21:])
    snapshot = pair(node(0, roles=sick), node(1, roles=()), CALM)
    assert vips.unhealthy(snapshot) == {("vlan21", 21)}
    view = NodeView.of(snapshot, 0, factory.SCENE)
    summary = [plain(one) for one in view.summary(78, 5)]
    assert summary[1].startswith("◌ INIT ! V21 vhid 21")
    assert re.search(r"^\+ \d+ more VIPs$", summary[-2])
    first_vip = next(r for r in lines_of(view, 78, 99) if "vhid" in plain(r))
    assert plain(first_vip).startswith("◌ INIT")


def test_many_vips_in_one_row_are_told_in_numbers() -> None:
    many = tuple(vip(f"vlan{n}", n, f"V{n}", f"198.51.100.{n}", M) for n in range(1, 30))
    mixed = (*many[:28], replace(many[28], state=CarpState.INIT))
    view = NodeView.of(pair(node(0, roles=mixed), node(1, roles=()), CALM), 0, factory.SCENE)
    assert plain(view.summary(78, 2)[-1]) == "VIPs  ● MASTER 28  ◌ INIT 1"
    late = replace(factory.SCENE, now=factory.NOW + 60)
    view = NodeView.of(pair(node(0, roles=mixed), node(1, roles=()), CALM), 0, late)
    assert plain(view.summary(78, 2)[-1]) == "VIPs  ? was ● MASTER 28  ◌ INIT 1"


def test_two_masters_are_unhealthy_but_not_one_known_and_one_unreachable() -> None:
    assert vips.unhealthy(factory.split_brain()) == {("vtnet0", 1), ("vtnet1", 2)}
    assert vips.unhealthy(factory.unreachable()) == frozenset()


@pytest.mark.parametrize(
    ("snapshot", "word"),
    [
        (node(0), "● MASTER 3 d 4 h"),
        (node(1), "○ BACKUP 3 d 4 h"),
        (node(0, roles=roles(M, B)), "● MASTER 1  ○ BACKUP 1"),
        (node(0, roles=roles(M, None)), "● MASTER 1  ? MISSING 1"),
        (node(0, roles=()), "? no VIPs"),
        (node(0, roles=(), carp=CARP_OFF), "✗ CARP off"),
        (node(0, roles=roles(factory.INIT, factory.INIT), carp=CARP_OFF), "✗ CARP off"),
        (node(0, carp=CARP_OFF), "● MASTER 3 d 4 h"),
        (node(0, roles=(), carp=replace(CARP_OFF, taken_at=factory.NOW - 99)), "? no VIPs"),
        (node(0, roles=(), interfaces=Reading()), "? not yet read"),
        (node(0, roles=(), interfaces=factory.refused()), "? not permitted"),
        (node(0, roles=(), interfaces=factory.fresh((), old=60)), "? UNKNOWN"),
        (
            node(0, roles=roles(M, M, since=Since(factory.EPOCH - 39, False))),
            "● MASTER at least 39 s",
        ),
        (node(0, reachable=None), "? not connected"),
    ],
)
def test_the_badge_says_who_serves(snapshot: NodeSnapshot, word: str) -> None:
    assert vips.badge(snapshot, frozenset(), factory.SCENE)[0] == word


@pytest.mark.parametrize("text", factory.HOSTILE, ids=range(len(factory.HOSTILE)))
def test_hostile_text_stays_in_its_cells(text: str) -> None:
    snapshot = factory.hostile(text)
    for index in (0, 1):
        view = NodeView.of(snapshot, index, factory.SCENE)
        for one in (*lines_of(view, 56, 30), *view.summary(78, 6), view.title()):
            assert width(one) <= 78
            assert all(c.isprintable() or c == "\ufffd" for c in plain(one))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(layout.LEAST_WIDTH, 200),
    st.integers(layout.LEAST_HEIGHT, 80),
    st.integers(2, 8),
    st.integers(0, 40),
    st.sampled_from([None, 0, 1]),
)
def test_the_rows_of_a_terminal_are_shared_out_whole(
    cells: int, height: int, verdict: int, wanted: int, expanded: int | None
) -> None:
    plan = layout.plan(cells, height, min(verdict, 3 + layout.cause_rows(height)), wanted, expanded)
    panes = plan.panes[0] if plan.side_by_side else sum(plan.panes)
    assert layout.BANNER_ROWS + plan.verdict + panes + plan.timeline + layout.KEY_ROWS == height
    assert min(plan.panes) >= 3
    assert plan.timeline >= 3
    assert plan.side_by_side == (cells >= 100 and expanded is None)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(layout.LEAST_WIDTH, 200),
    st.integers(layout.LEAST_HEIGHT, 80),
    st.integers(1, 12),
    st.integers(0, 60),
    st.integers(0, 60),
    st.sampled_from([None, "facts", "events", "output-primary"]),
)
def test_the_rows_of_an_opened_row_are_shared_out_whole(
    cells: int, height: int, verdict: int, facts: int, events: int, grown: str | None
) -> None:
    plan = layout.detail(cells, height, verdict, facts, events, grown)
    parts = (plan.facts, plan.events, plan.outputs)
    assert layout.BANNER_ROWS + plan.verdict + sum(parts) + layout.KEY_ROWS == height
    assert min(parts) >= 3
    assert plan.verdict == min(verdict, height - 11)


def test_the_scene_is_the_only_clock() -> None:
    text = full(node(0))
    later = full(node(0), now=0.5)
    assert text != later
    assert "ssh 0.9 s" in later
    assert isinstance(factory.SCENE, present.Scene)
