"""Gateways, time and DHCP failover: forms described by their programs, not captured."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.model import DhcpHa, Gateway, NtpStatus
from pfha_tui.parsers import dhcp, dpinger, ntpq
from pfha_tui.parsers.errors import ParseError

PEERS = """\
     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
+192.0.2.10      .GPS.            1 u   33   64  377    1.234   -0.456   0.078
*192.0.2.11      192.0.2.99       2 u   12   64  377    2.100    1.250   0.120
 time-of-a-very-long-name.example.net
                 .INIT.          16 u    -   64    0    0.000   +0.000   0.000
"""


def test_gateways_in_microseconds_and_per_cent() -> None:
    text = "WAN_DHCP 12345 678 0\nWAN2 0 0 0\n\nTUNNEL 900000 1000 35\n"
    assert dpinger.parse(text) == (
        Gateway("WAN_DHCP", 0.012345, 0.000678, 0.0),
        Gateway("WAN2", 0.0, 0.0, 0.0, pending=True),
        Gateway("TUNNEL", 0.9, 0.001, 0.35),
    )
    assert dpinger.parse("") == ()


@pytest.mark.parametrize("text", ["WAN 1 2", "WAN 1 2 101", "WAN -1 2 3", "WAN 1 2 3 4", "\x00"])
def test_a_gateway_line_is_never_guessed(text: str) -> None:
    with pytest.raises(ParseError):
        dpinger.parse(text)


def test_the_marked_peer_is_followed() -> None:
    assert ntpq.parse(PEERS) == NtpStatus(3, "192.0.2.11", 2, 0.00125)


def test_no_marked_peer_is_not_synchronised() -> None:
    assert ntpq.parse(PEERS.replace("*", " ")) == NtpStatus(3)
    assert ntpq.parse("No association ID's returned\n") == NtpStatus(0)


@pytest.mark.parametrize("text", ["", "*192.0.2.11 x", PEERS[:-60], PEERS.replace("1.250", "soon")])
def test_half_a_peer_table_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        ntpq.parse(text)


LEASES = """\
failover peer "dhcp_lan" state {
  my state recover at 2 2026/11/22 21:00:00;
  partner state unknown-state at 2 2026/11/22 21:00:00;
}
--
failover peer "dhcp_lan" state {
  my state normal at 2 2026/11/22 21:05:00;
  partner state normal at 2 2026/11/22 21:05:00;
  mclt 600;
"""


def test_the_newest_block_of_a_peer_counts() -> None:
    assert dhcp.parse_isc(LEASES) == (DhcpHa("dhcp_lan", "normal", "normal"),)


def test_a_block_without_its_partner_is_refused() -> None:
    with pytest.raises(ParseError):
        dhcp.parse_isc(LEASES[: LEASES.rindex("  partner")])


KEA = {
    "result": 0,
    "arguments": {
        "high-availability": [
            {
                "ha-mode": "hot-standby",
                "ha-servers": {
                    "local": {"role": "primary", "state": "hot-standby", "server-name": "fw1"},
                    "remote": {"role": "standby", "last-state": "hot-standby", "age": 3},
                },
            }
        ]
    },
}


def test_kea_tells_both_states_and_the_role() -> None:
    assert dhcp.parse_kea(json.dumps(KEA)) == (
        DhcpHa("fw1", "hot-standby", "hot-standby", "primary"),
    )
    assert dhcp.parse_kea(json.dumps({"result": 0, "arguments": {}})) == ()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"result": 1, "text": "no"}', '{"result": 0}', "[" * 9999]
)
def test_anything_else_from_kea_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        dhcp.parse_kea(text)


@given(st.text(max_size=200))
def test_arbitrary_text_raises_nothing_else(text: str) -> None:
    for parse in (dpinger.parse, ntpq.parse, dhcp.parse_isc, dhcp.parse_kea):
        try:
            parse(text)
        except ParseError:
            continue


@given(st.integers(0, len(PEERS)), st.characters())
def test_mutated_peer_tables_raise_nothing_else(at: int, character: str) -> None:
    try:
        ntpq.parse(PEERS[:at] + character + PEERS[at + 1 :])
    except ParseError:
        return
