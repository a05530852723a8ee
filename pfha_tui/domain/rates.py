"""Counters to rates, with wraps, resets and gaps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InterfaceRate:
    """Bits per second in and out of one interface, and errors per second, over the last interval."""

    name: str
    in_bps: float
    out_bps: float
    errors_ps: float


@dataclass(frozen=True, slots=True)
class NodeRates:
    """What changed per second between the last two good samples; None where two are not yet there.

    `history` keeps the last in and out bit rates of each interface, oldest first, for sparklines.
    """

    interfaces: tuple[InterfaceRate, ...] = ()
    history: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...] = ()
    pfsync_in_ps: float | None = None
    pfsync_out_ps: float | None = None
    cpu: float | None = None
