"""Pictures of the dialogs that act, compared as SVG."""

from collections.abc import Awaitable, Callable

import doing
import driving
import factory
from doing import FakeOperator, dialog, failed_over, in_maintenance, push
from textual.pilot import Pilot

from pfha_tui.actions.model import Lease, Result
from pfha_tui.ui.screens.action import ActionScreen
from pfha_tui.ui.screens.deed import DeedScreen
from pfha_tui.ui.screens.node_choice import NodeChoice
from pfha_tui.ui.screens.unfinished import UnfinishedScreen

SMALL, USUAL, LARGE = (80, 24), (120, 36), (160, 48)
Do = Callable[[Pilot], Awaitable[None]]


def taken(snap_compare, snapshot, operator: FakeOperator, size, do: Do, **options) -> bool:
    app, feed = doing.make(snapshot, operator, **options)

    async def settle(pilot: Pilot) -> None:
        await driving.settle(pilot, feed)
        await driving.until(pilot, lambda: app.operating.deeds(app.pairs[0]).operator is operator)
        await do(pilot)
        await pilot.pause()

    return snap_compare(app, terminal_size=size, run_before=settle)


def asked(*keys: str) -> Do:
    async def do(pilot: Pilot) -> None:
        await pilot.press(keys[0])
        await dialog(pilot, ActionScreen)
        await driving.until(pilot, lambda: "facts" in doing.shown(pilot.app))
        await driving.until(pilot, lambda: "asking" not in doing.shown(pilot.app))
        await pilot.press(*keys[1:])

    return do


async def ended(pilot: Pilot) -> None:
    app = pilot.app
    await asked("s", *"fw1")(pilot)
    await driving.until(pilot, lambda: push(app, "#action-go").enabled)
    await pilot.press("enter", "enter")
    await dialog(pilot, DeedScreen)
    operator = app.operating.deeds(app.pairs[0]).operator
    operator.go_on.set()
    await driving.until(pilot, lambda: app.screen.has_class("ended"))


async def left(pilot: Pilot) -> None:
    await dialog(pilot, UnfinishedScreen)


async def nothing(pilot: Pilot) -> None:
    await driving.until(pilot, lambda: pilot.app.operating.deeds(pilot.app.pairs[0]).leases)
    pilot.app.tick()


def test_a_switchover_asked_for(snap_compare) -> None:
    operator = FakeOperator(found=(doing.WARNED, doing.FINE))
    assert taken(snap_compare, factory.healthy(), operator, SMALL, asked("s", *"fw1"))


def test_a_switchover_refused(snap_compare) -> None:
    operator = FakeOperator(found=(doing.BLOCKED, doing.WARNED, doing.FINE))
    assert taken(snap_compare, factory.healthy(), operator, LARGE, asked("s", *"fw"))


def test_by_force_in_ascii_without_colour(snap_compare) -> None:
    operator = FakeOperator(found=(doing.WARNED, doing.FINE))
    options = {"ascii": True, "no_color": True}
    assert taken(snap_compare, factory.healthy(), operator, USUAL, asked("F"), **options)


def test_what_can_be_taken_back_in_light_colours(snap_compare) -> None:
    do = asked("m")

    async def on_fw1(pilot: Pilot) -> None:
        await pilot.press("tab")
        await do(pilot)

    assert taken(snap_compare, in_maintenance(), FakeOperator(), USUAL, on_fw1, theme="light")


def test_which_node_is_meant(snap_compare) -> None:
    async def ask(pilot: Pilot) -> None:
        await pilot.press("m")
        await driving.until(pilot, lambda: isinstance(pilot.app.screen, NodeChoice))

    assert taken(snap_compare, factory.healthy(), FakeOperator(), SMALL, ask)


def test_confirmed(snap_compare) -> None:
    assert taken(snap_compare, factory.healthy(), FakeOperator(), SMALL, ended)


def test_contradicted(snap_compare) -> None:
    operator = FakeOperator(result=Result.CONTRADICTED)
    assert taken(snap_compare, factory.healthy(), operator, LARGE, ended)


def test_left_unfinished(snap_compare) -> None:
    operator = FakeOperator(left=(doing.LEFT,))
    assert taken(snap_compare, factory.healthy(), operator, SMALL, left)


def test_our_demotion_and_a_lease_in_the_panes(snap_compare) -> None:
    ends = factory.EPOCH + 720
    held = (Lease("fw2", "alice", "new kernel", factory.EPOCH - 60, ends),)
    snapshot = failed_over()
    snapshot = factory.pair(
        snapshot.primary,
        factory.node(1, roles=snapshot.secondary.roles, maintenance=factory.fresh(True)),
        snapshot.verdict,
    )
    assert taken(snap_compare, snapshot, FakeOperator(held=held), USUAL, nothing)
