"""Raw output in the detail screen: whole, harmless, with the right lines marked."""

import re

import factory
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pfha_tui.collector import catalogue
from pfha_tui.domain.command import Command, Output
from pfha_tui.ui import raw_view
from pfha_tui.ui.about import Topic
from pfha_tui.ui.line import Tone, plain, width
from pfha_tui.ui.raw_view import Search
from tests.support import captured

NOTHING = Search()


def marked(
    topic: Topic, command: Command, name: str = "", vhid: int | None = None, raw: bytes = b""
) -> str:
    """The marked stretches of a recorded output."""
    text = (raw or captured.answer("normal", "fw1", command).stdout).decode()
    spans = raw_view.spans(text, raw_view.wanted(topic, command, name, vhid))
    return "\n".join(text[low:high] for low, high in spans)


def test_a_vip_is_marked_by_its_lines_in_the_interface_s_block() -> None:
    assert marked(Topic.VIP, catalogue.IFCONFIG, "vtnet1", 2).split("\n") == [
        "\tinet 192.168.1.1 netmask 0xffffff00 broadcast 192.168.1.255 vhid 2",
        "\tcarp: MASTER vhid 2 advbase 1 advskew 0",
    ]
    assert marked(Topic.VIP, catalogue.IFCONFIG, "vtnet0", 2) == ""
    assert marked(Topic.VIP, catalogue.IFCONFIG, "vtnet", 1) == ""


def test_vhid_1_is_not_vhid_10() -> None:
    text = b"em0: flags=8843<UP>\n\tcarp: MASTER vhid 10 advbase 1 advskew 0\n"
    assert marked(Topic.VIP, catalogue.IFCONFIG, "em0", 1, text) == ""
    assert "vhid 10" in marked(Topic.VIP, catalogue.IFCONFIG, "em0", 10, text)


def test_an_interface_is_marked_as_a_whole() -> None:
    block = marked(Topic.INTERFACE, catalogue.IFCONFIG, "vtnet1")
    assert block.startswith("vtnet1: flags=")
    assert "status: active" in block
    assert "vtnet2" not in block
    assert "vtnet0" not in block


def test_an_interface_is_found_in_json_and_in_text() -> None:
    told = marked(Topic.INTERFACE, catalogue.NETSTAT_INTERFACES, "vtnet1")
    assert told.startswith('{"name":"vtnet1"')
    assert '"name":"vtnet0"' not in told
    text = b"Name    Mtu Network\nem1    1500 <Link#2>\nem10   1500 <Link#3>\n"
    found = marked(Topic.INTERFACE, catalogue.NETSTAT_INTERFACES, "em1", raw=text)
    assert found == "em1    1500 <Link#2>"


@pytest.mark.parametrize(
    ("topic", "command", "expected"),
    [
        (Topic.VIP, catalogue.SYSCTL_CARP, "net.inet.carp.demotion: 0"),
        (Topic.STATES, catalogue.PF_INFO, r"State Table.*\n\s+current entries\s+\d+\s*"),
        (Topic.CREATORS, catalogue.PF_INFO, "Hostid: .*"),
        (Topic.STATES, catalogue.PF_MEMORY, r"states\s+hard limit\s+\d+"),
        (Topic.PFSYNC, catalogue.IFCONFIG, r"\s*pfsync: syncdev: vtnet2 .*"),
    ],
)
def test_the_line_of_a_row_is_found_in_recorded_output(topic, command, expected: str) -> None:
    assert re.fullmatch(expected, marked(topic, command))


def test_the_line_of_a_gateway_and_of_a_time_source() -> None:
    lines = b"WANGW 1200 100 0\nWANGW2 9 9 0\n"
    assert marked(Topic.GATEWAY, catalogue.GATEWAYS, "WANGW", raw=lines) == "WANGW 1200 100 0"
    assert marked(Topic.GATEWAY, catalogue.GATEWAYS, "", raw=lines) == ""
    assert "GPS" in marked(Topic.CLOCK, catalogue.NTP, raw=factory.printed.NTP.encode())


@pytest.mark.parametrize("topic", list(Topic))
def test_every_topic_s_commands_are_reads_of_the_catalogue(topic: Topic) -> None:
    for name in ("", "isc", "kea"):
        for command in raw_view.commands(topic, name):
            assert command in catalogue.READS
            raw_view.wanted(topic, command, name, 1)
    none = (Topic.STREAM, Topic.PAIR, Topic.FOLDED)
    assert topic in none or raw_view.commands(topic, "kea")


