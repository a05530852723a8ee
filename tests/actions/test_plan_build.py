"""What each verb would do, and who would serve afterwards."""

from dataclasses import replace

import pytest
from action_pairs import MARK, fw1, fw2, maintained, pair, plan, switched

from pfha_tui.actions import commands
from pfha_tui.actions.model import Method, Plan, Request, Risk, Unplannable, Verb
from pfha_tui.actions.plans.around import around
from pfha_tui.domain.mark import write
from pfha_tui.domain.model import CarpState
from tests.domain.domain_pairs import B, M, X, carp_interface, reading, sync_interfaces, unreachable

V = Verb


def after(made: Plan, node: str) -> set[CarpState | None]:
    return {line.after for line in made.roles if line.node == node}


def did(made: Plan) -> list[tuple[str, ...]]:
    return [step.command.argv for step in made.steps]


def test_a_switchover_demotes_the_serving_node_just_enough() -> None:
    made = plan(V.SWITCHOVER, pair())
    assert (made.node, made.peer, made.risk) == ("fw1", "fw2", Risk.ROLE_CHANGING)
    assert did(made) == [("/sbin/sysctl", "net.inet.carp.demotion=120")]
    assert made.steps[0].undo == (commands.demote(-120), commands.UNMARK)
    assert made.steps[0].demotion == 120
    assert made.steps[0].watchdog_s == made.verify_s + 30
    assert (after(made, "fw1"), after(made, "fw2")) == ({B}, {M})
    assert made.expectation.demotion == (("fw1", 120),)
    assert made.undo_request == Request(V.FAILBACK)
    assert commands.demote(-120) in made.commands


def test_what_is_done_around_the_steps_is_named_with_its_commands() -> None:
    assert list(around(plan(V.SWITCHOVER, pair()))) == [
        "lock on fw1 and fw2: lockf /tmp/pfha-tui.lock",
        "lines in both system logs: /usr/bin/logger -t pfha-tui -- TEXT",
        "mark on fw1: /bin/ln -sfn TEXT /var/run/pfha-tui.mark  (as root)",
        "the watchdog's token on fw1: /bin/mkdir /tmp/pfha-tui.ID",
    ]
    lasting = list(around(plan(V.SYNC_NOW, pair())))
    assert len(lasting) == 2, "no demotion to mark, and nothing that takes itself back"


def test_a_plan_says_how_long_as_all_else_does() -> None:
    made = plan(V.CARP_DISABLE, pair(), "fw1")
    assert made.steps[0].watchdog_s == 72
    told = [note for note in made.notes if "by itself" in note]
    assert told == ["fw1 takes it back by itself after 1 m 12 s, unless it is confirmed before."]
    assert made.loss.startswith("3.4 s without service, until fw2 notices")


def test_the_vhid_that_needs_most_decides_and_a_demotion_that_is_there_counts() -> None:
    made = plan(V.SWITCHOVER, pair(fw1(M, M, (0, 40)), fw2(B, B, (100, 100))))
    assert made.steps[0].demotion == 120
    made = plan(V.SWITCHOVER, pair(fw1(demotion=30), fw2()))
    assert made.steps[0].demotion == 90
    assert made.expectation.demotion == (("fw1", 120),)


def test_a_switchover_by_maintenance() -> None:
    made = plan(V.SWITCHOVER, pair(), method=Method.MAINTENANCE)
    assert [step.command for step in made.steps] == [commands.MAINTENANCE_ON]
    assert made.expectation.maintenance == (("fw1", True),)
    assert made.expectation.advskew == (("fw1", 254),)
    assert made.risk is Risk.ROLE_CHANGING
    assert after(made, "fw2") == {M}


def test_maintenance_on_the_standby_moves_nothing() -> None:
    made = plan(V.MAINTENANCE_ENTER, pair(), "FW2", lease_s=1800.0)
    assert made.node == "fw2"
    assert made.risk is Risk.REVERSIBLE
    assert any("30 minutes" in note for note in made.notes)
    assert plan(V.MAINTENANCE_ENTER, pair(), "fw1").risk is Risk.ROLE_CHANGING


def test_leaving_maintenance_foresees_the_return() -> None:
    made = plan(V.MAINTENANCE_LEAVE, maintained(), "fw1")
    assert made.steps[0].command == commands.MAINTENANCE_OFF
    assert made.steps[0].undo == (commands.MAINTENANCE_ON,)
    assert (after(made, "fw1"), after(made, "fw2")) == ({M}, {B})
    both = pair(fw1(M, M, 254, maintenance=reading(True)), fw2(B, B, 254))
    assert after(plan(V.MAINTENANCE_LEAVE, both, "fw1"), "fw1") == {M}


