"""The timeline as it is used: days, following, search, kinds."""

from dataclasses import replace

import factory
import pytest
from driving import running, text_of

from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.snapshot import LinkState, LinkStatus
from pfha_tui.ui import timeline_view, verdict_view
from pfha_tui.ui.line import Tone, highlighted, line, plain
from pfha_tui.ui.timeline_view import Kinds


def event(number: int, kind: EventKind = EventKind.LINK, **more) -> Event:
    at = factory.EPOCH - 5000 + number
    return Event(at, Resolution.MS, kind, "fw1", f"event {number}", **more)


def many(count: int = 40) -> tuple[Event, ...]:
    return tuple(event(number) for number in range(count))


def rows(app) -> list[str]:
    return [row[2:-2].rstrip() for row in text_of(app, "#timeline").splitlines()[1:-1]]


def edge(app) -> str:
    return text_of(app, "#timeline").splitlines()[-1]


async def test_it_counts_what_is_new_while_it_does_not_follow() -> None:
    async with running(replace(factory.healthy(), events=many())) as (app, feed, pilot):
        assert rows(app)[-1].endswith("event 39")
        assert "follow" not in edge(app)
        await pilot.press("l", "up")
        assert "not following" in edge(app)
        assert "new" not in edge(app)
        seen = rows(app)
        new = (event(100), event(101), event(102))
        feed.publish(replace(feed.current, events=(*many(), *new)))
        await pilot.pause()
        assert rows(app) == seen, "what is looked at stays where it is"
        assert "not following, 3 new below" in edge(app)
        await pilot.press("end")
        assert rows(app)[-1].endswith("event 102")
        assert "follow" not in edge(app)


async def test_f_stops_and_starts_following() -> None:
    async with running(replace(factory.healthy(), events=many())) as (app, feed, pilot):
        await pilot.press("f")
        assert "not following" in edge(app)
        feed.publish(replace(feed.current, events=(*many(), event(100))))
        await pilot.pause()
        assert rows(app)[-1].endswith("event 39")
        await pilot.press("f")
        assert rows(app)[-1].endswith("event 100")


async def test_escape_gives_the_focus_back_and_follows_again() -> None:
    async with running(replace(factory.healthy(), events=many())) as (app, _, pilot):
        await pilot.press("l", "home")
        last = len(many()) - len(rows(app))
        assert f"not following  ↓ {last} more" in edge(app)
        await pilot.press("escape")
        assert app.main.timeline.following and app.main.focused is None
        assert rows(app)[-1].endswith("event 39")


async def test_the_wheel_scrolls_and_its_end_follows_again() -> None:
    async with running(replace(factory.healthy(), events=many())) as (app, _, pilot):
        app.main.timeline.scroll_content(-3)
        await pilot.pause()
        assert "not following" in edge(app)
        app.main.timeline.scroll_content(3)
        await pilot.pause()
        assert "follow" not in edge(app)


async def test_an_older_event_that_is_learnt_late_is_not_counted_as_new() -> None:
    async with running(replace(factory.healthy(), events=many())) as (app, feed, pilot):
        await pilot.press("l", "up")
        early = replace(event(0), epoch=factory.EPOCH - 9000, text="from the log")
        feed.publish(replace(feed.current, events=(early, *many())))
        await pilot.pause()
        assert "new" not in edge(app)


async def test_search_marks_and_steps_through_what_it_finds() -> None:
    async with running(replace(factory.healthy(), events=many())) as (app, _, pilot):
        await pilot.press("n", *"event 1")
        badge = text_of(app, "#timeline").splitlines()[0]
        assert "found: event 1 (11 of 11)" in badge
        assert app.main.timeline.event == event(19)
        await pilot.press("enter", "n")
        assert app.main.timeline.event == event(1), "round to the oldest"
        assert "(1 of 11)" in text_of(app, "#timeline").splitlines()[0]
        await pilot.press("n")
        assert app.main.timeline.event == event(10)
        await pilot.press("N", "N")
        assert app.main.timeline.event == event(19)
        assert any(
            (text, tone) == ("event 1", Tone.MATCH)
            for row in app.main.timeline.rows
            for text, tone in row
        )
        await pilot.press("escape")
        assert "found" not in text_of(app, "#timeline")
        assert not any(tone is Tone.MATCH for row in app.main.timeline.rows for _, tone in row)


async def test_a_search_without_a_match_says_so_and_leaves_the_lines() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        before = rows(app)
        await pilot.press("n", *"zebra")
        assert "not found: zebra" in text_of(app, "#timeline").splitlines()[0]
        assert rows(app) == before
        await pilot.press("escape")
        assert not app.main.has_class("filtering")


@pytest.mark.parametrize("narrow", [("slash", *"fw1", "enter"), ("k",)])
async def test_what_a_search_does_not_find_behind_a_filter_is_told_with_the_filter(narrow) -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.press(*narrow, "n", *"zebra")
        assert "not found: zebra (a filter is on)" in text_of(app, "#timeline").splitlines()[0]


