"""Whatever a device prints: facts that stand in the text, or a ParseError, and nothing else."""

import dataclasses
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from capture_facts import FACTS, Facts
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pfha_tui.domain.model import NodeClock, PfInfo
from pfha_tui.domain.text import clean
from pfha_tui.parsers import devd, ifconfig, log, netstat, pfctl, snmp, stat, sysctl, version
from pfha_tui.parsers.decode import decode
from pfha_tui.parsers.errors import ParseError

PARSERS: dict[str, tuple[Callable[[str], Any], tuple[str, ...]]] = {
    "ifconfig": (ifconfig.parse, ("ifconfig-a", "ifconfig-f-inet-cidr-a")),
    "sysctl-carp": (sysctl.parse_carp, ("sysctl-net.inet.carp",)),
    "sysctl-system": (sysctl.parse_system, ("sysctl-kern-misc", "sysctl-mem")),
    "sysctl-identity": (sysctl.parse_identity, ("sysctl-kern-version",)),
    "netstat-interfaces": (netstat.parse_interfaces, ("netstat-libxo-json-ibdnW",)),
    "netstat-carp": (netstat.parse_carp, ("netstat-libxo-json-s-p-carp", "netstat-s-p-carp")),
    "netstat-pfsync": (
        netstat.parse_pfsync,
        ("netstat-libxo-json-s-p-pfsync", "netstat-s-p-pfsync"),
    ),
    "pf-info": (pfctl.parse_info, ("pfctl-vv-s-info", "pfctl-s-info")),
    "pf-memory": (pfctl.parse_memory, ("pfctl-s-memory",)),
    "pf-creators": (pfctl.parse_creators, ()),
    "version": (version.parse, ()),
    "config-stat": (stat.parse, ()),
}
SEEDS = ("normal-fw1", "primary-lan-link-down-fw1", "carp-disabled-primary-pfsense-style-fw1")

