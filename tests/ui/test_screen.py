"""The console as a whole, driven by a feed of hand-made snapshots."""

import asyncio
import gc
from dataclasses import replace

import factory
import one_node
import pytest
from driving import make, running, settle, text_of, until
from factory import B, M, node, pair, roles
from textual.widget import Widget

from pfha_tui.domain.model import CarpState
from pfha_tui.domain.verdict import Verdict, VerdictKind
from pfha_tui.ui.screens.help import HelpScreen
from pfha_tui.ui.screens.small import SmallScreen
from pfha_tui.ui.widgets.lines import Lines

STATES = (factory.healthy, factory.split_brain, factory.unreachable, factory.never)


@pytest.mark.parametrize(
    ("build", "size"),
    [
        *((build, size) for build in STATES for size in ((80, 24), (120, 36))),
        (factory.split_brain, (60, 16)),
        (factory.split_brain, (99, 30)),
        (factory.unreachable, (160, 48)),
    ],
)
async def test_every_state_at_every_size_says_who_serves(build, size) -> None:
    snapshot = build()
    async with running(snapshot, size) as (app, _, _):
        text = text_of(app)
        assert snapshot.verdict.kind.upper().replace("-", " ") in text_of(app, "#verdict")
        assert snapshot.verdict.why in " ".join(text_of(app, "#verdict").split())
        for one in snapshot.nodes:
            assert one.name in text
            for role in one.roles:
                assert f"vhid {role.vhid}" in text
        assert len(text_of(app, "#primary").splitlines()) == app.main.panes[0].size.height


async def test_a_state_cell_follows_the_next_snapshot_at_once() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        assert "● MASTER  WAN" in text_of(app, "#primary")
        moved = pair(
            node(0, roles=roles(B, B)),
            node(1, roles=roles(M, M, 100)),
            Verdict(VerdictKind.FAILED_OVER, "fw2 serves.", (), False, 0.1),
        )
        feed.publish(moved)
        await pilot.pause()
        assert "○ BACKUP  WAN" in text_of(app, "#primary")
        assert "● MASTER  WAN" in text_of(app, "#secondary")
        assert "FAILED OVER" in text_of(app, "#verdict")
        assert "unconfirmed, 0.1 s" in text_of(app, "#verdict")


async def test_a_missing_and_an_init_vip_are_words() -> None:
    snapshot = pair(
        node(0, roles=roles(M, None)),
        node(1, roles=roles(B, CarpState.INIT)),
        Verdict(VerdictKind.PARTIAL, "LAN is served by nobody.", (), True),
    )
    async with running(snapshot) as (app, _, _):
        assert "? MISSING" in text_of(app, "#primary")
        assert "◌ INIT" in text_of(app, "#secondary")


@pytest.mark.parametrize("text", factory.HOSTILE, ids=range(len(factory.HOSTILE)))
async def test_hostile_text_is_shown_and_nothing_else(text: str) -> None:
    async with running(factory.hostile(text)) as (app, _, pilot):
        shown = text_of(app)
        assert "\x1b" not in shown
        assert all(c.isprintable() or c in "\n\ufffd" for c in shown)
        if text.startswith("["):
            assert text[:9] in shown, "markup is not interpreted"
        await pilot.click("#timeline", offset=(40, 1))
        assert app.is_running
        picture = app.export_screenshot()
        assert "\x1b" not in picture


async def test_ascii_draws_with_ascii_only() -> None:
    async with running(factory.split_brain(), ascii=True) as (app, _, pilot):
        await pilot.press("tab")
        strips = [
            one.render_line(y).text
            for one in app.main.query("Lines")
            if one.display
            for y in range(one.size.height)
        ]
        assert all(strip.isascii() for strip in strips)
        assert any("* MASTER" in strip for strip in strips)


async def test_no_colour_sends_no_colour() -> None:
    async with running(factory.split_brain(), no_color=True) as (app, _, _):
        assert app.no_color
        assert app.native_ansi_color
        filters = [one for one in app._filters if type(one).__name__ == "NoColor"]
        assert filters, "Textual's own filter takes every colour out"


async def test_expand_and_back() -> None:
    async with running(factory.healthy(), (80, 24)) as (app, _, pilot):
        assert "Interfaces" not in text_of(app, "#primary")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "Interfaces" in text_of(app, "#primary"))
        assert "○ BACKUP" in text_of(app, "#secondary")
        await pilot.press("space")
        await until(pilot, lambda: "Interfaces" not in text_of(app, "#primary"))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "Interfaces" in text_of(app, "#secondary"))
        await pilot.press("escape")
        await until(pilot, lambda: "Interfaces" not in text_of(app, "#secondary"))


async def test_an_expanded_pane_scrolls_and_counts_what_is_hidden() -> None:
    async with running(factory.healthy(), (80, 24)) as (app, _, pilot):
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "more" in text_of(app, "#primary").splitlines()[-1])
        assert "config" not in text_of(app, "#primary")
        await pilot.press("end")
        assert "config" in text_of(app, "#primary")
        assert "↑" in text_of(app, "#primary").splitlines()[-1]
        await pilot.press("home")
        assert "config" not in text_of(app, "#primary")


