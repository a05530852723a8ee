"""What is shown of actions beside their dialogs: what was left, leases and marks; where nothing may act; every size."""

import asyncio
import re
from dataclasses import replace

import doing
import factory
import pytest
from doing import (
    FakeOperator,
    acting,
    begun,
    dialog,
    failed_over,
    focus_of,
    in_maintenance,
    push,
    shown,
    typed,
)
from driving import text_of, until

from pfha_tui.actions.model import Lease, Request, Result, Risk, Verb
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.ui import action_view, present
from pfha_tui.ui.command import Kind
from pfha_tui.ui.commands import COMMANDS
from pfha_tui.ui.line import Tone, plain
from pfha_tui.ui.screens.action import ActionScreen
from pfha_tui.ui.screens.deed import DeedScreen
from pfha_tui.ui.screens.small import SmallScreen
from pfha_tui.ui.screens.unfinished import UnfinishedScreen
from pfha_tui.ui.widgets.key_bar import KeyBar
from pfha_tui.ui.widgets.lines import Lines

ACTIONS = tuple(command for command in COMMANDS if command.kind is Kind.ACTION)


async def test_what_was_left_is_announced_at_the_start_and_undone() -> None:
    operator = FakeOperator(left=(doing.LEFT,))
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await dialog(pilot, UnfinishedScreen)
        said = " ".join(shown(app).split())
        for words in (
            "switchover from fw1 to fw2 (mfr-lab), begun 21:46:27, 6 m 40 s ago, by alice",
            "Undo: the demotion of fw1 by 120 is taken away",
            "/sbin/sysctl net.inet.carp.demotion=-120",
            "fw1 takes it back by itself in 30 s",
        ):
            assert words in said, words
        assert focus_of(app) == "left-later"
        await pilot.press("tab", "enter")
        await dialog(pilot, DeedScreen)
        assert operator.undone == [doing.LEFT]
        operator.go_on.set()
        await until(pilot, lambda: "CONFIRMED" in shown(app))
        assert not push(app, "#deed-undo").enabled
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        assert "unfinished" not in text_of(app, "#banner")


async def test_what_was_left_is_closed_with_a_reason_only() -> None:
    operator = FakeOperator(left=(replace(doing.LEFT, fires_at=None),))
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await dialog(pilot, UnfinishedScreen)
        assert "Nothing on the node waits" in shown(app)
        assert not push(app, "#left-close").enabled
        await pilot.press("up")
        await typed(pilot, "done by hand")
        await pilot.press("enter")
        assert focus_of(app) == "left-close"
        await pilot.press("enter")
        await until(pilot, lambda: operator.closed == [(doing.LEFT.id, "done by hand")])
        await until(pilot, lambda: "Closed in the journal" in app.main.query_one(KeyBar).notice)


async def test_what_is_left_for_later_stays_in_the_banner_and_under_undo() -> None:
    operator = FakeOperator(left=(doing.LEFT,))
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await dialog(pilot, UnfinishedScreen)
        await pilot.press("escape")
        await until(pilot, lambda: "▲ 1 unfinished action" in text_of(app, "#banner"))
        app.tick()
        await pilot.pause()
        assert app.screen is app.main, "it is announced once"
        app.action_undo()
        await dialog(pilot, UnfinishedScreen)


async def test_undo_without_anything_to_undo_says_so() -> None:
    async with acting(factory.healthy(), FakeOperator()) as (app, _, pilot):
        app.action_undo()
        await until(pilot, lambda: "nothing to undo" in app.main.query_one(KeyBar).notice)


async def test_every_command_of_the_palette_asks_for_its_own_verb() -> None:
    operator = FakeOperator(refusals=dict.fromkeys(Verb, "no"))
    verbs = {
        "carp_enable": Verb.CARP_ENABLE,
        "carp_disable": Verb.CARP_DISABLE,
        "demotion_reset": Verb.DEMOTION_RESET,
        "pfsync_bulk": Verb.PFSYNC_BULK,
        "reboot": Verb.REBOOT,
        "sync_now": Verb.SYNC_NOW,
    }
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        titles = {str(one.title) for one in app.get_system_commands(app.screen)}
        for command in ACTIONS:
            assert command.title[:1].upper() + command.title[1:] in titles
        await pilot.press("tab")
        for name, verb in verbs.items():
            getattr(app, f"action_{name}")()
            await until(pilot, lambda verb=verb: operator.asked and operator.asked[-1].verb is verb)
            node = None if verb is Verb.SYNC_NOW else "fw1"
            assert operator.asked[-1].node == node


READ_ONLY = replace(factory.TARGET, read_only=True)


