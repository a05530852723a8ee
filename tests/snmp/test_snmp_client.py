"""The client against the lab's agent: values, tables, the rebuild rule, its beginning and its end."""

import ast
import asyncio
import contextlib
import gc
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import TypeVar

import pytest

import pfha_tui.transports.snmp as package
from pfha_tui.domain.target import (
    SNMP_AUTH_PROTOCOLS,
    SNMP_PRIV_PROTOCOLS,
    Secret,
    SnmpTarget,
    check_snmp_target,
)
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, Snmp, TransportTimeout
from pfha_tui.transports.snmp import SnmpClient, client, session
from tests.support.deadline import until
from tests.support.snmp_peers import (
    DESCR,
    HC_IN,
    NAME,
    NODE,
    UPTIME,
    Values,
    agent_of,
    asking,
    oid,
    v2c,
    v3,
)
from tests.support.snmpd import AUTH_KEY, PRIV_KEY
from tests.support.udp_relay import udp_relay_to

T = TypeVar("T")


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


async def test_an_answer_far_too_late_does_not_make_every_later_table_wait() -> None:
    asker = SnmpClient(v2c(161))
    asker._measured(9.9, True)
    assert client.TABLE_DEADLINE_S + 8 * asker._rtt_s <= 34
    await asker.close()


async def in_time(ask: Callable[[], Coroutine[None, None, T]]) -> T:
    """Its answer, whenever this machine is quick enough for its patience; without enough patience it never is."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(TransportTimeout):
                if answer := await ask():
                    return answer


async def test_a_slow_link_is_learnt_from_answers_that_come_too_late() -> None:
    """0.6 s there and back, and a patience of 0.2 s to begin with."""
    async with (
        agent_of(NODE) as agent,
        udp_relay_to(agent.port, 0.3) as relay,
        asking(v2c(relay.port), timeout_s=0.2) as asker,
    ):
        with pytest.raises(TransportTimeout, match=r"2 tries of 0\.2 s"):
            await asker.get([UPTIME])
        await until(lambda: asker._rtt_s > 0.5)
        assert await in_time(lambda: asker.get([UPTIME])) == {UPTIME: 4711}
        assert await in_time(asker.alive)
        assert len(await in_time(lambda: asker.table([DESCR]))) == 29
        relay.delay_s = 0.0
        async with asyncio.timeout(60):
            while asker._rtt_s >= 0.1:
                await in_time(lambda: asker.get([UPTIME]))
        relay.frozen = True
        with pytest.raises(TransportTimeout, match=r"2 tries of 0\.2 s"):
            await asker.get([UPTIME])


async def test_an_answer_that_is_there_when_the_time_is_up_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As after a moment in which the console's own machine stood still."""

    @contextlib.asynccontextmanager
    async def up(_: float) -> AsyncIterator[None]:
        yield
        raise TimeoutError

    async with agent_of(NODE) as agent, asking(v2c(agent.port)) as asker:
        await asker.get([NAME])
        with monkeypatch.context() as late:
            late.setattr(asyncio, "timeout", up)
            assert await asker.alive()


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
    async with contextlib.AsyncExitStack() as stack:
        async with agent_of(NODE, b"\x80\x00\x30\x25\x05first-one") as first:
            port = first.port
            asker = await stack.enter_async_context(asking(v3(port), lambda: now))
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

    def counting(target: SnmpTarget, measured: Callable[[float, bool], None]) -> session.Session:
        built.append(target)
        return build(target, measured)

    async with agent_of(NODE) as agent, asking(v2c(agent.port)) as asker:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(client, "_build", counting)
            for silent in (True, True, False, True, True, False):
                agent.silent = silent
                assert await asker.alive(0.05 if silent else 5.0) is not silent
    assert len(built) == 1


async def test_prepare_in_a_thread_then_use_and_close() -> None:
    asker = SnmpClient(v3(161))
    await asyncio.to_thread(asker.prepare)
    await asker.close()
    with pytest.raises(NetworkFailure, match="closed"):
        await asker.get([NAME])
    await asker.close()


def test_prepare_needs_no_event_loop() -> None:
    SnmpClient(v2c(161)).prepare()


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
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
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
        (SnmpTarget("h", user="u", auth_key=Secret(AUTH_KEY)), "needs priv_key"),
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
            'auth_protocol "SHA-3" is unknown; use one of md5, sha, sha224',
        ),
        (
            SnmpTarget(
                "h",
                user="u",
                priv_protocol="3des",
                auth_key=Secret(AUTH_KEY),
                priv_key=Secret(PRIV_KEY),
            ),
            'priv_protocol "3des" is unknown; use one of des, aes128',
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