async def test_retry_asks_the_focused_node_else_those_not_connected() -> None:
    async with running(factory.unreachable()) as (app, feed, pilot):
        await pilot.press("r")
        assert feed.retried == ["fw1"]
        await pilot.press("tab", "tab", "r")
        assert feed.retried == ["fw1", "fw2"]
        assert app.main.focused_pane == 1


async def test_filter_follows_typing_is_kept_and_cleared() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.press("slash", *"fw2")
        assert "filter: fw2 (2 of 6)" in text_of(app, "#timeline")
        assert "preempting" not in text_of(app, "#timeline")
        await pilot.press("enter")
        assert not app.main.has_class("filtering")
        assert "filter: fw2" in text_of(app, "#timeline")
        await pilot.press("escape")
        assert "preempting" in text_of(app, "#timeline")
        await pilot.press("slash", *"nowhere")
        assert "no line holds" in text_of(app, "#timeline")


async def test_the_letters_of_a_filter_are_not_commands() -> None:
    async with running(factory.unreachable()) as (app, feed, pilot):
        await pilot.press("slash", *"qrl?")
        assert app.is_running
        assert feed.retried == []
        assert app.main.filter_input.value == "qrl?"


async def test_the_timeline_follows_until_it_is_scrolled() -> None:
    events = factory.events() * 10
    async with running(replace(factory.healthy(), events=events)) as (app, feed, pilot):
        assert "healthy: fw1" in text_of(app, "#timeline")
        await pilot.press("l", "home")
        assert "not following" in text_of(app, "#timeline")
        top = text_of(app, "#timeline").splitlines()[1]
        feed.publish(replace(factory.healthy(), events=(*events, *factory.events())))
        await pilot.pause()
        assert text_of(app, "#timeline").splitlines()[1] == top
        await pilot.press("end")
        assert "not following" not in text_of(app, "#timeline")


async def test_help_covers_the_screen_while_the_screen_lives_on() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        feed.publish(factory.split_brain())
        await pilot.pause()
        await pilot.press("escape")
        assert app.screen is app.main
        assert "SPLIT BRAIN" in text_of(app, "#verdict")
        await pilot.press("question_mark", "q")
        assert app.screen is app.main
        assert app.is_running


async def test_themes_can_be_changed_from_the_palette() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        commands = {one.title: one for one in app.get_system_commands(app.screen)}
        assert {"Theme: Dark", "Theme: Light", "Theme: High contrast", "Retry"} <= set(commands)
        before = app.main.panes[0].rich_style.bgcolor
        commands["Theme: Light"].callback()
        assert app.theme == "light"
        await pilot.pause()
        assert app.main.panes[0].rich_style.bgcolor != before


async def test_an_unknown_theme_falls_back_and_is_told() -> None:
    async with running(factory.healthy(), theme="nowhere") as (app, _, pilot):
        assert app.theme == "dark"
        await until(pilot, lambda: "There is no theme nowhere." in text_of(app, "#keys"))


async def test_a_tiny_terminal_says_what_it_has_and_needs() -> None:
    async with running(factory.split_brain(), (40, 10)) as (app, feed, pilot):
        shown = app.screen.query_one("#too-small", Lines).text
        assert "40 x 10" in shown and "60 x 16" in " ".join(shown.split())
        assert "✗ SPLIT BRAIN" in shown and "fw1" in shown and "fw2" in shown
        feed.publish(factory.healthy())
        await until(pilot, lambda: "● HEALTHY" in app.screen.query_one("#too-small", Lines).text)
        assert "serves A fw1" in app.screen.query_one("#too-small", Lines).text
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: app.screen is app.main)
        await until(pilot, lambda: "● MASTER" in text_of(app, "#primary"))


@pytest.mark.parametrize("key", ["enter", "question_mark", "c", "T"])
async def test_whatever_is_open_in_a_terminal_made_tiny_is_as_it_was_when_there_is_room_again(
    key: str,
) -> None:
    async with running(factory.healthy(), (80, 24)) as (app, _, pilot):
        await pilot.press("tab", "enter", "down")
        await pilot.press(key)
        before, focused = app.screen, app.screen.focused
        assert focused is not None
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: isinstance(app.screen, SmallScreen))
        await pilot.press("escape", "enter", "space", "m", "tab")
        assert isinstance(app.screen, SmallScreen)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.screen is before)
        assert app.screen.focused is focused


async def test_a_tiny_terminal_can_be_left() -> None:
    async with running(factory.healthy(), (40, 10)) as (app, _, pilot):
        await until(pilot, lambda: isinstance(app.screen, SmallScreen))
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 0


@pytest.mark.parametrize("failure", [OSError("no such file: /etc/known_hosts"), ValueError()])
async def test_a_feed_that_fails_is_a_sentence(failure: Exception) -> None:
    await says_why(failure, str(failure) or "ValueError")


async def test_the_first_of_several_failures_of_a_feed_is_the_reason() -> None:
    inner = ExceptionGroup("unhandled", [OSError("no route"), ValueError("other")])
    await says_why(ExceptionGroup("unhandled", [inner]), "no route")


