"""The wall's lines: order, columns, what is said of broken, old and unconfirmed pairs."""

from dataclasses import replace

import factory
import pytest
import wall_pairs
from hypothesis import given
from hypothesis import strategies as st
from wall_pairs import BROKEN, named, target

from pfha_tui.domain.reading import Reading
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import Environment
from pfha_tui.domain.verdict import Verdict, VerdictKind
from pfha_tui.ui import wall_details, wall_view
from pfha_tui.ui.line import Tone, plain, width
from pfha_tui.ui.pairs import Entry

SCENE = factory.SCENE
STATES = (
    factory.healthy,
    factory.split_brain,
    factory.unreachable,
    factory.never,
    wall_pairs.no_master,
    wall_pairs.maintenance,
)


def entry(number: int, snapshot: PairSnapshot | None, **more) -> Entry:
    name = f"pair-{number}"
    shown = BROKEN if snapshot is None else more.pop("target", target(name))
    return Entry(number, shown, snapshot, **more)


def of_kind(kind: VerdictKind) -> PairSnapshot:
    return replace(factory.healthy(), verdict=Verdict(kind, "so it is", (), True))


def lines(*entries: Entry, cells: int = 160, **options) -> list[str]:
    wall = wall_view.wall(entries, factory.options(**options), SCENE, cells)
    return [plain(row) for _, row in wall.rows]


def test_the_worst_comes_first_and_equals_keep_the_order_of_the_file() -> None:
    kinds = [*reversed(VerdictKind), *VerdictKind]
    entries = [entry(n, of_kind(kind)) for n, kind in enumerate(kinds)]
    shown = wall_view.ordered(entries, SCENE)
    assert [kinds[e.number] for e in shown] == [k for k in VerdictKind for _ in range(2)]
    numbers = [e.number for e in shown]
    assert all(a < b for a, b in zip(numbers[::2], numbers[1::2], strict=True))


def test_what_is_not_known_ranks_as_unknown_unless_it_was_worse() -> None:
    entries = [
        entry(0, of_kind(VerdictKind.PARTIAL)),
        entry(1, None),
        entry(2, of_kind(VerdictKind.HEALTHY), trouble="watching ended"),
        entry(3, of_kind(VerdictKind.SPLIT_BRAIN), trouble="watching ended"),
        entry(4, replace(of_kind(VerdictKind.HEALTHY), at=factory.NOW - 60)),
    ]
    assert [e.number for e in wall_view.ordered(entries, SCENE)] == [3, 1, 2, 4, 0]


def test_a_line_tells_everything_that_has_room() -> None:
    (row,) = lines(entry(0, factory.healthy(), target=target("HQ", read_only=True)), cells=180)
    for told in ("1", "● HEALTHY", "HQ", "PROD ro", "A fw1", "Nov 19 17:41", "12 431", "0.4 s"):
        assert f" {told} " in f" {row} "
    assert "fw1 serves both VIPs since 3 d 04:12; fw2 is ready." in row


