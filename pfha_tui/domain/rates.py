"""Counters to rates, with wraps, resets and gaps.

A rate is never negative and never a guess: where a counter went back without a plausible wrap, where the
node was rebooted, or where the samples lie too far apart, there is none until two good samples follow.
"""

from dataclasses import replace
from typing import Any, TypeVar

from pfha_tui.domain.model import (
    CarpCounters,
    InterfaceCounters,
    PfInfo,
    PfsyncCounters,
    SystemStats,
)
from pfha_tui.domain.reading import Reading
from pfha_tui.domain.snapshot import InterfaceRate, NodeRates, NodeSnapshot

HISTORY = 30
LONGEST_GAP_S = 60.0
REBOOT_S = 5

T = TypeVar("T")


def delta(before: int, after: int, bits: int = 64) -> int | None:
    """How far a counter went, or None after a reset.

    Going back counts as a wrap only from the last quarter of the range into the first; anything else,
    a reboot above all, is a reset. A counter that can wrap twice between samples is beyond help.
    """
    if after >= before:
        return after - before
    size = 1 << bits
    if before >= size // 4 * 3 and after < size // 4:
        return after + size - before
    return None


def advance(previous: NodeSnapshot, current: NodeSnapshot) -> NodeRates:
    """The rates of `current`, given the snapshot before it; sections not read anew keep their rates."""
    rates = previous.rates
    reboot = _rebooted(previous.system, current.system)
    if _renewed(previous.counters, current.counters):
        rates = _interfaces(rates, previous.counters, current.counters, reboot)
    if _renewed(previous.carp_counters, current.carp_counters):
        rates = _carp(rates, previous.carp_counters, current.carp_counters, reboot)
    if _renewed(previous.pfsync, current.pfsync):
        rates = _pfsync(rates, previous.pfsync, current.pfsync, reboot)
    if _renewed(previous.pf, current.pf):
        rates = _pf(rates, previous.pf, current.pf, reboot)
    if _renewed(previous.system, current.system):
        rates = replace(rates, cpu=_cpu(previous.system, current.system))
    return rates


def _renewed(previous: Reading[Any], current: Reading[Any]) -> bool:
    return current.taken_at is not None and current.taken_at != previous.taken_at


def _rebooted(previous: Reading[SystemStats], current: Reading[SystemStats]) -> bool:
    """The boot time moved by more than clock corrections do (a stepped clock only costs one rate)."""
    if previous.value is None or current.value is None:
        return False
    before, after = previous.value.boottime, current.value.boottime
    return before is not None and after is not None and abs(after - before) > REBOOT_S


def _seconds(previous: Reading[Any], current: Reading[Any], reboot: bool) -> float | None:
    """Time between two samples that belong together, else None."""
    if reboot or previous.taken_at is None or current.taken_at is None:
        return None
    seconds = current.taken_at - previous.taken_at
    longest = max(LONGEST_GAP_S, 4 * current.period_s)
    return seconds if 0 < seconds <= longest and previous.source is current.source else None


def _both(previous: Reading[T], current: Reading[T], reboot: bool) -> tuple[T, T, float] | None:
    """Two samples that belong together, and the seconds between them."""
    seconds = _seconds(previous, current, reboot)
    if seconds is None or previous.value is None or current.value is None:
        return None
    return previous.value, current.value, seconds


def _per_second(before: int, after: int, seconds: float) -> float | None:
    step = delta(before, after)
    return None if step is None else step / seconds


def _interfaces(
    rates: NodeRates,
    previous: Reading[tuple[InterfaceCounters, ...]],
    current: Reading[tuple[InterfaceCounters, ...]],
    reboot: bool,
) -> NodeRates:
    seconds = _seconds(previous, current, reboot)
    if seconds is None:
        return replace(rates, interfaces=(), history=())
    known = {counters.name: counters for counters in previous.value or ()}
    found = []
    for counters in current.value or ():
        before = known.get(counters.name)
        rate = _interface(before, counters, seconds) if before is not None else None
        if rate is not None:
            found.append(rate)
    past = {name: (ins, outs) for name, ins, outs in rates.history}
    history = []
    for rate in found:
        ins, outs = past.get(rate.name, ((), ()))
        history.append(
            (rate.name, (*ins, rate.in_bps)[-HISTORY:], (*outs, rate.out_bps)[-HISTORY:])
        )
    return replace(rates, interfaces=tuple(found), history=tuple(history))


