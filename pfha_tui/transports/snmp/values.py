"""Object identifiers, the plain values of SNMP answers, and what an answer holds. No I/O, no library."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

Oid = tuple[int, ...]
"""An object identifier as its numbers."""

Value = int | bytes | str
"""An integer, counter, gauge or time ticks (1/100 s); the octets of a string; an OID or an IPv4 address, dotted."""

MAX_OID_LENGTH: Final = 128
"""The longest OID that SMI allows (RFC 2578, 7.1.3)."""


class End(Enum):
    """The one mark of endOfMibView, which is not a value."""

    OF_MIB_VIEW = "endOfMibView"


Cell = Value | End | None
"""What stands beside an OID in an answer; None for noSuchObject, noSuchInstance and Null."""


class ErrorStatus(IntEnum):
    """The error-status numbers of RFC 3416 that are treated apart; all others are a plain failure."""

    TOO_BIG = 1
    NO_SUCH_NAME = 2
    GEN_ERR = 5
    NO_ACCESS = 6
    AUTHORIZATION_ERROR = 16


SKIPPABLE: Final = frozenset({ErrorStatus.NO_SUCH_NAME, ErrorStatus.GEN_ERR, ErrorStatus.NO_ACCESS})
"""Errors that speak of one object alone, so that the others can still be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response PDU: `error_index` counts from 1, 0 means none."""

    error_status: int
    error_index: int
    binds: tuple[tuple[Oid, Cell], ...]


def parse_oid(text: str) -> Oid:
    """Numbers of a dotted numeric OID without a leading dot; ValueError for anything else."""
    parts = text.split(".")
    if not 2 <= len(parts) <= MAX_OID_LENGTH or not all(p.isascii() and p.isdigit() for p in parts):
        raise ValueError(f"{text!r} is not a numeric OID without a leading dot.")
    oid = tuple(map(int, parts))
    if oid[0] > 2 or (oid[0] < 2 and oid[1] > 39) or max(oid) > 0xFFFFFFFF:
        raise ValueError(f"{text!r} is not an OID: a number is out of range.")
    return oid


def dotted(oid: Sequence[int]) -> str:
    """The OID or index as text."""
    return ".".join(map(str, oid))
