"""Asks a node's SNMP agent: the second witness, and a pulse when SSH has gone quiet."""

import asyncio
from collections.abc import Callable

from pfha_tui.collector.clock import Clock
from pfha_tui.collector.state import NodeState
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import LinkState
from pfha_tui.parsers import snmp as facts
from pfha_tui.parsers.errors import ParseError
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, Snmp

FACTS_PERIOD_S = 5.0
REFUSED_PERIOD_S = 60.0
TICK_S = 0.15
DOWN_PERIOD_S = 1.0
SILENT_AFTER = 2


class SnmpWatch:
    """One node's SNMP side: facts every 5 s, sooner after silence, and short pulses while the SSH side is suspect.

    Refused credentials are tried again once a minute: no agent locks anybody out. `answered` is called
    when the agent answers after silence, so that SSH can try at once.
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
        self._why = ""

    async def run(self) -> None:
        """Ask for ever; a slow answer to the long question never delays the short one."""
        self._state.snmp_link(LinkState.CONNECTING, tr("first question sent"))
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ask_facts())
                tasks.create_task(self._feel_pulse())
        finally:
            await self._agent.close()

    async def _ask_facts(self) -> None:
        while True:
            await self._facts()
            if self._stopped:
                await self._clock.sleep(REFUSED_PERIOD_S)
            else:
                await self._clock.sleep(DOWN_PERIOD_S if self._misses else FACTS_PERIOD_S)

    async def _feel_pulse(self) -> None:
        while True:
            if self._ssh_suspect() and self._is(LinkState.LIVE, LinkState.DOWN):
                heard = await self._agent.alive()
                self._told(heard, self._why or tr("no answer"))
                if not heard and self._misses < SILENT_AFTER:
                    continue
                await self._clock.sleep(DOWN_PERIOD_S)
            await self._clock.sleep(TICK_S)

    @property
    def _stopped(self) -> bool:
        return self._is(LinkState.STOPPED)

    def _is(self, *states: LinkState) -> bool:
        return self._state.snapshot.snmp_link.state in states

    async def _facts(self) -> None:
        try:
            scalars = await self._agent.get(facts.SCALARS)
            table = await self._agent.table(facts.IF_COLUMNS)
            parsed = facts.parse(scalars, table)
        except OperatorNeeded as error:
            self._state.snmp_link(LinkState.STOPPED, str(error))
        except NetworkFailure as error:
            self._why = str(error)
            self._state.snmp_failed(str(error), understood=True)
            self._told(False, str(error))
        except ParseError as error:
            self._told(True, "")
            self._state.snmp_failed(str(error), understood=False)
        else:
            self._told(True, "")
            self._state.snmp_facts(parsed)

    def _told(self, heard: bool, why: str) -> None:
        """The agent answered, or did not; two misses in a row are silence."""
        if heard:
            returned = not self._is(LinkState.LIVE)
            self._misses, self._why = 0, ""
            self._state.snmp_link(LinkState.LIVE, "")
            if returned:
                self._answered()
            return
        self._misses += 1
        if self._misses >= SILENT_AFTER or not self._is(LinkState.LIVE):
            self._state.snmp_link(LinkState.DOWN, why)
