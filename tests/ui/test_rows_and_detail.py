"""Choosing rows, opening them, and what the detail shows while the pair goes on."""

import gc
from dataclasses import replace

import factory
import printed
import pytest
from driving import running, text_of, until
from factory import B, M, node, pair, roles
from textual.widget import Widget

from pfha_tui.collector import catalogue
from pfha_tui.domain.command import Output
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.verdict import Verdict, VerdictKind
from pfha_tui.ui.about import About, Topic
from pfha_tui.ui.line import Tone
from pfha_tui.ui.screens.detail import DetailScreen
from pfha_tui.ui.widgets.lines import Lines


def shown(app, selector: str) -> str:
    """What a part of the open detail shows."""
    assert isinstance(app.screen, DetailScreen)
    return app.screen.query_one(selector, Lines).text


def cursor(pane) -> list[str]:
    """The lines under the cursor, as they are drawn."""
    return [
        "".join(text for text, tone in row if tone is not Tone.FRAME_FOCUS).strip()
        for row in pane.rows
        if any(tone is Tone.CURSOR for _, tone in row)
    ]


async def opened(pilot) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, DetailScreen))
    await until(pilot, lambda: pilot.app.screen.query_one("#facts", Lines).text)
    await pilot.pause()


async def test_the_arrows_choose_rows_and_skip_headings() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        pane = app.main.panes[0]
        assert cursor(pane) == []
        await pilot.press("tab")
        assert cursor(pane)[0].startswith("►pfSense 2.8.1")
        assert pane.about == About(Topic.NODE, 0)
        for topic in (Topic.CARP, Topic.VIP, Topic.VIP, Topic.INTERFACE):
            await pilot.press("down")
            assert pane.about is not None and pane.about.topic is topic
        await pilot.press("up")
        assert pane.about == About(Topic.VIP, 0, "vtnet1", 2)
        assert [text[:10] for text in cursor(pane)] == ["►● MASTER ", "2001:db8:1"]
        await pilot.press("end")
        assert pane.about == About(Topic.DHCP, 0, "kea")
        await pilot.press("home")
        assert pane.about == About(Topic.NODE, 0)
        await pilot.press("tab")
        assert cursor(pane) == []


async def test_the_cursor_keeps_to_its_row_when_the_order_changes() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        await pilot.press("tab", "down", "down", "down")
        pane = app.main.panes[0]
        lan = About(Topic.VIP, 0, "vtnet1", 2)
        assert pane.about == lan
        sick = pair(node(0, roles=roles(M, None)), node(1), factory.healthy().verdict)
        feed.publish(sick)
        await pilot.pause()
        text = text_of(app, "#primary")
        assert text.index("LAN") < text.index("WAN"), "the unhealthy VIP is first"
        assert pane.about == lan
        assert cursor(pane)[0].startswith("►? MISSING")


async def test_a_row_that_vanishes_leaves_the_cursor_at_its_place() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        await pilot.press("tab", "end")
        pane = app.main.panes[0]
        bare = node(0, dhcp_kea=factory.refused(factory.ErrorKind.MISSING))
        feed.publish(pair(bare, node(1), factory.healthy().verdict))
        await pilot.pause()
        assert pane.about == About(Topic.CLOCK, 0)


async def test_enter_opens_both_nodes_facts_and_the_raw_output() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.press("tab", "down", "down", "down", "enter")
        await opened(pilot)
        facts = shown(app, "#facts")
        assert "LAN vhid 2" in facts.splitlines()[0]
        assert "● MASTER" in facts and "○ BACKUP" in facts
        for index, word in enumerate(("MASTER", "BACKUP")):
            raw = shown(app, f"#output-{('primary', 'secondary')[index]}")
            assert f"► \tcarp: {word} vhid 2".expandtabs() in raw or f"carp: {word} vhid 2" in raw
            marked = [row for row in raw.splitlines() if "► " in row]
            assert marked and all("vhid 1" not in row for row in marked)
        assert "HEALTHY" in shown(app, "#detail-verdict")
        assert "mfr-lab" in shown(app, "#detail-banner")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert app.main.panes[0].has_focus


async def test_the_detail_lives_and_keeps_its_scrolling() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        await pilot.press("tab", "down", "down", "enter")
        await opened(pilot)
        changed = printed.IFCONFIG.format(state="BACKUP", skew=240).encode()
        feed.outputs["fw1"][catalogue.IFCONFIG.id] = Output(catalogue.IFCONFIG, 0, changed)
        verdict = Verdict(VerdictKind.FAILED_OVER, "fw2 serves.", (), True)
        feed.publish(pair(node(0, roles=roles(B, B)), node(1, roles=roles(M, M, 100)), verdict))
        await until(pilot, lambda: "FAILED OVER" in shown(app, "#detail-verdict"))
        assert "carp: BACKUP vhid 1 advbase 1 advskew 240" in shown(app, "#output-primary")
        rows = shown(app, "#facts").splitlines()
        assert "○ BACKUP" in next(row for row in rows if "role" in row)
        await pilot.press("tab", "tab", "home")
        top = shown(app, "#output-primary")
        assert "$ /sbin/ifconfig -a" in top
        feed.publish(replace(feed.current, revision=99))
        await pilot.pause()
        assert shown(app, "#output-primary") == top


