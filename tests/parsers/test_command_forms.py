"""Forms of the other commands that were not captured (described from the sources), and hostile ones."""

import json
from typing import Any

import pytest
from capture_facts import FACTS

from pfha_tui.domain.model import CarpSysctls, ConfigMark, PfLimits, SystemStats
from pfha_tui.domain.text import clean
from pfha_tui.parsers import netstat, pfctl, stat, sysctl, version
from pfha_tui.parsers.decode import MAX_BYTES, decode
from pfha_tui.parsers.errors import ParseError

NORMAL = FACTS["normal-fw1"]


def test_sysctl_with_equals_signs() -> None:
    text = "net.inet.carp.allow=1\nnet.inet.carp.demotion=-240\nnet.inet.carp.preempt=0\n"
    assert sysctl.parse_carp(text) == CarpSysctls(allow=True, preempt=False, demotion=-240)
    captured = NORMAL.read("sysctl-kern-misc")
    assert sysctl.parse_system(captured.replace(": ", "=", 1)) == sysctl.parse_system(captured)


def test_sysctl_follows_the_locale_of_the_account() -> None:
    assert sysctl.parse_system("vm.loadavg: { 0,33 1,05 12,00 }\n").loadavg == (0.33, 1.05, 12.0)


def test_an_oid_that_is_not_there_is_none() -> None:
    assert sysctl.parse_carp("") == CarpSysctls()
    assert sysctl.parse_system("\n") == SystemStats()
    assert sysctl.parse_identity("kern.hostname: \n").hostname is None


def test_a_value_may_go_on_over_lines() -> None:
    text = "kern.version: FreeBSD 14.0-CURRENT amd64\n    root@builder:/usr/obj\n\nkern.hostname: fw1\n"
    assert sysctl.parse_identity(text).hostname == "fw1"


@pytest.mark.parametrize(
    "text",
    [
        "sysctl: unknown oid 'net.inet.carp'",
        "net.inet.carp.demotion: many",
        "net.inet.carp.demotion: ",
        "net.inet.carp.demotion: 0x0",
        "net.inet.carp.demotion: 99999999999",
        "net.inet.carp.demotion: \u0662\u0664\u0660",
        "net.inet.carp.demotion: 240\nand more",
        "net.inet.carp.demotion: 0\nnet.inet.carp.demotion: 240",
    ],
)
def test_sysctl_never_guesses(text: str) -> None:
    with pytest.raises(ParseError):
        sysctl.parse_carp(text)


