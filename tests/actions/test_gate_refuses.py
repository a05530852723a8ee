"""Every condition of the gate, each by the pair that does not meet it."""

from dataclasses import replace
from typing import Any

import pytest
from action_pairs import MARK, fw1, fw2, maintained, pair, plan, refusals, switched, warnings

from pfha_tui.actions import gate
from pfha_tui.actions.commands import demote
from pfha_tui.actions.model import Method, Unplannable, Verb, Weight
from pfha_tui.domain.model import Gateway, NodeClock, PfInfo, SystemStats
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading
from pfha_tui.domain.snapshot import LinkState, LinkStatus, PairSnapshot
from tests.domain.domain_pairs import NOW, B, M, X, reading, sync_interfaces, unreachable

V = Verb
HAND_OVER = [(V.SWITCHOVER, None), (V.MAINTENANCE_ENTER, "fw1"), (V.CARP_DISABLE, "fw1")]


@pytest.mark.parametrize(
    ("verb", "node", "snapshot"),
    [
        (V.SWITCHOVER, None, pair()),
        (V.MAINTENANCE_ENTER, "fw1", pair()),
        (V.MAINTENANCE_ENTER, "fw2", pair()),
        (V.MAINTENANCE_LEAVE, "fw1", maintained()),
        (V.FAILBACK, None, switched()),
        (V.FAILBACK, None, maintained()),
        (V.CARP_DISABLE, "fw1", pair()),
        (V.CARP_DISABLE, "fw2", pair()),
        (V.CARP_ENABLE, "fw2", pair(fw1(), fw2(X, X, allow=False, demotion=480))),
        (V.DEMOTION_RESET, "fw1", pair(fw1(B, B, demotion=240), fw2(M, M))),
        (V.SYNC_NOW, None, pair()),
        (V.PFSYNC_BULK, None, pair()),
        (V.REBOOT, "fw2", pair()),
        (V.REBOOT, "fw1", switched()),
    ],
)
def test_a_healthy_pair_is_let_through(
    verb: Verb, node: str | None, snapshot: PairSnapshot
) -> None:
    made = plan(verb, snapshot, node)
    assert refusals(made, snapshot, last_change=31.0) == set()
    assert refusals(made, snapshot, read_only=True) == {"read-only"}
    assert refusals(made, snapshot, unfinished=1) == {"unfinished"}
    acted = snapshot.primary if made.node == "fw1" else snapshot.secondary
    gone = unreachable(acted)
    pair_ = {"primary": gone} if made.node == "fw1" else {"secondary": gone}
    assert "node-unreachable" in refusals(made, replace(snapshot, **pair_))  # type: ignore[arg-type]
    told = gate.findings(made, snapshot, gate.Context())
    assert all(each.text for each in told)
    assert [each.weight for each in told] == sorted(
        (each.weight for each in told), key=[Weight.BLOCK, Weight.WARN, Weight.FINE].index
    )


PEERS: list[tuple[str, Any]] = [
    ("peer-unreachable", unreachable(fw2())),
    ("peer-unreachable", fw2(ssh=LinkStatus(LinkState.DOWN, 0.0, "connection lost"))),
    ("peer-stale", replace(fw2(), interfaces=replace(fw2().interfaces, taken_at=NOW - 5.5))),
    ("peer-booting", fw2(booting=reading(True))),
    ("peer-carp-off", fw2(X, X, allow=False, demotion=480)),
    ("peer-preempt-off", fw2(preempt=False)),
    ("peer-demoted", fw2(demotion=33)),
    ("peer-carp-unknown", replace(fw2(), carp=replace(fw2().carp, value=None, taken_at=None))),
    ("peer-in-maintenance", fw2(B, B, 254, maintenance=reading(True))),
    ("peer-init", fw2(B, X)),
    ("peer-link-down", fw2(B, X, lan_status="no carrier", demotion=240)),
    ("peer-missing", replace(fw2(), roles=fw2().roles[:1])),
    ("peer-pf-off", fw2(pf=reading(PfInfo(False, 60, "bbbb", 100, 0, 0, 0)))),
    ("split-brain", fw2(M, M)),
]


