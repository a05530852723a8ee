"""Several pairs on one console: the wall, the way to a pair and back, and what one pair cannot do to another."""

import asyncio
from dataclasses import replace

import factory
import pytest
import wall_pairs
from doing import FakeOperator
from driving import until
from textual.screen import ModalScreen
from wall_pairs import names_in_order, running, wall_text

from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.ui import commands
from pfha_tui.ui.command import Command, Kind, Scope
from pfha_tui.ui.commands import COMMANDS, offered
from pfha_tui.ui.screens.detail import DetailScreen
from pfha_tui.ui.screens.help import HelpScreen
from pfha_tui.ui.screens.main import MainScreen
from pfha_tui.ui.screens.small import SmallScreen
from pfha_tui.ui.screens.wall import WallScreen
from pfha_tui.ui.widgets.lines import Lines


def opened_name(app) -> str | None:
    """The pair on the screen, or None on the wall."""
    if isinstance(app.screen, WallScreen):
        return None
    return app.moment.snapshot.pair


async def test_several_pairs_open_the_wall_worst_first() -> None:
    async with running(wall_pairs.mixed()) as (app, _, _):
        assert isinstance(app.screen, WallScreen)
        assert names_in_order(app) == ["branch-south", "mfr-lab", "HQ"]
        told = wall_text(app)
        for word in ("3 pairs", "SPLIT BRAIN", "DEGRADED", "HEALTHY", "PROD", "lab", "ro"):
            assert word in told


async def test_one_pair_has_no_wall_and_no_commands_for_it() -> None:
    async with running(wall_pairs.mixed()[:1]) as (app, _, pilot):
        assert app.wall is None
        assert isinstance(app.screen, MainScreen)
        for key in ("p", "left_square_bracket", "right_square_bracket", "1", "escape"):
            await pilot.press(key)
        assert opened_name(app) == "HQ"
        assert not {"wall", "open", "next-pair"} & {command.id for command in app.commands}


async def test_every_pair_is_watched_and_the_wall_is_live() -> None:
    async with running(wall_pairs.mixed()) as (app, feeds, pilot):
        feeds[0].publish(wall_pairs.named("HQ", wall_pairs.no_master()))
        await until(pilot, lambda: names_in_order(app)[0] == "HQ")
        assert "No node serves WAN VHID 1" in wall_text(app, "#pairs")


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_the_marked_pair_opens_and_p_or_escape_lead_back(key: str) -> None:
    async with running(wall_pairs.mixed()) as (app, _, pilot):
        await pilot.press("down", key)
        assert opened_name(app) == "mfr-lab"
        assert "DEGRADED" in app.main.query_one("#verdict").text
        await pilot.press("p")
        assert opened_name(app) is None
        await pilot.press("enter")
        assert opened_name(app) == "mfr-lab"
        await pilot.press("escape", "escape")
        assert opened_name(app) is None


async def test_another_key_opens_the_marked_pair_where_the_map_says_so() -> None:
    async with running(wall_pairs.mixed(), keys={"open": ("o", "F2")}) as (app, _, pilot):
        assert " o open " in wall_text(app, "#keys")
        await pilot.press("enter", "space")
        assert opened_name(app) is None
        await pilot.press("o")
        assert opened_name(app) == "branch-south"
        await pilot.press("p", "f2")
        assert opened_name(app) == "branch-south"


async def test_a_number_belongs_to_its_pair_wherever_the_line_has_moved() -> None:
    async with running(wall_pairs.mixed()) as (app, feeds, pilot):
        assert names_in_order(app)[2] == "HQ"
        await pilot.press("1")
        assert opened_name(app) == "HQ"
        await pilot.press("p")
        feeds[0].publish(wall_pairs.named("HQ", wall_pairs.no_master()))
        await until(pilot, lambda: names_in_order(app)[0] == "HQ")
        await pilot.press("1")
        assert opened_name(app) == "HQ"
        await pilot.press("p", "9")
        assert opened_name(app) is None