@pytest.mark.parametrize(
    "text",
    [
        "kern.boottime: 1795389228",
        "kern.boottime: { sec = -1, usec = 0 } Thu",
        "vm.loadavg: { 0.24 0.06 }",
        "vm.loadavg: { nan inf 0.1 }",
        "kern.cp_time: 1 2 3 4",
        "kern.cp_time: 1 2 3 4 5 6",
        "kern.cp_time: 1 2 3 4 -5",
        "hw.ncpu: 0",
        "hw.physmem: -1",
    ],
)
def test_sysctl_system_never_guesses(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        sysctl.parse_system("kern.cp_times: 1 2\n" + text + "\n")
    assert caught.value.line_no == 2


def _statistics(form: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(NORMAL.read(form))
    return loaded


def test_pfsync_counters_of_freebsd_15() -> None:
    data = _statistics("netstat-libxo-json-s-p-pfsync")
    counts = data["statistics"]["pfsync"]
    del counts["dropped-bad-interface"]
    for name in ("input-histogram", "output-histogram"):
        rows = counts[name]
        rows[1]["name"], rows[3]["name"] = "state-insert-1301", "state-update-1301"
        for count, added in enumerate(
            ("state-insert-1400", "state-update-1400", "state-insert", "state-update")
        ):
            rows.append({"name": added, "count": 1000 + count})
    found = netstat.parse_pfsync(json.dumps({"__version": "1", **data}))
    assert len(found.in_messages) == len(found.out_messages) == 17
    assert found.in_messages[1] == ("state-insert-1301", 4)
    assert dict(found.out_messages)["state-insert"] == 1002
    assert "bad-interface" not in dict(found.dropped) and len(found.dropped) == 9


def test_pfsync_text_of_freebsd_15() -> None:
    text = NORMAL.read("netstat-s-p-pfsync")
    text = text.replace(" state insert", " 13.1 state insert").replace(" /0 ", " 0 ")
    text = text.replace(" 13.1 state inserted", " state inserted")
    text = text.replace("packets sent (IPv4)", "packets sent (IPv4)\n\t\t7 14.0 state inserts sent")
    text = text.replace("3 bulk update marks sent", "1 bulk update mark sent")
    found = netstat.parse_pfsync(text)
    assert dict(found.out_messages)["state-insert-1301"] == 43
    assert dict(found.out_messages)["state-insert-1400"] == 7
    assert dict(found.out_messages)["bulk-update-mark"] == 1
    assert dict(found.in_messages)["state-inserted-ack"] == 0


def test_drops_are_told_apart_by_their_order() -> None:
    text = NORMAL.read("netstat-libxo-json-ibdnW")
    first = text.index('"dropped-packets":0')
    second = text.index('"dropped-packets":0', first + 1)
    text = (
        text[:first]
        + '"dropped-packets":3'
        + text[first + 19 : second]
        + '"dropped-packets":5'
        + text[second + 19 :]
    )
    wan = netstat.parse_interfaces(text)[0]
    assert (wan.name, wan.in_drops, wan.out_drops) == ("vtnet0", 3, 5)


def test_a_link_row_without_an_address_counts() -> None:
    text = NORMAL.read("netstat-libxo-json-ibdnW").replace('"address":"pfsync0",', "")
    assert netstat.parse_interfaces(text)[-1].name == "pfsync0"


@pytest.mark.parametrize(
    ("parse", "name"), [(netstat.parse_carp, "carp"), (netstat.parse_pfsync, "pfsync")]
)
@pytest.mark.parametrize("text", ['{"statistics": {}\n}\n', "", "\n"])
def test_a_node_without_such_statistics_says_so(parse: Any, name: str, text: str) -> None:
    with pytest.raises(ParseError, match=f"the node has no {name} statistics"):
        parse(text)


LINK = (
    '{"name":"em0","network":"<Link#1>","received-packets":1,"received-errors":0,"received-bytes":%s,'
    '"sent-packets":1,"send-errors":0,"sent-bytes":1}'
)


@pytest.mark.parametrize(
    "rows",
    [
        LINK % '"1"',
        LINK % "1.0",
        LINK % "true",
        LINK % "null",
        LINK % "-1",
        LINK % "NaN",
        LINK % "18446744073709551616",
        LINK % ("9" * 5000),
        LINK % "1" + "," + LINK % "2",
        LINK % '1,"received-bytes":2',
        LINK % '1,"dropped-packets":0,"dropped-packets":0,"dropped-packets":0',
        '{"name":"em0","network":"<Link#1>"}',
        '{"name":"em0"}',
        '{"name":1,"network":"<Link#1>"}',
        '"em0"',
    ],
)
def test_netstat_never_guesses(rows: str) -> None:
    good = '{"statistics": {"interface": [%s]}}'
    assert netstat.parse_interfaces(good % (LINK % "1"))[0].in_bytes == 1
    with pytest.raises(ParseError):
        netstat.parse_interfaces(good % rows)


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"statistics": []}', '{"statistics": {"interface": {}}}', "[" * 100_000]
)
def test_json_of_another_shape_fails(text: str) -> None:
    for parse in (netstat.parse_interfaces, netstat.parse_carp, netstat.parse_pfsync):
        with pytest.raises(ParseError):
            parse(text)


@pytest.mark.parametrize(
    "name", ["sent-inet-packets", "dropped-bad-authentication", "send-failed-memory-error"]
)
def test_every_carp_counter_must_be_there(name: str) -> None:
    data = _statistics("netstat-libxo-json-s-p-carp")
    del data["statistics"]["carp"][name]
    with pytest.raises(ParseError, match=name):
        netstat.parse_carp(json.dumps(data))


def test_pf_when_it_is_off() -> None:
    text = NORMAL.read("pfctl-vv-s-info").replace(
        "Enabled for 0 days 00:00:43 ", "Disabled for 161 days 21:24:45 "
    )
    found = pfctl.parse_info(text)
    assert not found.enabled
    assert found.since_s == ((161 * 24 + 21) * 60 + 24) * 60 + 45
    bare = pfctl.parse_info(
        NORMAL.read("pfctl-s-info").replace("Enabled for 0 days 00:00:43 ", "Disabled")
    )
    assert not bare.enabled and bare.since_s is None


def test_rows_of_the_source_table_are_not_taken_for_states() -> None:
    text = NORMAL.read("pfctl-vv-s-info")
    head, tail = text.split("Source Tracking Table")
    found = pfctl.parse_info(
        head
        + "Source Tracking Table"
        + tail.replace("entries                        0", "entries                       99")
    )
    assert found.states == 47
    with pytest.raises(ParseError, match="current entries"):
        pfctl.parse_info(text.replace("State Table ", "Table of States "))