@pytest.mark.parametrize(("verb", "node"), HAND_OVER)
@pytest.mark.parametrize(("id", "peer"), PEERS)
def test_nothing_is_handed_to_a_peer_that_cannot_serve(
    verb: Verb, node: str | None, id: str, peer: Any
) -> None:
    snapshot = pair(fw1(), peer)
    made = plan(verb, snapshot, node or "fw1")
    assert id in refusals(made, snapshot)
    found = gate.findings(made, snapshot, gate.Context())
    assert any(each.id == id and each.weight is Weight.BLOCK for each in found)


def test_evidence_has_its_age_and_source() -> None:
    snapshot = pair(fw1(), fw2(demotion=33))
    found = gate.findings(plan(V.SWITCHOVER, snapshot), snapshot, gate.Context())
    text = next(each.text for each in found if each.id == "peer-demoted")
    assert text == "fw2 is demoted by 33 (read 0.2 s ago, SSH)"


@pytest.mark.parametrize(("verb", "node"), [*HAND_OVER, (V.FAILBACK, None)])
def test_roles_just_changed_are_left_alone(verb: Verb, node: str | None) -> None:
    snapshot = switched() if verb is V.FAILBACK else pair()
    assert refusals(plan(verb, snapshot, node), snapshot, last_change=12.0) == {"cooldown"}


def test_no_master_is_no_time_to_switch() -> None:
    snapshot = pair(fw1(B, B), fw2(B, B))
    assert "no-master" in refusals(plan(V.SWITCHOVER, snapshot), snapshot)


def test_only_the_master_hands_over() -> None:
    assert "not-master" in refusals(plan(V.SWITCHOVER, pair(), "fw2"), pair())
    mixed = pair(fw1(M, B), fw2(B, M))
    assert "role-mixed" in refusals(plan(V.SWITCHOVER, mixed), mixed)


def test_skews_must_say_who_is_preferred() -> None:
    equal = pair(fw1(M, M, 0), fw2(B, B, 0))
    assert "equal-skew" in refusals(plan(V.SWITCHOVER, equal), equal)
    reversed_ = pair(fw1(B, B, 100), fw2(M, M, 0))
    assert "skew-reversed" in refusals(plan(V.SWITCHOVER, reversed_), reversed_)


def test_never_both_in_maintenance() -> None:
    one = maintained()
    assert "both-in-maintenance-after" in refusals(plan(V.MAINTENANCE_ENTER, one, "fw2"), one)
    by_switch = plan(V.SWITCHOVER, one, method=Method.MAINTENANCE)
    assert "both-in-maintenance-after" in refusals(by_switch, one)
    both = pair(
        fw1(M, M, 254, maintenance=reading(True)), fw2(B, B, 254, maintenance=reading(True))
    )
    for verb, node in ((V.SWITCHOVER, None), (V.REBOOT, "fw2"), (V.CARP_DISABLE, "fw2")):
        assert "both-in-maintenance" in refusals(plan(verb, both, node), both)
    assert refusals(plan(V.MAINTENANCE_LEAVE, both, "fw1"), both) == set()


def test_where_only_we_hold_the_peer_back_failback_is_named() -> None:
    for snapshot in (switched(), maintained()):
        made = plan(V.SWITCHOVER, snapshot)
        assert "held-back-by-us" in refusals(made, snapshot)
        texts = [each.text for each in gate.findings(made, snapshot, gate.Context())]
        assert any("failback" in text for text in texts)


@pytest.mark.parametrize(
    ("id", "skew", "peer"),
    [
        ("demotion-too-large", 0, fw2(B, B, 220)),
        ("demotion-too-large", (0, 150), fw2(B, B, (100, 200))),
        ("not-taken-over", 0, fw2(B, B, 240)),
    ],
)
def test_a_demotion_must_stay_below_the_largest_skew(id: str, skew: Any, peer: Any) -> None:
    snapshot = pair(fw1(M, M, skew), peer)
    assert id in refusals(plan(V.SWITCHOVER, snapshot), snapshot)


def test_a_second_demotion_on_the_same_node_is_refused() -> None:
    snapshot = pair(fw1(demotion=20, mark=reading((replace(MARK, demotion=20),))), fw2())
    assert "mark-there" in refusals(plan(V.SWITCHOVER, snapshot), snapshot)


