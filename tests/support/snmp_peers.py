"""SNMP peers for tests: the lab's agent with a few values, and UDP peers that answer as a test says."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pfha_tui.domain.target import Secret, SnmpTarget
from pfha_tui.lab import snmp_ber as ber
from pfha_tui.lab import snmp_pdu as pdu
from pfha_tui.lab.snmp import SnmpAgent
from pfha_tui.transports.snmp import SnmpClient
from tests.support.snmpd import AUTH_KEY, COMMUNITY, PRIV_KEY, USER

NAME = "1.3.6.1.2.1.1.5.0"
UPTIME = "1.3.6.1.2.1.1.3.0"
DESCR, HC_IN = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.31.1.1.1.6"
SHORT_S = 0.05
"""For peers that will not answer anyway."""

Values = dict[tuple[int, ...], tuple[str, object]]


def oid(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


NODE: Values = {
    oid(UPTIME): ("Timeticks", 4711),
    oid(NAME): ("STRING", b"fw1\xff"),
    oid("1.3.6.1.2.1.1.2.0"): ("OID", "1.3.6.1.4.1.12325.1.1.2.1.1"),
    **{oid(f"{DESCR}.{row}"): ("STRING", f"vtnet{row}") for row in range(1, 30)},
    **{oid(f"{HC_IN}.{row}"): ("Counter64", 2**63 + row) for row in range(1, 30, 2)},
    oid("1.3.6.1.2.1.4.20.1.1.203.0.113.1"): ("IpAddress", "203.0.113.1"),
}


def v2c(port: int) -> SnmpTarget:
    return SnmpTarget("127.0.0.1", port, community=Secret(COMMUNITY))


def v3(port: int) -> SnmpTarget:
    return SnmpTarget(
        "127.0.0.1", port, user=USER, auth_key=Secret(AUTH_KEY), priv_key=Secret(PRIV_KEY)
    )


@asynccontextmanager
async def asking(
    target: SnmpTarget,
    clock: Callable[[], float] = time.monotonic,
    timeout_s: float = 5.0,
) -> AsyncIterator[SnmpClient]:
    asker = SnmpClient(target, clock, timeout_s=timeout_s)
    try:
        yield asker
    finally:
        await asker.close()


@asynccontextmanager
async def agent_of(
    values: Values, engine_id: bytes | None = None, port: int = 0
) -> AsyncIterator[SnmpAgent]:
    agent = SnmpAgent(
        "127.0.0.1",
        port,
        lambda: values,
        COMMUNITY,
        (USER, AUTH_KEY, PRIV_KEY),
        engine_id=engine_id,
    )
    await agent.start()
    try:
        yield agent
    finally:
        await agent.stop()


class Peer(asyncio.DatagramProtocol):
    """A UDP peer that answers each datagram with what `reply` makes of it; None keeps silent."""

    def __init__(self, reply: Callable[[bytes], bytes | None]) -> None:
        self.heard = 0
        self._reply = reply

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard += 1
        if (answer := self._reply(data)) is not None:
            self.transport.sendto(answer, addr)  # type: ignore[attr-defined]


@asynccontextmanager
async def peer(reply: Callable[[bytes], bytes | None]) -> AsyncIterator[tuple[int, Peer]]:
    endpoint, wire = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Peer(reply), local_addr=("127.0.0.1", 0)
    )
    try:
        yield endpoint.get_extra_info("sockname")[1], wire
    finally:
        endpoint.close()


def scripted(respond: Callable[[pdu.Request], bytes]) -> Callable[[bytes], bytes]:
    """A v2c agent whose response PDUs a test writes itself."""

    def reply(datagram: bytes) -> bytes:
        message = ber.Reader(datagram).expect(ber.SEQUENCE)
        version, community = message.integer(), message.octets()
        body = respond(pdu.read_request(message))
        return ber.tlv(ber.SEQUENCE, ber.integer(version) + ber.tlv(ber.OCTETS, community) + body)

    return reply
