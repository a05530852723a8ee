"""One timeline of what was pushed, logged and polled."""

from dataclasses import replace
from typing import Any

import pytest
from domain_pairs import LAN, NOW, WAN, B, M, X, primary, silent, unreachable
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.events import REACHABLE, UNREACHABLE, Event, EventKind, Resolution
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import Source
from pfha_tui.domain.roles import PushedState, carp_roles
from pfha_tui.domain.target import NodeRole
from pfha_tui.domain.transitions import LIMIT, events_between, merge

EPOCH = 50_000.0


def told(new: CarpState, epoch: float, source: Source, vhid: int = 1, **kw: Any) -> Event:
    resolution = Resolution.MS if source is Source.DEVD else Resolution.S
    text = f"{source.value} {new.value}"
    return replace(
        Event(epoch, resolution, EventKind.TRANSITION, "fw1", text, source, WAN, vhid, None, new),
        **kw,
    )


def link(text: str, epoch: float, source: Source) -> Event:
    return Event(epoch, Resolution.S, EventKind.LINK, "fw1", text, source, LAN)


# What polling alone sees


def test_the_first_snapshot_and_the_first_reading_are_no_change() -> None:
    assert events_between(None, primary(), EPOCH) == ()
    begin = replace(silent(NodeRole.PRIMARY), reachable=None)
    texts = [event.text for event in events_between(begin, primary(), EPOCH)]
    assert texts == ["reachable"]


def test_nothing_changed_is_no_event() -> None:
    assert events_between(primary(), primary(), EPOCH) == ()


def test_a_cable_pull_as_polling_sees_it() -> None:
    events = events_between(
        primary(M, M), primary(B, X, demotion=240, lan_status="no carrier"), EPOCH
    )
    assert [(each.kind, each.interface, each.text) for each in events] == [
        (EventKind.LINK, LAN, "link down"),
        (EventKind.DEMOTION, None, "demoted by 240 to 240"),
        (EventKind.TRANSITION, WAN, "MASTER → BACKUP"),
        (EventKind.TRANSITION, LAN, "MASTER → INIT"),
    ]
    assert all(each.epoch == EPOCH and each.node == "fw1" for each in events)
    assert (events[2].old, events[2].new, events[2].vhid) == (M, B, 1)


def test_a_vhid_that_goes_missing_is_an_event_once() -> None:
    whole, less = primary(), primary(M, None)
    assert less.interfaces.value is not None
    expected = [(WAN, 1), (LAN, 2)]
    roles = carp_roles(less.interfaces.value, 0, Source.SSH, NOW, {}, expected)
    missing = replace(less, roles=roles)
    (event,) = events_between(whole, missing, EPOCH)
    assert (event.text, event.new) == ("MASTER → missing", None)
    assert events_between(missing, missing, EPOCH) == ()


def test_a_pushed_role_is_left_to_the_pushed_line() -> None:
    before = primary()
    assert before.interfaces.value is not None
    pushed = {(WAN, 1): PushedState(B, NOW + 1)}
    roles = carp_roles(before.interfaces.value, 0, Source.SSH, NOW, pushed, ())
    assert events_between(before, replace(before, roles=roles), EPOCH) == ()


def test_reachability() -> None:
    gone = unreachable(primary())
    (lost,) = events_between(primary(), gone, EPOCH)
    assert (lost.kind, lost.text) == (EventKind.CONNECTION, "unreachable: SSH: timed out")
    assert lost.after == UNREACHABLE
    (back,) = events_between(gone, primary(), EPOCH)
    assert (back.text, back.after) == ("reachable", REACHABLE)


# One timeline


def test_devd_log_and_poll_tell_one_change_once_in_any_order() -> None:
    devd = told(M, 100.120, Source.DEVD)
    log = told(M, 100.0, Source.LOG, reason="master timed out", old=B)
    poll = told(M, 101.0, Source.SSH, old=B)
    orders = [(devd, log, poll), (poll, log, devd), (log, poll, devd), (poll, devd, log)]
    for order in orders:
        timeline: tuple[Event, ...] = ()
        for event in order:
            timeline = merge(timeline, (event,))
        assert timeline == (replace(devd, reason="master timed out", old=B),)


@pytest.mark.parametrize("ahead", [3600.0, -7.0])
def test_a_wrong_clock_of_the_node_does_not_make_two_changes_of_one(ahead: float) -> None:
    devd = told(M, 100.120, Source.DEVD)
    log = told(M, 100.0 + ahead, Source.LOG, reason="master timed out", old=B)
    other = told(M, 160.0, Source.DEVD)
    for order in ((devd, log, other, log), (other, log, devd, log)):
        timeline = merge((), order, offsets={"fw1": ahead})
        assert timeline == (replace(devd, reason="master timed out", old=B), other)
    assert len(merge((), (devd, log), offsets={"fw2": ahead})) == 2


def test_of_what_was_before_the_log_knows_best() -> None:
    devd = told(B, 100.120, Source.DEVD, old=M)
    log = told(B, 100.0, Source.LOG, old=X)
    for order in ((devd, log), (log, devd)):
        assert merge((), order) == (replace(devd, old=X),)