@pytest.mark.parametrize(
    ("id", "first"),
    [
        ("node-demoted", fw1(B, B, demotion=270, mark=reading((MARK,)))),
        ("not-taken-back", fw1(B, B, demotion=270, mark=reading((MARK,)))),
        ("node-preempt-off", fw1(B, B, demotion=120, preempt=False, mark=reading((MARK,)))),
        ("node-booting", fw1(B, B, demotion=120, mark=reading((MARK,)), booting=reading(True))),
        (
            "node-link-down",
            fw1(B, X, demotion=360, lan_status="no carrier", mark=reading((MARK,))),
        ),
    ],
)
def test_failback_is_refused_with_what_else_holds_it_back(id: str, first: Any) -> None:
    snapshot = pair(first, fw2(M, M))
    assert id in refusals(plan(V.FAILBACK, snapshot), snapshot)


@pytest.mark.parametrize(
    ("id", "first"),
    [
        ("node-link-down", fw1(M, X, demotion=240, lan_status="no carrier")),
        ("node-carp-off", fw1(X, X, demotion=480, allow=False)),
        ("node-init", fw1(M, X, demotion=240)),
        ("demotion-ours", replace(fw1(demotion=33), mark=pair().primary.snmp)),
    ],
)
def test_a_demotion_is_reset_only_when_its_cause_is_gone(id: str, first: Any) -> None:
    snapshot = pair(first, fw2(M, M) if first.roles[0].state is not M else fw2(B, B))
    assert id in refusals(plan(V.DEMOTION_RESET, snapshot, "fw1"), snapshot)


def test_what_another_hand_added_to_our_demotion_is_taken_off_in_either_order() -> None:
    both = pair(fw1(B, B, demotion=170, mark=reading((MARK,))), fw2(M, M))
    back = plan(V.FAILBACK, both)
    assert refusals(back, both) == set()
    assert "node-demoted" in warnings(back, both)
    assert back.expectation.demotion == (("fw1", 50),)
    reset = plan(V.DEMOTION_RESET, both, "fw1")
    assert refusals(reset, both) == set()
    assert (reset.steps[0].command, reset.steps[0].undo) == (demote(-50), (demote(50),))
    assert reset.expectation.demotion == (("fw1", 120),)
    with pytest.raises(Unplannable, match="is ours: fail back"):
        plan(V.DEMOTION_RESET, switched(), "fw1")


def test_what_is_left_of_a_demotion_of_ours_that_another_hand_made_smaller_is_reset() -> None:
    left = pair(fw1(B, B, demotion=110, mark=reading((MARK,))), fw2(M, M))
    reset = plan(V.DEMOTION_RESET, left, "fw1")
    assert refusals(reset, left) == set()
    assert reset.expectation.demotion == (("fw1", 0),)


def test_what_serves_is_not_rebooted() -> None:
    assert "serves-vips" in refusals(plan(V.REBOOT, pair(), "fw1"), pair())


def test_states_are_asked_for_where_pfsync_runs() -> None:
    down = fw1()
    halted = tuple(
        replace(each, flags=("BROADCAST",)) if each.pfsync else each
        for each in down.interfaces.value or ()
    )
    snapshot = pair(replace(down, interfaces=reading(halted)))
    assert "pfsync-down" in refusals(plan(V.PFSYNC_BULK, snapshot, "fw2"), snapshot)
    factor = replace(fw1().carp.value, pfsync_demotion_factor=240)  # type: ignore[type-var]
    snapshot = pair(replace(fw1(), carp=reading(factor)))
    assert "bulk-demotes" in refusals(plan(V.PFSYNC_BULK, snapshot, "fw1"), snapshot)


@pytest.mark.parametrize("verb", [V.SYNC_NOW, V.PFSYNC_BULK])
def test_nothing_is_sent_to_a_peer_that_boots_or_is_away(verb: Verb) -> None:
    for id, peer in (("peer-booting", fw2(booting=reading(True))), *PEERS[:3]):
        snapshot = pair(fw1(), peer)
        node = "fw1" if verb is V.PFSYNC_BULK else None
        assert id in refusals(plan(verb, snapshot, node), snapshot)


