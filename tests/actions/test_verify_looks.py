"""When an action counts as done, as failed, and as neither."""

from dataclasses import replace

import pytest
from action_pairs import fw1, fw2, maintained, pair, plan, sampled, switched

from pfha_tui.actions.model import Expectation, Plan, Result, Verb
from pfha_tui.actions.proof import Proof, Revision, bulk_done, read_revision
from pfha_tui.actions.verify import Verifier, look
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.snapshot import PairSnapshot
from tests.domain.domain_pairs import NOW, B, M, X, unreachable

V = Verb
NOTHING = Proof()
MERGED = "(system)@172.16.1.2: Merged in config (filter, nat sections) from XMLRPC client."


def run(made: Plan, *steps: tuple[PairSnapshot, float, float, float]) -> list[Result | None]:
    """What the verifier says at each step: picture, and in seconds since the first when the newest sample of each
    node began, and when it is."""
    watching = Verifier(made)
    return [
        watching.step(sampled(picture, first, second, NOW + at), NOTHING)
        for picture, first, second, at in steps
    ]


def test_two_equal_samples_of_both_nodes_confirm() -> None:
    made = plan(V.SWITCHOVER, pair())
    done = switched()
    assert run(
        made, (pair(), -1, -1, 0), (done, 0.9, 0.9, 1), (done, 1.9, 0.9, 2), (done, 1.9, 2.05, 2.1)
    ) == [
        None,
        None,
        None,
        Result.CONFIRMED,
    ]


def test_samples_that_were_under_way_when_it_was_done_do_not_count() -> None:
    made = plan(V.SWITCHOVER, pair())
    done = switched()
    found = run(
        made, (done, -1, -1, 0), (done, -0.1, 0.9, 1), (done, 1, 1.9, 2), (done, 2.9, 2.9, 3)
    )
    assert found == [None, None, None, Result.CONFIRMED]


def test_a_sample_that_was_under_way_when_the_picture_came_is_no_second_one() -> None:
    made = plan(V.SWITCHOVER, pair())
    done = switched()
    found = run(made, (pair(), -1, -1, 0), (done, 0.5, 0.5, 1), (done, 0.9, 1.5, 2))
    assert found == [None, None, None]


def test_a_picture_that_changes_between_the_samples_starts_anew() -> None:
    made = plan(V.SWITCHOVER, pair())
    half = pair(fw1(B, M, demotion=120), fw2(M, B))
    done = switched()
    found = run(
        made,
        (pair(), -1, -1, 0),
        (done, 0.9, 0.9, 1),
        (half, 1.9, 1.9, 2),
        (done, 2.9, 2.9, 3),
        (done, 3.9, 3.9, 4),
    )
    assert found == [None, None, None, None, Result.CONFIRMED]


def test_the_contrary_contradicts_only_after_the_time_that_it_may_take() -> None:
    made = plan(V.SWITCHOVER, pair())
    kept = pair(fw1(demotion=120))
    most = made.duration_s[1]
    found = run(
        made,
        (pair(), -1, -1, 0),
        (kept, 0.9, 0.9, 1),
        (kept, 1.9, 1.9, 2),
        (kept, most - 0.2, most - 0.2, most - 0.1),
        (kept, most - 0.05, most - 0.05, most),
    )
    assert found == [None, None, None, None, Result.CONTRADICTED]


def test_late_but_as_expected_is_confirmed() -> None:
    made = plan(V.SWITCHOVER, pair())
    late = made.duration_s[1] + 1
    found = run(
        made,
        (pair(), -1, -1, 0),
        (switched(), 1, 1, late),
        (switched(), late + 0.5, late + 0.5, late + 1),
    )
    assert found[-1] is Result.CONFIRMED


@pytest.mark.parametrize("picture", [pair(fw1(B, B), unreachable(fw2(M, M))), switched()])
def test_what_cannot_be_seen_in_time_is_unknown(picture: PairSnapshot) -> None:
    """A node that is away, or that gives no second sample."""
    made = plan(V.SWITCHOVER, pair())
    end = made.verify_s
    found = run(made, (pair(), -1, -1, 0), (picture, 0.9, 0.9, 1), (picture, 1.9, 0.9, end))
    assert found == [None, None, Result.UNKNOWN]


def test_a_node_that_is_away_contradicts_nothing() -> None:
    made = plan(V.SWITCHOVER, pair())
    dark = pair(fw1(demotion=120), unreachable(fw2()))
    most = made.duration_s[1]
    found = run(
        made,
        (pair(), -1, -1, 0),
        (dark, 0.9, 0.9, 1),
        (dark, 2, 2, most),
        (dark, most + 0.9, most + 0.9, most + 1),
    )
    assert set(found) == {None}


