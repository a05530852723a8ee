"""The client against the lab's agent and against peers that hang, lie and send rubbish."""

import ast
import asyncio
import gc
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import pfha_tui.transports.snmp as package
from pfha_tui.domain.target import (
    SNMP_AUTH_PROTOCOLS,
    SNMP_PRIV_PROTOCOLS,
    Secret,
    SnmpTarget,
    check_snmp_target,
)
from pfha_tui.lab import snmp_ber as ber
from pfha_tui.lab import snmp_pdu as pdu
from pfha_tui.lab.snmp import SnmpAgent
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, Snmp, TransportTimeout
from pfha_tui.transports.snmp import SnmpClient, client, session
from tests.support.snmpd import AUTH_KEY, COMMUNITY, PRIV_KEY, USER, free_udp_port

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


def is_snmp(asker: Snmp) -> Snmp:
    """For the type checker: the client has the protocol's shape."""
    return asker


@pytest.mark.parametrize("target", [v2c, v3], ids=["v2c", "v3"])
async def test_values_come_as_plain_types(target: Callable[[int], SnmpTarget]) -> None:
    async with agent_of(NODE) as agent, asking(target(agent.port)) as asker:
        assert await is_snmp(asker).get(
            [NAME, UPTIME, "1.3.6.1.2.1.1.2.0", "1.3.6.1.4.1.12325.1.200.1.1.1.0"]
        ) == {
            NAME: b"fw1\xff",
            UPTIME: 4711,
            "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.12325.1.1.2.1.1",
            "1.3.6.1.4.1.12325.1.200.1.1.1.0": None,
        }
        assert await asker.table(["1.3.6.1.2.1.4.20.1.1"]) == {
            "203.0.113.1": {"1.3.6.1.2.1.4.20.1.1": "203.0.113.1"}
        }
        assert await asker.get([]) == {}
        assert await asker.table([]) == {}


@pytest.mark.parametrize("target", [v2c, v3], ids=["v2c", "v3"])
async def test_columns_with_holes_join_by_index(target: Callable[[int], SnmpTarget]) -> None:
    async with agent_of(NODE) as agent, asking(target(agent.port)) as asker:
        rows = await asker.table([DESCR, HC_IN])
        assert agent.pdus.keys() == {"get-bulk"}
    assert rows == {
        str(row): {DESCR: f"vtnet{row}".encode()} | ({HC_IN: 2**63 + row} if row % 2 else {})
        for row in range(1, 30)
    }


async def test_more_scalars_than_one_answer_holds_are_asked_in_parts() -> None:
    values: Values = {oid(f"1.3.6.1.9.{n}.0"): ("STRING", "x" * 150) for n in range(1, 91)}
    async with agent_of(values) as agent, asking(v2c(agent.port)) as asker:
        found = await asker.get([f"1.3.6.1.9.{n}.0" for n in range(1, 91)])
    assert len(found) == 90
    assert set(found.values()) == {b"x" * 150}


async def test_calls_may_overlap() -> None:
    async with agent_of(NODE) as agent, asking(v2c(agent.port)) as asker:
        answers = await asyncio.gather(
            *(asker.get([NAME]) for _ in range(30)), asker.alive(), asker.table([DESCR])
        )
    assert answers[:30] == [{NAME: b"fw1\xff"}] * 30
    assert answers[30] is True


async def test_a_cancelled_question_leaves_the_client_usable() -> None:
    async with agent_of(NODE) as agent, asking(v2c(agent.port)) as asker:
        await asker.get([NAME])
        agent.silent = True
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asker.get([NAME])
        agent.silent = False
        assert (await asker.get([NAME]))[NAME] == b"fw1\xff"


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
        assert sink.heard == client.DATA_TRIES
        assert await asker.alive(0.05) is False
        assert sink.heard == client.DATA_TRIES + 1
        with pytest.raises(TransportTimeout):
            await asker.table([DESCR])


async def test_a_closed_port_is_told_at_once() -> None:
    async with asking(v2c(free_udp_port())) as asker:
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
        with pytest.raises(NetworkFailure, match=r"The SNMP agent at 127\.0\.0\.1 .*\."):
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


async def test_a_giant_table_is_refused() -> None:
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
    assert wire.heard == 1
    endpoint.close()
    forger.close()


async def test_alive_needs_no_right_credentials_of_v3() -> None:
    async with agent_of(NODE) as agent:
        target = SnmpTarget(
            "127.0.0.1",
            agent.port,
            user="nobody",
            auth_key=Secret(AUTH_KEY),
            priv_key=Secret(PRIV_KEY),
        )
        async with asking(target) as asker:
            assert await asker.alive() is True
            with pytest.raises(
                OperatorNeeded,
                match=r"user or key refused by 127\.0\.0\.1: it does not know the user",
            ):
                await asker.get([NAME])