def test_columns_go_before_the_why_gets_too_short() -> None:
    entries = [entry(n, build()) for n, build in enumerate(STATES)]
    for cells in (60, 80, 100, 120):
        wall = wall_view.wall(entries, factory.options(), SCENE, cells)
        heading = plain(wall.heading)
        assert cells - heading.index(" why") >= min(wall_view.LEAST_WHY, cells // 4)
        assert ("states" in heading, "since" in heading) == (cells >= 100, cells >= 100)
    assert "serves" in heading


def test_production_and_lab_differ_in_word_and_colour_and_read_only_is_said() -> None:
    wall = wall_view.wall(
        [
            entry(0, factory.healthy(), target=target("a")),
            entry(1, factory.healthy(), target=target("b", Environment.LAB)),
        ],
        factory.options(),
        SCENE,
        120,
    )
    (_, first), (_, second) = wall.rows
    assert ("PROD", Tone.PRODUCTION) in first
    assert ("lab", Tone.LAB) in second
    for options in ({"read_only": True}, {"watch": True}):
        assert " ro " in lines(entry(0, factory.healthy()), **options)[0]


@pytest.mark.parametrize(
    ("build", "serves"),
    [
        (factory.healthy, "A fw1"),
        (wall_pairs.maintenance, "B fw2"),
        (factory.unreachable, "B fw2"),
        (factory.split_brain, "fw1+fw2"),
        (wall_pairs.no_master, "nobody"),
        (factory.never, "—"),
    ],
)
def test_who_serves(build, serves: str) -> None:
    (row,) = lines(entry(0, build()))
    assert f" {serves} " in row


def test_nobody_serves_only_where_both_nodes_say_so() -> None:
    lost = factory.node(0, reachable=False, roles=(), interfaces=Reading())
    spare = factory.node(1, roles=factory.roles(factory.B, factory.B, 100))
    verdict = Verdict(VerdictKind.UNKNOWN, "fw1 is not heard", (), True)
    (row,) = lines(entry(0, factory.pair(lost, spare, verdict)))
    assert "nobody" not in row


def test_roles_too_old_serve_nobody_and_an_old_snapshot_is_told_as_old() -> None:
    old = replace(factory.healthy(), at=factory.NOW - 60, epoch=factory.EPOCH - 60)
    (row,) = lines(entry(0, old), cells=200)
    assert "? was HEALTHY" in row
    assert "no newer snapshot arrives" in row
    first, second = (
        replace(node, roles=tuple(replace(role, at=factory.NOW - 60) for role in node.roles))
        for node in factory.healthy().nodes
    )
    (row,) = lines(entry(0, factory.pair(first, second, factory.healthy().verdict)))
    assert " — " in row and "A fw1" not in row


def test_unconfirmed_is_a_sign_and_with_room_a_word() -> None:
    (wide,) = lines(entry(0, factory.split_brain()), cells=200)
    (narrow,) = lines(entry(0, factory.split_brain()), cells=80)
    for row in (wide, narrow):
        assert "✗ SPLIT BRAIN ?" in row and "Both nodes" in row
    assert "unconfirmed, 1.2 s" in wide


def test_a_broken_pair_is_a_line_with_its_sentence() -> None:
    (row,) = lines(entry(0, None), cells=240)
    assert (
        "? NOT WATCHED" in row and "branch-03" in row and "the variable COMMUNITY is not set" in row
    )
    told = "\n".join(map(plain, wall_details.details(entry(0, None), SCENE, 80, 10)))
    for word in ("branch-03", "PRODUCTION", "COMMUNITY", "mend the path"):
        assert word in told


def test_only_nine_pairs_have_a_number() -> None:
    rows = lines(*(entry(n, factory.healthy()) for n in range(11)))
    assert [row[1] for row in rows] == [*"123456789", " ", " "]


def test_the_tally_counts_each_state_and_keeps_signs_where_words_have_no_room() -> None:
    entries = [entry(n, build()) for n, build in enumerate((*STATES, factory.healthy))]
    wide = plain(wall_view.banner(entries, "watch only", SCENE, 200))
    for told in ("7 pairs", "watch only", "✗ 1 NO MASTER", "✗ 1 SPLIT BRAIN", "● 2 HEALTHY"):
        assert told in wide
    narrow = plain(wall_view.banner(entries, "watch only", SCENE, 80))
    for told in ("✗ 2", "▲ 1", "◆ 1", "● 2", "21:53:07"):
        assert told in narrow


def test_pairs_of_the_same_sign_are_counted_together_where_it_stands_alone() -> None:
    entries = [entry(n, build()) for n, build in enumerate((*STATES, factory.healthy))]
    told = plain(wall_view.tally(entries, SCENE, 40))
    assert "✗ 2" in told and "✗ 1" not in told and "…" not in told
    assert plain(wall_view.others(entries, SCENE)).startswith("✗ 2  ")


@pytest.mark.parametrize("cells", [60, 70, 80, 100, 120])
def test_long_names_cost_neither_verdict_nor_who_serves(cells: int) -> None:
    long = "branch-office-with-a-very-long-name-indeed"
    builders = (factory.healthy, factory.split_brain, factory.unreachable, wall_pairs.maintenance)
    known = [entry(n, build(), target=target(f"{long}-{n}")) for n, build in enumerate(builders)]
    told = lines(*known, cells=cells)
    expected = (
        ("✗ SPLIT BRAIN ?", "fw1+fw2 " if cells > 70 else "A+B "),
        ("▲ DEGRADED", "B fw2 " if cells > 70 else "B "),
        ("◆ MAINTENANCE", "B fw2 " if cells > 70 else "B "),
        ("● HEALTHY", "A fw1 " if cells > 70 else "A "),
    )
    for row, (verdict, serves) in zip(told, expected, strict=True):
        assert verdict in row and f" {serves}" in row and " s " in row
        assert "branch-offi" in row


def test_a_pair_of_which_nothing_is_known_yet_is_starting() -> None:
    one = replace(entry(0, factory.never()), started=False)
    assert "? STARTING" in lines(one)[0] and "UNKNOWN" not in lines(one)[0]
    ended = replace(one, trouble="watching ended")
    assert "STARTING" not in lines(ended)[0]
    known = replace(entry(0, factory.healthy()), started=False)
    assert "STARTING" not in lines(known)[0]


def test_others_are_told_by_sign_the_worst_first() -> None:
    entries = [entry(0, factory.healthy()), entry(1, factory.split_brain()), entry(2, None)]
    assert plain(wall_view.others(entries, SCENE)) == "✗ 1  ? 1  ● 1"
    assert wall_view.others([], SCENE) == ()


@pytest.mark.parametrize("rows", range(6))
def test_details_keep_to_their_rows(rows: int) -> None:
    for one in (entry(0, factory.split_brain()), entry(1, None), entry(2, factory.never())):
        told = wall_details.details(one, SCENE, 60, rows)
        assert len(told) <= rows
        assert all(width(line) <= 60 for line in told)


@given(
    st.integers(60, 200),
    st.lists(st.sampled_from([*STATES, lambda: None]), min_size=1, max_size=12),
    st.sampled_from(factory.HOSTILE),
)
def test_every_line_fits_and_hostile_text_stays_text(cells: int, builders, text: str) -> None:
    entries = [
        entry(n, build(), started=n % 2 == 0, trouble=text if n % 3 == 0 else "")
        for n, build in enumerate(builders)
    ]
    entries.append(entry(len(builders), named(text, factory.hostile(text)), target=target(text)))
    wall = wall_view.wall(entries, factory.options(), SCENE, cells)
    assert sorted(number for number, _ in wall.rows) == list(range(len(entries)))
    for _, row in wall.rows:
        assert width(row) == cells
        assert not {"\x1b", "\n", "\x07", "\u202e"} & set(plain(row))
    banner = wall_view.banner(entries, "", SCENE, cells)
    assert width(banner) == cells


@pytest.mark.parametrize("cells", [80, 120])
def test_the_marked_pair_is_told_whole_where_there_is_room(cells: int) -> None:
    why = " ".join(f"word{number}" for number in range(60))
    evidence = " ".join(f"proof{number}" for number in range(30))
    split = factory.split_brain()
    causes = tuple(
        replace(one, evidence=f"{one.evidence} {evidence}") for one in split.verdict.causes
    )
    pair = replace(split, verdict=replace(split.verdict, why=why, causes=causes))
    rows = wall_details.details(entry(0, pair), SCENE, cells, 40)
    assert all(width(row) <= cells for row in rows)
    told = " ".join("\n".join(map(plain, rows)).split())
    for words in (
        why,
        evidence,
        "fw1 primary",
        "fw2 secondary",
        "● MASTER",
        "WAN vhid 1",
        "ssh 0.",
    ):
        assert words in told, words


def test_causes_without_room_are_counted() -> None:
    split = factory.split_brain()
    many = tuple(
        replace(split.verdict.causes[0], evidence=f"proof {number}") for number in range(30)
    )
    pair = replace(split, verdict=replace(split.verdict, causes=many))
    rows = [plain(row) for row in wall_details.details(entry(0, pair), SCENE, 80, 14)]
    shown = sum("proof" in row for row in rows)
    assert 0 < shown < 30 and f"{30 - shown} more" in "\n".join(rows)
