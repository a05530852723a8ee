"""An SNMP agent for one simulated node: v1, v2c, and v3 authPriv (SHA-256, AES-128) on the same UDP port."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, cast

from pfha_tui.lab import snmp_ber as ber
from pfha_tui.lab import snmp_pdu as pdu
from pfha_tui.lab.snmp_ber import BerError, Oid, Reader

MAX_MESSAGE: Final = 2048
"""Longest answer in octets: bsnmpd's transmit buffer has this size."""

V1: Final = 0
V2C: Final = 1
V3: Final = 3
_OVERHEAD: Final = 48
_BSNMPD_ENGINE: Final = b"\x80\x00\x30\x25\x05"


class SnmpAgent:
    """One agent on loopback.

    `values` is asked once for every request; it gives instance → (type as net-snmp prints it, value), see
    `snmp_ber.encode`. `community` reads by v1 and v2c; `v3` is (user, authentication passphrase, privacy passphrase).
    `port` 0 takes a free one, and `start` after `stop` takes the same again. While `silent` is true every request is
    dropped, as a box without power does; `late` gives the seconds by which an answer comes late, or None where a packet
    is lost. `pdus` counts the requests by kind: get, get-next, get-bulk, set. `engine_id` is made up if not given;
    engine boots count the starts.
    """

    def __init__(
        self,
        host: str,
        port: int,
        values: Callable[[], Mapping[Oid, tuple[str, object]]],
        community: str,
        v3: tuple[str, str, str] | None = None,
        *,
        engine_id: bytes | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.silent = False
        self.late: Callable[[], float | None] = lambda: 0.0
        self.pdus: Counter[str] = Counter()
        self._values = values
        self._community = community.encode()
        self._v3 = v3
        self._engine_id = engine_id or _BSNMPD_ENGINE + os.urandom(8)
        self._boots = 0
        self._endpoint: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Open the socket; `port` is then the real one. Raises OSError if it is taken."""
        self._boots += 1
        wire = _Wire(self._handlers(), lambda: self.late())
        loop = asyncio.get_running_loop()
        self._endpoint, _ = await loop.create_datagram_endpoint(
            lambda: wire, local_addr=(self.host, self.port)
        )
        self.port = self._endpoint.get_extra_info("sockname")[1]

    async def stop(self) -> None:
        """Close the socket; harmless when it is closed."""
        if self._endpoint is not None:
            self._endpoint.close()
            self._endpoint = None
            await asyncio.sleep(0)  # the event loop closes it in its next turn

    def _handlers(self) -> Callable[[bytes], bytes | None]:
        usm = None
        if self._v3 is not None:
            # Here and not at the top: only v3 needs the cryptography library.
            from pfha_tui.lab.snmp_usm import Usm

            usm = Usm(*self._v3, self._engine_id, self._boots)

        def handle(datagram: bytes) -> bytes | None:
            if self.silent:
                return None
            try:
                version = Reader(datagram).expect(ber.SEQUENCE).integer()
                if version in (V1, V2C):
                    return self._by_community(datagram)
                if version == V3 and usm is not None:
                    return usm.handle(datagram, self._answer, MAX_MESSAGE)
            except BerError:
                pass  # an agent drops what it can't parse
            return None

        return handle

    def _by_community(self, datagram: bytes) -> bytes | None:
        message = Reader(datagram).expect(ber.SEQUENCE)
        version = message.integer()
        community = message.octets()
        if community != self._community:
            return None
        room = MAX_MESSAGE - _OVERHEAD - len(community)
        request = pdu.read_request(message)
        response = self._answer_v1(request, room) if version == V1 else self._answer(request, room)
        if response is None:
            return None
        head = ber.integer(version) + ber.tlv(ber.OCTETS, community)
        return ber.tlv(ber.SEQUENCE, head + response)

    def _answer(self, request: pdu.Request, room: int) -> bytes:
        self.pdus[pdu.REQUESTS[request.tag]] += 1
        return pdu.answer(request, self._values(), room)

    def _answer_v1(self, request: pdu.Request, room: int) -> bytes | None:
        self.pdus[pdu.REQUESTS[request.tag]] += 1
        return pdu.answer_v1(request, self._values(), room)


class _Wire(asyncio.DatagramProtocol):
    def __init__(
        self, handle: Callable[[bytes], bytes | None], late: Callable[[], float | None]
    ) -> None:
        self._handle = handle
        self._late = late
        self._endpoint: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The loop's own datagram transport does not inherit from the class that it implements.
        self._endpoint = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        late = self._late()
        reply = self._handle(data) if late is not None else None
        if reply is None:
            return
        if late:
            asyncio.get_running_loop().call_later(late, self._send, reply, addr)
        else:
            self._send(reply, addr)

    def _send(self, reply: bytes, addr: tuple[str, int]) -> None:
        if self._endpoint is not None and not self._endpoint.is_closing():
            self._endpoint.sendto(reply, addr)