def _interface(
    before: InterfaceCounters, after: InterfaceCounters, seconds: float
) -> InterfaceRate | None:
    """None if any counter was reset: then bytes that look like a wrap were reset with it."""
    if before.bits != after.bits:
        return None
    pairs = (
        (before.in_bytes, after.in_bytes),
        (before.out_bytes, after.out_bytes),
        (before.in_errors, after.in_errors),
        (before.out_errors, after.out_errors),
        (before.in_packets, after.in_packets),
        (before.out_packets, after.out_packets),
    )
    steps = [delta(old, new, after.bits) for old, new in pairs]
    known = [step for step in steps if step is not None]
    if len(known) != len(steps):
        return None
    in_bytes, out_bytes, in_errors, out_errors = known[:4]
    return InterfaceRate(
        after.name,
        8 * in_bytes / seconds,
        8 * out_bytes / seconds,
        (in_errors + out_errors) / seconds,
    )


def _carp(
    rates: NodeRates,
    previous: Reading[CarpCounters],
    current: Reading[CarpCounters],
    reboot: bool,
) -> NodeRates:
    both = _both(previous, current, reboot)
    if both is None:
        return replace(
            rates,
            carp_received_ps=None,
            carp_bad_auth_ps=None,
            carp_bad_vhid_ps=None,
            carp_wrong_ttl_ps=None,
        )
    before, after, seconds = both
    return replace(
        rates,
        carp_received_ps=_per_second(
            before.received + before.received6, after.received + after.received6, seconds
        ),
        carp_bad_auth_ps=_per_second(before.bad_authentication, after.bad_authentication, seconds),
        carp_bad_vhid_ps=_per_second(before.bad_vhid, after.bad_vhid, seconds),
        carp_wrong_ttl_ps=_per_second(before.wrong_ttl, after.wrong_ttl, seconds),
    )


def _pfsync(
    rates: NodeRates,
    previous: Reading[PfsyncCounters],
    current: Reading[PfsyncCounters],
    reboot: bool,
) -> NodeRates:
    both = _both(previous, current, reboot)
    if both is None:
        return replace(
            rates,
            pfsync_in_ps=None,
            pfsync_out_ps=None,
            pfsync_send_errors_ps=None,
            pfsync_in_silent_s=None,
            pfsync_out_silent_s=None,
            pfsync_out_busy_s=None,
        )
    before, after, seconds = both
    came = delta(before.received + before.received6, after.received + after.received6)
    went = delta(before.sent + before.sent6, after.sent + after.sent6)
    return replace(
        rates,
        pfsync_in_ps=_per_second(before.messages_in(), after.messages_in(), seconds),
        pfsync_out_ps=_per_second(before.messages_out(), after.messages_out(), seconds),
        pfsync_send_errors_ps=_per_second(before.send_errors, after.send_errors, seconds),
        pfsync_in_silent_s=_lasting(came == 0, rates.pfsync_in_silent_s, seconds, came),
        pfsync_out_silent_s=_lasting(went == 0, rates.pfsync_out_silent_s, seconds, went),
        pfsync_out_busy_s=_lasting(bool(went), rates.pfsync_out_busy_s, seconds, went),
    )


def _lasting(holds: bool, so_far: float | None, seconds: float, step: int | None) -> float | None:
    """How long something has held over consecutive samples; None after a reset."""
    if step is None:
        return None
    return (so_far or 0.0) + seconds if holds else 0.0


def _pf(
    rates: NodeRates, previous: Reading[PfInfo], current: Reading[PfInfo], reboot: bool
) -> NodeRates:
    both = _both(previous, current, reboot)
    if both is None:
        return replace(rates, pf_inserts_ps=None)
    before, after, seconds = both
    return replace(rates, pf_inserts_ps=_per_second(before.inserts, after.inserts, seconds))


def _cpu(previous: Reading[SystemStats], current: Reading[SystemStats]) -> float | None:
    """Busy share 0..1 from the ticks that passed; None where they went back or none passed."""
    both = _both(previous, current, _rebooted(previous, current))
    if both is None:
        return None
    before, after = both[0].cp_time, both[1].cp_time
    if before is None or after is None:
        return None
    steps = [new - old for old, new in zip(before, after, strict=True)]
    total = sum(steps)
    if total <= 0 or min(steps) < 0:
        return None
    return 1 - steps[-1] / total