@pytest.mark.parametrize(("key", "word"), [("slash", "filter:"), ("n", "search:")])
async def test_what_is_asked_stays_before_what_is_typed(key: str, word: str) -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.press(key, *"fw1")
        row = app.main.query_one("#filter")
        told = "".join(part.text for part in app.screen._compositor.render_strips()[row.region.y])
        assert f" {word} " in told and "fw1" in told.split(word)[1]


async def test_search_looks_within_the_filter_and_escape_takes_back_one_by_one() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.press("slash", *"fw1", "enter", "n", *"timed out", "enter")
        title = text_of(app, "#timeline").splitlines()[0]
        assert "found: timed out (1 of 1)" in title
        assert "filter: fw1 (" in title
        await pilot.press("escape")
        assert "found" not in text_of(app, "#timeline")
        assert "filter: fw1" in text_of(app, "#timeline")
        await pilot.press("k")
        assert "roles and verdicts" in text_of(app, "#timeline")
        await pilot.press("escape", "escape")
        title = text_of(app, "#timeline").splitlines()[0]
        assert "filter" not in title and "roles" not in title


async def test_kinds_are_shown_group_by_group() -> None:
    kinds = (
        event(1, EventKind.TRANSITION, interface="vtnet0", vhid=1, new=factory.M),
        event(2, EventKind.LINK, interface="vtnet0"),
        event(3, EventKind.SYNC),
        event(4, EventKind.PFSYNC),
        event(5, EventKind.CONNECTION),
        event(6, EventKind.DEMOTION),
        event(7, EventKind.VERDICT),
        event(8, EventKind.ACTION),
    )
    async with running(replace(factory.healthy(), events=kinds)) as (app, _, pilot):
        shown = []
        for _ in range(5):
            await pilot.press("k")
            shown.append(len([row for row in rows(app) if row]))
        assert shown[:4] == [3, 2, 2, 1]
        assert app.main.timeline.items == 8
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.press("k", "k", "k", "k")
        assert "nothing of this kind has happened" in text_of(app, "#timeline")


async def test_the_day_of_the_first_line_in_sight_is_always_told() -> None:
    old = tuple(replace(event(n), epoch=factory.EPOCH - 86_400 * 2 + n) for n in range(20))
    async with running(replace(factory.healthy(), events=old)) as (app, _, pilot):
        assert "Nov 20" in text_of(app, "#timeline").splitlines()[0]
        await pilot.press("l", "home")
        title, first = text_of(app, "#timeline").splitlines()[:2]
        assert "── Nov 20 ─" in first
        assert "Nov 20" not in title


def test_lines_are_drawn_once_and_not_kept_for_long_after_their_events() -> None:
    known: timeline_view.Known = {}
    scene, names = factory.SCENE, {}
    first = timeline_view.rows(many(60), scene, names, known=known)
    again = timeline_view.rows(many(60), scene, names, known=known)
    assert all(one is other for one, other in zip(first, again, strict=True))
    for start in range(0, 3 * timeline_view.KNOWN_LIMIT, 1000):
        shown = tuple(event(number) for number in range(start, start + 1000))
        timeline_view.rows(shown, scene, names, known=known)
        assert {one for one, *_ in known} >= set(shown)
        assert len(known) <= timeline_view.KNOWN_LIMIT


def test_equal_events_have_lines_and_keys_of_their_own() -> None:
    twice = (event(1), event(1), event(2))
    lines = timeline_view.rows(twice, factory.SCENE, {})
    assert len(timeline_view.with_days(twice, lines, factory.SCENE)) == 3


def test_a_day_is_announced_once_and_today_alone_is_not() -> None:
    yesterday = replace(event(0), epoch=factory.EPOCH - 86_400)
    for events, days in (
        ((event(1), event(2)), 0),
        ((yesterday, yesterday), 1),
        ((yesterday, event(1), event(2)), 2),
    ):
        lines = timeline_view.rows(events, factory.SCENE, {})
        told = timeline_view.with_days(events, lines, factory.SCENE)
        assert sum(one is None for _, one in told) == days


def test_every_kind_is_in_one_group_beside_all() -> None:
    groups = [kinds.value for kinds in Kinds if kinds is not Kinds.ALL]
    assert set().union(*groups) == set(EventKind)
    assert sum(map(len, groups)) == len(EventKind)
    assert Kinds.ACTIONS.following is Kinds.ALL


