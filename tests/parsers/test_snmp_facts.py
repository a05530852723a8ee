"""Values of an SNMP agent, as they are and as they should not be."""

from typing import Any

import pytest

from pfha_tui.domain.model import SnmpFacts
from pfha_tui.parsers import snmp
from pfha_tui.parsers.errors import ParseError

ROW: dict[str, int | bytes | str] = {
    snmp.IF_DESCR: b"igb0",
    snmp.IF_ADMIN_STATUS: 1,
    snmp.IF_OPER_STATUS: 1,
    snmp.IF_IN_OCTETS: 100,
    snmp.IF_IN_UCAST: 10,
    snmp.IF_IN_DISCARDS: 1,
    snmp.IF_IN_ERRORS: 2,
    snmp.IF_OUT_OCTETS: 200,
    snmp.IF_OUT_UCAST: 20,
    snmp.IF_OUT_DISCARDS: 3,
    snmp.IF_OUT_ERRORS: 4,
}
HC: dict[str, int | bytes | str] = {
    snmp.IF_HC_IN_OCTETS: 2**40,
    snmp.IF_HC_IN_UCAST: 2**33,
    snmp.IF_HC_OUT_OCTETS: 2**41,
    snmp.IF_HC_OUT_UCAST: 2**34,
}


def test_an_agent_that_has_nothing() -> None:
    assert snmp.parse({}, {}) == SnmpFacts()
    assert snmp.parse({oid: None for oid in snmp.SCALARS}, {}) == SnmpFacts()


def test_oids_are_numeric_without_a_leading_dot() -> None:
    oids = (*snmp.SCALARS, *snmp.IF_COLUMNS)
    assert len(set(oids)) == len(oids)
    assert all(oid.startswith("1.3.6.1.") for oid in oids)
    assert all(oid.endswith(".0") for oid in snmp.SCALARS)


def test_counters_are_64_bit_where_the_agent_has_them() -> None:
    found = snmp.parse({}, {"2": {**ROW, snmp.IF_NAME: b"lan"}, "10": {**ROW, **HC}})
    narrow, wide = (each.counters for each in found.interfaces)
    assert [each.name for each in found.interfaces] == ["lan", "igb0"]
    assert narrow is not None and wide is not None
    assert (narrow.bits, narrow.in_bytes, narrow.out_bytes) == (32, 100, 200)
    assert (wide.bits, wide.in_bytes, wide.out_packets) == (64, 2**40, 2**34)
    assert (narrow.in_drops, narrow.in_errors, narrow.out_drops, narrow.out_errors) == (1, 2, 3, 4)
    assert found.capabilities == ("interfaces", "hc")


@pytest.mark.parametrize("missing", sorted(HC))
def test_32_bit_counters_serve_when_one_of_the_wide_ones_is_missing(missing: str) -> None:
    row = {**ROW, **HC}
    del row[missing]
    counters = snmp.parse({}, {"1": row}).interfaces[0].counters
    assert counters is not None and (counters.bits, counters.in_bytes) == (32, 100)


def test_a_row_without_counters_or_name() -> None:
    bare: dict[str, int | bytes | str] = {snmp.IF_NAME: "tun0", snmp.IF_OPER_STATUS: 5}
    nameless: dict[str, int | bytes | str] = {snmp.IF_OPER_STATUS: 1}
    (found,) = snmp.parse({}, {"1": bare, "2": nameless}).interfaces
    assert (found.name, found.admin, found.oper, found.alias, found.counters) == (
        "tun0",
        None,
        5,
        "",
        None,
    )


@pytest.mark.parametrize(("value", "running"), [(1, True), (0, False), (2, False), (None, None)])
def test_pf_runs_only_when_it_says_1(value: int | None, running: bool | None) -> None:
    assert snmp.parse({snmp.PF_RUNNING: value}, {}).pf_running is running


def test_texts_are_cleaned() -> None:
    found = snmp.parse(
        {snmp.SYS_DESCR: b"pfSense \x1b[31m\xff", snmp.SYS_NAME: "fw1\u202e"},
        {"1": {**ROW, snmp.IF_ALIAS: b"LAN\x07"}},
    )
    assert (found.descr, found.name) == ("pfSense \ufffd[31m\ufffd", "fw1\ufffd")
    assert found.interfaces[0].alias == "LAN\ufffd"


def test_host_id_and_limit() -> None:
    found = snmp.parse({snmp.PF_HOST_ID: b"0x0000AB01", snmp.PF_STATES_LIMIT: 2**32 - 1}, {})
    assert (found.pf_host_id, found.states_limit) == ("ab01", None)
    assert (
        snmp.parse({snmp.SYS_OBJECT_ID: ".1.3.6.1.4.1.8072.3.2.8"}, {}).object_id
        == "1.3.6.1.4.1.8072.3.2.8"
    )


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (snmp.SYS_DESCR, 7),
        (snmp.SYS_OBJECT_ID, b"iso.org"),
        (snmp.SYS_UPTIME, b"4444"),
        (snmp.SYS_UPTIME, True),
        (snmp.HR_SYSTEM_UPTIME, -1),
        (snmp.PF_RUNNING, "1"),
        (snmp.PF_HOST_ID, b"42df447d"),
        (snmp.PF_STATES, 1.5),
        (snmp.PF_STATES_LIMIT, 2**64),
    ],
)
def test_a_value_of_the_wrong_type_names_its_oid(oid: str, value: Any) -> None:
    with pytest.raises(ParseError, match=oid.replace(".", r"\.")):
        snmp.parse({oid: value}, {})


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (snmp.IF_NAME, 7),
        (snmp.IF_OPER_STATUS, b"up"),
        (snmp.IF_IN_OCTETS, 2**32),
        (snmp.IF_OUT_ERRORS, -1),
        (snmp.IF_ALIAS, 0),
    ],
)
def test_a_cell_of_the_wrong_type_names_its_oid_and_row(oid: str, value: Any) -> None:
    with pytest.raises(ParseError, match=f"{oid}.12".replace(".", r"\.")):
        snmp.parse({}, {"12": {**ROW, oid: value}})
