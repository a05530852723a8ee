"""A value that knows its age, its source and what went wrong when it was last asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Source(StrEnum):
    """The way a value came to us."""

    SSH = "ssh"
    SNMP = "snmp"
    DEVD = "devd"
    LOG = "log"


class ErrorKind(StrEnum):
    """Why a section has no fresh value."""

    NOT_PERMITTED = "not permitted"
    MISSING = "not there"
    FAILED = "failed"
    PARSE = "not understood"
    TIMEOUT = "timed out"
    TRANSPORT = "no connection"


@dataclass(frozen=True, slots=True)
class ReadError:
    """One failed attempt to read a section; `message` is one plain sentence that may hold device text."""

    kind: ErrorKind
    message: str


class Freshness(StrEnum):
    """How far a value can be trusted to describe the present."""

    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """The last good value of a section, and the last attempt to renew it.

    `taken_at` and `tried_at` are monotonic seconds of the console. `value` outlives errors: after a
    failed attempt it is the old value beside the new `error`. `period_s` is how often the section is
    asked for; freshness is judged against it.
    """

    value: T | None = None
    taken_at: float | None = None
    source: Source | None = None
    error: ReadError | None = None
    tried_at: float | None = None
    period_s: float = 1.0

    def age(self, now: float) -> float | None:
        """Seconds since the value was taken at monotonic `now`; None if there never was one."""
        return None if self.taken_at is None else max(0.0, now - self.taken_at)

    def freshness(self, now: float) -> Freshness:
        """Judge the age: FRESH up to 2 periods + 1 s, LATE up to 4 periods + 2 s, then STALE."""
        age = self.age(now)
        if age is None:
            return Freshness.NEVER
        if age <= 2 * self.period_s + 1:
            return Freshness.FRESH
        return Freshness.LATE if age <= 4 * self.period_s + 2 else Freshness.STALE

    def of(self, part: Callable[[T], U | None]) -> "Reading[U]":
        """The same reading of a part of its value."""
        value = None if self.value is None else part(self.value)
        return Reading(value, self.taken_at, self.source, self.error, self.tried_at, self.period_s)

    def renewed(self, value: T, at: float, source: Source) -> "Reading[T]":
        """The same section after a successful read at monotonic `at`."""
        return replace(self, value=value, taken_at=at, tried_at=at, source=source, error=None)

    def failed(self, error: ReadError, at: float) -> "Reading[T]":
        """The same section after a failed read at monotonic `at`; the old value stays, and ages."""
        return replace(self, error=error, tried_at=at)