def test_failback_takes_back_what_the_mark_says() -> None:
    made = plan(V.FAILBACK, switched())
    assert did(made) == [
        ("/sbin/sysctl", "net.inet.carp.demotion=-120"),
        ("/bin/rm", "-f", commands.MARK),
    ]
    assert made.steps[0].undo == (commands.demote(120), commands.mark(write(MARK)))
    assert made.steps[0].watchdog_s is not None
    assert (after(made, "fw1"), after(made, "fw2")) == ({M}, {B})
    assert made.expectation.demotion == (("fw1", 0),)


def test_failback_leaves_maintenance_too() -> None:
    both = pair(
        fw1(B, B, 254, demotion=120, mark=reading((MARK,)), maintenance=reading(True)), fw2(M, M)
    )
    made = plan(V.FAILBACK, both)
    assert [step.command.id for step in made.steps] == ["maintenance-off", "demote-120", "unmark"]
    assert after(made, "fw1") == {M}
    assert [step.command.id for step in plan(V.FAILBACK, maintained()).steps] == ["maintenance-off"]


def test_failback_only_clears_a_mark_that_the_demotion_no_longer_contains() -> None:
    stale = pair(fw1(B, B, mark=reading((MARK,))), fw2(M, M))
    assert [step.command.id for step in plan(V.FAILBACK, stale).steps] == ["unmark"]


def test_failback_frees_a_standby_that_is_not_the_home() -> None:
    made = plan(V.FAILBACK, pair(fw1(), fw2(demotion=120, mark=reading((MARK,)))))
    assert made.node == "fw2"
    assert made.risk is Risk.REVERSIBLE
    assert after(made, "fw1") == {M}


@pytest.mark.parametrize(
    ("verb", "node", "snapshot", "why"),
    [
        (V.FAILBACK, None, pair(), "fw1 serves already"),
        (V.FAILBACK, None, pair(fw1(B, B, demotion=240), fw2(M, M)), "Nothing of ours holds fw1"),
        (V.FAILBACK, None, pair(unreachable(fw1()), fw2(M, M)), "does not answer"),
        (V.MAINTENANCE_ENTER, "fw1", maintained(), "in maintenance already"),
        (V.MAINTENANCE_LEAVE, "fw1", pair(), "not in maintenance"),
        (V.MAINTENANCE_ENTER, None, pair(), "fw1 or fw2"),
        (V.MAINTENANCE_ENTER, "fw3", pair(), "no node fw3"),
        (V.FAILOVER, "fw2", pair(), "MASTER of nothing"),
        (V.CARP_DISABLE, "fw2", pair(second=fw2(X, X, allow=False)), "disabled already"),
        (V.CARP_ENABLE, "fw2", pair(), "CARP enabled"),
        (V.DEMOTION_RESET, "fw1", pair(), "not demoted"),
        (V.DEMOTION_RESET, "fw1", pair(unreachable(fw1())), "not known"),
        (V.SYNC_NOW, "fw2", pair(), "Only fw1"),
        (V.PFSYNC_BULK, "fw2", pair(unreachable(fw1()), unreachable(fw2())), "no pfsync"),
    ],
)
def test_nothing_is_planned_where_there_is_nothing_to_do(
    verb: Verb, node: str | None, snapshot: object, why: str
) -> None:
    with pytest.raises(Unplannable, match=why):
        plan(verb, snapshot, node)  # type: ignore[arg-type]


def test_a_forced_failover_is_planned_without_the_peer() -> None:
    made = plan(V.FAILOVER, pair(fw1(), unreachable(fw2())))
    assert (made.node, made.risk) == ("fw1", Risk.ROLE_CHANGING)
    assert made.steps[0].demotion == 239
    assert after(made, "fw2") == {None}
    assert all("carp.allow" not in word for argv in did(made) for word in argv)


def test_carp_off_is_noticed_by_silence_and_every_address_is_looked_for() -> None:
    made = plan(V.CARP_DISABLE, pair(), "fw1")
    assert made.steps[0].command == commands.CARP_OFF
    assert made.steps[0].undo == (commands.CARP_ON,)
    assert "3.4 s" in made.loss
    assert (after(made, "fw1"), after(made, "fw2")) == ({X}, {M})
    assert {each[0] for each in made.expectation.addresses} == {"fw2"}
    off = pair(
        fw1(
            interfaces=(
                carp_interface("vtnet0", "WAN", 1, None, 0),
                carp_interface("vtnet1", "LAN", 2, None, 0),
                *sync_interfaces(),
            ),
            allow=False,
        ),
        fw2(M, M),
    )
    made = plan(V.CARP_ENABLE, off, "fw1")
    assert made.steps[0].command == commands.CARP_ON
    assert made.expectation.addresses == (
        ("fw1", "vtnet0", 1, "203.0.113.1"),
        ("fw1", "vtnet1", 2, "192.168.1.1"),
    )
    assert (after(made, "fw1"), after(made, "fw2")) == ({M}, {B})


def test_enabling_counts_off_what_the_kernel_added() -> None:
    off = pair(fw1(X, X, allow=False, demotion=480), fw2(M, M))
    assert after(plan(V.CARP_ENABLE, off, "fw1"), "fw1") == {M}
    by_hand = pair(fw1(X, X, allow=False, demotion=720), fw2(M, M))
    assert after(plan(V.CARP_ENABLE, by_hand, "fw1"), "fw1") == {B}