@pytest.mark.parametrize(
    ("id", "peer"),
    [
        ("state-parity", fw2(states=89)),
        ("state-parity", replace(fw2(), pf=replace(fw2().pf, value=None, taken_at=None))),
        ("creators", fw2(creators=reading(("bbbb",)))),
        ("gateways", fw2(gateways=reading((Gateway("WAN_GW", 0.0, 0.0, 1.0),)))),
        ("clock-skew", fw2(clock=reading(NodeClock(1_790_000_060, 0)))),
        ("peer-young", fw2(system=reading(SystemStats(boottime=1_790_000_000 - 90)))),
        ("drift-unknown", fw2()),
        ("state-sync-broken", fw2(interfaces=fw2().interfaces.value[:2])),  # type: ignore[index]
    ],
)
def test_what_costs_is_shown_and_refuses_nothing(id: str, peer: Any) -> None:
    snapshot = pair(fw1(), peer)
    made = plan(V.SWITCHOVER, snapshot)
    assert id in warnings(made, snapshot)
    assert refusals(made, snapshot) == set()


def test_a_pfctl_that_cannot_list_creators_is_no_warning() -> None:
    unread: Reading[tuple[str, ...]] = Reading()
    failed = unread.failed(ReadError(ErrorKind.MISSING, "no such list"), NOW)
    snapshot = pair(fw1(creators=failed), fw2(creators=failed))
    assert "creators" not in warnings(plan(V.SWITCHOVER, snapshot), snapshot)
    snapshot = pair(fw1(), fw2(creators=Reading()))
    assert "creators" in warnings(plan(V.SWITCHOVER, snapshot), snapshot)


def test_of_a_failback_the_home_must_reach_its_gateways() -> None:
    snapshot = switched(gateways=reading((Gateway("WAN_GW", 0.0, 0.0, 1.0),)))
    made = plan(V.FAILBACK, snapshot)
    found = gate.findings(made, snapshot, gate.Context())
    assert [each.node for each in found if each.id == "gateways"] == ["fw1"]


def test_a_bulk_transfer_under_way_is_shown() -> None:
    line = sync_interfaces()[1]
    assert line.pfsync is not None
    pending = replace(line, pfsync=replace(line.pfsync, syncok=False))
    second = fw2()
    interfaces = (*(second.interfaces.value or ())[:-1], pending)
    snapshot = pair(fw1(), replace(second, interfaces=reading(interfaces)))
    assert "syncok" in warnings(plan(V.SWITCHOVER, snapshot), snapshot)


def test_a_role_that_flipped_meanwhile_refuses() -> None:
    made = plan(V.SWITCHOVER, pair())
    given = gate.permit(made, pair(), gate.Context())
    assert isinstance(given, gate.Permit)
    flipped = pair(fw1(B, B), fw2(M, M))
    assert "roles-changed" in refusals(made, flipped)
    found = next(
        each for each in gate.findings(made, flipped, gate.Context()) if each.id == "roles-changed"
    )
    assert found.node == "fw1"
    assert "was MASTER when the plan was made, and is BACKUP now" in found.text


def test_a_role_that_was_not_known_is_not_told_as_missing() -> None:
    made = plan(V.DEMOTION_RESET, pair(fw1(demotion=33), unreachable(fw2())), "fw1")
    assert {line.known for line in made.roles if line.node == "fw2"} == {False}
    found = gate.findings(made, pair(fw1(demotion=33)), gate.Context())
    said = next(each.text for each in found if each.id == "roles-changed")
    assert said == (
        "WAN VHID 1 on fw2 was not known when the plan was made; cancel and open it again."
    )


def test_a_permit_lasts_no_longer_than_both_nodes_answer() -> None:
    given = gate.permit(plan(V.SWITCHOVER, pair()), pair(), gate.Context())
    assert isinstance(given, gate.Permit)
    assert gate.silent(given, pair(), NOW) is None
    found = gate.silent(given, pair(), NOW + 5.5)
    assert found is not None and found.id == "node-stale"
    found = gate.silent(given, pair(fw1(), unreachable(fw2())), NOW)
    assert found is not None and found.id == "peer-unreachable"
    given = gate.permit(plan(V.FAILOVER, pair(), **FORCED), pair(), gate.Context())
    assert isinstance(given, gate.Permit)
    assert gate.silent(given, pair(fw1(), unreachable(fw2())), NOW) is None


