"""From a key to an action and its end, with an operator made by hand."""

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
    field_of,
    focus_of,
    in_maintenance,
    push,
    shown,
    typed,
)
from driving import text_of, until
from textual import events

from pfha_tui.actions.model import Progress, Request, Result, Stage, Verb
from pfha_tui.ui.screens.action import ActionScreen
from pfha_tui.ui.screens.deed import DeedScreen
from pfha_tui.ui.screens.node_choice import NodeChoice
from pfha_tui.ui.widgets.key_bar import KeyBar


async def test_a_switchover_from_the_key_to_its_proof_and_its_undo() -> None:
    operator = FakeOperator(found=(doing.WARNED, doing.FINE))
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        await until(pilot, lambda: "3 states fewer" in shown(app))
        said = shown(app)
        for words in (
            "● MASTER → ○ BACKUP",
            "sysctl net.inet.carp.demotion=120",
            "taken back by /sbin/sysctl net.inet.carp.demotion=-120",
            "on fw1 itself after 45 s",
            "2.0 s to 6.0 s until it is confirmed",
            "VPNs bound to a VIP start anew",
            "changes roles",
            "▲ warns",
            "type fw1",
            "the name of the node is missing",
        ):
            assert words in said, words
        assert focus_of(app) == "field-name"
        assert not push(app, "#action-go").enabled
        await typed(pilot, "fw1")
        await until(pilot, lambda: push(app, "#action-go").enabled)
        await pilot.press("enter")
        assert focus_of(app) == "action-go", "Enter in a field never acts"
        assert operator.performed == []
        await pilot.press("enter")
        await dialog(pilot, DeedScreen)
        await until(pilot, lambda: "two equal samples" in shown(app))
        assert operator.performed[0].request.confirmed == "fw1"
        assert "► verify" in shown(app) and "✓ connect" in shown(app)
        operator.go_on.set()
        await until(pilot, lambda: "CONFIRMED" in shown(app))
        assert "✓ fw1  role of WAN vhid 1: BACKUP" in shown(app)
        assert "took 3.2 s; in the journal as ab12" in shown(app)
        assert focus_of(app) == "deed-back"
        await pilot.press("tab")
        assert focus_of(app) == "deed-undo"
        await pilot.press("enter")
        await dialog(pilot, ActionScreen)
        assert operator.asked[-1] == Request(Verb.FAILBACK)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert len(operator.performed) == 1


async def test_only_the_name_of_the_node_will_do() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        for text in ("fw2", "fw", "fw 1", "[b]fw1[/b]"):
            field_of(app, "name").value = text
            await until(pilot, lambda: "that is not the name of the node" in shown(app))
            assert not push(app, "#action-go").enabled
            field_of(app, "name").value = ""
            await until(pilot, lambda: "the name of the node is missing" in shown(app))
        await pilot.press("enter", "enter")
        assert focus_of(app) == "field-name"
        assert operator.performed == []


@pytest.mark.parametrize("text", ["FW1", " fw1 "])
async def test_the_name_is_taken_as_on_the_command_line(text: str) -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        field_of(app, "name").value = text
        await until(pilot, lambda: push(app, "#action-go").enabled)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: len(operator.performed) == 1)


async def test_the_name_can_be_pasted() -> None:
    async with acting(factory.healthy(), FakeOperator()) as (app, _, pilot):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        app.screen.focused.post_message(events.Paste("fw1"))
        await until(pilot, lambda: push(app, "#action-go").enabled)


async def test_what_can_be_taken_back_begins_on_cancel_and_enter_there_does_nothing() -> None:
    operator = FakeOperator()
    async with acting(in_maintenance(), operator) as (app, _, pilot):
        await pilot.press("tab", "m")
        await dialog(pilot, ActionScreen)
        await until(pilot, lambda: push(app, "#action-go").enabled)
        assert operator.asked == [Request(Verb.MAINTENANCE_LEAVE, "fw1")]
        assert "no role is meant to change" in shown(app)
        assert focus_of(app) == "action-cancel"
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        assert operator.performed == []


