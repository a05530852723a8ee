"""The whole product beside an SNMP agent that answers with junk."""

from pathlib import Path

import pytest
from test_hostile_product import errors, must_be_shown_safely, watched

from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot
from pfha_tui.domain.target import Secret
from pfha_tui.parsers import snmp
from tests.hostile import hostile_node as junk
from tests.hostile.hostile_node import HostileNode, good, hostile_pair
from tests.support.snmp_peers import NODE, Values, agent_of, oid
from tests.support.snmpd import COMMUNITY

EVIL = junk.EVIL.encode("utf-8", "replace")
ROW = {
    snmp.IF_DESCR: ("STRING", EVIL),
    snmp.IF_NAME: ("STRING", b"vtnet0"),
    snmp.IF_ALIAS: ("STRING", EVIL * 8),
    snmp.IF_OPER_STATUS: ("INTEGER", 99),
}


def table(rows: int, **changes: tuple[str, object]) -> Values:
    """So many rows that all say the same."""
    return {
        oid(f"{column}.{index}"): changes.get(column, value)
        for index in range(1, rows + 1)
        for column, value in ROW.items()
    }


CASES: dict[str, tuple[Values, str | None]] = {
    "words": ({oid(snmp.SYS_DESCR): ("STRING", EVIL), **table(3)}, None),
    "double-rows": (table(40), None),
    "number-for-a-name": ({oid(snmp.SYS_NAME): ("INTEGER", 5), **table(1)}, snmp.SYS_NAME),
    "name-for-a-number": ({oid(snmp.PF_STATES): ("STRING", b"12"), **table(1)}, snmp.PF_STATES),
    "below-nought": ({oid(snmp.PF_STATES): ("INTEGER", -3), **table(1)}, snmp.PF_STATES),
    "address-for-an-uptime": (
        {oid(snmp.SYS_UPTIME): ("IpAddress", "192.0.2.1"), **table(1)},
        snmp.SYS_UPTIME,
    ),
}


def answered(node: NodeSnapshot, blamed: str | None) -> bool:
    """What must come of it has come: values, or that they are not understood."""
    if node.snmp_link.state is not LinkState.LIVE:
        return False
    if blamed is not None:
        return "snmp" in errors(node, ErrorKind.PARSE)
    return node.snmp.value is not None and node.snmp.error is None


@pytest.mark.parametrize("case", CASES)
async def test_an_agent_with_wrong_types_and_words(tmp_path: Path, case: str) -> None:
    values, blamed = CASES[case]
    async with agent_of({**NODE, **values}) as agent:
        nodes = HostileNode(good()), HostileNode(good("fw2"))
        async with hostile_pair(tmp_path, *nodes, agent.port, Secret(COMMUNITY)) as target:
            snapshot, _ = await watched(target, lambda s: answered(s.primary, blamed))
    must_be_shown_safely(snapshot)
    node = snapshot.primary
    if blamed is not None:
        assert node.snmp.value is None
        assert errors(node, ErrorKind.PARSE)["snmp"].startswith("snmp: ")
        assert blamed in errors(node, ErrorKind.PARSE)["snmp"]
