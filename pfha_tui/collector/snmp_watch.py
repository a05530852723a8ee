"""Asks a node's SNMP agent: the second witness, and a pulse when SSH has gone quiet."""

from collections.abc import Callable

from pfha_tui.collector.clock import Clock
from pfha_tui.collector.state import NodeState
from pfha_tui.domain.snapshot import LinkState
from pfha_tui.parsers import snmp as facts
from pfha_tui.parsers.errors import ParseError
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, Snmp

TABLE_PERIOD_S = 5.0
TICK_S = 0.15
DOWN_PERIOD_S = 1.0
SILENT_AFTER = 2


class SnmpWatch:
    """One node's SNMP side: facts every 5 s, and short pulses while the SSH side is suspect.

    `answered` is called when the agent answers after silence, so that SSH can try at once.
    """

    def __init__(
        self,
        agent: Snmp,
        state: NodeState,
        clock: Clock,
        ssh_suspect: Callable[[], bool],
        answered: Callable[[], None],
    ) -> None:
        self._agent = agent
        self._state = state
        self._clock = clock
        self._ssh_suspect = ssh_suspect
        self._answered = answered
        self._misses = 0

    async def run(self) -> None:
        """Ask for ever."""
        self._state.snmp_link(LinkState.CONNECTING, "first question sent")
        facts_due = pulse_due = self._clock.monotonic()
        while True:
            now = self._clock.monotonic()
            if now >= facts_due:
                await self._facts()
                facts_due = self._clock.monotonic() + TABLE_PERIOD_S
            elif now >= pulse_due and self._ssh_suspect() and not self._stopped:
                self._pulse(await self._agent.alive())
                down = self._misses >= SILENT_AFTER
                pulse_due = self._clock.monotonic() + (DOWN_PERIOD_S if down else 0)
            await self._clock.sleep(TICK_S)

    @property
    def _stopped(self) -> bool:
        return self._state.snapshot.snmp_link.state is LinkState.STOPPED

    async def _facts(self) -> None:
        try:
            scalars = await self._agent.get(facts.SCALARS)
            table = await self._agent.table(facts.IF_COLUMNS)
            parsed = facts.parse(scalars, table)
        except OperatorNeeded as error:
            self._state.snmp_link(LinkState.STOPPED, str(error))
        except NetworkFailure as error:
            self._state.snmp_failed(str(error), understood=True)
            self._pulse(False, str(error))
        except ParseError as error:
            self._pulse(True)
            self._state.snmp_failed(str(error), understood=False)
        else:
            self._pulse(True)
            self._state.snmp_facts(parsed)

    def _pulse(self, heard: bool, why: str = "no answer") -> None:
        if heard:
            if (
                self._misses >= SILENT_AFTER
                or self._state.snapshot.snmp_link.state is not LinkState.LIVE
            ):
                self._answered()
            self._misses = 0
            self._state.snmp_link(LinkState.LIVE, "")
            return
        self._misses += 1
        if (
            self._misses >= SILENT_AFTER
            or self._state.snapshot.snmp_link.state is LinkState.CONNECTING
        ):
            self._state.snmp_link(LinkState.DOWN, why)