@pytest.mark.parametrize(
    ("options", "target", "made"),
    [
        ({"watch": True}, factory.TARGET, True),
        ({"read_only": True}, factory.TARGET, True),
        ({}, READ_ONLY, True),
        ({}, factory.TARGET, False),
    ],
    ids=["watch", "read-only", "read-only pair", "no operator"],
)
async def test_where_nothing_may_change_nothing_that_acts_exists(options, target, made) -> None:
    opened: list[object] = []
    feed = factory.FakeFeed(factory.healthy(), target)

    def open_operator(*given):
        opened.append(given)
        return FakeOperator()

    app = doing.ConsoleApp(
        (target,), lambda _: feed, factory.options(**options), open_operator if made else None
    )
    async with app.run_test(size=(200, 60)) as pilot:
        await doing.driving.settle(pilot, feed)
        for command in ACTIONS:
            for key in filter(None, command.keys.split(",")):
                await pilot.press(key)
        assert app.screen is app.main
        titles = {str(one.title).lower() for one in app.get_system_commands(app.screen)}
        keys = text_of(app, "#keys")
        await pilot.press("question_mark")
        told = "\n".join("".join(t for t, _ in row) for row in app.screen.query_one("Panel").body)
        for command in ACTIONS:
            assert command.title not in titles
            assert f"{command.label} {command.title}" not in keys
            assert command.help[:40] not in told
        assert "forced failover" not in told
    assert opened == []


async def test_the_help_explains_what_acts() -> None:
    async with acting(factory.healthy(), FakeOperator(), (120, 100)) as (app, _, pilot):
        await pilot.press("question_mark")
        told = "\n".join("".join(t for t, _ in row) for row in app.screen.query_one("Panel").body)
        for words in ("Enter or leave maintenance", "forced failover", "lease", "CONFIRMED"):
            assert words in told


async def test_an_operator_that_cannot_be_made_leaves_the_console_as_it_is() -> None:
    def broken(*_):
        raise OSError("the journal cannot be written")

    feed = factory.FakeFeed(factory.healthy())
    app = doing.ConsoleApp((factory.TARGET,), lambda _: feed, factory.options(), broken)
    async with app.run_test(size=(120, 36)) as pilot:
        await doing.driving.settle(pilot, feed)
        bar = app.main.query_one(KeyBar)
        await until(pilot, lambda: "the journal cannot be written" in bar.notice)
        bar.say("")
        await pilot.press("s")
        await until(pilot, lambda: "the journal cannot be written" in bar.notice)
        assert app.screen is app.main


async def test_our_own_demotion_and_leases_stand_in_the_pane() -> None:
    ends = factory.EPOCH + 720
    held = (Lease("fw1", "alice", "[b]kernel[/b]", factory.EPOCH - 60, ends),)
    for size in ((120, 36), (80, 24)):
        async with acting(failed_over(), FakeOperator(), size) as (app, _, pilot):
            assert "◆ demoted by us: 120, by alice since 21:52:07" in text_of(app, "#primary")
        async with acting(in_maintenance(), FakeOperator(held=held), size) as (app, _, pilot):
            said = "◆ maintenance by alice: 12 m 00 s left  [b]kernel[/b]"
            await until(pilot, lambda said=said: said in text_of(app, "#primary"))
            assert "maintenance by alice" not in text_of(app, "#secondary")
    left = replace(failed_over().primary, carp=factory.node(0).carp)
    snapshot = replace(failed_over(), primary=left)
    async with acting(snapshot, FakeOperator()) as (app, _, pilot):
        said = "▲ marked by us for a demotion by 120 that is not there"
        assert said in text_of(app, "#primary")
    over = (replace(held[0], until=factory.EPOCH - 240),)
    async with acting(in_maintenance(), FakeOperator(held=over)) as (app, _feed, pilot):
        said = "▲ maintenance by alice: over since 4 m 00 s, leave it"
        await until(pilot, lambda: said in text_of(app, "#primary"))


async def test_an_action_stands_in_the_timeline() -> None:
    event = Event(
        factory.EPOCH - 1, Resolution.MS, EventKind.ACTION, "fw1", "switchover confirmed in 3.2 s"
    )
    snapshot = replace(factory.healthy(), events=(*factory.events(), event))
    async with acting(snapshot, FakeOperator()) as (app, _, _pilot):
        assert re.search(r"fw1 +action +switchover confirmed", text_of(app, "#timeline"))


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 48)])
async def test_the_dialog_has_its_buttons_in_sight_at_every_size(size) -> None:
    many = tuple(replace(doing.WARNED, id=str(n), text=f"warning {n}") for n in range(30))
    async with acting(factory.healthy(), FakeOperator(found=many), size) as (app, _, pilot):
        await pilot.press("F")
        await dialog(pilot, ActionScreen)
        await until(pilot, lambda: "warning 0" in shown(app))
        for name in ("#action-plan", "#action-gate"):
            assert app.screen.query_one(name).size.height >= 3
        for name in ("#field-reason", "#field-name", "#action-cancel", "#action-go"):
            region = app.screen.query_one(name).region
            assert region.height == 1 and region.bottom <= size[1], name