async def test_the_cursor_stays_with_its_pair_when_the_order_changes() -> None:
    async with running(wall_pairs.mixed()) as (app, feeds, pilot):
        await pilot.press("end")
        assert app.wall.marked == 0
        feeds[0].publish(wall_pairs.named("HQ", wall_pairs.no_master()))
        await until(pilot, lambda: names_in_order(app)[0] == "HQ")
        assert app.wall.marked == 0
        await pilot.press("enter")
        assert opened_name(app) == "HQ"


async def test_a_cursor_that_nobody_moved_is_on_the_worst_pair() -> None:
    async with running(wall_pairs.mixed()) as (app, feeds, pilot):
        assert app.wall.marked == 1
        feeds[0].publish(wall_pairs.named("HQ", wall_pairs.no_master()))
        await until(pilot, lambda: names_in_order(app)[0] == "HQ")
        assert app.wall.marked == 0
        assert "No node serves WAN VHID 1" in wall_text(app, "#marked")


async def test_brackets_go_round_all_pairs_in_the_order_of_the_file() -> None:
    async with running(wall_pairs.mixed()) as (app, _, pilot):
        await pilot.press("1")
        seen = []
        for _ in range(4):
            await pilot.press("right_square_bracket")
            seen.append(opened_name(app))
        assert seen == ["branch-south", "mfr-lab", "HQ", "branch-south"]
        await pilot.press("left_square_bracket")
        assert opened_name(app) == "HQ"
        await pilot.press("p")
        assert app.wall.marked == 0
        assert len(app.screen_stack) == 1


async def test_each_pair_keeps_its_own_screen() -> None:
    async with running(wall_pairs.mixed()) as (app, _, pilot):
        await pilot.press("1", "slash", *"fw2", "enter", "right_square_bracket")
        assert app.main.timeline.needle == ""
        await pilot.press("left_square_bracket")
        assert app.main.timeline.needle == "fw2"


async def test_the_banner_of_a_pair_tells_of_the_others() -> None:
    async with running(wall_pairs.mixed()) as (app, feeds, pilot):
        await pilot.press("1")
        banner = app.main.query_one("#banner").text
        assert " HQ " in banner and "PRODUCTION" in banner
        assert "other pairs  ✗ 1  ▲ 1" in banner
        feeds[1].publish(wall_pairs.named("branch-south", factory.healthy()))
        await until(pilot, lambda: (app.tick(), "✗" not in app.main.query_one("#banner").text)[1])


async def test_a_snapshot_of_another_pair_never_gets_on_the_open_one() -> None:
    async with running(wall_pairs.mixed()) as (app, feeds, pilot):
        await pilot.press("1")
        for _ in range(5):
            feeds[1].publish(wall_pairs.named("branch-south", factory.split_brain()))
            feeds[0].publish(wall_pairs.named("HQ", factory.healthy()))
        await pilot.pause()
        assert "HEALTHY" in app.main.query_one("#verdict").text
        assert opened_name(app) == "HQ"


async def test_a_broken_pair_is_a_line_and_blocks_nobody() -> None:
    async with running(wall_pairs.with_broken()) as (app, _, pilot):
        told = wall_text(app, "#pairs")
        assert "NOT WATCHED" in told and "snmp.community: the" in told
        await pilot.press("3")
        assert opened_name(app) is None
        assert "export COMMUNITY first" in " ".join(wall_text(app, "#marked").split())
        await pilot.press("2", "right_square_bracket")
        assert opened_name(app) == "mfr-lab"


def with_mended(answers: list[PairTarget | BrokenPair | Exception]):
    """A console on a broken pair that is something else each time it is looked at, and the feed it may get."""

    def resolve(_: BrokenPair) -> PairTarget | BrokenPair:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    snapshot = wall_pairs.named("branch-03", factory.healthy())
    mended = factory.FakeFeed(snapshot, wall_pairs.target("branch-03"))
    app, feeds = wall_pairs.make(wall_pairs.with_broken(), resolve=resolve)
    usual = app._open_feed
    app._open_feed = lambda one: mended if one.name == "branch-03" else usual(one)
    return app, feeds, mended