def test_newer_sections_and_blank_rates_are_no_trouble() -> None:
    added = "  translate                              4            0.1/s\nLimit Counters"
    text = NORMAL.read("pfctl-vv-s-info").replace("59.6/s", "").replace("Limit Counters", added)
    text += "Syncookies\n  mode           never\n  active         inactive\nReassemble     no\n"
    found = pfctl.parse_info(text)
    assert found.searches == 2561
    assert found.counters[-1] == ("translate", 4)


@pytest.mark.parametrize(
    ("printed", "known"), [("0x0000ab01", "ab01"), ("0xFFFFFFFF", "ffffffff"), ("0x00000000", "0")]
)
def test_host_ids_are_compared_as_pfsense_does(printed: str, known: str) -> None:
    text = NORMAL.read("pfctl-vv-s-info").replace("0x42df447d", printed)
    assert pfctl.parse_info(text).host_id == known


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Status: Enabled", "Status: Unknown"),
        ("0 days 00:00:43", "soon"),
        ("0x42df447d", "0x42df447d00"),
        ("entries                       47", "entries                     many"),
        ("entries                       47", "entries                      -47"),
        (
            "  searches                            2561",
            "  current entries                     2561",
        ),
        (
            "  searches  ",
            "  inserts                               50            1.2/s\n  searches  ",
        ),
        ("  Debug: Urgent\n", "  Debug: Urgent\nStatus: Disabled\n"),
    ],
)
def test_pfctl_never_guesses(old: str, new: str) -> None:
    text = NORMAL.read("pfctl-vv-s-info")
    assert old in text
    with pytest.raises(ParseError):
        pfctl.parse_info(text.replace(old, new, 1))


def test_limits() -> None:
    assert pfctl.parse_memory("states        hard limit unlimited\n") == PfLimits(None)
    for text in ("", "frags         hard limit     5000\n", "states        hard limit some\n"):
        with pytest.raises(ParseError):
            pfctl.parse_memory(text)


def test_creators() -> None:
    assert pfctl.parse_creators("Creator IDs:\n42df447d\n00AB01ff\n") == ("42df447d", "ab01ff")
    assert pfctl.parse_creators("42df447d\n42df447d\n") == ("42df447d",)
    assert pfctl.parse_creators("Creator IDs:\n") == ()
    for text in ("", "\n", "Creator IDs:\n42df447d\nxyz\n", "Creator IDs:\n42df447d00\n"):
        with pytest.raises(ParseError):
            pfctl.parse_creators(text)


def test_version_and_configuration_file() -> None:
    assert version.parse("2.8.1-RELEASE\n") == "2.8.1-RELEASE"
    assert version.parse("2.9.0-DEVELOPMENT\x1b[31m\nbuilt on") == "2.9.0-DEVELOPMENT\ufffd[31m"
    assert stat.parse("1795389228 41230\n") == ConfigMark(1795389228, 41230)
    for parse, text in (
        (version.parse, "\n2.8.1"),
        (version.parse, "x" * 81),
        (stat.parse, ""),
        (stat.parse, "1795389228"),
        (stat.parse, "1795389228 41230 7"),
        (stat.parse, "1795389228 -1"),
    ):
        with pytest.raises(ParseError):
            parse(text)


def test_decode() -> None:
    assert decode(b"\xef\xbb\xbfname: Z\xc3\xbcrich \xff\n") == "name: Zürich \ufffd\n"
    assert len(decode(b" " * MAX_BYTES)) == MAX_BYTES
    with pytest.raises(ParseError):
        decode(b" " * (MAX_BYTES + 1))


def test_an_error_is_one_clear_line() -> None:
    error = ParseError(
        "ifconfig", "this carp line is not understood", 7, "carp: \x1b[31mRED\u202e" + "x" * 500
    )
    assert str(error).startswith("ifconfig, line 7: this carp line is not understood: ")
    assert "\\x1b[31mRED\\u202e" in error.line
    assert len(error.line) <= 120 and error.line.endswith("…")
    assert str(ParseError("version", "the file is empty")) == "version: the file is empty"


def test_clean_keeps_words_and_takes_controls() -> None:
    assert clean("Zürich 東京 🔥") == "Zürich 東京 🔥"
    assert (
        clean("a\x1b]0;b\x07c\x9bd\u202ee\u2066f\u2028g\ud800h\ti\n")
        == "a\ufffd]0;b\ufffdc\ufffdd\ufffde\ufffdf\ufffdg\ufffdh\ufffdi\ufffd"
    )
