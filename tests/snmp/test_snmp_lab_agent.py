"""The lab's agent as net-snmp's own tools see it, on what a FreeBSD 12.1 node's bsnmpd said."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.lab import snmp_pdu as pdu
from pfha_tui.lab.snmp import MAX_MESSAGE, SnmpAgent
from pfha_tui.lab.snmp_ber import Reader
from tests.support.snmpd import AUTH_KEY, COMMUNITY, PRIV_KEY, USER, net_snmp

CAPTURE = Path(__file__).parents[1] / "data/captures/normal/fw1/snmpwalk.txt"
Values = dict[tuple[int, ...], tuple[str, object]]

V2C = ("-v2c", "-c", COMMUNITY)
V3 = (
    "-v3",
    "-l",
    "authPriv",
    "-u",
    USER,
    "-a",
    "SHA-256",
    "-A",
    AUTH_KEY,
    "-x",
    "AES",
    "-X",
    PRIV_KEY,
)
QUICK = ("-t0.3", "-r0")
"""Where no answer comes."""
PATIENT = ("-t15", "-r0")
"""Asked once: net-snmp itself asks again after a second."""


def captured(below: str) -> tuple[Values, list[str]]:
    """The recorded instances below an OID as agent's values, and the lines that printed them."""
    values: Values = {}
    lines = []
    for line in CAPTURE.read_text().splitlines():
        found = re.fullmatch(r'\.([\d.]+) = (?:([\w-]+): (.*)|"")', line)
        if found is None or not found[1].startswith(below):
            continue
        kind, text = found[2] or "STRING", found[3] or '""'
        value: object = text.strip('"')
        if kind == "Timeticks":
            value = int(text[1 : text.index(")")])
        elif kind in {"INTEGER", "Counter32", "Counter64", "Gauge32"}:
            value = int(text)
        values[tuple(map(int, found[1].split(".")))] = (kind, value)
        lines.append(line.strip())
    return values, lines


@asynccontextmanager
async def running_agent(values: Values) -> AsyncIterator[SnmpAgent]:
    agent = SnmpAgent("127.0.0.1", 0, lambda: values, COMMUNITY, (USER, AUTH_KEY, PRIV_KEY))
    await agent.start()
    try:
        yield agent
    finally:
        await agent.stop()


async def ask(agent: SnmpAgent, program: str, *words: str) -> tuple[list[str], str]:
    patience = () if words[: len(QUICK)] == QUICK else PATIENT
    done = await asyncio.to_thread(
        net_snmp, program, *patience, *words[:-1], f"127.0.0.1:{agent.port}", *words[-1].split()
    )
    return [line.strip() for line in done.stdout.splitlines()], done.stderr


@pytest.mark.parametrize("credentials", [V2C, V3], ids=["v2c", "v3"])
@pytest.mark.parametrize(
    "program", [("snmpwalk",), ("snmpbulkwalk", "-Cr25")], ids=["walk", "bulkwalk"]
)
async def test_a_walk_prints_what_the_node_printed(
    credentials: tuple[str, ...], program: tuple[str, ...]
) -> None:
    values, lines = captured("1.3.6.1.2.1.2.")
    assert len(values) > 100
    async with running_agent(values | captured("1.3.6.1.2.1.31.")[0]) as agent:
        printed, errors = await ask(agent, *program, *credentials, "1.3.6.1.2.1.2")
    assert errors == ""
    assert printed == lines


@pytest.mark.parametrize("credentials", [V2C, V3], ids=["v2c", "v3"])
async def test_get_tells_missing_objects_from_missing_instances(
    credentials: tuple[str, ...],
) -> None:
    values: Values = {
        (1, 3, 6, 1, 2, 1, 1, 5, 0): ("STRING", "fw1"),
        (1, 3, 6, 1, 2, 1, 1, 7, 0): ("INTEGER", 76),
    }
    async with running_agent(values) as agent:
        printed, _ = await ask(
            agent,
            "snmpget",
            *credentials,
            "1.3.6.1.2.1.1.5.0 1.3.6.1.2.1.1.5.1 1.3.6.1.2.1.1.9.0 1.3.6.1.2.1.1.7.0",
        )
    assert printed == [
        '.1.3.6.1.2.1.1.5.0 = STRING: "fw1"',
        ".1.3.6.1.2.1.1.5.1 = No Such Instance currently exists at this OID",
        ".1.3.6.1.2.1.1.9.0 = No Such Object available on this agent at this OID",
        ".1.3.6.1.2.1.1.7.0 = INTEGER: 76",
    ]


