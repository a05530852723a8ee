"""What an SNMP agent tells: which objects are asked for, and how they become facts.

Numeric OIDs without a leading dot: SNMPv2-MIB, IF-MIB, HOST-RESOURCES-MIB and BEGEMOT-PF-MIB (bsnmpd's pf module).
"""

import re
from collections.abc import Mapping

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import InterfaceCounters, SnmpFacts, SnmpInterface
from pfha_tui.domain.text import clean
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import MAX_COUNTER
from pfha_tui.parsers.pfctl import host_id

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
HR_SYSTEM_UPTIME = "1.3.6.1.2.1.25.1.1.0"
PF_RUNNING = "1.3.6.1.4.1.12325.1.200.1.1.1.0"
PF_HOST_ID = "1.3.6.1.4.1.12325.1.200.1.1.4.0"
PF_STATES = "1.3.6.1.4.1.12325.1.200.1.3.1.0"
PF_STATES_LIMIT = "1.3.6.1.4.1.12325.1.200.1.5.1.0"

SCALARS = (
    SYS_DESCR,
    SYS_OBJECT_ID,
    SYS_UPTIME,
    SYS_NAME,
    HR_SYSTEM_UPTIME,
    PF_RUNNING,
    PF_HOST_ID,
    PF_STATES,
    PF_STATES_LIMIT,
)

IF_DESCR = "1.3.6.1.2.1.2.2.1.2"
IF_ADMIN_STATUS = "1.3.6.1.2.1.2.2.1.7"
IF_OPER_STATUS = "1.3.6.1.2.1.2.2.1.8"
IF_IN_OCTETS = "1.3.6.1.2.1.2.2.1.10"
IF_IN_UCAST = "1.3.6.1.2.1.2.2.1.11"
IF_IN_DISCARDS = "1.3.6.1.2.1.2.2.1.13"
IF_IN_ERRORS = "1.3.6.1.2.1.2.2.1.14"
IF_OUT_OCTETS = "1.3.6.1.2.1.2.2.1.16"
IF_OUT_UCAST = "1.3.6.1.2.1.2.2.1.17"
IF_OUT_DISCARDS = "1.3.6.1.2.1.2.2.1.19"
IF_OUT_ERRORS = "1.3.6.1.2.1.2.2.1.20"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
IF_HC_IN_OCTETS = "1.3.6.1.2.1.31.1.1.1.6"
IF_HC_IN_UCAST = "1.3.6.1.2.1.31.1.1.1.7"
IF_HC_OUT_OCTETS = "1.3.6.1.2.1.31.1.1.1.10"
IF_HC_OUT_UCAST = "1.3.6.1.2.1.31.1.1.1.11"
IF_ALIAS = "1.3.6.1.2.1.31.1.1.1.18"

IF_COLUMNS = (
    IF_DESCR,
    IF_ADMIN_STATUS,
    IF_OPER_STATUS,
    IF_IN_OCTETS,
    IF_IN_UCAST,
    IF_IN_DISCARDS,
    IF_IN_ERRORS,
    IF_OUT_OCTETS,
    IF_OUT_UCAST,
    IF_OUT_DISCARDS,
    IF_OUT_ERRORS,
    IF_NAME,
    IF_HC_IN_OCTETS,
    IF_HC_IN_UCAST,
    IF_HC_OUT_OCTETS,
    IF_HC_OUT_UCAST,
    IF_ALIAS,
)

Value = int | bytes | str | None

_SECTION = "snmp"
_OID = re.compile(r"\.?([0-9]{1,10}(?:\.[0-9]{1,10})*)")
_HOST_ID = re.compile(r"0x([0-9a-fA-F]{1,8})")
_UNLIMITED = 2**32 - 1  # UINT_MAX, which pf takes for no limit
_HC = (IF_HC_IN_OCTETS, IF_HC_OUT_OCTETS, IF_HC_IN_UCAST, IF_HC_OUT_UCAST)
_PLAIN = (IF_IN_OCTETS, IF_OUT_OCTETS, IF_IN_UCAST, IF_OUT_UCAST)


