"""The verdict bar, the timeline's lines, the key bar and the help page."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import factory
import pytest

from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.target import Environment
from pfha_tui.domain.verdict import Cause, Severity, Verdict, VerdictKind
from pfha_tui.ui import present, texts, timeline_view, verdict_view
from pfha_tui.ui.commands import COMMANDS, on_pair, on_wall
from pfha_tui.ui.line import Tone, line, plain, width
from pfha_tui.ui.screens.help import page
from pfha_tui.ui.widgets.key_bar import key_line


def bar(snapshot, cells: int = 120, causes: int = 3, trouble: str = "", started=True, later=0.0):
    scene = replace(factory.SCENE, now=factory.NOW + later, epoch=factory.EPOCH + later)
    return verdict_view.bar(snapshot, trouble, started, scene, cells, causes)


def said(rows) -> list[str]:
    return [plain(row) for row in rows]


def test_a_confirmed_verdict_takes_one_line() -> None:
    rows = bar(factory.healthy())
    assert said(rows) == [
        "  ● HEALTHY   fw1 serves both VIPs since 3 d 04:12; fw2 is ready.",
    ]
    assert rows[0][1][1] is Tone.BADGE_GOOD


def test_an_unconfirmed_verdict_counts_and_is_not_yet_red() -> None:
    rows = bar(factory.split_brain(), later=0.7)
    assert said(rows)[0].startswith(
        "  ✗ SPLIT BRAIN   unconfirmed, 1.9 s   Both nodes are MASTER of"
    )
    assert rows[0][1][1] is Tone.BADGE_WARN
    assert said(rows)[2].startswith(" ✗ split-brain  WAN vhid 1  fw1 and fw2 are both MASTER")


@pytest.mark.parametrize("cells", [60, 80, 100, 120])
def test_the_sentence_of_why_is_never_cut_without_a_mark(cells: int) -> None:
    snapshot = factory.split_brain()
    rows = bar(snapshot, cells, 0)
    assert all(width(row) <= cells for row in rows)
    assert snapshot.verdict.why in " ".join(" ".join(said(rows)).split())


@pytest.mark.parametrize("cells", [60, 80, 120, 250])
@pytest.mark.parametrize("length", [1, 60, 100, 150, 190])
def test_the_sentence_begins_beside_the_badge(cells: int, length: int) -> None:
    why = "fw1 " * (length // 4) + "ends"
    snapshot = replace(factory.healthy(), verdict=Verdict(VerdictKind.DEGRADED, why, (), True))
    rows = said(bar(snapshot, cells, 0))
    assert rows[0].startswith("  ▲ DEGRADED   ") and len(rows[0].split()) > 2
    assert " ".join(" ".join(rows).split()) == f"▲ DEGRADED {why}" or (cells, length) == (60, 190)
    assert len(rows) <= 3


def test_a_verdict_that_is_not_renewed_becomes_the_past() -> None:
    rows = bar(factory.healthy(), later=12)
    assert said(rows)[0].startswith("  ? was HEALTHY ")
    assert rows[0][1][1] is Tone.BADGE_WARN
    assert "as of 21:53:07, 12 s ago: no newer snapshot arrives" in " ".join(said(rows))


def test_the_end_of_the_feed_is_told_in_a_sentence() -> None:
    trouble = texts.FEED_FAILED.format(reason="no file known_hosts", key="r")
    told = " ".join(said(bar(factory.healthy(), trouble=trouble)))
    assert "watching ended: no file known_hosts." in told and "r watches again" in told


def test_before_the_feed_is_open() -> None:
    assert "starting" in said(bar(factory.never(), started=False))[0]


@pytest.mark.parametrize(
    ("room", "lines", "last"), [(1, 1, "and 4 more"), (3, 3, "and 3 more"), (9, 5, "")]
)
def test_causes_without_room_are_counted(room: int, lines: int, last: str) -> None:
    causes = tuple(Cause("link-down", Severity.ERROR, f"evidence {n}", "fw1") for n in range(5))
    note = Cause("clock", Severity.NOTE, "a note", "fw1")
    snapshot = replace(
        factory.healthy(), verdict=Verdict(VerdictKind.DEGRADED, "Why.", (note, *causes), True)
    )
    shown = said(verdict_view.causes(snapshot, room, 80))
    assert len(shown) == lines
    assert shown[-1].strip().endswith(last or "evidence 4")


def test_the_banner_tells_production_from_lab_and_read_only() -> None:
    target = replace(factory.TARGET, environment=Environment.PRODUCTION)
    row = plain(verdict_view.banner(target, "read-only", factory.SCENE, 80))
    assert "mfr-lab    PRODUCTION    read-only" in row
    assert row.endswith("21:53:07 ")
    assert "lab" in plain(verdict_view.banner(factory.TARGET, "", factory.SCENE, 80)).split()


OTHERS = line(("✗ 1", Tone.BAD), "  ", ("▲ 1", Tone.WARN), "  ", ("● 1", Tone.GOOD))
WIRED = {(node, "vtnet0"): "WAN" for node in ("fw1", "fw2")}
LONG = "branch-office-with-a-very-long-name-indeed"


@pytest.mark.parametrize("cells", [60, 70, 80, 100, 120, 200])
@pytest.mark.parametrize("lost", [True, False])
def test_a_long_name_gives_way_in_the_banner_and_no_state_does(cells: int, lost: bool) -> None:
    target = replace(factory.TARGET, name=LONG, environment=Environment.PRODUCTION)
    news = verdict_view.news(factory.lost(), factory.SCENE) if lost else ()
    row = verdict_view.banner(target, "read-only", factory.SCENE, cells, OTHERS, news)
    text = plain(row)
    assert width(row) == cells
    assert " PROD" in text and "read-only" in text
    assert text.endswith("✗ 1  ▲ 1  ● 1   21:53:07 ")
    assert "branch-o" in text
    assert "✗ fw1 lost 4.1 s ago" in text or not lost or cells < 200
    name = text.partition("branch")[2].split()[0]
    assert name.endswith("…") or cells == 200
    ascii_name = present.ascii_text(text).partition("branch")[2].split()[0]
    assert ascii_name == name.replace("…", "~")


def test_a_short_name_is_whole_beside_other_pairs() -> None:
    target = replace(factory.TARGET, name="branch-south")
    for cells in (60, 80, 120):
        text = plain(verdict_view.banner(target, "", factory.SCENE, cells, OTHERS))
        assert " branch-south    lab " in text
        assert ("other pairs  ✗ 1" in text) is (cells > 60)


def lines(events, scene=factory.SCENE) -> list[str]:
    told = timeline_view.ordered(events)
    rows = timeline_view.rows(told, scene, WIRED)
    return [plain(text) for text, _ in timeline_view.with_days(told, rows, scene)]


def test_stamps_carry_their_resolution_and_each_day_is_announced() -> None:
    assert lines(factory.events()) == [
        "── Nov 19 ────────────────────────",
        "17:41:04      fw1   WAN vhid 1  INIT → BACKUP   initialization complete",
        "17:41:07      fw1   WAN vhid 1  BACKUP → MASTER   master timed out",
        "── today ────────────────────────",
        "18:52:54.120  fw2   WAN vhid 1  MASTER → BACKUP   more frequent advertisement received",
        "18:52:54.121  fw1   WAN vhid 1  BACKUP → MASTER   preempting a slower master",
        "21:40:09.000  fw2   sync        config.xml changed",
        "21:52:07.000  pair  verdict     healthy: fw1 serves both VIPs",
    ]


def test_the_zone_of_the_console_decides_the_time() -> None:
    scene = replace(factory.SCENE, tz=timezone(timedelta(hours=1)))
    assert lines(factory.events(), scene)[-1].startswith("22:52:07.000")
    assert factory.SCENE.tz is UTC


def test_events_are_sorted_by_their_time() -> None:
    assert lines(tuple(reversed(factory.events()))) == lines(factory.events())


@pytest.mark.parametrize(
    ("needle", "matching"),
    [("", 6), ("FW2", 2), ("master", 3), ("vhid 1", 4), ("preempting", 1), ("nowhere", 0)],
)
def test_the_filter_looks_at_what_is_shown(needle: str, matching: int) -> None:
    found = [e for e in factory.events() if timeline_view.matches(e, needle, WIRED)]
    assert len(found) == matching


def test_a_first_role_has_no_state_before_it() -> None:
    event = Event(
        factory.EPOCH,
        Resolution.S,
        EventKind.TRANSITION,
        "fw1",
        "",
        None,
        "em0",
        3,
        None,
        CarpState.INIT,
    )
    assert lines((event,)) == ["21:53:07      fw1  em0 vhid 3  → INIT   "]


def test_the_key_bar_shows_whole_entries_only() -> None:
    for cells in range(10, 140):
        row = plain(key_line([c for c in COMMANDS if c.bar], cells))
        assert len(row) <= cells
        assert row.strip() == "" or row.rstrip().split("   ")[-1].split()[-1] in {
            word for command in COMMANDS for word in command.title.split()
        }


def test_commands_are_unique_and_their_keys_do_not_clash() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    for screen in (on_pair, on_wall):
        keys = [key for command in screen(COMMANDS) for key in command.keys.split(",") if key]
        assert len(set(keys)) == len(keys)
        assert "t" not in keys, "kept free for the drill"


def test_help_names_every_command_and_the_terms() -> None:
    told = "\n".join(said(page(COMMANDS, 80)))
    for command in COMMANDS:
        assert command.label in told
    for term in (
        "MASTER",
        "BACKUP",
        "INIT",
        "VHID",
        "advskew",
        "demotion",
        "preempt",
        "pfsync",
        "split brain",
    ):
        assert f"\n{term} " in told
    assert all(width(row) <= 80 for row in page(COMMANDS, 80))