def test_evidence_tells_flag_skew_roles_and_sysctls() -> None:
    made = plan(V.MAINTENANCE_ENTER, pair(), "fw1")
    found = {(e.node, e.what): (e.expected, e.found, e.holds) for e in _look(made, maintained())}
    assert found["fw1", "maintenance flag"] == ("on", "on", True)
    assert found["fw1", "advskew of every VHID"] == ("254", "254", True)
    assert found["fw2", "role of WAN VHID 1"] == ("MASTER", "MASTER", True)
    assert found["fw2", "answers"] == ("yes", "yes", True)
    half = pair(fw1(B, B, (254, 0)), fw2(M, M))
    found = {(e.node, e.what): (e.expected, e.found, e.holds) for e in _look(made, half)}
    assert found["fw1", "maintenance flag"] == ("on", "off", False)
    assert found["fw1", "advskew of every VHID"] == ("254", "0 and 254", False)


def _look(made: Plan, snapshot: PairSnapshot, proof: Proof = NOTHING) -> tuple:  # type: ignore[type-arg]
    return look(made.expectation, snapshot, proof)


def test_a_vhid_that_went_with_its_addresses_is_off_as_well() -> None:
    made = plan(V.CARP_DISABLE, pair(), "fw1")
    gone = fw1(X, X, allow=False)
    gone = replace(gone, roles=tuple(replace(role, state=None) for role in gone.roles))
    assert all(each.holds for each in _look(made, pair(gone, fw2(M, M))))
    assert all(each.holds for each in _look(made, pair(fw1(X, X, allow=False), fw2(M, M))))


def test_every_address_is_looked_for() -> None:
    made = plan(V.CARP_ENABLE, pair(fw1(X, X, allow=False), fw2(M, M)), "fw1")
    assert all(each.holds for each in _look(made, pair()))
    bare = fw1()
    stripped = tuple(
        replace(each, addresses=()) if each.name == "vtnet1" else each
        for each in bare.interfaces.value or ()
    )
    lost = replace(bare, interfaces=replace(bare.interfaces, value=stripped))
    wrong = [each for each in _look(made, pair(lost)) if not each.holds]
    assert [(each.what, each.found) for each in wrong] == [("192.168.1.1 on vtnet1", "not there")]


@pytest.mark.parametrize(
    ("proof", "holds"),
    [
        (NOTHING, None),
        (Proof(merge_after=100, revision=Revision(100, MERGED)), True),
        (Proof(merge_after=101, revision=Revision(100, MERGED)), False),
        (Proof(merge_after=100, revision=Revision(101, "admin@10.0.0.1: edited")), False),
        (
            Proof(
                merge_after=100,
                revision=Revision(
                    102, "(system)@172.16.1.2: Sync'd users and groups via XMLRPC (admin)"
                ),
            ),
            True,
        ),
    ],
)
def test_a_sync_is_proved_by_the_secondarys_revision(proof: Proof, holds: bool | None) -> None:
    (found,) = look(Expectation(merge_on="fw2"), pair(), proof)[2:]
    assert (found.node, found.holds) == ("fw2", holds)


@pytest.mark.parametrize("done", [None, True, False])
def test_a_transfer_of_states_is_proved_by_the_log(done: bool | None) -> None:
    (found,) = look(Expectation(bulk_on="fw2"), pair(), Proof(bulk_done=done))[2:]
    assert found.holds is done


@pytest.mark.parametrize(("ago", "holds"), [(None, None), (0, False), (3, False), (90, True)])
def test_a_reboot_is_proved_by_a_later_boot(ago: int | None, holds: bool | None) -> None:
    boot = pair().secondary.system.value
    assert boot is not None and boot.boottime is not None
    before = boot.boottime - ago if ago is not None else None
    found = look(Expectation(boot_of="fw2"), pair(), Proof(boot_before=before))
    assert [(each.what, each.holds) for each in found[2:]] == [
        ("boot", holds),
        ("boot has ended", True),
    ]


@pytest.mark.parametrize(
    ("text", "revision"),
    [
        (
            "\t<revision>\n\t\t<time>1700000000</time>\n"
            "\t\t<description><![CDATA[(system)@172.16.1.2: Sync&#039;d users]]></description>\n"
            "\t\t<username><![CDATA[(system)]]></username>\n\t</revision>\n",
            Revision(1_700_000_000, "(system)@172.16.1.2: Sync'd users"),
        ),
        (
            "<revision><time>5</time><description>a &amp; b\x1b[2J</description></revision>",
            Revision(5, "a & b\ufffd[2J"),
        ),
        ("<revision><time>5</time></revision>", Revision(5, "")),
        ("<revision></revision><time>5</time>", None),
        ("<revision><time>yesterday</time></revision>", None),
        ("", None),
    ],
)
def test_a_revision_is_read(text: str, revision: Revision | None) -> None:
    assert read_revision(text) == revision


def event(epoch: float, reason: str, node: str = "fw2") -> Event:
    text = f"carp: demoted by 0 to 0 ({reason})"
    return Event(epoch, Resolution.S, EventKind.DEMOTION, node, text, reason=reason)


def test_the_log_says_when_a_transfer_was_done() -> None:
    events = [event(10, "pfsync bulk done"), event(20, "pfsync bulk start")]
    assert bulk_done(events, "fw2", 15) is None
    assert bulk_done([*events, event(21, "pfsync bulk done")], "fw2", 15) is True
    assert bulk_done([*events, event(21, "pfsync bulk fail")], "fw2", 15) is False
    assert bulk_done([event(21, "pfsync bulk done", "fw1")], "fw2", 15) is None
