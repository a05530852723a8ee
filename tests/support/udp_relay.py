"""A UDP relay on loopback that can delay what goes through it, or swallow it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any


class UdpRelay:
    """Forwards between the one client that spoke last and one server; `delay_s` is added each way."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s
        self.frozen = False
        self.port = 0
        self.client: Any = None
        self.near: asyncio.DatagramTransport | None = None
        self.far: asyncio.DatagramTransport | None = None

    def pass_on(self, data: bytes, address: Any, from_client: bool) -> None:
        if from_client:
            self.client = address
        if not self.frozen:
            loop = asyncio.get_running_loop()
            loop.call_later(self.delay_s, self._send, data, from_client)

    def _send(self, data: bytes, from_client: bool) -> None:
        transport = self.far if from_client else self.near
        if transport is not None and not transport.is_closing():
            transport.sendto(data, None if from_client else self.client)


class _End(asyncio.DatagramProtocol):
    def __init__(self, relay: UdpRelay, client_side: bool) -> None:
        self._relay = relay
        self._client_side = client_side

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._relay.pass_on(data, addr, self._client_side)

    def error_received(self, exc: Exception) -> None:
        """The server is not there: silence, as behind a real wire that is cut."""


@contextlib.asynccontextmanager
async def udp_relay_to(
    port: int, delay_s: float = 0.0, host: str = "127.0.0.1"
) -> AsyncIterator[UdpRelay]:
    loop = asyncio.get_running_loop()
    relay = UdpRelay(delay_s)
    relay.far, _ = await loop.create_datagram_endpoint(
        lambda: _End(relay, False), remote_addr=(host, port)
    )
    relay.near, _ = await loop.create_datagram_endpoint(
        lambda: _End(relay, True), local_addr=("127.0.0.1", 0)
    )
    relay.port = relay.near.get_extra_info("sockname")[1]
    try:
        yield relay
    finally:
        relay.near.close()
        relay.far.close()