async def test_a_walk_of_what_is_not_there_ends_as_a_get_of_it_does() -> None:
    values: Values = {(1, 3, 6, 1, 4, 1, 12325, 1, 200, 1, 1, 1, 0): ("INTEGER", 1)}
    async with running_agent(values) as agent:
        for program in ("snmpget", "snmpwalk"):
            printed, _ = await ask(agent, program, *V2C, "1.3.6.1.4.1.2021")
            assert printed == [
                ".1.3.6.1.4.1.2021 = No Such Object available on this agent at this OID"
            ]


async def test_a_manager_of_version_1_reads_it_too() -> None:
    values, lines = captured("1.3.6.1.2.1.1.")
    values |= {(1, 3, 6, 1, 2, 1, 2, 1, 0): ("Counter64", 1)}
    async with running_agent(values) as agent:
        printed, errors = await ask(agent, "snmpwalk", "-v1", "-c", COMMUNITY, "1.3.6.1.2.1.1")
        assert (printed, errors) == ([*lines, "End of MIB"], "")
        for missing in ("1.3.6.1.2.1.1.99.0", "1.3.6.1.2.1.2.1.0"):
            _, errors = await ask(agent, "snmpget", "-v1", "-c", COMMUNITY, missing)
            assert "noSuchName" in errors
        _, errors = await ask(agent, "snmpset", "-v1", "-c", COMMUNITY, "1.3.6.1.2.1.1.5.0 s x")
        assert "noSuchName" in errors
        _, errors = await ask(agent, "snmpget", *QUICK, "-v1", "-c", "wrong", "1.3.6.1.2.1.1.5.0")
        assert "Timeout" in errors


async def test_bulk_with_a_non_repeater_and_the_end_of_the_mib() -> None:
    values, _ = captured("1.3.6.1.2.1.1.")
    last = max(values)
    async with running_agent(values) as agent:
        printed, _ = await ask(
            agent,
            "snmpbulkget",
            *V2C,
            "-Cn1",
            "-Cr3",
            f"1.3.6.1.2.1.1.1 {'.'.join(map(str, last))}",
        )
    assert printed[0].startswith('.1.3.6.1.2.1.1.1.0 = STRING: "fw1.example.net')
    assert len(printed) == 2
    assert printed[1].endswith("(It is past the end of the MIB tree)")


async def test_it_takes_no_write() -> None:
    async with running_agent({(1, 3, 6, 1, 2, 1, 1, 5, 0): ("STRING", "fw1")}) as agent:
        _, errors = await ask(agent, "snmpset", *V2C, "1.3.6.1.2.1.1.5.0 s other")
        assert agent.pdus["set"] == 1
    assert "notWritable" in errors


@pytest.mark.parametrize(
    ("credentials", "reason"),
    [
        (("-v2c", "-c", "wrong"), "Timeout"),
        ((*V3[:4], "nobody", *V3[5:]), "Unknown user name"),
        ((*V3[:8], "wrong-passphrase", *V3[9:]), "Authentication failure"),
        ((*V3[:-1], "wrong-passphrase"), "Timeout"),
        (("-v3", "-l", "authNoPriv", *V3[3:9]), "Unsupported security level"),
    ],
    ids=["community", "user", "auth-key", "priv-key", "level"],
)
async def test_wrong_credentials(credentials: tuple[str, ...], reason: str) -> None:
    async with running_agent({(1, 3, 6, 1, 2, 1, 1, 5, 0): ("STRING", "fw1")}) as agent:
        patience = QUICK if reason == "Timeout" else ()
        printed, errors = await ask(agent, "snmpget", *patience, *credentials, "1.3.6.1.2.1.1.5.0")
    assert printed == []
    assert reason.lower() in errors.lower()