# Characters that the grammars are made of, and those that break them.
_BITS = st.sampled_from(
    [
        *(
            "\n",
            "\t",
            " ",
            ": ",
            "=",
            "{",
            "}",
            "[",
            '"',
            ",",
            "0",
            "9" * 30,
            "-1",
            "0x",
            "%",
            "é",
            "\u0663",
        ),
        *("\x00", "\x1b[2J", "\r", "\x0b", "\x85", "\u2028", "\u202e", "\ud800", "\ufeff"),
        *(
            "carp:",
            "vhid",
            "MASTER",
            "inet",
            "status:",
            "Status:",
            "dropped-packets",
            "net.inet.carp.allow",
        ),
    ]
)
_ANY_TEXT = st.one_of(st.text(max_size=300), st.lists(_BITS, max_size=60).map("".join))
_RELAXED = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def strings(value: Any) -> Iterator[str]:
    """Every text inside a result."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            yield from strings(getattr(value, each.name))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from strings(each)


def attempt(parse: Callable[[str], Any], text: str) -> Any:
    """The result, None after a ParseError; either must be fit to be shown."""
    try:
        found = parse(text)
    except ParseError as error:
        assert error.section and error.message
        for shown in (str(error), error.line, error.message):
            assert clean(shown) == shown
        assert error.line_no is None or 1 <= error.line_no <= text.count("\n") + 1
        assert len(error.line) <= 120
        return None
    assert all(clean(each) == each for each in strings(found))
    return found


def mutate(text: str, seed: int) -> str:
    """Some edits at places that the seed decides."""
    rng = random.Random(seed)
    pool = [
        "\n",
        "\t",
        " ",
        "-",
        "0",
        "7",
        "x",
        ":",
        ",",
        "}",
        '"',
        "\x1b",
        "\u2028",
        "\ud800",
        "9" * 25,
    ]
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 1, 3, 20)))
        choice = rng.random()
        if choice < 0.5:
            text = text[:start] + rng.choice(pool) + text[end:]
        elif choice < 0.75:
            text = text[:start] + text[end:]
        else:
            lines = text.split("\n")
            at = rng.randrange(len(lines))
            lines.insert(rng.randrange(len(lines)), lines[at])
            text = "\n".join(lines)
    return text


@pytest.mark.parametrize("name", PARSERS)
@_RELAXED
@given(text=_ANY_TEXT)
@example(text="")
@example(text="\ufeff")
@example(text="[" * 50_000)
@example(text='{"statistics": {"carp": ' + "9" * 10_000 + "}}")
def test_any_text_is_understood_or_refused(name: str, text: str) -> None:
    attempt(PARSERS[name][0], text)


@pytest.mark.parametrize("name", [name for name, (_, files) in PARSERS.items() if files])
@_RELAXED
@given(seed=st.integers(0, 2**32), row=st.sampled_from(SEEDS), which=st.integers(0, 1))
def test_a_damaged_capture_is_understood_or_refused(
    name: str, seed: int, row: str, which: int
) -> None:
    parse, files = PARSERS[name]
    attempt(parse, mutate(FACTS[row].read(files[which % len(files)]), seed))


@_RELAXED
@given(seed=st.integers(0, 2**32), row=st.sampled_from(SEEDS))
def test_a_damaged_ifconfig_invents_no_role_and_no_address(seed: int, row: str) -> None:
    text = mutate(FACTS[row].read("ifconfig-a"), seed)
    for port in attempt(ifconfig.parse, text) or ():
        for group in port.carp:
            words = f"carp: {group.state} vhid {group.vhid} advbase {group.advbase} advskew {group.advskew}"
            line = re.sub(r" (?=[0-9])", " 0*", words) + "(?![0-9])"
            assert re.search(line, text)
        for address in port.addresses:
            assert address.address in text.lower()
            assert address.vhid is None or re.search(rf"vhid 0*{address.vhid}(?![0-9])", text)
        assert port.status is None or port.status in clean(text)


@_RELAXED
@given(seed=st.integers(0, 2**32), row=st.sampled_from(SEEDS))
def test_damaged_counters_stand_in_the_text(seed: int, row: str) -> None:
    text = mutate(FACTS[row].read("netstat-libxo-json-ibdnW"), seed)
    for each in attempt(netstat.parse_interfaces, text) or ():
        for value in (
            each.in_bytes,
            each.out_bytes,
            each.in_packets,
            each.out_packets,
            each.in_drops,
        ):
            assert re.search(rf":{value}[,}}\s]", text)


@pytest.fixture(params=FACTS.values(), ids=str)
def facts(request: pytest.FixtureRequest) -> Facts:
    row: Facts = request.param
    return row


def cuts(text: str) -> Iterator[str]:
    """The text cut off after each of its lines, the whole left out."""
    lines = text.splitlines(keepends=True)
    for count in range(len(lines)):
        yield "".join(lines[:count])


def test_a_cut_off_ifconfig_tells_a_part_of_the_whole(facts: Facts) -> None:
    text = facts.read("ifconfig-a")
    whole = ifconfig.parse(text)
    for part in cuts(text):
        found = attempt(ifconfig.parse, part)
        assert (found is None) is (part == "")
        if not found:
            continue
        assert found[:-1] == whole[: len(found) - 1]
        last, full = found[-1], whole[len(found) - 1]
        for field in dataclasses.fields(last):
            told, true = getattr(last, field.name), getattr(full, field.name)
            assert told == true or told in (None, "", ()) or told == true[: len(told)]


@pytest.mark.parametrize(
    ("parse", "files"),
    [
        (sysctl.parse_carp, ("sysctl-net.inet.carp", "sysctl-net.pfsync")),
        (sysctl.parse_system, ("sysctl-kern-misc", "sysctl-mem")),
        (sysctl.parse_identity, ("sysctl-kern-version",)),
    ],
)
def test_a_cut_off_sysctl_leaves_fields_out(
    facts: Facts, parse: Callable[[str], Any], files: tuple[str, ...]
) -> None:
    text = "".join(facts.read(name) for name in files)
    whole = parse(text)
    for part in cuts(text):
        found = parse(part)
        for field in dataclasses.fields(found):
            assert getattr(found, field.name) in (None, getattr(whole, field.name))
    assert all(getattr(parse(""), field.name) is None for field in dataclasses.fields(whole))


@pytest.mark.parametrize(
    "name", ["netstat-interfaces", "netstat-carp", "netstat-pfsync", "pf-memory"]
)
def test_other_cut_off_output_is_whole_or_refused(facts: Facts, name: str) -> None:
    parse, files = PARSERS[name]
    for file in files:
        text = facts.read(file)
        whole = parse(text)
        for part in cuts(text):
            assert attempt(parse, part) in (None, whole)


@pytest.mark.parametrize("file", ["pfctl-vv-s-info", "pfctl-s-info"])
def test_a_cut_off_pf_info_may_lack_reason_counters(facts: Facts, file: str) -> None:
    text = facts.read(file)
    whole = pfctl.parse_info(text)
    for part in cuts(text):
        found: PfInfo | None = attempt(pfctl.parse_info, part)
        if found is not None:
            assert found.counters == whole.counters[: len(found.counters)]
            assert dataclasses.replace(found, counters=whole.counters) == whole


@_RELAXED
@given(row=st.sampled_from(SEEDS), data=st.data())
def test_json_cut_anywhere_is_refused(row: str, data: st.DataObject) -> None:
    for name in ("netstat-libxo-json-ibdnW", "netstat-libxo-json-s-p-pfsync"):
        text = FACTS[row].read(name).rstrip()
        part = text[: data.draw(st.integers(0, len(text) - 1))]
        parse = netstat.parse_interfaces if "ibdnW" in name else netstat.parse_pfsync
        with pytest.raises(ParseError):
            parse(part)


_PIECES = ("\n", " ", "a", "a ", "a b\n", "a.b: 1\n", " 1 a s\n", "0", "<", "[", '{"a":', "\x1b")
_HEADS = (
    "",
    "kern.version: x\n",
    "carp:\n",
    "Status: Enabled\nState Table \n ",
    "em0: flags=0\n\t",
)


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("piece", _PIECES)
def test_much_text_ends_in_time(name: str, piece: str) -> None:
    """Work grows with the text and no faster: a quadratic parser would meet the suite's timeout."""
    for head in _HEADS:
        attempt(PARSERS[name][0], head + piece * (300_000 // len(piece)))


_LINES = [
    line for row in SEEDS for line in FACTS[row].read("system.log").split("\n") if "carp:" in line
]
_CLOCKS = st.none() | st.builds(
    NodeClock, st.integers(-(2**70), 2**70), st.integers(-(2**40), 2**40)
)


@_RELAXED
@given(
    text=_ANY_TEXT | st.builds(mutate, st.sampled_from(_LINES), st.integers(0, 2**32)),
    clock=_CLOCKS,
)
@example(text=_LINES[0], clock=NodeClock(253402300799, 86400))
@example(text=_LINES[0], clock=NodeClock(-62135596800, 0))
def test_log_and_devd_lines_raise_nothing(text: str, clock: NodeClock | None) -> None:
    for found in (log.parse_line(text, "fw1", clock), devd.parse_line(text)):
        assert found is None or all(clean(each) == each for each in strings(found))
    for event in log.parse_tail(text, "fw1", clock):
        assert all(clean(each) == each for each in strings(event))
        assert event.vhid is None or f"{event.vhid}@{event.interface}" in clean(text)


_VALUES = st.one_of(
    st.none(),
    st.integers(),
    st.binary(max_size=20),
    st.text(max_size=20),
    st.booleans(),
    st.floats(),
    st.just([]),
)


@_RELAXED
@given(
    scalars=st.dictionaries(st.sampled_from(snmp.SCALARS), _VALUES),
    table=st.dictionaries(
        st.text(max_size=5),
        st.dictionaries(st.sampled_from(snmp.IF_COLUMNS), _VALUES, max_size=17),
        max_size=4,
    ),
)
def test_snmp_values_of_any_type(scalars: dict[str, Any], table: dict[str, dict[str, Any]]) -> None:
    try:
        found = snmp.parse(scalars, table)
    except ParseError as error:
        assert clean(str(error)) == str(error)
    else:
        assert all(clean(each) == each for each in strings(found))


@given(st.binary(max_size=200))
def test_any_bytes_become_text(raw: bytes) -> None:
    decode(raw).encode("utf-8")


@given(st.text())
def test_clean_changes_nothing_but_controls(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert clean(cleaned) == cleaned
    cleaned.encode("utf-8")
    assert all(new == old or new == "\ufffd" for old, new in zip(text, cleaned, strict=True))
    assert cleaned.isprintable() or not re.search(r"[\x00-\x1f\x7f-\x9f]", cleaned)