async def says_why(failure: Exception, why: str) -> None:
    app, feed = make(factory.healthy())
    feed.failure = failure
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "watching ended" in text_of(app, "#verdict"))
        verdict = text_of(app, "#verdict")
        assert why in verdict and "unhandled" not in verdict
        assert "? was HEALTHY" in verdict
        assert "Traceback" not in text_of(app)
        await pilot.press("q")
    assert app.return_value == 0


async def test_a_pair_whose_feed_ended_is_watched_again_when_asked() -> None:
    app, feed = make(factory.healthy())
    feed.failure = OSError("the resolver is gone")
    opened: list[object] = []
    app._open_feed = lambda target: opened.append(target) or feed
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "r watches again" in " ".join(text_of(app, "#verdict").split()))
        assert len(opened) == 1 and not feed.subscribers
        await pilot.press("r")
        await until(
            pilot, lambda: len(opened) == 2 and "watching ended" in text_of(app, "#verdict")
        )
        feed.failure = None
        await pilot.press("r")
        await until(pilot, lambda: len(opened) == 3 and "? was" not in text_of(app, "#verdict"))
        assert "● HEALTHY" in text_of(app, "#verdict")
        feed.publish(factory.split_brain())
        await until(pilot, lambda: "SPLIT BRAIN" in text_of(app, "#verdict"))
        assert len(feed.subscribers) == 1


async def test_a_feed_that_cannot_be_opened_is_a_sentence() -> None:
    def refuse(_):
        raise OSError("the pair's file is gone")

    app, _ = make(factory.never())
    app._open_feed = refuse
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "the pair's file is gone" in " ".join(text_of(app).split()))


async def test_a_moment_that_cannot_be_drawn_is_told_and_survived() -> None:
    app, feed = make(factory.healthy())
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot, feed)
        feed.publish(replace(factory.healthy(), primary=None))
        await pilot.pause()
        assert "cannot be drawn" in text_of(app, "#verdict")
        assert app.main.drawing_error is not None
        feed.publish(factory.split_brain())
        await pilot.pause()
        assert "SPLIT BRAIN" in text_of(app, "#verdict")
        assert app.main.drawing_error is None


async def test_the_first_frame_does_not_wait_for_the_feed() -> None:
    release = asyncio.Event()
    loop = asyncio.get_running_loop()
    app, feed = make(factory.healthy())

    def slow(_):
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(30)
        return feed

    app._open_feed = slow
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "starting" in text_of(app, "#verdict"))
        assert "not connected" in text_of(app, "#primary")
        release.set()
        await until(pilot, lambda: "HEALTHY" in text_of(app, "#verdict"))


async def test_ages_grow_without_snapshots() -> None:
    moment = [factory.NOW, factory.EPOCH]
    async with running(factory.healthy(), clock=lambda: tuple(moment)) as (app, _, pilot):
        assert "ssh 0.4 s" in text_of(app, "#primary")
        moment[0] += 20
        moment[1] += 20
        app.tick()
        await pilot.pause()
        assert "ssh 20 s" in text_of(app, "#primary")
        assert "? was MASTER" in text_of(app, "#primary")
        assert "? was HEALTHY" in text_of(app, "#verdict")
        assert "21:53:27" in text_of(app, "#banner")


async def test_an_equal_snapshot_redraws_nothing() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        drawn: list[Widget] = []
        for one in app.main.query("Lines"):
            one.refresh = lambda *regions, one=one, **more: drawn.append(one)
        feed.publish(replace(factory.healthy(), revision=8))
        await pilot.pause()
        assert drawn == []
        feed.publish(replace(factory.healthy(), secondary=node(1, rates=one_node.rates(0.5))))
        await pilot.pause()
        assert drawn == [app.main.panes[1]]


async def test_two_hundred_snapshots_leave_no_widget_behind() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):

        def widgets() -> int:
            gc.collect()
            return sum(isinstance(one, Widget) for one in gc.get_objects())

        feed.publish(factory.split_brain())
        await pilot.press("tab")
        before = widgets()
        for number in range(200):
            build = factory.split_brain if number % 2 else factory.unreachable
            feed.publish(replace(build(), revision=number))
            if number % 10 == 0:
                await pilot.press("tab")
        await until(pilot, lambda: app.moment.snapshot.revision == 199)
        await until(pilot, lambda: widgets() <= before)


async def test_q_closes_the_feed_and_gives_zero() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        await pilot.press("q")
        await until(pilot, lambda: feed.closed)
    assert app.return_value == 0
    assert feed.subscribers == []


async def test_ctrl_c_leaves_as_interrupted() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        await pilot.press("ctrl+c")
        await until(pilot, lambda: feed.closed)
    assert app.return_value == 130


async def test_dragging_the_mouse_selects_text() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.mouse_down("#verdict", offset=(3, 0))
        await pilot.hover("#verdict", offset=(12, 0))
        await pilot.mouse_up("#verdict", offset=(12, 0))
        selected = app.screen.get_selected_text()
        assert selected is not None
        assert selected in text_of(app, "#verdict")
        assert selected.strip()
