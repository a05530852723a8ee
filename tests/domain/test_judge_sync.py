"""What the verdict says of state synchronisation."""

from dataclasses import replace
from typing import Any

import pytest
from domain_pairs import (
    LAN,
    SYNC,
    WAN,
    B,
    M,
    carp_interface,
    primary,
    reading,
    secondary,
    sync_interfaces,
)
from judging import K, errors, ids, on, with_pf, with_rates

from pfha_tui.domain.model import PfsyncInterface
from pfha_tui.domain.verdict import Verdict


def no_sync(**kw: Any) -> dict[str, Any]:
    lines = sync_interfaces(**kw)
    return {
        "interfaces": (
            carp_interface(WAN, "WAN", 1, B, 100),
            carp_interface(LAN, "LAN", 2, B, 100),
            *lines,
        )
    }


@pytest.mark.parametrize(
    ("lines", "evidence"),
    [
        (no_sync(syncdev=None), "fw2 has no pfsync configured"),
        (no_sync(flags=()), "pfsync0 of fw2 is down"),
        (no_sync(syncdev="vtnet9"), "fw2 has no interface vtnet9, over which its states should go"),
    ],
)
def test_state_sync_broken_by_configuration(lines: dict[str, Any], evidence: str) -> None:
    found = on(primary(), secondary(**lines))
    assert (found.kind, errors(found)) == (K.DEGRADED, [("state-sync-broken", "fw2")])
    assert found.causes[0].evidence == evidence


def test_a_dead_sync_link_breaks_it() -> None:
    node = secondary()
    assert node.interfaces.value is not None
    cut = tuple(
        replace(each, status="no carrier") if each.name == SYNC else each
        for each in node.interfaces.value
    )
    found = on(primary(), secondary(interfaces=cut))
    assert (
        found.causes[0].evidence == "SYNC (vtnet2) of fw2 has no carrier, and the states go over it"
    )


def test_a_pair_without_pfsync_is_warned_not_degraded() -> None:
    nodes = []
    for make, state, skew in ((primary, M, 0), (secondary, B, 100)):
        bare = (
            carp_interface(WAN, "WAN", 1, state, skew),
            carp_interface(LAN, "LAN", 2, state, skew),
        )
        nodes.append(make(interfaces=bare))
    found = on(nodes[0], nodes[1])
    assert (found.kind, ids(found)) == (K.HEALTHY, [("state-sync-off", None)])


def test_send_errors_and_long_silence_break_it_and_a_short_one_does_not() -> None:
    quiet = with_rates(secondary(), pfsync_in_silent_s=20.0)
    busy = with_rates(primary(), pfsync_out_busy_s=20.0)
    assert errors(on(busy, quiet)) == [("state-sync-broken", "fw2")]
    short = with_rates(secondary(), pfsync_in_silent_s=10.0)
    assert errors(on(busy, short)) == []
    assert errors(on(with_rates(primary(), pfsync_out_busy_s=5.0), quiet)) == []
    failing = with_rates(primary(), pfsync_send_errors_ps=0.4)
    assert errors(on(failing, secondary())) == [("state-sync-broken", "fw1")]
    mute = with_rates(primary(), pf_inserts_ps=12.0, pfsync_out_silent_s=15.0)
    assert errors(on(mute, secondary())) == [("state-sync-broken", "fw1")]


def test_old_rates_prove_nothing() -> None:
    quiet = with_rates(secondary(), pfsync_in_silent_s=20.0, carp_bad_auth_ps=3.0)
    stale = replace(quiet, pfsync=reading(None, 60.0, 5.0), carp_counters=reading(None, 60.0, 5.0))
    assert on(with_rates(primary(), pfsync_out_busy_s=20.0), stale).causes == ()


def test_creators_must_have_one_in_common() -> None:
    def pair(first: tuple[str, ...], second: tuple[str, ...]) -> Verdict:
        return on(
            primary(creators=reading(first, 5.0, 60.0)),
            secondary(creators=reading(second, 5.0, 60.0)),
        )

    assert errors(pair(("aaaa",), ("bbbb",))) == [("state-sync-broken", None)]
    assert pair(("aaaa",), ("bbbb", "aaaa")).kind is K.HEALTHY
    assert pair((), ("bbbb",)).kind is K.HEALTHY


@pytest.mark.parametrize(
    ("first", "second", "gap"),
    [
        (100, 120, False),
        (100, 121, True),
        (3057, 3056, False),
        (10_000, 8_600, False),
        (10_000, 8_400, True),
        (0, 0, False),
    ],
)
def test_state_gap(first: int, second: int, gap: bool) -> None:
    found = on(primary(states=first), secondary(states=second))
    assert found.kind is K.HEALTHY
    assert [each.id for each in found.causes] == (["state-gap"] if gap else [])


def test_syncok_0_is_a_warning() -> None:
    node = secondary()
    assert node.interfaces.value is not None
    line = PfsyncInterface(SYNC, None, 128, False, 1400, False)
    waiting = tuple(
        replace(each, pfsync=line) if each.pfsync else each for each in node.interfaces.value
    )
    found = on(primary(), secondary(interfaces=waiting))
    assert (found.kind, ids(found)) == (K.HEALTHY, [("syncok-pending", "fw2")])


def test_pfsync_versions_must_be_equal() -> None:
    nodes = []
    for node, version in ((primary(), 1301), (secondary(), 1400)):
        assert node.interfaces.value is not None
        line = PfsyncInterface(SYNC, None, 128, False, version, True)
        changed = tuple(
            replace(each, pfsync=line) if each.pfsync else each for each in node.interfaces.value
        )
        nodes.append(replace(node, interfaces=reading(changed)))
    assert errors(on(nodes[0], nodes[1])) == [("pfsync-version-differs", None)]


def test_cloned_host_id() -> None:
    found = on(primary(), with_pf(secondary(), host_id="aaaa"))
    assert (found.kind, errors(found)) == (K.DEGRADED, [("cloned-host-id", None)])