async def test_silent_means_silent_and_a_restart_keeps_the_port() -> None:
    async with running_agent({(1, 3, 6, 1, 2, 1, 1, 5, 0): ("STRING", "fw1")}) as agent:
        port = agent.port
        agent.silent = True
        assert (await ask(agent, "snmpget", *QUICK, *V2C, "1.3.6.1.2.1.1.5.0"))[0] == []
        agent.silent = False
        await agent.stop()
        await agent.start()
        assert agent.port == port
        assert (await ask(agent, "snmpget", *V3, "1.3.6.1.2.1.1.5.0"))[0] == [
            '.1.3.6.1.2.1.1.5.0 = STRING: "fw1"'
        ]


numbers = st.lists(st.integers(0, 4), min_size=1, max_size=4).map(lambda tail: (1, 3, *tail))


@given(
    st.dictionaries(numbers, st.tuples(st.just("INTEGER"), st.integers(0, 9)), max_size=20),
    st.lists(numbers, max_size=5),
    st.integers(-2, 6),
    st.integers(-2, 40),
    st.integers(-10, 400),
)
def test_bulk_is_repeated_get_next_cut_short(
    values: Values, asked: list[tuple[int, ...]], singles: int, repetitions: int, room: int
) -> None:
    def binds(tag: int, first: int, second: int, oids: list[tuple[int, ...]], space: int) -> bytes:
        response = Reader(
            pdu.answer(pdu.Request(tag, 1, first, second, tuple(oids)), values, space)
        ).expect(pdu.RESPONSE)
        assert [response.integer() for _ in range(3)] == [1, 0, 0]
        return response.expect(0x30).rest()

    expected = binds(pdu.GET_NEXT, 0, 0, asked[: max(0, singles)], 10**6)
    rest = asked[max(0, singles) :]
    for _ in range(max(0, repetitions) if rest else 0):
        piece = binds(pdu.GET_NEXT, 0, 0, rest, 10**6)
        expected += piece
        reader = Reader(piece)
        rest = []
        while reader.more:
            rest.append(reader.expect(0x30).oid())
    got = binds(pdu.GET_BULK, singles, repetitions, asked, room)
    assert expected.startswith(got)
    assert len(got) <= max(room, 0)


KINDS = st.sampled_from([("INTEGER", 1), ("STRING", "x"), ("Counter64", 1), ("Gauge32", 7)])
KEYS = st.lists(st.integers(0, 300), min_size=1, max_size=3).map(lambda tail: (1, 3, *tail))


@given(st.dictionaries(KEYS, KINDS, max_size=8))
def test_a_walk_by_version_1_meets_all_but_what_it_cannot_say(values: Values) -> None:
    met: list[tuple[int, ...]] = []
    asked: tuple[int, ...] = (1, 3)
    while True:
        request = pdu.Request(pdu.GET_NEXT, 7, 0, 0, (asked,))
        encoded = pdu.answer_v1(request, values, 10**6)
        assert encoded is not None
        response = Reader(encoded).expect(pdu.RESPONSE)
        assert response.integer() == 7
        status, index = response.integer(), response.integer()
        found = response.expect(0x30).expect(0x30).oid()
        if status:
            assert (status, index, found) == (pdu.NO_SUCH_NAME, 1, asked)
            break
        met.append(found)
        asked = found
    assert met == sorted(key for key, (kind, _) in values.items() if kind != "Counter64")


def test_version_1_has_no_bulk_and_refuses_what_is_too_big() -> None:
    values: Values = {(1, 3, 1): ("STRING", "x" * 200)}
    assert pdu.answer_v1(pdu.Request(pdu.GET_BULK, 1, 0, 5, ((1, 3),)), values, 1000) is None
    encoded = pdu.answer_v1(pdu.Request(pdu.GET, 1, 0, 0, ((1, 3, 1),)), values, 100)
    assert encoded is not None
    response = Reader(encoded).expect(pdu.RESPONSE)
    assert [response.integer() for _ in range(3)] == [1, pdu.TOO_BIG, 0]


async def test_answers_stop_at_the_size_of_bsnmpds_buffer() -> None:
    values: Values = {(1, 3, 6, 1, 9, row): ("STRING", "x" * 200) for row in range(40)}
    async with running_agent(values) as agent:
        printed, _ = await ask(agent, "snmpbulkget", *V2C, "-Cr40", "1.3.6.1.9")
        assert 5 < len(printed) < MAX_MESSAGE // 200
        printed, errors = await ask(
            agent, "snmpget", *V2C, " ".join(".".join(map(str, oid)) for oid in sorted(values))
        )
    assert printed == []
    assert "tooBig" in errors
