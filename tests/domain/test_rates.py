"""Counters to rates."""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.model import (
    CarpCounters,
    InterfaceCounters,
    PfInfo,
    PfsyncCounters,
    SystemStats,
)
from pfha_tui.domain.rates import HISTORY, advance, delta
from pfha_tui.domain.reading import Reading, Source
from pfha_tui.domain.snapshot import NodeRates


@dataclass(frozen=True)
class Node:
    """The part of a snapshot that rates are made from."""

    counters: Reading[tuple[InterfaceCounters, ...]] = Reading()
    carp_counters: Reading[CarpCounters] = Reading()
    pfsync: Reading[PfsyncCounters] = Reading()
    pf: Reading[PfInfo] = Reading()
    system: Reading[SystemStats] = Reading()
    rates: NodeRates = field(default_factory=NodeRates)


def at(when: float, value: Any, source: Source = Source.SSH) -> Reading[Any]:
    return Reading(period_s=5.0).renewed(value, when, source)


def wire(
    in_bytes: int, out_bytes: int = 0, errors: int = 0, bits: int = 64, packets: int = 0
) -> Any:
    return (InterfaceCounters("vtnet0", in_bytes, out_bytes, packets, 0, errors, 0, bits=bits),)


def moved(*nodes: Node) -> NodeRates:
    """The rates after these snapshots, one after the other."""
    rates = NodeRates()
    for before, after in pairwise(nodes):
        rates = advance(replace(before, rates=rates), after)
    return rates


def pfsync(received: int, sent: int, errors: int = 0) -> PfsyncCounters:
    rows = (("state-insert", sent), ("end-of-frame-mark", 999))
    return PfsyncCounters(received, 0, sent, 0, (("state-insert", received),), rows, (), errors, 0)


def test_bits_and_errors_per_second() -> None:
    rates = moved(Node(counters=at(10, wire(0, 0))), Node(counters=at(12, wire(1000, 500, 4))))
    (rate,) = rates.interfaces
    assert (rate.name, rate.in_bps, rate.out_bps, rate.errors_ps) == ("vtnet0", 4000, 2000, 2)
    assert rates.history == (("vtnet0", (4000.0,), (2000.0,)),)


@pytest.mark.parametrize(
    ("before", "after", "bits", "step"),
    [
        (5, 9, 64, 4),
        (2**32 - 10, 6, 32, 16),
        (2**64 - 1, 0, 64, 1),
        (2**32 - 10, 6, 64, None),
        (1000, 10, 32, None),
        (2**31, 10, 32, None),
    ],
)
def test_delta(before: int, after: int, bits: int, step: int | None) -> None:
    assert delta(before, after, bits) == step


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.sampled_from([32, 64]))
def test_delta_is_never_negative_nor_half_the_range_on_a_wrap(a: int, b: int, bits: int) -> None:
    a, b = a % 2**bits, b % 2**bits
    step = delta(a, b, bits)
    assert step is None or step >= 0
    if step is not None and b < a:
        assert step <= 2**bits // 2


def test_a_wrap_of_bytes_beside_reset_packets_is_a_reset() -> None:
    before = wire(2**32 - 100, bits=32, packets=70_000)
    after = wire(100, bits=32, packets=3)
    assert moved(Node(counters=at(1, before)), Node(counters=at(6, after))).interfaces == ()
    wrapped = wire(100, bits=32, packets=70_003)
    (rate,) = moved(Node(counters=at(1, before)), Node(counters=at(6, wrapped))).interfaces
    assert rate.in_bps == 8 * 200 / 5


def test_a_reboot_gives_no_rate_even_where_counters_grew() -> None:
    before = Node(counters=at(1, wire(10)), system=at(1, SystemStats(boottime=1000)))
    after = Node(counters=at(6, wire(999_999)), system=at(6, SystemStats(boottime=5000)))
    assert moved(before, after).interfaces == ()
    corrected = replace(after, system=at(6, SystemStats(boottime=1002)))
    assert len(moved(before, corrected).interfaces) == 1


def test_a_gap_or_another_source_gives_no_rate_and_a_new_history() -> None:
    nodes = [Node(counters=at(t, wire(t * 100))) for t in (0, 5, 10)]
    assert len(moved(*nodes).history[0][1]) == 2
    assert moved(*nodes, Node(counters=at(200, wire(99_999)))).history == ()
    other = Node(counters=at(15, wire(2000), Source.SNMP))
    assert moved(*nodes, other).interfaces == ()


def test_a_section_that_was_not_read_anew_keeps_its_rates() -> None:
    nodes = [Node(counters=at(t, wire(t * 100))) for t in (0, 5)]
    rates = moved(*nodes)
    assert advance(replace(nodes[1], rates=rates), nodes[1]) == rates