def parse(
    scalars: Mapping[str, Value], table: Mapping[str, Mapping[str, int | bytes | str]]
) -> SnmpFacts:
    """Facts from the scalars (None or absent: the agent has no such object) and the interface rows by index.

    Uptimes in seconds (the agent's own, and the host's). pf runs only if pfStatusRunning is 1, since
    bsnmpd says 0, no TruthValue, for off. Counters are 64-bit where the row has all four of them, else
    32-bit with `bits` 32; packets are unicast only. A row without a name is passed over.
    `capabilities` names what the agent has: system, interfaces, hc (64-bit counters), hostres, pf.
    Raises ParseError naming the OID for a value of the wrong type or form.
    """
    interfaces = tuple(
        found
        for index in sorted(table, key=_order)
        if (found := _interface(index, table[index])) is not None
    )
    return SnmpFacts(
        descr=_text(scalars, SYS_DESCR),
        object_id=_object_id(scalars),
        name=_text(scalars, SYS_NAME),
        agent_uptime_s=_seconds(scalars, SYS_UPTIME),
        host_uptime_s=_seconds(scalars, HR_SYSTEM_UPTIME),
        pf_running=_running(scalars),
        pf_host_id=_pf_host_id(scalars),
        states=_number(scalars, PF_STATES),
        states_limit=_limit(scalars),
        interfaces=interfaces,
        capabilities=_capabilities(scalars, interfaces),
    )


def _order(index: str) -> tuple[int, str]:
    return (len(index), index)


def _bad(oid: str, index: str = "") -> ParseError:
    return ParseError(
        _SECTION,
        tr("the value of {name} is not understood").format(
            name=f"{oid}{'.' if index else ''}{index}"
        ),
    )


def _number(
    values: Mapping[str, Value], oid: str, index: str = "", high: int = MAX_COUNTER
) -> int | None:
    value = values.get(oid)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= high:
        raise _bad(oid, index)
    return value


def _text(values: Mapping[str, Value], oid: str, index: str = "") -> str | None:
    value = values.get(oid)
    if value is None:
        return None
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if not isinstance(value, str):
        raise _bad(oid, index)
    return clean(value)


def _object_id(scalars: Mapping[str, Value]) -> str | None:
    text = _text(scalars, SYS_OBJECT_ID)
    if text is None:
        return None
    match = _OID.fullmatch(text)
    if match is None:
        raise _bad(SYS_OBJECT_ID)
    return match[1]


def _seconds(scalars: Mapping[str, Value], oid: str) -> float | None:
    ticks = _number(scalars, oid)
    return None if ticks is None else ticks / 100


def _running(scalars: Mapping[str, Value]) -> bool | None:
    value = _number(scalars, PF_RUNNING)
    return None if value is None else value == 1


def _pf_host_id(scalars: Mapping[str, Value]) -> str | None:
    text = _text(scalars, PF_HOST_ID)
    if text is None:
        return None
    match = _HOST_ID.fullmatch(text)
    if match is None:
        raise _bad(PF_HOST_ID)
    return host_id(match[1])


def _limit(scalars: Mapping[str, Value]) -> int | None:
    limit = _number(scalars, PF_STATES_LIMIT)
    return None if limit == _UNLIMITED else limit


def _interface(index: str, row: Mapping[str, int | bytes | str]) -> SnmpInterface | None:
    name = _text(row, IF_NAME, index) or _text(row, IF_DESCR, index)
    if not name:
        return None
    return SnmpInterface(
        name=name,
        alias=_text(row, IF_ALIAS, index) or "",
        admin=_number(row, IF_ADMIN_STATUS, index),
        oper=_number(row, IF_OPER_STATUS, index),
        counters=_counters(index, name, row),
    )


def _counters(
    index: str, name: str, row: Mapping[str, int | bytes | str]
) -> InterfaceCounters | None:
    columns, bits = (_HC, 64) if all(oid in row for oid in _HC) else (_PLAIN, 32)
    traffic = [_number(row, oid, index, 2**bits - 1) for oid in columns]
    errors = [_number(row, oid, index) for oid in (IF_IN_ERRORS, IF_OUT_ERRORS)]
    known = [value for value in (*traffic, *errors) if value is not None]
    if len(known) != 6:
        return None
    return InterfaceCounters(
        name=name,
        in_bytes=known[0],
        out_bytes=known[1],
        in_packets=known[2],
        out_packets=known[3],
        in_errors=known[4],
        out_errors=known[5],
        in_drops=_number(row, IF_IN_DISCARDS, index) or 0,
        out_drops=_number(row, IF_OUT_DISCARDS, index) or 0,
        bits=bits,
    )


def _capabilities(
    scalars: Mapping[str, Value], interfaces: tuple[SnmpInterface, ...]
) -> tuple[str, ...]:
    has = {
        "system": scalars.get(SYS_DESCR) is not None,
        "interfaces": bool(interfaces),
        "hc": any(each.counters is not None and each.counters.bits == 64 for each in interfaces),
        "hostres": scalars.get(HR_SYSTEM_UPTIME) is not None,
        "pf": scalars.get(PF_RUNNING) is not None,
    }
    return tuple(name for name, present in has.items() if present)