async def test_a_changed_engine_is_found_after_three_misses_and_not_sooner_than_every_30_s() -> (
    None
):
    now = 1000.0
    async with asking(v3(port := free_udp_port()), lambda: now) as asker:
        async with agent_of(NODE, b"\x80\x00\x30\x25\x05first-one", port):
            assert await asker.alive(5.0) is True
        async with agent_of(NODE, b"\x80\x00\x30\x25\x05other-one", port):
            assert [await asker.alive(0.2) for _ in range(3)] == [False] * 3
            assert await asker.alive(5.0) is True
        async with agent_of(NODE, b"\x80\x00\x30\x25\x05third-one", port):
            assert [await asker.alive(0.2) for _ in range(4)] == [False] * 4
            now += 29.9
            assert await asker.alive(0.2) is False
            now += 0.2
            assert await asker.alive(5.0) is True


async def test_an_answer_in_between_starts_the_count_anew() -> None:
    built: list[SnmpTarget] = []
    build = client._build

    def counting(target: SnmpTarget) -> session.Session:
        built.append(target)
        return build(target)

    async with agent_of(NODE) as agent, asking(v2c(agent.port)) as asker:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(client, "_build", counting)
            for silent in (True, True, False, True, True, False):
                agent.silent = silent
                assert await asker.alive(0.05 if silent else 5.0) is not silent
    assert len(built) == 1


async def test_prepare_in_a_thread_then_use_and_close() -> None:
    asker = SnmpClient(v3(free_udp_port()))
    await asyncio.to_thread(asker.prepare)
    await asker.close()
    with pytest.raises(NetworkFailure, match="closed"):
        await asker.get([NAME])
    await asker.close()


def test_prepare_needs_no_event_loop() -> None:
    SnmpClient(v2c(free_udp_port())).prepare()


async def test_close_leaves_no_socket_and_no_task() -> None:
    async with agent_of(NODE) as agent:
        before = asyncio.all_tasks()
        asker = SnmpClient(v2c(agent.port))
        assert await asker.alive(5.0)
        agent.silent = True
        waiting = asyncio.get_running_loop().create_task(asker.get([NAME]))
        heard = agent.pdus["get"]
        for _ in range(3):  # the question is on its way once the task has had its turns
            await asyncio.sleep(0)
        assert asker._session is not None and asker._session._pending
        await asker.close()
        with pytest.raises(NetworkFailure):
            await waiting
        assert asyncio.all_tasks() == before
        assert agent.pdus["get"] == heard
    gc.collect()


def test_importing_the_package_does_not_import_pysnmp() -> None:
    code = "import sys, pfha_tui.transports.snmp; print('pysnmp' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "False"


def test_nothing_that_could_set_is_imported_or_named() -> None:
    names = set()
    for path in Path(package.__file__ or "").parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                names |= {
                    alias.name for alias in node.names if (node.module or "").startswith("pysnmp")
                }
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names if alias.name.startswith("pysnmp")}
            elif isinstance(node, ast.Attribute):
                assert not node.attr.lower().startswith(("set_cmd", "setcommand", "setrequest")), (
                    path
                )
    assert {name for name in names if "Generator" in name} == {
        "GetCommandGenerator",
        "BulkCommandGeneratorSingleRun",
    }
    assert not {
        name for name in names if name == "*" or "set" in name.lower() or "hlapi" in name.lower()
    }


def test_every_protocol_name_of_the_domain_is_known_here() -> None:
    assert tuple(session._AUTH) == SNMP_AUTH_PROTOCOLS
    assert tuple(session._PRIV) == SNMP_PRIV_PROTOCOLS


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (SnmpTarget("h"), "either a community"),
        (SnmpTarget("h", community=Secret("")), "either a community"),
        (SnmpTarget("h", 0, community=Secret("x")), "port 0"),
        (SnmpTarget("h", community=Secret("x"), user="u"), "keep one"),
        (SnmpTarget("h", user="", auth_key=Secret(AUTH_KEY), priv_key=Secret(PRIV_KEY)), "1 to 32"),
        (SnmpTarget("h", user="u", auth_key=Secret(AUTH_KEY)), "privacy key"),
        (
            SnmpTarget("h", user="u", auth_key=Secret("short"), priv_key=Secret(PRIV_KEY)),
            "fewer than 8",
        ),
        (
            SnmpTarget(
                "h",
                user="u",
                auth_protocol="SHA-3",
                auth_key=Secret(AUTH_KEY),
                priv_key=Secret(PRIV_KEY),
            ),
            "authentication protocol 'SHA-3' is unknown; use one of md5, sha, sha224",
        ),
        (
            SnmpTarget(
                "h",
                user="u",
                priv_protocol="3des",
                auth_key=Secret(AUTH_KEY),
                priv_key=Secret(PRIV_KEY),
            ),
            "privacy protocol '3des' is unknown; use one of des, aes128",
        ),
    ],
)
def test_a_target_that_cannot_be_asked_is_refused_in_one_sentence(
    target: SnmpTarget, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        check_snmp_target(target)
    assert "passphrase" not in str(caught.value)
    with pytest.raises(ValueError, match=reason):
        SnmpClient(target)