def test_a_plan_of_another_time_refuses() -> None:
    made = plan(V.SWITCHOVER, pair())
    assert "plan-outdated" in refusals(made, pair(fw1(demotion=10)))
    assert "plan-outdated" in refusals(plan(V.FAILBACK, switched()), pair(fw1(B, B), fw2(M, M)))


def test_a_snapshot_that_is_renewed_no_more_grows_old() -> None:
    made = plan(V.SWITCHOVER, pair())
    assert {"node-stale", "peer-stale"} <= refusals(made, pair(), now=NOW + 5.5)


def test_only_the_gate_makes_permits() -> None:
    with pytest.raises(TypeError):
        gate.Permit(plan(V.SWITCHOVER, pair()), (), object())


FORCED = {"reason": "fw1 forwards nothing", "confirmed": "FW1"}


@pytest.mark.parametrize(("id", "peer"), PEERS)
def test_a_forced_failover_is_told_but_not_held_back(id: str, peer: Any) -> None:
    snapshot = pair(fw1(), peer)
    made = plan(V.FAILOVER, snapshot, "fw1", **FORCED)
    assert refusals(made, snapshot, last_change=1.0, unfinished=1) == set()
    assert {id, "cooldown", "unfinished"} <= warnings(made, snapshot, last_change=1.0, unfinished=1)


def test_a_forced_failover_wants_a_reason_and_the_name() -> None:
    made = plan(V.FAILOVER, pair())
    assert refusals(made, pair()) == {"no-reason", "not-confirmed"}
    made = plan(V.FAILOVER, pair(), reason="x", confirmed="fw2")
    assert refusals(made, pair()) == {"not-confirmed"}
    assert refusals(plan(V.SWITCHOVER, pair(), confirmed="fw2"), pair()) == {"not-confirmed"}


def test_what_holds_back_even_a_forced_failover() -> None:
    made = plan(V.FAILOVER, pair(), **FORCED)
    assert refusals(made, pair(), read_only=True) == {"read-only"}
    one = pair(fw1(), fw2(B, B, 254, maintenance=reading(True)))
    by_mode = plan(V.FAILOVER, one, method=Method.MAINTENANCE, **FORCED)
    assert refusals(by_mode, one) == {"both-in-maintenance-after"}
    dead = pair(unreachable(fw1()), fw2())
    made = plan(V.FAILOVER, dead, "fw1", **FORCED)
    assert refusals(made, dead) == {"node-unreachable"}
    found = gate.findings(made, dead, gate.Context())
    assert "Only stopping its virtual machine would remain." in found[0].text


def test_a_forced_failover_to_a_peer_that_nothing_reaches_is_refused() -> None:
    silent = unreachable(fw2())
    failed = silent.snmp.failed(ReadError(ErrorKind.FAILED, "timed out"), NOW)
    for peer in (replace(silent, snmp=failed), replace(silent, snmp=reading(None, age=60))):
        snapshot = pair(fw1(), peer)
        assert refusals(plan(V.FAILOVER, snapshot, "fw1", **FORCED), snapshot) == {"moves-nothing"}
    heard = pair(fw1(), replace(silent, snmp=reading(None)))
    assert refusals(plan(V.FAILOVER, heard, "fw1", **FORCED), heard) == set()


def test_an_obstacle_is_removed_even_without_the_peer() -> None:
    alone = pair(fw1(M, M, 254, maintenance=reading(True)), unreachable(fw2()))
    made = plan(V.MAINTENANCE_LEAVE, alone, "fw1")
    assert refusals(made, alone) == set()
    assert "peer-unreachable" in warnings(made, alone)
    off = pair(fw1(X, X, allow=False, demotion=480), unreachable(fw2()))
    assert refusals(plan(V.CARP_ENABLE, off, "fw1"), off) == set()