async def test_a_moment_that_the_detail_cannot_draw_is_told_and_survived() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        feed.publish(replace(factory.healthy(), secondary=None))
        await until(pilot, lambda: app.screen.drawing_error is not None)
        assert "cannot be drawn" in app.screen.query_one("#detail-verdict").text
        feed.publish(factory.healthy())
        await until(pilot, lambda: app.screen.drawing_error is None)


async def test_stderr_exit_code_and_missing_output_are_told() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        del feed.outputs["fw2"][catalogue.PF_INFO.id]
        await pilot.press("tab", *["down"] * 8, "enter")
        await opened(pilot)
        assert "states" in shown(app, "#facts").splitlines()[0]
        first = app.screen.query_one("#output-primary").body
        text = "\n".join("".join(part for part, _ in row) for row in first)
        assert "$ /sbin/pfctl -s memory" in text
        assert "exit code 1   0.4 s ago   as root" in text
        assert "sudo: a password is required" in text
        assert "(it printed nothing)" in text
        assert "no output yet" in shown(app, "#output-secondary")


@pytest.mark.parametrize("text", factory.HOSTILE, ids=range(len(factory.HOSTILE)))
async def test_hostile_output_is_shown_and_nothing_else(text: str) -> None:
    async with running(factory.healthy()) as (app, feed, pilot):
        raw = f"vtnet0: {text}\n\tcarp: {text} vhid 1\n".encode()
        output = Output(catalogue.IFCONFIG, 3, raw, text.encode())
        feed.outputs["fw1"][catalogue.IFCONFIG.id] = output
        await pilot.press("tab", "down", "down", "enter")
        await opened(pilot)
        seen = shown(app, "#output-primary")
        assert all(c.isprintable() or c in "\n\ufffd" for c in seen)
        if text.startswith("["):
            assert text[:9] in seen, "markup is not interpreted"
        await pilot.click("#output-primary", offset=(10, 3))
        assert isinstance(app.screen, DetailScreen)
        assert "\x1b" not in app.export_screenshot()


async def test_in_a_small_terminal_enter_first_expands_then_opens() -> None:
    async with running(factory.healthy(), (80, 24)) as (app, _, pilot):
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "Interfaces" in text_of(app, "#primary"))
        await pilot.press("down", "down", "enter")
        await opened(pilot)
        assert "WAN vhid 1" in shown(app, "#facts").splitlines()[0]
        first, second = app.screen.outputs
        assert first.display and not second.display
        await pilot.press("o")
        await until(pilot, lambda: second.display and not first.display)
        assert "Output of fw2" in second.text
        assert "carp: BACKUP vhid 1" in second.text
        height = second.size.height
        await pilot.press("space")
        await until(pilot, lambda: second.size.height > height)
        await pilot.press("space")
        await until(pilot, lambda: second.size.height == height)
        await pilot.press("q")
        await until(pilot, lambda: app.screen is app.main)
        assert app.is_running


async def test_a_folded_line_gives_way_to_all_rows() -> None:
    async with running(factory.healthy(), (120, 30)) as (app, _, pilot):
        assert "quiet" in text_of(app, "#primary")
        await pilot.press("tab", "end", "enter")
        await until(pilot, lambda: "quiet" not in text_of(app, "#primary"))
        assert app.screen is app.main
        assert cursor(app.main.panes[0]), "the cursor stays in sight"
        assert "BACKUP" in text_of(app, "#secondary")


async def test_a_click_chooses_and_a_double_click_opens() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        pane = app.main.panes[0]
        line = next(
            y for y, row in enumerate(text_of(app, "#primary").splitlines()) if "LAN" in row
        )
        await pilot.click("#primary", offset=(20, line))
        assert pane.has_focus
        assert pane.about == About(Topic.VIP, 0, "vtnet1", 2)
        await pilot.click("#primary", offset=(20, line), times=2)
        await opened(pilot)
        assert "LAN vhid 2" in shown(app, "#facts")


async def test_o_goes_to_the_same_row_of_the_other_node() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.press("tab", "down", "down", "down", "o")
        assert app.main.focused_pane == 1
        assert app.main.panes[1].about == About(Topic.VIP, 1, "vtnet1", 2)


async def test_an_event_opens_what_it_is_about_and_what_happened_around_it() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.press("l", "up", "up", "enter")
        await opened(pilot)
        facts = shown(app, "#facts")
        assert "WAN vhid 1" in facts.splitlines()[0]
        assert "today 18:52:54.121  to the millisecond, told by devd as it arrived" in facts
        events = shown(app, "#events").splitlines()
        assert "What happened around it" in events[0]
        assert [row.count("►") for row in events[1:3]] == [0, 1]