OTHERWISE = replace(
    wall_pairs.BROKEN, why="ssh.identity_file: gone", faults=("the key is gone",), may_ask=True
)


async def test_a_broken_pair_is_looked_at_again_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfha_tui.collector.mending.FIRST_WAIT_S", 0.01)
    answers = [OTHERWISE, OTHERWISE, wall_pairs.target("branch-03")]
    app, feeds, mended = with_mended(answers)
    async with app.run_test(size=(120, 36)) as pilot:
        await wall_pairs.settle(pilot, feeds)
        await pilot.press("3")
        # By itself once; then it may be a keyring that asks.
        await until(pilot, lambda: "the key is gone" in wall_text(app, "#marked"))
        assert "press r to try again" in wall_text(app, "#marked")
        assert "COMMUNITY" not in wall_text(app)
        assert len(answers) == 2
        await pilot.press("r")
        await until(pilot, lambda: "branch-03: ssh.identity_file: gone" in wall_text(app, "#keys"))
        await pilot.press("r")
        await until(pilot, lambda: mended.subscribers)
        await until(pilot, lambda: "NOT WATCHED" not in wall_text(app))
        await pilot.press("3")
        assert opened_name(app) == "branch-03"
        await until(pilot, lambda: "HEALTHY" in app.main.query_one("#verdict").text)


async def test_a_broken_pair_is_looked_at_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfha_tui.collector.mending.FIRST_WAIT_S", 0.01)
    app, _, mended = with_mended([wall_pairs.BROKEN, wall_pairs.target("branch-03")])
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: mended.subscribers)
        assert not app.acts_on(app.pairs[2].target)


async def test_what_breaks_when_a_pair_is_looked_at_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pfha_tui.collector.mending.FIRST_WAIT_S", 0.01)
    app, feeds, _ = with_mended([OSError("no threads left")])
    async with app.run_test(size=(160, 36)) as pilot:
        await wall_pairs.settle(pilot, feeds)
        await until(pilot, lambda: "no threads left" in wall_text(app, "#pairs"))
        assert app.is_running


async def test_a_feed_that_fails_is_told_in_its_line_only() -> None:
    pairs = wall_pairs.mixed()
    app, feeds = wall_pairs.make(pairs)
    feeds[0].failure = OSError("no sockets left")
    async with app.run_test(size=(160, 36)) as pilot:
        await until(pilot, lambda: "no sockets left" in wall_text(app, "#pairs"))
        await until(pilot, lambda: "SPLIT BRAIN" in wall_text(app, "#pairs"))
        await until(pilot, lambda: "was HEALTHY" in wall_text(app, "#pairs"))


async def test_a_feed_that_cannot_be_opened_yet_holds_up_no_other() -> None:
    release = asyncio.Event()
    loop = asyncio.get_running_loop()
    app, _ = wall_pairs.make(wall_pairs.mixed())
    quick = app._open_feed

    def slow(target: PairTarget):
        if target.name == "HQ":
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result(30)
        return quick(target)

    app._open_feed = slow
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "SPLIT BRAIN" in wall_text(app, "#pairs"))
        assert "starting" in wall_text(app, "#pairs")
        release.set()
        await until(pilot, lambda: "● HEALTHY" in wall_text(app, "#pairs"))


async def test_retry_on_the_wall_is_for_the_marked_pair() -> None:
    async with running(wall_pairs.mixed()) as (app, feeds, pilot):
        await pilot.press("down")
        assert app.wall.marked == 2
        await pilot.press("r")
        assert [feed.retried for feed in feeds] == [[], [], ["fw1"]]