@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_the_dialog_tells_a_verdict_that_gets_worse_and_loses_no_row_for_it(size) -> None:
    long = replace(doing.BLOCKED, text="it cannot be done for a reason of many words, " * 8)
    operator = FakeOperator(found=(long,))
    async with acting(factory.healthy(), operator, size) as (app, feed, pilot):
        await pilot.press("tab", "m")
        await dialog(pilot, ActionScreen)
        verdict = app.screen.query_one("#dialog-verdict", Lines)
        await until(pilot, lambda: "● HEALTHY" in verdict.text)
        feed.publish(factory.split_brain())
        await until(pilot, lambda: "✗ SPLIT BRAIN" in verdict.text)
        await until(
            pilot, lambda: "of many words" in app.screen.query_one("#action-why", Lines).text
        )
        for one in app.screen.query(Lines):
            assert one.region.height > 0 and one.region.bottom <= size[1], one


@pytest.mark.parametrize("text", factory.HOSTILE[1:3], ids=range(2))
async def test_hostile_texts_are_shown_as_they_are(text: str) -> None:
    found = (replace(doing.WARNED, text=text, node=text),)
    operator = FakeOperator(found=found, left=(replace(doing.LEFT, title=text, who=text),))
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await dialog(pilot, UnfinishedScreen)
        assert "\x1b" not in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        await until(pilot, lambda: operator.judged)
        await pilot.pause()
        said = shown(app)
        assert "\x1b" not in said
        if text.startswith("["):
            assert text[:9] in said


async def test_ascii_and_no_colour() -> None:
    async with acting(factory.healthy(), FakeOperator(), ascii=True, no_color=True) as (
        app,
        _,
        pilot,
    ):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        await until(pilot, lambda: "ok  fw2" in shown(app))
        strips = [
            one.render_line(y).text
            for one in app.screen.query("Lines")
            for y in range(one.size.height)
        ]
        assert all(strip.isascii() for strip in strips)
        await pilot.press("tab")
        assert focus_of(app) == "action-cancel"


def test_every_risk_and_verb_has_its_words() -> None:
    from pfha_tui.actions.model import Stage, Weight
    from pfha_tui.ui import action_texts

    assert set(action_texts.VERBS) == set(Verb)
    assert set(action_texts.STAGES) == set(Stage)
    assert set(action_texts.RESULTS) == set(Result)
    assert set(action_texts.WEIGHTS) == set(Weight)
    assert len(Risk) == 2


async def test_cancelled_by_the_end_of_the_loop_the_operator_is_told() -> None:
    operator = FakeOperator()
    app, feed = doing.make(factory.healthy(), operator)
    async with app.run_test(size=(120, 36)) as pilot:
        await doing.driving.settle(pilot, feed)
        await until(pilot, lambda: app.operating.deeds(app.pairs[0]).operator is operator)
        await begun(app, pilot)
        async with asyncio.timeout(doing.driving.DEADLINE_S):
            await app._leave(0)
    assert operator.cancelled and feed.closed


async def test_at_80x24_by_force_what_is_lost_and_a_long_refusal_are_seen_whole() -> None:
    text = (
        "The last role change was 6 s ago. Wait until it is 30 s ago, for the nodes have not "
        "settled; what is done now may take the service away from both."
    )
    operator = FakeOperator(found=(replace(doing.BLOCKED, text=text), *(doing.FINE,) * 9))
    async with acting(factory.healthy(), operator, size=(80, 24)) as (app, _, pilot):
        await pilot.press("F")
        await dialog(pilot, ActionScreen)
        await until(pilot, lambda: "away from both" in app.screen.query_one("#action-why").text)
        why = app.screen.query_one("#action-why")
        assert " ".join(why.text.split()) == f"refused: {text}"
        assert why.size.height == len(why.rows) == 2
        panel = app.screen.query_one("#action-plan")
        seen = " ".join(panel.text.split())
        rows = [row for row in panel.text.splitlines()]
        lost = next(n for n, row in enumerate(rows) if "lost" in row)
        assert lost < panel.size.height - 1
        assert seen.index("Established connections") < seen.index("commands")