@pytest.mark.parametrize(
    ("parts", "needle", "expected"),
    [
        ((("one two", Tone.PLAIN),), "ONE", [("one", Tone.MATCH), (" two", Tone.PLAIN)]),
        (
            (("ab", Tone.STRONG), ("cd", Tone.MUTED)),
            "bc",
            [
                ("a", Tone.STRONG),
                ("b", Tone.MATCH),
                ("c", Tone.MATCH),
                ("d", Tone.MUTED),
            ],
        ),
        ((("a.b", Tone.PLAIN),), ".", [("a", Tone.PLAIN), (".", Tone.MATCH), ("b", Tone.PLAIN)]),
        ((("aaa", Tone.PLAIN),), "aa", [("aa", Tone.MATCH), ("a", Tone.PLAIN)]),
        ((("text", Tone.PLAIN),), "", [("text", Tone.PLAIN)]),
        ((("ÄÖÜ", Tone.PLAIN),), "ö", [("Ä", Tone.PLAIN), ("Ö", Tone.MATCH), ("Ü", Tone.PLAIN)]),
    ],
)
def test_what_is_found_is_marked_and_no_character_changes(parts, needle, expected) -> None:
    told = highlighted(line(*parts), needle)
    assert list(told) == expected
    assert plain(told) == plain(line(*parts))


def told_news(events, changes=None) -> str:
    snapshot = replace(factory.healthy(), events=tuple(events), **(changes or {}))
    return "  ".join(plain(one).strip() for one in verdict_view.news(snapshot, factory.SCENE))


def said(kind: EventKind, ago: float, node: str | None) -> Event:
    return Event(factory.EPOCH - ago, Resolution.MS, kind, node, "")


def test_news_are_changes_of_the_last_seconds() -> None:
    verdict, link = EventKind.VERDICT, EventKind.CONNECTION
    gone = {"primary": factory.unreachable().primary}
    assert told_news([]) == ""
    assert told_news([said(verdict, 2, None)]) == "", "the first verdict is no change"
    assert told_news([said(link, 2, "fw1")]) == "", "nor is the first connection"
    changed = [said(verdict, 60, None), said(verdict, 2, None)]
    assert told_news(changed) == "◆ verdict changed 2.0 s ago"
    assert told_news([said(verdict, 60, None), said(verdict, 21, None)]) == ""
    assert told_news([said(link, 2, "fw1")], gone) == "✗ fw1 lost 2.0 s ago"
    dead = LinkStatus(LinkState.DOWN, factory.NOW - 2)
    never = replace(gone["primary"], ssh=dead, snmp_link=dead)
    assert told_news([said(link, 2, "fw1")], {"primary": never}) == "", "it was never reached"
    back = [said(link, 60, "fw2"), said(link, 5, "fw2")]
    assert told_news(back) == "● fw2 back 5.0 s ago"
    assert told_news([*back, *changed]) == "● fw2 back 5.0 s ago  ◆ verdict changed 2.0 s ago"


@pytest.mark.parametrize("cells", [60, 80, 100, 120])
def test_news_never_take_the_place_of_the_clock_or_the_pair(cells: int) -> None:
    news = verdict_view.news(factory.lost(), factory.SCENE)
    assert len(news) == 2
    row = plain(verdict_view.banner(factory.TARGET, "read-only", factory.SCENE, cells, (), news))
    assert "mfr-lab    lab    read-only" in row
    assert row.endswith("21:53:07 ")
    assert ("fw1 lost 4.1 s ago" in row) == (cells >= 80)
    assert ("verdict changed" in row) == (cells >= 120)


@pytest.mark.parametrize(
    ("more", "tone"),
    [
        ({"reason": "DOWN"}, Tone.WARN),
        ({"reason": "UP"}, Tone.PLAIN),
        ({"after": "UP"}, Tone.PLAIN),
    ],
)
def test_a_link_that_comes_back_is_no_warning(more, tone: Tone) -> None:
    row = timeline_view.rows((event(1, **more),), factory.SCENE, {})[0]
    assert row[-1] == ("event 1", tone)


@pytest.mark.parametrize(
    ("kind", "after", "tone"),
    [
        (EventKind.CONNECTION, "unreachable", Tone.BAD),
        (EventKind.CONNECTION, "reachable", Tone.MUTED),
        (EventKind.VERDICT, "split-brain", Tone.BAD),
        (EventKind.VERDICT, "degraded", Tone.WARN),
        (EventKind.VERDICT, "healthy", Tone.GOOD),
    ],
)
def test_what_is_grave_stands_out(kind: EventKind, after: str, tone: Tone) -> None:
    row = timeline_view.rows((event(1, kind, after=after),), factory.SCENE, {})[0]
    assert row[-1] == ("event 1", tone)


@pytest.mark.parametrize(("text", "warns"), [("by 240 to 240", True), ("by -240 to 0", False)])
def test_a_demotion_that_ends_is_no_warning(text: str, warns: bool) -> None:
    told = f"carp: demoted {text} (interface)"
    event = Event(factory.EPOCH, Resolution.S, EventKind.DEMOTION, "fw2", told)
    (row,) = timeline_view.rows((event,), factory.SCENE, {})
    assert any(tone is Tone.WARN for _, tone in row) is warns