def test_rows_carry_marks_and_long_lines_go_on() -> None:
    told = raw_view.printed(b"ab\ncdefghij\n\nk\n", Search(r"^cd.*"), 6)
    assert [plain(row) for row in told.rows] == [
        "  ab",
        "► cdef",
        "↳ ghij",
        "  ",
        "  k",
    ]
    assert told.first == 1
    told = raw_view.printed(b"abcdef", NOTHING, 6)
    assert [plain(row) for row in told.rows] == ["  abcd", "↳ ef"]
    assert told.first is None


def test_tabs_keep_columns_and_nothing_else_is_interpreted() -> None:
    told = raw_view.printed(b"a\tb\n\x1b[31mred\x1b[0m [bold]x[/] \r\x07 \xff\n", NOTHING, 60)
    assert [plain(row) for row in told.rows] == [
        "  a       b",
        "  \ufffd[31mred\ufffd[0m [bold]x[/] \ufffd\ufffd \ufffd",
    ]


def test_an_endless_output_is_counted_not_shown() -> None:
    told = raw_view.printed(b"x\n" * (raw_view.MOST_ROWS + 812), NOTHING, 40)
    assert len(told.rows) == raw_view.MOST_ROWS + 1
    assert plain(told.rows[-1]).strip() == "812 more rows are not shown"


@settings(max_examples=200, deadline=None)
@example("000000000\t0⺀", 12)
@example("000000000⺀\t00", 12)
@given(st.text(max_size=300), st.integers(12, 90))
def test_no_row_is_too_wide_and_no_character_is_lost(text: str, cells: int) -> None:
    raw = text.encode("utf-8", "replace")
    told = raw_view.printed(raw, NOTHING, cells)
    shown = "".join(plain(row)[raw_view.GUTTER :] for row in told.rows)
    assert all(width(row) <= cells for row in told.rows)
    assert all(c.isprintable() or not c.isascii() for c in shown)
    assert "\x1b" not in shown and "\u202e" not in shown
    kept = raw.decode().replace("\n", "").replace("\t", "")
    assert len(shown.replace(" ", "")) == len(kept.replace(" ", ""))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=300), st.integers(0, 255))
def test_names_of_devices_are_no_patterns(name: str, text: str, vhid: int) -> None:
    for topic in Topic:
        for command in raw_view.commands(topic, "kea"):
            search = raw_view.wanted(topic, command, name, vhid)
            for low, high in raw_view.spans(text, search):
                assert 0 <= low <= high <= len(text)


@pytest.mark.parametrize("text", factory.HOSTILE, ids=range(len(factory.HOSTILE)))
def test_hostile_output_stays_in_its_cells(text: str) -> None:
    told = raw_view.printed(text.encode(), Search(re.escape(text)), 56)
    for row in told.rows:
        assert width(row) <= 56
        assert all(c.isprintable() or c == "\ufffd" for c in plain(row))


def test_the_command_line_its_end_and_its_age_are_told() -> None:
    output = Output(catalogue.PF_MEMORY, 1, b"", b"sudo: a password is required\n")
    got = (output, factory.NOW - 2.5)
    rows = raw_view.command_rows(catalogue.PF_MEMORY, got, factory.SCENE, 60)
    assert [plain(row) for row in rows] == [
        "$ /sbin/pfctl -s memory",
        "exit code 1   2.5 s ago   as root",
    ]
    rows = raw_view.command_rows(catalogue.DHCP_KEA, None, factory.SCENE, 60)
    assert [plain(row) for row in rows] == [
        "$ /usr/bin/nc -U /var/run/kea/kea4-ctrl-socket",
        'its standard input: {"command": "status-get"}',
        "no output yet",
    ]


@given(
    st.lists(st.sampled_from(["*", "**x", "o", "x", "", "x*", "o" * 30]), max_size=30),
    st.sampled_from([Search(r"^[*o].*"), Search(r"o"), Search(r"^x.*", "em0"), Search("", "em0")]),
    st.integers(4, 20),
)
def test_every_row_that_touches_a_stretch_is_marked(
    lines: list[str], search: Search, cells: int
) -> None:
    text = "\n".join(["em0: ", *lines])
    stretches = raw_view.spans(text, search)
    places = [start for start, _ in raw_view._pieces(text, cells - raw_view.GUTTER)]
    rows = raw_view.printed(text.encode(), search, cells).rows
    for start, row in zip(places, rows, strict=True):
        end = start + max(1, len(plain(row)) - raw_view.GUTTER)
        touched = any(low < end and start < high for low, high in stretches)
        assert (row[-1][1] is Tone.STRONG or row[0][1] is Tone.ACCENT) is touched


def test_a_flood_of_marks_is_drawn_in_one_go() -> None:
    flood = b"x\n" * raw_view.MOST_ROWS + b"*\n" * 200_000
    told = raw_view.printed(flood, Search(r"^[*o].*"), 80)
    assert told.first is None
    assert len(told.rows) == raw_view.MOST_ROWS + 1
