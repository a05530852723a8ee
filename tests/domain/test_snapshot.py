"""What a snapshot tells beside what was read: the state count's source, and how places are called."""

from dataclasses import replace

import pytest
from domain_pairs import LAN, NOW, SYNC, WAN, M, carp_interface, primary, reading, secondary

from pfha_tui.domain.causes import cause
from pfha_tui.domain.model import Interface, SnmpFacts
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading, Source
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot, label_of, place_of
from pfha_tui.domain.verdict import Verdict, VerdictKind

VERDICT = Verdict(VerdictKind.HEALTHY, "")


def pair(first: NodeSnapshot, second: NodeSnapshot) -> PairSnapshot:
    return PairSnapshot("p", 1, NOW, 0.0, first, second, VERDICT)


def swapped() -> NodeSnapshot:
    """fw2 with WAN and LAN on each other's devices."""
    interfaces = (
        carp_interface(LAN, "WAN", 1, M, 100),
        carp_interface(WAN, "LAN", 2, M, 100),
        Interface(SYNC, ("UP",), 1500, description=""),
    )
    roles = tuple(
        replace(role, interface=LAN if role.interface == WAN else WAN) for role in secondary().roles
    )
    return secondary(interfaces=interfaces, roles=roles)


@pytest.mark.parametrize(
    ("pfctl_age", "agent_age", "told", "source"),
    [
        (1.0, 0.5, 100, Source.SSH),
        (12.0, 10.0, 100, Source.SSH),
        (41.0, 2.0, 7, Source.SNMP),
        (41.0, 40.0, 100, Source.SSH),
    ],
)
def test_the_state_count_is_pfctl_s_unless_that_was_old_when_the_agent_told_its_own(
    pfctl_age: float, agent_age: float, told: int, source: Source
) -> None:
    node = primary()
    pf = Reading(period_s=5.0).renewed(node.pf.value, NOW - pfctl_age, Source.SSH)
    snmp = Reading(period_s=10.0).renewed(SnmpFacts(states=7), NOW - agent_age, Source.SNMP)
    node = replace(node, pf=pf, snmp=snmp)
    assert (node.states, node.counted.source) == (told, source)
    assert node.counted.age(NOW) == (pfctl_age if source is Source.SSH else agent_age)


def test_without_any_state_count_pfctl_s_error_is_told() -> None:
    error = ReadError(ErrorKind.NOT_PERMITTED, "no")
    node = replace(primary(), pf=Reading().failed(error, NOW), snmp=reading(SnmpFacts()))
    assert node.states is None
    assert node.counted.error == error


@pytest.mark.parametrize(
    ("node", "device", "vhid", "place"),
    [
        ("fw1", WAN, None, "fw1 WAN"),
        ("fw2", WAN, None, "fw2 LAN"),
        ("fw2", LAN, 1, "fw2 WAN vhid 1"),
        (None, WAN, 1, "WAN vhid 1"),
        ("fw1", WAN, 2, "fw1 LAN vhid 2"),
        ("fw2", SYNC, None, f"fw2 {SYNC}"),
        (None, "igb7", None, "igb7"),
        ("fw2", None, None, "fw2"),
        (None, None, None, ""),
    ],
)
def test_a_device_is_called_as_on_the_node_that_the_cause_is_about(
    node: str | None, device: str | None, vhid: int | None, place: str
) -> None:
    found = cause("link-down", "down", node, device, vhid)
    assert place_of(found, pair(primary(), swapped())) == place


def test_a_device_of_a_node_that_was_never_read_keeps_its_own_name() -> None:
    assert (
        label_of(pair(primary(), replace(swapped(), interfaces=Reading())), WAN, "fw2", None) == WAN
    )
