"""Keys that come faster than the screen follows: none does what it would not do when it is typed alone."""

import asyncio

import factory
import pytest
import wall_pairs
from doing import FakeOperator, acting
from driving import burst, running, until

from pfha_tui.domain.target import Environment
from pfha_tui.ui.app import ConsoleApp
from pfha_tui.ui.screens.action import ActionScreen
from pfha_tui.ui.screens.dialog import Dialog
from pfha_tui.ui.screens.help import HelpScreen
from pfha_tui.ui.screens.wall import WallScreen
from pfha_tui.ui.widgets.asking import Asking
from pfha_tui.ui.widgets.key_bar import KeyBar

PAIRS = (
    (wall_pairs.target("HQ"), wall_pairs.named("HQ", factory.healthy())),
    (
        wall_pairs.target("lab", Environment.LAB),
        wall_pairs.named("lab", factory.healthy()),
    ),
)


async def settled(app: ConsoleApp, pilot) -> None:
    """Until nothing is planned any more, and every key has had its turn."""
    for _ in range(5):
        await pilot.pause()
        planning = [one for one in app.workers if one.group == "plan" and not one.is_finished]
        await asyncio.gather(*(one.wait() for one in planning), return_exceptions=True)


@pytest.mark.parametrize("keys", ["s2", "s]", "F]", "sp", "s[", "s1"])
async def test_a_plan_of_a_pair_that_was_left_is_dropped(keys: str) -> None:
    operator = FakeOperator()
    async with wall_pairs.running(PAIRS, operator=operator) as (app, _, pilot):
        await pilot.press("1")
        burst(app, keys)
        await settled(app, pilot)
        left = app.shown is None or app.shown.target.name == "lab"
        assert left is (keys != "s1")
        if isinstance(app.screen, Dialog):
            assert app.shown is app.pairs[0], "a dialog stands over its own pair only"
            await pilot.press("escape")
            await settled(app, pilot)
        elif left and operator.asked:
            assert "lab" not in app.screen.query_one(KeyBar).notice
        await pilot.press("2")
        await until(pilot, lambda: app.shown is app.pairs[1])
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, ActionScreen))
        assert "lab" in app.screen.pair or app.screen.pair == "mfr-lab"
        assert operator.performed == []


async def test_what_covers_a_pair_is_closed_with_no_answer() -> None:
    async with wall_pairs.running(PAIRS, operator=FakeOperator()) as (app, _, pilot):
        await pilot.press("1", "s")
        await until(pilot, lambda: isinstance(app.screen, ActionScreen))
        await app.open_pair(0)
        assert app.screen is app.main
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, ActionScreen))


@pytest.mark.parametrize("text", ["q", "sms", "2q]", "fw2 F"])
@pytest.mark.parametrize("opener", ["/", "n"])
async def test_what_follows_a_prompt_in_the_same_burst_is_text(opener: str, text: str) -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        burst(app, opener + text)
        await until(pilot, lambda: app.main.filter_input.value == text)
        await settled(app, pilot)
        assert app.is_running and app.screen is app.main
        assert operator.asked == []
        burst(app, "q\r")
        await until(pilot, lambda: not app.main.has_class("filtering"))
        timeline = app.main.timeline
        assert (timeline.needle or timeline.wanted) == text + "q"


async def test_what_is_typed_and_taken_back_in_one_burst_filters_nothing() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        burst(app, "/fw2\x1b")
        await until(pilot, lambda: app.main.filter_input.value == "fw2")
        await until(pilot, lambda: not app.main.has_class("filtering"))
        assert app.main.timeline.needle == ""


@pytest.mark.parametrize("end", ["\r", "\x1b"])
@pytest.mark.parametrize("opened", [True, False])
async def test_what_follows_the_end_of_a_text_in_the_same_burst_is_no_text(
    end: str, opened: bool
) -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        if opened:
            await pilot.press("slash")
        burst(app, ("" if opened else "/") + "fw2" + end + "nxy" + end + "?")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        timeline = app.main.timeline
        kept = end == "\r"
        assert (timeline.needle, timeline.wanted) == (("fw2", "xy") if kept else ("", ""))
        assert not app.main.has_class("filtering")


async def test_so_it_is_with_the_first_key_after_the_pane_was_left() -> None:
    async with running(factory.healthy()) as (app, _, pilot):
        await pilot.press("slash", "a", "tab")
        await pilot.press("question_mark")
        assert not isinstance(app.screen, HelpScreen)
        assert app.main.filter_input.value == "a?"


async def test_a_key_on_the_wall_opens_the_pair_before_the_next_one_acts() -> None:
    operator = FakeOperator()
    async with wall_pairs.running(PAIRS, operator=operator) as (app, _, pilot):
        assert isinstance(app.screen, WallScreen)
        burst(app, "1/q2")
        await until(pilot, lambda: app.shown is app.pairs[0])
        await until(pilot, lambda: app.main.query_one(Asking).input.value == "q2")