async def test_a_click_marks_and_a_double_click_opens() -> None:
    async with running(wall_pairs.mixed()) as (app, _, pilot):
        await pilot.click("#pairs", offset=(20, 3))
        assert app.wall.marked == 0
        await pilot.click("#pairs", offset=(20, 2), times=2)
        assert opened_name(app) == "mfr-lab"


async def test_twenty_pairs_fit_eighty_by_twenty_four() -> None:
    async with running(wall_pairs.twenty(), (80, 24)) as (app, _, pilot):
        assert len(names_in_order(app)) == 20
        assert "unconfirmed, 0.6 s" in wall_text(app, "#marked")
        await pilot.resize_terminal(80, 16)
        await until(pilot, lambda: "↓" in wall_text(app, "#pairs"))
        assert len(names_in_order(app)) == 12
        await pilot.press("end")
        assert names_in_order(app)[-1] == "branch-20"
        await pilot.press("home")
        assert names_in_order(app)[0] == "branch-03"


async def test_a_tiny_terminal_is_told_its_size_and_how_the_pairs_stand() -> None:
    async with running(wall_pairs.mixed(), (40, 12)) as (app, _, _):
        told = app.screen.query_one("#too-small", Lines).text
        assert "40 x 12" in " ".join(told.split())
        assert told.index("branch-south") < told.index("SPLIT BRAIN") < told.index("mfr-lab")


@pytest.mark.parametrize("key", ["enter", "2"])
async def test_the_wall_has_its_keys_again_after_the_terminal_was_tiny(key: str) -> None:
    async with running(wall_pairs.mixed(), (80, 24)) as (app, _, pilot):
        await pilot.press("down")
        marked = app.wall.marked
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: isinstance(app.screen, SmallScreen))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.screen is app.wall)
        assert app.wall.marked == marked
        await pilot.press("up")
        assert app.wall.marked != marked
        await pilot.press(key)
        assert opened_name(app) == "branch-south"


async def test_a_moment_that_cannot_be_drawn_is_told_and_survived() -> None:
    pairs = wall_pairs.mixed()
    app, feeds = wall_pairs.make(pairs)
    async with app.run_test(size=(120, 36)) as pilot:
        await wall_pairs.settle(pilot, feeds)
        feeds[0].publish(replace(factory.healthy(), primary=None))
        await until(pilot, lambda: "cannot be drawn" in wall_text(app, "#banner"))
        feeds[0].publish(factory.healthy())
        await until(pilot, lambda: "3 pairs" in wall_text(app, "#banner"))


async def test_help_and_palette_on_the_wall_know_its_commands_only() -> None:
    async with running(wall_pairs.mixed()) as (app, _, pilot):
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert "Pairs" in titles and "Filter" not in titles
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape", "slash", "l", "tab")
        assert isinstance(app.screen, WallScreen)


async def test_equal_snapshots_of_twenty_pairs_redraw_nothing() -> None:
    async with running(wall_pairs.twenty(), (120, 36)) as (app, feeds, pilot):
        drawn = []
        app.wall.pairs.refresh = lambda *regions, **_: drawn.extend(regions)
        for feed in feeds:
            feed.publish(replace(feed.current, revision=feed.current.revision + 1))
        await until(pilot, lambda: not app._wall_due)
        assert drawn == []


async def test_leaving_closes_every_feed() -> None:
    async with running(wall_pairs.mixed()) as (app, feeds, pilot):
        await pilot.press("1", "q")
        await until(pilot, lambda: app.return_value == 0)
        assert all(feed.closed for feed in feeds)


