"""Asks one SNMP agent, v2c or v3 authPriv, and never sets anything.

There is one engine per agent, kept for the life of the client. An engine shared by all agents would save one timer
task, but a v3 engine learns an agent's engineID once and never again: when the agent comes back with another one (a
reinstalled node, a lost persistent file) only a new engine recovers, and rebuilding it must not disturb the other node.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, final

from pfha_tui.domain.language import ntr, tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.target import SnmpTarget, check_snmp_target
from pfha_tui.domain.wording import decimal
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportTimeout
from pfha_tui.transports.own_thread import look_up
from pfha_tui.transports.snmp.values import (
    SKIPPABLE,
    Answer,
    Cell,
    End,
    ErrorStatus,
    Oid,
    Value,
    parse_oid,
)
from pfha_tui.transports.snmp.walk import MAX_BINDS, TableWalk, WalkError, columns_of

if TYPE_CHECKING:
    from pfha_tui.transports.snmp.session import Session

DATA_TIMEOUT_S: Final = 1.0
DATA_TRIES: Final = 2
ALIVE_TIMEOUT_S: Final = 0.4
TABLE_DEADLINE_S: Final = 10.0
TIMEOUT_CAP_S: Final = 6.0
RESOLVE_TIMEOUT_S: Final = 2.0
REBUILD_AFTER_MISSES: Final = 3
REBUILD_PERIOD_S: Final = 30.0
MAX_SKIPS: Final = 8
"""So many objects of one GET may fail one by one before the answer as a whole is given up."""

SYS_UPTIME: Final = "1.3.6.1.2.1.1.3.0"


@final
class SnmpClient:
    """One agent; satisfies `transports.base.Snmp`. Calls may overlap.

    `clock` gives monotonic seconds and times the rebuild rule only; `timeout_s` is for one try of `get` and `table`,
    which try twice. All time-outs grow with the round trip that the agent's answers show, those that come too late
    included, so that a slow link is not taken for silence. Raises ValueError (`check_snmp_target`) if
    the target can't be asked.

    Building the engine imports pysnmp and costs about 0.2 s of CPU once: call `prepare()` in a thread
    (`asyncio.to_thread`) to keep that off the event loop; otherwise the first request does so by itself. After three
    unanswered tries in a row, and then at most every 30 s, engine and socket are built anew, in a thread too: that
    recovers from an agent whose engineID changed, from its clock having gone back, and from a socket bound to an
    address that this machine no longer has.
    """

    def __init__(
        self,
        target: SnmpTarget,
        clock: Callable[[], float] = time.monotonic,
        *,
        timeout_s: float = DATA_TIMEOUT_S,
    ) -> None:
        check_snmp_target(target)
        self._target = target
        self._clock = clock
        self._timeout_s = timeout_s
        self._session: Session | None = None
        self._rtt_s = 0.0
        self._gate = asyncio.Lock()
        self._misses = 0
        self._rebuilt_at: float | None = None
        self._closed = False

    def prepare(self) -> None:
        """Import pysnmp and build the engine; blocks, needs no event loop, and does nothing the second time."""
        if self._session is None:
            self._session = _build(self._target, self._measured)

    async def get(self, oids: Sequence[str]) -> dict[str, int | bytes | str | None]:
        """Values of scalar OIDs (numeric, no leading dot, as the keys of the answer); None where the agent has no such
        object or can't read it. Two tries for every 40 objects.

        Raises ValueError for a malformed OID, TransportTimeout, NetworkFailure, OperatorNeeded.
        """
        wanted = {name: parse_oid(name) for name in oids}
        numbers = list(dict.fromkeys(wanted.values()))
        found: dict[Oid, Value | None] = {}
        for start in range(0, len(numbers), MAX_BINDS):
            found |= await self._get_some(numbers[start : start + MAX_BINDS])
        return {name: found[oid] for name, oid in wanted.items()}

    async def table(self, columns: Sequence[str]) -> dict[str, dict[str, int | bytes | str]]:
        """Rows of a table by index suffix: {index: {column OID: value}}; cells that the agent leaves out are absent.

        Takes at most 10 s and eight round trips in all. Raises as `get`, and NetworkFailure for a table of more than
        4096 rows.
        """
        walk = TableWalk(columns_of(columns, [parse_oid(name) for name in columns]))
        limit = TABLE_DEADLINE_S + 8 * self._rtt_s
        try:
            async with asyncio.timeout(limit):
                while (request := walk.request()) is not None:
                    walk.feed(self._checked(await self._ask(request[0], request[1])))
        except TimeoutError:
            raise TransportTimeout(
                tr("the SNMP agent at {host} did not send the whole table in {seconds} s").format(
                    host=self._target.host, seconds=decimal(f"{limit:.3g}")
                )
            ) from None
        except WalkError as error:
            raise NetworkFailure(
                tr("the SNMP agent at {host} {what}").format(host=self._target.host, what=error)
            ) from None
        return walk.rows

    async def alive(self, timeout_s: float = ALIVE_TIMEOUT_S) -> bool:
        """Ask for sysUpTime once: does anything answer? A refusal of the credentials counts, for something gave it."""
        try:
            await self._ask([parse_oid(SYS_UPTIME)], None, timeout_s, tries=1)
        except OperatorNeeded:
            return True
        except NetworkFailure:
            return False
        return True

    async def close(self) -> None:
        """Release the socket and end what still waits (NetworkFailure); later calls fail."""
        self._closed = True
        async with self._gate:
            session, self._session = self._session, None
            if session is not None:
                await session.close()

    async def _get_some(self, oids: list[Oid]) -> dict[Oid, Value | None]:
        """One PDU's worth; halved when the answer does not fit, and without the objects the agent can't read."""
        found: dict[Oid, Value | None] = {}
        parts = [oids]
        skips = 0
        while parts:
            part = parts.pop()
            answer = await self._ask(part, None)
            if answer.error_status == ErrorStatus.TOO_BIG and len(part) > 1:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
            elif (
                answer.error_status in SKIPPABLE
                and 0 < answer.error_index <= len(part)
                and skips < MAX_SKIPS
            ):
                skips += 1
                bad = part[answer.error_index - 1]
                found[bad] = None
                parts += [rest] if (rest := [oid for oid in part if oid != bad]) else []
            else:
                found |= self._pick(part, self._checked(answer))
        return found

    def _pick(self, oids: list[Oid], answer: Answer) -> dict[Oid, Value | None]:
        if answer.error_status:
            raise self._failure(
                tr("answered with error {number}").format(number=int(answer.error_status))
            )
        cells: dict[Oid, Cell] = dict(answer.binds)
        if not cells.keys() >= set(oids):
            raise self._failure(tr("answered, but not about the objects that were asked for"))
        return {oid: None if isinstance(cell := cells[oid], End) else cell for oid in oids}

    def _checked(self, answer: Answer) -> Answer:
        if answer.error_status == ErrorStatus.AUTHORIZATION_ERROR:
            raise OperatorNeeded(
                tr("the SNMP agent at {host} does not let this account read").format(
                    host=self._target.host
                )
            )
        return answer

    async def _ask(
        self,
        oids: Sequence[Oid],
        repetitions: int | None,
        timeout_s: float | None = None,
        tries: int = DATA_TRIES,
    ) -> Answer:
        """Send until something answers. Raises as `get`, in a sentence about the agent."""
        least_s = self._timeout_s if timeout_s is None else timeout_s
        for left in reversed(range(tries)):
            session = await self._ready()
            timeout_s = max(least_s, min(TIMEOUT_CAP_S, 2 * self._rtt_s))
            try:
                answer = await session.request(oids, repetitions, timeout_s)
            except OperatorNeeded as error:
                self._misses = 0
                raise OperatorNeeded(
                    tr("SNMPv3 user or key refused by {host}: {error}").format(
                        host=self._target.host, error=error
                    )
                ) from None
            except TransportTimeout:
                self._misses += 1
                if not left:
                    raise self._timeout(
                        ntr(
                            "gave no answer, {tries} try of {seconds} s",
                            "gave no answer, {tries} tries of {seconds} s",
                            tries,
                        ).format(tries=tries, seconds=decimal(f"{timeout_s:.3g}"))
                    ) from None
            except NetworkFailure as error:
                self._misses += 1
                raise self._failure(tr("can't be asked: {error}").format(error=error)) from error
            else:
                self._misses = 0
                return answer
        raise AssertionError("unreachable: tries is at least 1")

    async def _ready(self) -> "Session":
        """The session, opened, and rebuilt first if the rule says so."""
        async with self._gate:
            if self._closed:
                raise NetworkFailure(
                    tr("the SNMP client of {host} is closed").format(host=self._target.host)
                )
            if self._rebuild_due():
                self._rebuilt_at = self._clock()
                self._misses = 0
                old, self._session = self._session, None
                if old is not None:
                    await old.close()
            if self._session is None:
                self._session = await asyncio.to_thread(_build, self._target, self._measured)
            if not self._session.is_open:
                await self._open(self._session)
            return self._session

    def _measured(self, rtt_s: float, late: bool) -> None:
        """A GET was answered: what came too late counts as it is, what came in time by half; none for more than
        the longest time-out can wait."""
        rtt_s = min(rtt_s, TIMEOUT_CAP_S / 2)
        self._rtt_s = rtt_s if late else (self._rtt_s + rtt_s) / 2
        if late:
            self._misses = 0

    def _rebuild_due(self) -> bool:
        if self._misses < REBUILD_AFTER_MISSES:
            return False
        return self._rebuilt_at is None or self._clock() - self._rebuilt_at >= REBUILD_PERIOD_S

    async def _open(self, session: "Session") -> None:
        try:
            async with asyncio.timeout(RESOLVE_TIMEOUT_S):
                family, address = await self._resolve()
                await session.open(family, address)
        except TimeoutError:
            raise self._failure(tr("has a name that could not be looked up in time")) from None
        except OSError as error:
            why = reason(error).lower()
            raise self._failure(tr("can't be asked: {error}").format(error=why)) from error

    async def _resolve(self) -> tuple[socket.AddressFamily, tuple[Any, ...]]:
        """An address of the host, IPv4 before IPv6: bsnmpd listens on IPv4 unless told otherwise."""
        found = await look_up(self._target.host, self._target.port, socket.SOCK_DGRAM)
        family, _, _, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
        return family, address

    def _failure(self, what: str) -> NetworkFailure:
        return NetworkFailure(
            tr("the SNMP agent at {host} {what}").format(host=self._target.host, what=what)
        )

    def _timeout(self, what: str) -> TransportTimeout:
        if self._target.user is None:
            text = tr("the SNMP agent at {host} {what} (a wrong community looks the same)")
        else:
            text = tr("the SNMP agent at {host} {what} (a wrong privacy key looks the same)")
        return TransportTimeout(text.format(host=self._target.host, what=what))


def _build(target: SnmpTarget, measured: Callable[[float, bool], None]) -> "Session":
    """A session; pysnmp is imported only here, so that importing this module stays cheap."""
    from pfha_tui.transports.snmp.session import Session

    return Session(target, measured)
