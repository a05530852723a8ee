"""The client against peers that hang, lie and send rubbish."""

import asyncio
import random
import socket
from collections.abc import Callable

import pytest

from pfha_tui.domain.target import (
    Secret,
    SnmpTarget,
)
from pfha_tui.lab import snmp_ber as ber
from pfha_tui.lab import snmp_pdu as pdu
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportTimeout
from pfha_tui.transports.snmp import client
from tests.support.deadline import until
from tests.support.snmp_peers import (
    DESCR,
    NAME,
    SHORT_S,
    UPTIME,
    Peer,
    asking,
    oid,
    peer,
    scripted,
    v2c,
    v3,
)


@pytest.mark.parametrize(
    ("target", "hint"), [(v2c, "wrong community"), (v3, "wrong privacy key")], ids=["v2c", "v3"]
)
async def test_silence_is_a_timeout_that_names_the_host(
    target: Callable[[int], SnmpTarget], hint: str
) -> None:
    async with (
        peer(lambda datagram: None) as (port, sink),
        asking(target(port), timeout_s=SHORT_S) as asker,
    ):
        with pytest.raises(TransportTimeout, match=rf"127\.0\.0\.1 gave no answer.*{hint}"):
            await asker.get([NAME])
        await until(lambda: sink.heard == client.DATA_TRIES)
        assert await asker.alive(0.05) is False
        await until(lambda: sink.heard == client.DATA_TRIES + 1)
        with pytest.raises(TransportTimeout):
            await asker.table([DESCR])


async def test_a_closed_port_is_told_at_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.connect(("127.0.0.1", port))  # from now on it is closed to all others, and taken
        await _told_at_once(port)


async def _told_at_once(port: int) -> None:
    async with asking(v2c(port)) as asker:
        with pytest.raises(NetworkFailure, match="nothing listens on UDP port") as caught:
            await asker.get([NAME])
        assert not isinstance(caught.value, TransportTimeout)
        assert await asker.alive() is False


async def test_a_name_that_does_not_resolve() -> None:
    async with asking(SnmpTarget("no-such-host.invalid", community=Secret("x"))) as asker:
        with pytest.raises(NetworkFailure, match=r"no-such-host\.invalid"):
            await asker.get([NAME])


async def test_a_datagram_that_trips_the_decoder_is_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """pysnmp's decoder raises a TypeError at an application tag around a message; nothing may come of it."""
    async with (
        peer(lambda datagram: b"\x69" + datagram) as (port, _),
        asking(v2c(port), timeout_s=SHORT_S) as asker,
    ):
        with pytest.raises(TransportTimeout):
            await asker.get([NAME])
    assert not caplog.records


@pytest.mark.parametrize("target", [v2c, v3], ids=["v2c", "v3"])
async def test_garbage_is_no_answer_and_trips_nothing(
    target: Callable[[int], SnmpTarget], caplog: pytest.LogCaptureFixture
) -> None:
    dice = random.Random(4711)

    def rubbish(datagram: bytes) -> bytes:
        kind = dice.randrange(5)
        if kind == 0:
            return dice.randbytes(dice.randrange(1, 200))
        if kind == 1:
            return b"\x30\x80" * 500
        if kind == 2:
            return datagram[: dice.randrange(len(datagram))]
        spoiled = bytearray(datagram)
        for _ in range(dice.randrange(1, 4)):
            spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
        return bytes(spoiled)

    async with peer(rubbish) as (port, _), asking(target(port), timeout_s=SHORT_S) as asker:
        for _ in range(8):
            with pytest.raises((NetworkFailure, OperatorNeeded)):
                await asker.get([NAME])
    assert not caplog.records