def test_a_flap_keeps_all_its_changes() -> None:
    devd = [told(s, 100 + t, Source.DEVD) for s, t in ((M, 0.1), (B, 0.5), (M, 1.2))]
    log = [told(s, 100 + t, Source.LOG, reason="r") for s, t in ((M, 0), (B, 0), (M, 1))]
    for order in (devd + log, log + devd):
        timeline = merge((), order)
        assert [(each.epoch, each.reason) for each in timeline] == [
            (100.1, "r"),
            (100.5, "r"),
            (101.2, "r"),
        ]


def test_other_vhids_nodes_and_times_are_other_changes() -> None:
    base = told(M, 100.0, Source.DEVD)
    others = [
        told(M, 100.0, Source.LOG, vhid=2),
        told(M, 100.0, Source.LOG, node="fw2"),
        told(M, 104.0, Source.LOG),
        told(B, 100.0, Source.LOG),
    ]
    assert len(merge((base,), others)) == 5


def test_a_poll_after_a_gap_adds_nothing_to_what_the_log_dates() -> None:
    log = told(M, 100.0, Source.LOG)
    poll = told(M, 160.0, Source.SSH)
    assert merge((log,), (poll,)) == (log,)
    assert merge((poll,), (log,)) == (log,)


def test_a_poll_stands_where_the_log_knows_a_later_change_or_none() -> None:
    log = [told(M, 100.0, Source.LOG), told(B, 110.0, Source.LOG)]
    poll = told(M, 160.0, Source.SSH)
    assert merge((), [*log, poll])[-1] == poll
    assert merge((), [poll]) == (poll,)
    between = [told(B, 130.0, Source.LOG), told(M, 160.0, Source.SSH)]
    assert merge(tuple(between), [told(M, 100.0, Source.LOG)])[-1] == between[-1]


def test_links_and_demotion_of_all_sources_agree() -> None:
    log = link("vtnet1: link state changed to DOWN", 100.0, Source.LOG)
    devd = link("link down", 100.4, Source.DEVD)
    poll = link("link down", 101.0, Source.SSH)
    assert merge((), (poll, log, devd)) == (devd,)
    up = link("link up", 101.5, Source.DEVD)
    assert merge((devd,), (up,)) == (devd, up)
    words = ("carp: demoted by 240 to 480 (interface down)", "demoted by 480 to 480")
    log, poll = (
        Event(100.0, Resolution.S, EventKind.DEMOTION, "fw1", text, source)
        for text, source in zip(words, (Source.LOG, Source.SSH), strict=True)
    )
    assert merge((poll,), (log,)) == (log,)
    assert merge((log,), (poll,)) == (log,)


def test_the_log_read_twice_stands_once() -> None:
    lines = [told(M, 100.0, Source.LOG), told(B, 101.0, Source.LOG)]
    again = merge(merge((), lines), lines)
    assert again == tuple(lines)


def test_the_newest_are_kept_in_order() -> None:
    events = [told(M, float(n * 10), Source.DEVD) for n in range(LIMIT + 5)]
    kept = merge((), reversed(events))
    assert len(kept) == LIMIT
    assert kept == tuple(events[5:])
    assert merge(kept, (), limit=2) == kept[-2:]


transitions = st.builds(
    told,
    st.sampled_from([M, B, X]),
    st.integers(0, 60).map(float),
    st.sampled_from([Source.DEVD, Source.LOG, Source.SSH]),
    st.integers(1, 2),
)


@given(st.lists(transitions, max_size=25), st.lists(transitions, max_size=25))
def test_the_timeline_stays_sorted_and_pushed_changes_stay_in_it(
    first: list[Event], second: list[Event]
) -> None:
    timeline = merge(merge((), first), second)
    assert [each.epoch for each in timeline] == sorted(each.epoch for each in timeline)
    assert len(timeline) <= len(first) + len(second)
    exact = {(each.epoch, each.vhid, each.new) for each in timeline if each.source is Source.DEVD}
    for event in first + second:
        if event.source is Source.DEVD:
            assert (event.epoch, event.vhid, event.new) in exact


sources = st.permutations([Source.DEVD, Source.LOG, Source.SSH]).flatmap(
    lambda order: st.integers(1, 3).map(lambda count: order[:count])
)


@given(st.lists(sources, max_size=12), st.floats(0, 0.999))
def test_each_change_stands_once_with_the_best_stamp_that_was_told(
    changes: list[list[Source]], fraction: float
) -> None:
    """Whichever sources tell a change, and in whatever order they come in."""
    timeline: tuple[Event, ...] = ()
    for number, tellers in enumerate(changes):
        moment = 10.0 * number + fraction
        stamps = {Source.DEVD: moment, Source.LOG: 10.0 * number, Source.SSH: moment + 1.9}
        for source in tellers:
            state = M if number % 2 else B
            timeline = merge(timeline, (told(state, stamps[source], source),))
    best = [min(tellers, key=[Source.DEVD, Source.LOG, Source.SSH].index) for tellers in changes]
    assert [each.source for each in timeline] == best
    assert [each.new for each in timeline] == [M if n % 2 else B for n in range(len(changes))]
