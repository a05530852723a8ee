"""Changes from snapshot to snapshot: each once, with what it was before."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.causes import cause
from pfha_tui.domain.changes import Change, ChangeKind, ChangeLog
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import CarpState, CarpSysctls, Interface, NodeClock
from pfha_tui.domain.reading import Reading, Source
from pfha_tui.domain.snapshot import CarpRole, LinkState, LinkStatus, NodeSnapshot, PairSnapshot
from pfha_tui.domain.target import NodeRole
from pfha_tui.domain.transitions import LIMIT, merge
from pfha_tui.domain.verdict import Cause, Verdict, VerdictKind

NOW, EPOCH = 1000.0, 1_800_000_000.0
M, B, INIT = CarpState.MASTER, CarpState.BACKUP, CarpState.INIT
LIVE = LinkStatus(LinkState.LIVE, NOW)


def read(value: Any, at: float = NOW) -> Reading[Any]:
    return Reading().renewed(value, at, Source.SSH)


def node(name: str, state: CarpState, **more: Any) -> NodeSnapshot:
    plain = NodeSnapshot(
        name,
        NodeRole.PRIMARY if name == "fw1" else NodeRole.SECONDARY,
        "192.0.2.1",
        NOW,
        reachable=True,
        ssh=LIVE,
        roles=(CarpRole("vtnet0", 1, state),),
        clock=read(NodeClock(int(EPOCH), 0)),
        interfaces=read((Interface("vtnet0", ("UP",), 1500, "WAN", status="active"),)),
        carp=read(CarpSysctls(True, True, 0)),
    )
    return replace(plain, **more)


def pair(at: float = 0.0, *events: Event, **more: Any) -> PairSnapshot:
    """The healthy pair, `at` seconds after the first."""
    plain = PairSnapshot(
        "HQ",
        1,
        NOW + at,
        EPOCH + at,
        node("fw1", M),
        node("fw2", B),
        Verdict(VerdictKind.HEALTHY, "fw1 serves", (), True),
        merge((), events),
    )
    return replace(plain, **more)


def role(
    at: float, source: Source, reason: str = "", old: CarpState | None = M, **more: Any
) -> Event:
    exact = Resolution.MS if source is Source.DEVD else Resolution.S
    plain = Event(
        EPOCH + at, exact, EventKind.TRANSITION, "fw1", "", source, "vtnet0", 1, old, B, reason
    )
    return replace(plain, **more)


def told(first: PairSnapshot, *later: PairSnapshot) -> list[Change]:
    log = ChangeLog(first)
    return [change for snapshot in later for change in log.step(snapshot)]


def test_a_role_that_three_sources_tell_is_one_change() -> None:
    devd = role(5.12, Source.DEVD, old=None)
    log = role(5, Source.LOG, "more frequent advertisement received")
    poll = role(6, Source.SSH)
    (change,) = told(pair(), pair(5.2, devd), pair(5.3, devd, log), pair(6, devd, log, poll))
    assert change == Change(
        "HQ",
        EPOCH + 5.12,
        Resolution.MS,
        ChangeKind.ROLE,
        "fw1",
        "MASTER to BACKUP",
        "vtnet0",
        1,
        "MASTER",
        "BACKUP",
        Source.DEVD,
    )


def test_a_role_that_comes_and_goes_is_as_many_changes() -> None:
    away, back = role(5, Source.DEVD), role(9, Source.DEVD, old=B, new=M)
    assert [(c.old, c.new) for c in told(pair(), pair(5, away), pair(9, away, back))] == [
        ("MASTER", "BACKUP"),
        ("BACKUP", "MASTER"),
    ]


def test_the_reason_is_part_of_the_clause_and_a_vanished_vhid_is_missing() -> None:
    gone = role(5, Source.SSH, new=None)
    (reasoned,) = told(pair(), pair(5, role(5, Source.LOG, "preempted")))
    (vanished,) = told(pair(), pair(5, gone))
    assert reasoned.text == "MASTER to BACKUP: preempted"
    assert (vanished.new, vanished.text) == ("missing", "MASTER to missing")


def test_what_is_older_than_the_first_snapshot_is_not_told() -> None:
    history = [role(-3600, Source.LOG), role(-1800, Source.LOG, old=B, new=M)]
    assert told(pair(0, *history), pair(1, *history)) == []
    assert told(pair(), pair(1, *history)) == []


@pytest.mark.parametrize("ahead", [-3600, -1, 0, 1, 3600])
def test_age_of_a_log_line_is_judged_by_the_clock_of_its_node(ahead: int) -> None:
    def snapshot(at: float, *events: Event) -> PairSnapshot:
        clock = read(NodeClock(int(EPOCH + at) + ahead, 0), NOW + at)
        return replace(pair(at, *events), primary=node("fw1", M, clock=clock))

    old, new = role(ahead - 60, Source.LOG), role(ahead + 60, Source.LOG)
    assert len(told(snapshot(0), snapshot(61, old, new))) == 1
    unknown = replace(pair(61, new), primary=node("fw1", M, clock=Reading()))
    assert len(told(pair(), unknown)) == (ahead >= -60)


def test_a_role_that_a_wrong_clock_logs_is_one_change() -> None:
    def snapshot(at: float, *events: Event) -> PairSnapshot:
        clock = read(NodeClock(int(EPOCH + at) + 40, 0), NOW + at)
        return replace(pair(at, *events), primary=node("fw1", M, clock=clock))

    devd, log = role(5.12, Source.DEVD), role(45, Source.LOG, "preempted")
    assert len(told(snapshot(0), snapshot(6, devd), snapshot(7, devd, log))) == 1


def test_link_and_demotion_know_what_was_before() -> None:
    down = Event(
        EPOCH + 1,
        Resolution.MS,
        EventKind.LINK,
        "fw1",
        "link down",
        Source.DEVD,
        "vtnet0",
        after="DOWN",
    )
    logged = replace(
        down, epoch=EPOCH + 9, source=Source.LOG, text="vtnet0: link state changed to UP", after=""
    )
    demoted = Event(
        EPOCH + 2,
        Resolution.S,
        EventKind.DEMOTION,
        "fw1",
        "carp: demoted by 240 to 240 (interface down)",
        Source.LOG,
    )
    changes = told(pair(), pair(2, down, demoted), pair(9, down, demoted, logged))
    assert [(c.kind, c.old, c.new) for c in changes] == [
        (ChangeKind.LINK, "up", "down"),
        (ChangeKind.DEMOTION, "0", "240"),
        (ChangeKind.LINK, "down", "up"),
    ]


def test_what_was_before_is_never_what_is_now() -> None:
    """A node that boots logs its links going up; they were known to be up before it went down."""
    up = Event(
        EPOCH + 5,
        Resolution.S,
        EventKind.LINK,
        "fw1",
        "vtnet0: link state changed to UP",
        Source.LOG,
        "vtnet0",
    )
    again = role(6, Source.DEVD, old=None, new=M)
    changes = told(pair(), pair(7, up, again))
    assert [(c.kind, c.old, c.new) for c in changes] == [
        (ChangeKind.LINK, None, "up"),
        (ChangeKind.ROLE, None, "MASTER"),
    ]
    assert changes[1].text == "now MASTER"


@pytest.mark.parametrize("kind", [EventKind.PFSYNC, EventKind.SYNC, EventKind.ACTION])
def test_other_events_keep_their_kind_and_words(kind: EventKind) -> None:
    event = Event(EPOCH + 1, Resolution.S, kind, "fw2", "what the log said", Source.LOG)
    (change,) = told(pair(), pair(1, event))
    assert (change.kind.value, change.text, change.old) == (kind.value, "what the log said", None)


def test_connections_are_told_of_the_node_and_of_each_way_to_it() -> None:
    def snapshot(at: float, reachable: bool, state: LinkState) -> PairSnapshot:
        link = LinkStatus(state, NOW + at, "no answer" if state is LinkState.DOWN else "")
        why = "" if reachable else "SSH: no answer"
        first = node("fw1", M, reachable=reachable, unreachable_why=why, ssh=link)
        return replace(pair(at), primary=first)

    changes = told(
        pair(),
        snapshot(1, True, LinkState.SUSPECT),
        snapshot(2, False, LinkState.DOWN),
        snapshot(3, False, LinkState.CONNECTING),
        snapshot(4, False, LinkState.DOWN),
        snapshot(5, True, LinkState.LIVE),
    )
    assert [(c.epoch - EPOCH, c.source, c.old, c.new, c.text) for c in changes] == [
        (2, None, "reachable", "unreachable", "unreachable: SSH: no answer"),
        (2, Source.SSH, "live", "down", "ssh down: no answer"),
        (5, None, "unreachable", "reachable", "reachable"),
        (5, Source.SSH, "down", "live", "ssh live"),
    ]
    assert {(c.kind, c.node) for c in changes} == {(ChangeKind.CONNECTION, "fw1")}


def test_a_verdict_is_told_once_it_is_confirmed_and_after_its_reasons() -> None:
    def verdict(at: float, kind: VerdictKind, confirmed: bool, *events: Event) -> PairSnapshot:
        return replace(pair(at, *events), verdict=Verdict(kind, "why", (), confirmed))

    first = replace(pair(), verdict=Verdict(VerdictKind.UNKNOWN, "nothing is known"))
    lost = role(2, Source.DEVD)
    changes = told(
        first,
        verdict(1, VerdictKind.HEALTHY, True),
        verdict(2, VerdictKind.NO_MASTER, False),
        verdict(3, VerdictKind.NO_MASTER, True, lost),
        verdict(4, VerdictKind.NO_MASTER, True, lost),
    )
    assert [(c.kind, c.old, c.new) for c in changes] == [
        (ChangeKind.VERDICT, None, "healthy"),
        (ChangeKind.ROLE, "MASTER", "BACKUP"),
        (ChangeKind.VERDICT, "healthy", "no-master"),
    ]


def test_a_verdict_is_told_again_where_its_reasons_change_but_not_for_their_numbers() -> None:
    def degraded(at: float, *causes: Cause, master: str = "fw1") -> PairSnapshot:
        first, second = (node(name, M if name == master else B) for name in ("fw1", "fw2"))
        verdict = Verdict(VerdictKind.DEGRADED, f"why {at}", causes, True)
        return replace(pair(at), verdict=verdict, primary=first, secondary=second)

    def gap(states: int) -> Cause:
        return cause("state-gap", f"fw1 holds {states} states", "fw1")

    changes = told(
        degraded(0, cause("unreachable", "no way", "fw2")),
        degraded(1, cause("unreachable", "another way", "fw2")),
        degraded(2, cause("unreachable", "no way", "fw2"), gap(5)),
        degraded(3, cause("unreachable", "no way", "fw2"), gap(6)),
        degraded(4, gap(6), cause("not-permitted", "a note", "fw1")),
        degraded(5, gap(6), cause("not-permitted", "a note", "fw1"), master="fw2"),
    )
    told_again = [c.text for c in changes if c.kind is ChangeKind.VERDICT]
    assert told_again == ["why 2", "why 4", "why 5"]
    assert {(c.old, c.new) for c in changes} == {("degraded", "degraded")}


def test_a_full_timeline_does_not_hide_what_is_new() -> None:
    log = ChangeLog(pair())
    events: tuple[Event, ...] = ()
    for number in range(LIMIT + 50):
        event = Event(EPOCH + number, Resolution.S, EventKind.SYNC, "fw1", str(number), Source.LOG)
        events = merge(events, (event,))
        changes = log.step(replace(pair(number), events=events))
        assert [change.text for change in changes] == [str(number)]


EVENTS = st.lists(
    st.builds(
        Event,
        st.floats(EPOCH - 100, EPOCH + 100),
        st.sampled_from(Resolution),
        st.sampled_from(EventKind),
        st.sampled_from(["fw1", "fw2", "stranger", None]),
        st.text(max_size=5),
        st.sampled_from([None, *Source]),
        st.sampled_from([None, "vtnet0", "x"]),
        st.sampled_from([None, 1, 300]),
        st.sampled_from([None, *CarpState]),
        st.sampled_from([None, *CarpState]),
    ),
    max_size=12,
)


@given(EVENTS, EVENTS)
def test_the_same_is_never_told_twice(before: list[Event], after: list[Event]) -> None:
    first = pair(0, *before)
    second = replace(pair(200), events=merge(first.events, after))
    log = ChangeLog(first)
    assert len(log.step(second)) <= len(after)
    assert log.step(second) == ()
    assert log.step(replace(second, events=tuple(second.events))) == ()