async def test_a_refusal_keeps_the_button_dead_and_says_why() -> None:
    operator = FakeOperator(found=(doing.BLOCKED, doing.FINE))
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        await typed(pilot, "fw1")
        await until(pilot, lambda: "refused: fw2 is INIT" in shown(app))
        assert not push(app, "#action-go").enabled
        await pilot.press("tab")
        assert focus_of(app) == "action-cancel"
        await pilot.press("tab")
        assert focus_of(app) != "action-go"


async def test_a_role_that_flips_under_the_open_dialog_takes_the_button_away() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, feed, pilot):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        await typed(pilot, "fw1")
        await until(pilot, lambda: push(app, "#action-go").enabled)
        await pilot.press("enter")
        assert focus_of(app) == "action-go"
        operator.found = (doing.FLIPPED,)
        feed.publish(replace(failed_over(), revision=8))
        await until(pilot, lambda: "no longer serves LAN" in shown(app))
        assert focus_of(app) == "action-cancel"
        assert not push(app, "#action-go").enabled
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        assert operator.performed == []


async def test_the_gate_is_asked_with_every_snapshot_and_every_change_of_a_field() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, feed, pilot):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        await until(pilot, lambda: operator.judged)
        count = len(operator.judged)
        feed.publish(replace(feed.current, revision=8))
        await until(pilot, lambda: len(operator.judged) > count)
        field_of(app, "reason").value = "CHG-7 \x1b[31m new kernel"
        await until(pilot, lambda: "CHG-7" in operator.judged[-1].request.reason)
        assert "\x1b" not in operator.judged[-1].request.reason


async def test_old_facts_and_a_broken_gate_allow_nothing() -> None:
    operator = FakeOperator()
    old = replace(factory.healthy(), at=factory.NOW - 30)
    async with acting(old, operator) as (app, _, pilot):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        await typed(pilot, "fw1")
        await until(pilot, lambda: "the facts are 30 s old" in shown(app))
        assert not push(app, "#action-go").enabled
        operator.failure = RuntimeError("[red]journal[/red]")
        app.tick()
        await until(pilot, lambda: "the gate failed: [red]journal[/red]" in shown(app))
        assert not push(app, "#action-go").enabled


async def test_maintenance_asks_for_minutes_and_the_lease_goes_with_the_wish() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, NodeChoice))
        assert "fw1  primary  MASTER of 2 VIPs  enter maintenance" in shown(app)
        await pilot.press("down", "enter")
        await dialog(pilot, ActionScreen)
        assert operator.asked == [Request(Verb.MAINTENANCE_ENTER, "fw2")]
        lease = field_of(app, "lease")
        assert lease.value == "30"
        await typed(pilot, "fw2")
        for wrong in ("0", "x", "99999", "-1"):
            lease.value = wrong
            await until(pilot, lambda: "the minutes are a number" in shown(app))
            assert not push(app, "#action-go").enabled
        lease.value = "45"
        await until(pilot, lambda: push(app, "#action-go").enabled)
        await pilot.press("enter", "enter")
        await dialog(pilot, DeedScreen)
        assert operator.performed[0].request.lease_s == 2700
        operator.go_on.set()


async def test_by_force_a_reason_is_wanted_first() -> None:
    operator = FakeOperator(found=(doing.WARNED,))
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await pilot.press("F")
        await dialog(pilot, ActionScreen)
        assert focus_of(app) == "field-reason"
        field_of(app, "name").value = "fw1"
        await until(pilot, lambda: "the reason is missing" in shown(app))
        assert not push(app, "#action-go").enabled
        await typed(pilot, "fan dead")
        await until(pilot, lambda: push(app, "#action-go").enabled)
        await pilot.press("enter", "enter", "enter")
        await dialog(pilot, DeedScreen)
        wish = operator.performed[0].request
        assert (wish.verb, wish.reason, wish.confirmed) == (Verb.FAILOVER, "fan dead", "fw1")
        operator.go_on.set()