def test_what_is_lost_by_force_stands_first_where_many_roles_would_push_it_down() -> None:
    plan = doing.plan_for(Request(Verb.FAILOVER))
    rows = [plain(row) for row in action_view.plan_rows(plan, 76, 4)]
    assert rows[0].startswith("lost")
    rows = [plain(row) for row in action_view.plan_rows(plan, 76, 20)]
    assert "fw1" in rows[0] and any(row.startswith("lost") for row in rows[:6])


def test_a_role_that_is_not_known_is_not_told_as_missing() -> None:
    plan = doing.plan_for(Request(Verb.SWITCHOVER))
    unknown = tuple(
        replace(role, before=None, after=None, known=False) if role.node == "fw2" else role
        for role in plan.roles
    )
    rows = action_view.role_rows(replace(plan, roles=unknown), 76)
    assert plain(rows[1]).rstrip().endswith("— → not foreseen")
    assert (present.UNKNOWN, Tone.MUTED) in rows[1]
    missing = tuple(replace(role, known=True) for role in unknown)
    assert "? MISSING → not foreseen" in plain(
        action_view.role_rows(replace(plan, roles=missing), 76)[1]
    )


def test_what_is_done_around_the_commands_stands_last_and_muted() -> None:
    rows = action_view.plan_rows(doing.plan_for(Request(Verb.SWITCHOVER)), 76, 20)
    first = next(n for n, row in enumerate(rows) if plain(row).startswith("around it"))
    assert "lockf /tmp/pfha-tui.lock" in " ".join(map(plain, rows[first:]))
    assert {tone for row in rows[first:] for text, tone in row if text.strip()} == {Tone.MUTED}


async def test_a_damaged_journal_stands_in_the_banner_and_is_told_where_undo_is_asked_for() -> None:
    operator = FakeOperator(damaged="The journal is damaged.")
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await until(pilot, lambda: "▲ journal damaged" in text_of(app, "#banner"))
        await until(
            pilot, lambda: "may be lost from the journal" in app.main.query_one(KeyBar).text
        )


async def test_a_feed_that_is_opened_again_has_an_operator_and_a_look_at_the_journal_of_its_own() -> (
    None
):
    operator = FakeOperator()
    app, feed = doing.make(factory.healthy(), operator)
    made: list[object] = []
    app.open_operator = lambda _, feed: made.append(feed) or operator
    feed.failure = OSError("the resolver is gone")

    def looks() -> list[object]:
        return [one for one in app._timers if one.name == "journal" and one._task is not None]

    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "watching ended" in text_of(app, "#verdict") and looks())
        feed.failure = None
        await pilot.press("r")
        await until(pilot, lambda: len(made) == 2 and feed.subscribers)
        await until(pilot, lambda: len(looks()) == 1)
        await pilot.press("s")
        await dialog(pilot, ActionScreen)


async def test_a_tiny_terminal_is_not_left_in_the_midst_of_an_action_without_a_word() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await begun(app, pilot)
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: isinstance(app.screen, SmallScreen))
        told = app.screen.query_one("#too-small", Lines)
        await until(pilot, lambda: "◆ switch over fw1" in told.text)
        await pilot.press("q")
        bar = app.screen.query_one(KeyBar)
        await until(pilot, lambda: "under way" in bar.notice)
        await until(pilot, lambda: " ".join(bar.text.split()) == bar.notice)
        assert bar.size.height > 1 and "40 x 10" in told.text
        assert app.is_running and not operator.cancelled
        await pilot.resize_terminal(120, 36)
        await dialog(pilot, DeedScreen)
        operator.go_on.set()
        await until(pilot, lambda: "CONFIRMED" in shown(app))


async def test_that_an_action_is_under_way_is_said_no_longer_once_it_has_ended() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await begun(app, pilot)
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: isinstance(app.screen, SmallScreen))
        bar = app.screen.query_one(KeyBar)
        await pilot.press("q")
        await until(pilot, lambda: "under way" in bar.notice)
        operator.go_on.set()
        await until(pilot, lambda: not bar.notice)
        assert bar.needed_rows == 1


async def test_a_panel_of_a_dialog_is_drawn_for_the_size_that_the_layout_gives_it() -> None:
    async with acting(factory.healthy(), FakeOperator()) as (app, _, pilot):
        await begun(app, pilot)
        stages = app.screen.query_one("#deed-stages")
        for rows in (9, 6):
            stages.styles.height = rows
            await pilot.pause()
            assert len(stages.rows) == rows