def test_the_history_is_a_ring() -> None:
    rates = moved(*(Node(counters=at(5.0 * n, wire(n * n * 100))) for n in range(HISTORY + 10)))
    ((_, ins, outs),) = rates.history
    assert len(ins) == len(outs) == HISTORY
    assert list(ins) == sorted(ins) and ins[-1] == rates.interfaces[0].in_bps


def test_cpu_is_the_share_of_ticks_that_were_not_idle() -> None:
    def node(when: float, ticks: tuple[int, int, int, int, int] | None) -> Node:
        return Node(system=at(when, SystemStats(cp_time=ticks)))

    assert moved(node(0, (0, 0, 0, 0, 0)), node(5, (10, 0, 5, 5, 80))).cpu == pytest.approx(0.2)
    assert moved(node(0, (10, 0, 0, 0, 90)), node(5, (1, 0, 0, 0, 9))).cpu is None
    assert moved(node(0, (1, 1, 1, 1, 1)), node(5, (1, 1, 1, 1, 1))).cpu is None
    assert moved(node(0, None), node(5, (1, 1, 1, 1, 1))).cpu is None


def test_carp_errors_per_second() -> None:
    def node(when: float, bad: int, received: int) -> Node:
        return Node(
            carp_counters=at(when, CarpCounters(received, 0, 0, 0, bad, 0, 0, 0, 0, 0, 0, 0))
        )

    rates = moved(node(0, 3, 10), node(5, 8, 10))
    assert (rates.carp_bad_auth_ps, rates.carp_bad_vhid_ps, rates.carp_received_ps) == (
        1.0,
        0.0,
        0.0,
    )
    assert moved(node(0, 8, 10), node(5, 0, 0)).carp_bad_auth_ps is None


def test_pfsync_messages_leave_framing_out() -> None:
    rates = moved(Node(pfsync=at(0, pfsync(0, 0))), Node(pfsync=at(5, pfsync(10, 50, 5))))
    assert (rates.pfsync_in_ps, rates.pfsync_out_ps, rates.pfsync_send_errors_ps) == (2, 10, 1)


def test_silence_and_activity_add_up_over_consecutive_samples() -> None:
    rows = [(0, 0), (0, 5), (0, 9), (0, 20), (4, 20)]
    nodes = [Node(pfsync=at(5.0 * n, pfsync(*row))) for n, row in enumerate(rows)]
    quiet = moved(*nodes[:4])
    assert (quiet.pfsync_in_silent_s, quiet.pfsync_out_busy_s, quiet.pfsync_out_silent_s) == (
        15,
        15,
        0,
    )
    heard = moved(*nodes)
    assert (heard.pfsync_in_silent_s, heard.pfsync_out_busy_s, heard.pfsync_out_silent_s) == (
        0,
        0,
        5,
    )


def test_a_reset_of_pfsync_counters_forgets_the_silence() -> None:
    rows = [(7, 7), (7, 9), (0, 0)]
    rates = moved(*(Node(pfsync=at(5.0 * n, pfsync(*row))) for n, row in enumerate(rows)))
    assert (rates.pfsync_in_silent_s, rates.pfsync_out_busy_s, rates.pfsync_in_ps) == (
        None,
        None,
        None,
    )


def test_new_pf_states_per_second() -> None:
    nodes = [Node(pf=at(5.0 * n, PfInfo(True, 1, "a", 9, 0, 20 * n, 0))) for n in (0, 1)]
    assert moved(*nodes).pf_inserts_ps == 4


@given(
    st.lists(
        st.tuples(
            st.floats(0.001, 100),
            st.integers(0, 2**64 - 1),
            st.integers(0, 2**32 - 1),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_no_rate_is_ever_negative(rows: list[tuple[float, int, int, bool]]) -> None:
    now, node = 0.0, Node()
    for seconds, big, small, rebooted in rows:
        now += seconds
        system = SystemStats(boottime=int(now) if rebooted else 0, cp_time=(small, 0, 0, 0, small))
        following = Node(
            counters=at(now, wire(big, small, small % 7)),
            carp_counters=at(now, CarpCounters(small, 0, 0, 0, small, small, 0, 0, 0, 0, 0, 0)),
            pfsync=at(now, pfsync(small, big)),
            pf=at(now, PfInfo(True, 1, "a", 1, 0, small, 0)),
            system=at(now, system),
        )
        node = replace(following, rates=advance(node, following))
        rates = node.rates
        single = [getattr(rates, name) for name in NodeRates.__dataclass_fields__]
        assert all(value >= 0 for value in single if isinstance(value, float))
        assert all(min(r.in_bps, r.out_bps, r.errors_ps) >= 0 for r in rates.interfaces)
        assert rates.cpu is None or rates.cpu <= 1