async def test_what_comes_after_leaving_is_drawn_nowhere_and_breaks_nothing() -> None:
    async with running(wall_pairs.mixed()) as (app, _, pilot):
        await pilot.press("1", "tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        main, detail, wall, moment = app.main, app.screen, app.wall, app.moment
    main.show(moment)
    detail.show(moment)
    wall.show(*wall._last)
    for screen in (main, wall):
        screen.say("closing")
    assert wall.marked is None
    assert detail.drawing_error is None


@pytest.mark.parametrize("size", [(60, 16), (80, 22), (80, 23)])
async def test_however_many_pairs_the_marked_one_and_the_keys_stay_in_sight(size) -> None:
    async with running(wall_pairs.twenty(), size) as (app, _, _):
        places = [app.wall.query_one(name).region for name in ("#pairs", "#marked", "#keys")]
        assert all(place.height >= 1 for place in places)
        assert places[-1].bottom == size[1]
        assert wall_text(app, "#marked").strip() and "quit" in wall_text(app, "#keys")


async def test_leaving_waits_for_the_feed_that_closes_last() -> None:
    app, feeds = wall_pairs.make(wall_pairs.mixed())
    closes = asyncio.Event()

    async def run() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await closes.wait()
            feeds[0].closed = True

    feeds[0].run = run
    async with app.run_test(size=(120, 36)) as pilot:
        await wall_pairs.settle(pilot, feeds)
        async with asyncio.TaskGroup() as tasks:
            leaving = tasks.create_task(app._leave(0))
            await until(pilot, lambda: feeds[1].closed and feeds[2].closed)
            assert not leaving.done()
            closes.set()
        assert feeds[0].closed
    assert app.return_value == 0


FORCED = Command(
    "force", "x", "x", "force", "force", "Force a change.", scope=Scope.PAIR, kind=Kind.ACTION
)


@pytest.mark.parametrize("watch", [True, False])
async def test_an_action_does_not_exist_where_only_watched(
    monkeypatch: pytest.MonkeyPatch, watch: bool
) -> None:
    monkeypatch.setattr(commands, "COMMANDS", (*COMMANDS, FORCED))
    pressed: list[bool] = []
    app, feeds = wall_pairs.make(wall_pairs.mixed()[:1], FakeOperator(), watch=watch)
    app.action_force = lambda: pressed.append(True)
    async with app.run_test(size=(120, 36)) as pilot:
        await wall_pairs.settle(pilot, feeds)
        await pilot.press("x")
        assert bool(pressed) is not watch
        banner, keys = (app.main.query_one(name).text for name in ("#banner", "#keys"))
        assert ("watch only" in banner) is watch
        assert "x force" not in keys or not watch
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert ("Force" in titles) is not watch
        await pilot.press("question_mark")
        told = app.screen.query("HelpPanel").first().body
        assert any("Force a change" in "".join(t for t, _ in row) for row in told) is not watch


def test_watching_keeps_every_command_that_changes_nothing() -> None:
    views = {command.id for command in COMMANDS if command.kind is Kind.VIEW}
    assert {command.id for command in offered(watch=True, several=True)} == views


@pytest.mark.parametrize(
    ("key", "reached"),
    [("p", None), ("right_square_bracket", "branch-south"), ("3", "mfr-lab"), ("1", "HQ")],
)
@pytest.mark.parametrize("covered_by", ["enter", "question_mark", "c"])
async def test_the_keys_for_another_pair_work_on_every_screen_that_covers_one(
    key: str, reached: str | None, covered_by: str
) -> None:
    async with running(wall_pairs.mixed()) as (app, _, pilot):
        await pilot.press("1", "tab", "down")
        await pilot.press(covered_by)
        await until(pilot, lambda: isinstance(app.screen, ModalScreen))
        await pilot.press(key)
        assert isinstance(app.screen, WallScreen if reached is None else MainScreen)
        assert opened_name(app) == reached


async def test_a_number_opens_another_pair_from_the_screen_of_one() -> None:
    async with running(wall_pairs.mixed()) as (app, _, pilot):
        await pilot.press("1", "3")
        assert opened_name(app) == "mfr-lab"
        await pilot.press("slash", "2")
        assert opened_name(app) == "mfr-lab"
        assert app.main.filter_input.value == "2"