def test_an_address_that_did_not_come_back_can_be_asked_for_again() -> None:
    wan = carp_interface("vtnet0", "WAN", 1, M, 0)
    lan = carp_interface("vtnet1", "LAN", 2, M, 0)
    bare = fw1(interfaces=(wan, type(lan)(**_fields(lan) | {"addresses": ()}), *sync_interfaces()))
    made = plan(V.CARP_ENABLE, pair(bare), "fw1")
    assert ("fw1", "vtnet1", 2, "192.168.1.1") in made.expectation.addresses


def _fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in type(record).__slots__}  # type: ignore[attr-defined]


def test_a_reset_takes_off_the_whole_and_foresees_the_return() -> None:
    made = plan(V.DEMOTION_RESET, pair(fw1(B, B, demotion=240), fw2(M, M)), "fw1")
    assert did(made) == [("/sbin/sysctl", "net.inet.carp.demotion=-240")]
    assert made.steps[0].undo == (commands.demote(240),)
    assert after(made, "fw1") == {M}
    assert made.risk is Risk.ROLE_CHANGING
    assert plan(V.DEMOTION_RESET, pair(fw1(demotion=33)), "fw1").risk is Risk.REVERSIBLE


def test_the_configuration_goes_from_the_primary_and_the_merge_is_asked_of_the_secondary() -> None:
    made = plan(V.SYNC_NOW, pair())
    assert (made.node, made.expectation.merge_on) == ("fw1", "fw2")
    assert made.risk is Risk.REVERSIBLE


def test_states_are_asked_for_by_the_node_that_does_not_serve() -> None:
    made = plan(V.PFSYNC_BULK, pair())
    assert did(made) == [("/sbin/ifconfig", "pfsync0", "syncdev", "vtnet2")]
    assert (made.node, made.expectation.bulk_on) == ("fw2", "fw2")


def test_a_reboot_of_the_home_moves_the_roles_and_one_of_the_standby_does_not() -> None:
    made = plan(V.REBOOT, switched(), "fw1")
    assert (after(made, "fw1"), made.risk) == ({M}, Risk.ROLE_CHANGING)
    assert made.expectation.boot_of == "fw1"
    made = plan(V.REBOOT, pair(), "fw2")
    assert (after(made, "fw2"), made.risk) == ({B}, Risk.REVERSIBLE)
    assert after(plan(V.REBOOT, maintained(), "fw1"), "fw1") == {B}


def test_a_plan_is_the_same_for_the_same_pair() -> None:
    assert plan(V.SWITCHOVER, pair()) == plan(V.SWITCHOVER, pair())


def test_a_forced_failover_promises_nothing_of_a_peer_that_is_silent() -> None:
    wish = {"reason": "x", "confirmed": "fw1"}
    made = plan(Verb.FAILOVER, pair(fw1(), unreachable(fw2())), "fw1", **wish)
    assert made.loss.startswith("fw2 does not answer: this moves nothing, unless")
    assert not any("preferred" in step.what for step in made.steps)
    assert not any("still takes over" in note for note in made.notes)
    healthy = plan(Verb.FAILOVER, pair(), "fw1", **wish)
    assert "fw1 still takes over if fw2 loses a link." in healthy.notes
    assert "so that fw2 is preferred" in healthy.steps[0].what
    far = plan(Verb.FAILOVER, pair(fw1(), fw2(B, B, 230)), "fw1", **wish)
    assert not any("still takes over" in note for note in far.notes)


@pytest.mark.parametrize(
    ("verb", "node", "snapshot"),
    [
        (V.SWITCHOVER, None, pair(fw1(), unreachable(fw2()))),
        (V.MAINTENANCE_ENTER, "fw1", pair(fw1(), unreachable(fw2()))),
        (V.MAINTENANCE_LEAVE, "fw1", pair(fw1(B, B, 254), unreachable(fw2(M, M)))),
        (V.DEMOTION_RESET, "fw1", pair(fw1(demotion=33), unreachable(fw2()))),
        (V.CARP_DISABLE, "fw1", pair(fw1(), unreachable(fw2()))),
        (V.CARP_ENABLE, "fw1", pair(fw1(X, X, allow=False), unreachable(fw2()))),
        (V.REBOOT, "fw1", pair(fw1(B, B), unreachable(fw2(M, M)))),
    ],
)
def test_where_a_role_is_not_foreseen_neither_is_the_loss(verb, node, snapshot) -> None:
    assert plan(verb, snapshot, node).loss == "Not foreseen, because not every role is."


def test_a_vip_that_a_node_does_not_have_makes_nothing_unforeseen() -> None:
    without = replace(fw2(), roles=fw2().roles[:1])
    assert plan(V.SWITCHOVER, pair(fw1(), without)).loss.startswith("Below one second")