@pytest.mark.parametrize(
    "body",
    [
        lambda request: pdu.write_pdu(pdu.RESPONSE, request.request_id, b""),
        lambda request: pdu.write_pdu(
            pdu.RESPONSE, request.request_id, pdu.bind(oid(UPTIME), ber.integer(1))
        ),
        lambda request: pdu.write_pdu(pdu.RESPONSE, request.request_id, b"", status=13),
        lambda request: pdu.write_pdu(pdu.RESPONSE, request.request_id, b"", status=5, index=99),
        lambda request: pdu.write_pdu(
            pdu.RESPONSE, request.request_id + 1, pdu.bind(oid(NAME), ber.integer(1))
        ),
        lambda request: pdu.write_pdu(
            pdu.SET, request.request_id, pdu.bind(oid(NAME), ber.integer(1))
        ),
        lambda request: pdu.write_pdu(
            pdu.RESPONSE, request.request_id, pdu.bind(oid(NAME), b"\x41\x09" + b"\xff" * 9)
        ),
        lambda request: pdu.write_pdu(
            pdu.RESPONSE, request.request_id, pdu.bind(oid(NAME), b"\x40\x03abc")
        ),
    ],
    ids=[
        "empty",
        "other",
        "resource",
        "no-culprit",
        "other-id",
        "set",
        "counter-too-wide",
        "short-address",
    ],
)
async def test_answers_that_make_no_sense(
    body: Callable[[pdu.Request], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    async with peer(scripted(body)) as (port, _), asking(v2c(port), timeout_s=SHORT_S) as asker:
        with pytest.raises(NetworkFailure, match=r"the SNMP agent at 127\.0\.0\.1 .*[^.]$"):
            await asker.get([NAME])
    assert not caplog.records


async def test_wrong_types_are_handed_on_as_they_are() -> None:
    """Judging a value is the parser's work: here a counter that comes as text is text."""
    odd = {
        "1.3.6.1.9.1.0": b"\x04\x03abc",
        "1.3.6.1.9.2.0": b"\x05\x00",
        "1.3.6.1.9.3.0": b"\x44\x02\x9f\x78",
    }

    def respond(request: pdu.Request) -> bytes:
        binds = b"".join(pdu.bind(name, odd[".".join(map(str, name))]) for name in request.oids)
        return pdu.write_pdu(pdu.RESPONSE, request.request_id, binds)

    async with peer(scripted(respond)) as (port, _), asking(v2c(port)) as asker:
        assert await asker.get(list(odd)) == dict(
            zip(odd, (b"abc", None, b"\x9f\x78"), strict=True)
        )


async def test_an_object_that_fails_does_not_take_the_others_with_it() -> None:
    """bsnmpd answers genErr for the whole GET when one object can't be read."""
    bad = oid("1.3.6.1.9.2.0")

    def respond(request: pdu.Request) -> bytes:
        if bad in request.oids:
            asked = b"".join(pdu.bind(name, b"\x05\x00") for name in request.oids)
            return pdu.write_pdu(
                pdu.RESPONSE, request.request_id, asked, status=5, index=request.oids.index(bad) + 1
            )
        binds = b"".join(pdu.bind(name, ber.integer(7)) for name in request.oids)
        return pdu.write_pdu(pdu.RESPONSE, request.request_id, binds)

    async with peer(scripted(respond)) as (port, _), asking(v2c(port)) as asker:
        names = ["1.3.6.1.9.1.0", "1.3.6.1.9.2.0", "1.3.6.1.9.3.0"]
        assert await asker.get(names) == dict(zip(names, (7, None, 7), strict=True))


async def test_no_right_to_read_is_for_the_operator() -> None:
    def respond(request: pdu.Request) -> bytes:
        return pdu.write_pdu(pdu.RESPONSE, request.request_id, b"", status=16, index=1)

    async with peer(scripted(respond)) as (port, _), asking(v2c(port)) as asker:
        for call in (asker.get, asker.table):
            with pytest.raises(OperatorNeeded, match="does not let this account read"):
                await call([NAME])


async def test_a_giant_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TABLE_DEADLINE_S", 120.0)

    def respond(request: pdu.Request) -> bytes:
        cursor = request.oids[0]
        start = cursor[-1] if len(cursor) > len(oid(DESCR)) else 0
        binds = (
            pdu.bind((*oid(DESCR), start + n), ber.integer(n)) for n in range(1, request.second + 1)
        )
        return pdu.write_pdu(pdu.RESPONSE, request.request_id, b"".join(binds))

    async with peer(scripted(respond)) as (port, _), asking(v2c(port)) as asker:
        with pytest.raises(NetworkFailure, match="more than 4096 rows"):
            await asker.table([DESCR])


async def test_a_slow_table_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TABLE_DEADLINE_S", 0.2)

    def respond(request: pdu.Request) -> bytes:
        cursor = request.oids[0]
        start = cursor[-1] if len(cursor) > len(oid(DESCR)) else 0
        bind = pdu.bind((*oid(DESCR), start + 1), ber.integer(1))
        return pdu.write_pdu(pdu.RESPONSE, request.request_id, bind)

    async with peer(scripted(respond)) as (port, _), asking(v2c(port)) as asker:
        with pytest.raises(TransportTimeout, match="whole table"):
            await asker.table([DESCR])


async def test_strangers_are_not_heard() -> None:
    """The socket is connected: the right answer from another port is none."""
    loop = asyncio.get_running_loop()
    forger, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
    )
    wire: Peer | None = None

    class Forging(Peer):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            self.heard += 1
            forger.sendto(self._reply(data) or b"", addr)

    answer = scripted(
        lambda request: pdu.write_pdu(
            pdu.RESPONSE, request.request_id, pdu.bind(request.oids[0], ber.integer(1))
        )
    )
    endpoint, wire = await loop.create_datagram_endpoint(
        lambda: Forging(answer), local_addr=("127.0.0.1", 0)
    )
    async with asking(v2c(endpoint.get_extra_info("sockname")[1])) as asker:
        assert await asker.alive(0.1) is False
    await until(lambda: wire.heard == 1)
    endpoint.close()
    forger.close()
