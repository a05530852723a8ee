"""The lab's user-based security: a message is good for one engine, one boot and 150 s."""

import time

import pytest

from pfha_tui.domain.target import Secret, SnmpTarget
from pfha_tui.lab import snmp_ber as ber
from pfha_tui.lab import snmp_pdu as pdu
from pfha_tui.lab import snmp_usm as usm
from pfha_tui.lab.snmp import SnmpAgent
from pfha_tui.transports.snmp import SnmpClient
from tests.support.snmpd import AUTH_KEY, COMMUNITY, PRIV_KEY, USER

ENGINE = b"\x80\x00\x30\x25\x05an-engine"


@pytest.fixture
async def message(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A request that an agent of ENGINE, booted once, has just accepted."""
    accepted: list[bytes] = []
    parse = usm._parse

    def keeping(datagram: bytes) -> usm._Incoming:
        accepted.append(datagram)
        return parse(datagram)

    with monkeypatch.context() as patch:
        patch.setattr(usm, "_parse", keeping)
        agent = SnmpAgent(
            "127.0.0.1", 0, dict, COMMUNITY, (USER, AUTH_KEY, PRIV_KEY), engine_id=ENGINE
        )
        await agent.start()
        asker = SnmpClient(
            SnmpTarget(
                "127.0.0.1",
                agent.port,
                user=USER,
                auth_key=Secret(AUTH_KEY),
                priv_key=Secret(PRIV_KEY),
            )
        )
        assert await asker.alive(5.0)
        await asker.close()
        await agent.stop()
    return accepted[-1]


def verdict(engine: usm.Usm, datagram: bytes) -> int | None:
    """The last-but-one number of the counter that a report names; None when the request was answered."""
    answered = []

    def answer(request: pdu.Request, room: int) -> bytes:
        answered.append(request)
        return pdu.answer(request, {}, room)

    reply = engine.handle(datagram, answer, 2048)
    if answered:
        return None
    assert reply is not None
    stats = ber.oid((1, 3, 6, 1, 6, 3, 15, 1, 1))[2:]
    return reply[reply.rindex(stats) + len(stats)]


def engine(engine_id: bytes = ENGINE, boots: int = 1) -> usm.Usm:
    return usm.Usm(USER, AUTH_KEY, PRIV_KEY, engine_id, boots)


async def test_accepted_by_the_engine_it_was_made_for(message: bytes) -> None:
    assert verdict(engine(), message) is None


async def test_a_later_boot_refuses_it(message: bytes) -> None:
    assert verdict(engine(boots=2), message) == usm.NOT_IN_WINDOW


async def test_too_old_a_message_is_refused(
    message: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    aged = engine()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + usm.TIME_WINDOW_S + 5)
    assert verdict(aged, message) == usm.NOT_IN_WINDOW


async def test_another_engine_refuses_it(message: bytes) -> None:
    assert verdict(engine(b"\x80\x00\x30\x25\x05another"), message) == usm.UNKNOWN_ENGINE


async def test_one_changed_octet_spoils_it(message: bytes) -> None:
    spoiled = bytearray(message)
    spoiled[-1] ^= 1
    assert verdict(engine(), bytes(spoiled)) == usm.WRONG_DIGEST