async def test_a_verdict_opens_the_pair_with_its_causes() -> None:
    async with running(factory.split_brain()) as (app, _, pilot):
        await pilot.press("l", "enter")
        await opened(pilot)
        facts = app.screen.query_one("#facts").body
        text = "\n".join("".join(part for part, _ in row) for row in facts)
        assert text.count("split-brain") == 2
        assert "no command tells of this" in shown(app, "#output-primary")


@pytest.mark.parametrize("build", [factory.unreachable, factory.never])
async def test_a_node_that_tells_nothing_can_be_opened(build) -> None:
    async with running(build()) as (app, _, pilot):
        await pilot.press("tab", "enter")
        await opened(pilot)
        assert "ssh" in shown(app, "#facts")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_opening_and_closing_leaves_no_widget_behind() -> None:
    async with running(factory.healthy()) as (app, feed, pilot):

        def widgets() -> int:
            gc.collect()
            return sum(isinstance(one, Widget) for one in gc.get_objects())

        async def visit() -> None:
            await pilot.press("enter")
            await opened(pilot)
            for number in range(4):
                feed.publish(replace(feed.current, revision=number))
                await pilot.press("tab")
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.main)

        await pilot.press("tab", "down")
        await visit()
        before = widgets()
        for _ in range(3):
            await visit()
        await until(pilot, lambda: widgets() <= before)


async def test_keys_that_one_screen_was_given_stay_with_it() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        counts = []
        await pilot.press("tab", "down")
        for _ in range(2):
            await pilot.press("enter")
            await opened(pilot)
            bound = app.screen._bindings.key_to_bindings
            counts.append({key: len(found) for key, found in bound.items()})
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.main)
        assert counts[0] == counts[1]


async def test_unchanged_outputs_are_not_broken_into_rows_again(monkeypatch) -> None:
    from pfha_tui.ui import raw_view

    calls = []
    real = raw_view.printed
    monkeypatch.setattr(raw_view, "printed", lambda *a: calls.append(a) or real(*a))
    async with running(factory.healthy()) as (app, feed, pilot):
        await pilot.press("tab", "down", "down", "enter")
        await opened(pilot)
        seen = len(calls)
        for number in range(5):
            feed.publish(replace(feed.current, revision=number))
            await pilot.pause()
        assert len(calls) == seen
        assert app.screen.query("#facts")


def lost(at: float, name: str = "fw1", ms: bool = True) -> Event:
    resolution = Resolution.MS if ms else Resolution.S
    return Event(factory.EPOCH - at, resolution, EventKind.CONNECTION, name, "unreachable")


async def test_news_of_a_lost_node_cover_nothing_and_go_again() -> None:
    moment = [factory.NOW, factory.EPOCH]
    async with running(factory.healthy(), clock=lambda: tuple(moment)) as (app, feed, pilot):
        before = {name: text_of(app, name) for name in ("#verdict", "#primary", "#secondary")}
        banner = text_of(app, "#banner")
        gone = replace(
            factory.unreachable(), events=(*factory.events(), lost(900, "fw1"), lost(3, "fw1"))
        )
        feed.publish(gone)
        await pilot.pause()
        assert "✗ fw1 lost 3.0 s ago" in text_of(app, "#banner")
        feed.publish(replace(factory.healthy(), events=gone.events))
        await pilot.pause()
        assert "● fw1 back 3.0 s ago" in text_of(app, "#banner")
        assert {name: text_of(app, name) for name in before} == before
        assert "unreachable" in text_of(app, "#timeline")
        moment[0] += 30
        moment[1] += 30
        app.tick()
        await pilot.pause()
        assert text_of(app, "#banner").split("21:53")[0] == banner.split("21:53")[0]


@pytest.mark.parametrize("size", [(60, 16), (80, 16)])
async def test_a_long_verdict_in_few_rows_takes_no_part_of_the_detail_away(size) -> None:
    why = (
        "Both nodes are MASTER of WAN VHID 1 and LAN VHID 2, and neither hears the other's words. "
        * 2
    )
    verdict = Verdict(VerdictKind.SPLIT_BRAIN, why, (), False, 1.2)
    async with running(replace(factory.split_brain(), verdict=verdict), size) as (app, _, pilot):
        await pilot.press("tab", "enter", "enter")
        await opened(pilot)
        for keys in ((), ("space",), ("space", "tab", "space")):
            await pilot.press(*keys)
            assert not app.screen.show_vertical_scrollbar
            for one in app.screen.query(Lines).results(Lines):
                if one.display:
                    assert one.region.height > 0 and one.region.bottom <= size[1], one
            assert "Esc back" in shown(app, "#detail-keys")
            assert shown(app, "#detail-banner").rstrip().endswith(":07")