@pytest.mark.parametrize(
    ("build", "refused", "wanted"),
    [
        (factory.healthy, (), Verb.SWITCHOVER),
        (failed_over, (), Verb.FAILBACK),
        (failed_over, (Verb.FAILBACK,), Verb.SWITCHOVER),
    ],
)
async def test_s_does_what_makes_sense_now(build, refused, wanted: Verb) -> None:
    operator = FakeOperator(refusals=dict.fromkeys(refused, "Nothing of ours holds fw1 back."))
    async with acting(build(), operator) as (_app, _, pilot):
        await pilot.press("s")
        await dialog(pilot, ActionScreen)
        assert operator.asked[-1].verb is wanted


async def test_what_cannot_be_planned_is_a_sentence() -> None:
    operator = FakeOperator(refusals={Verb.SWITCHOVER: "[b]fw2[/b] is not there."})
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await pilot.press("s")
        bar = app.main.query_one(KeyBar)
        await until(pilot, lambda: bar.notice == "[b]fw2[/b] is not there.")
        assert app.screen is app.main


@pytest.mark.parametrize("result", [one for one in Result if one is not Result.REFUSED])
async def test_every_end_is_told_with_its_evidence(result: Result) -> None:
    operator = FakeOperator(result=result)
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await begun(app, pilot)
        operator.go_on.set()
        word = "TAKEN BACK" if result is Result.REVERTED else result.upper()
        await until(pilot, lambda: word in shown(app))
        said = shown(app)
        assert f"It ended {result}." in said
        if result is Result.UNKNOWN:
            assert "? fw1  role of WAN vhid 1: expected BACKUP, found no answer" in said
        elif result is not Result.CONFIRMED:
            assert "✗ fw1  role of WAN vhid 1: expected BACKUP, found MASTER" in said
        undoable = result in (Result.CONFIRMED, Result.CONTRADICTED, Result.UNKNOWN)
        assert push(app, "#deed-undo").enabled is undoable
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)


async def test_a_fault_of_our_own_is_told_as_one() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await begun(app, pilot)
        operator.failure = RuntimeError("[red]boo[/red]")
        operator.go_on.set()
        await until(pilot, lambda: "own part failed ([red]boo[/red])" in shown(app))
        assert not push(app, "#deed-undo").enabled


async def test_esc_says_that_it_goes_on_and_the_banner_tells_of_it_until_the_end() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await begun(app, pilot)
        await pilot.press("escape")
        assert isinstance(app.screen, DeedScreen)
        assert "goes on and is not stopped here" in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await until(pilot, lambda: "◆ switch over fw1: verify" in text_of(app, "#banner"))
        assert not operator.cancelled
        await pilot.press("s")
        await dialog(pilot, DeedScreen)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is app.main)
        operator.go_on.set()
        await dialog(pilot, DeedScreen)
        await until(pilot, lambda: "CONFIRMED" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        app.tick()
        await pilot.pause()
        assert app.screen is app.main
        assert "switch over" not in text_of(app, "#banner")


async def test_leaving_in_the_midst_wants_to_be_asked_twice_and_tells_the_operator() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator) as (app, _, pilot):
        await begun(app, pilot)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "An action is under way (switch over)" in shown(app))
        assert app.is_running and not operator.cancelled
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.return_value == 0)
        assert operator.cancelled


async def test_the_last_stage_stays_in_sight_until_one_scrolls_up() -> None:
    operator = FakeOperator()
    async with acting(factory.healthy(), operator, (80, 24)) as (app, _, pilot):
        await begun(app, pilot)
        deed = app.operating.deeds(app.pairs[0]).under_way
        stages = app.screen.query_one("#deed-stages")

        async def told(number: int) -> str:
            """What is seen after one more stage."""
            deed.stages.append((Progress(Stage.VERIFY, f"sample {number}"), factory.NOW))
            app.tick()
            await pilot.pause()
            return stages.text

        await until(pilot, lambda: len(deed.stages) == 3)
        for number in range(40):
            assert f"sample {number} " in await told(number)
        await pilot.press("pageup", "pageup")
        assert "sample 40 " not in await told(40)
        assert "sample 5 " in stages.text
        await pilot.press("end")
        assert "sample 41 " in await told(41)
