"""What is fuzzed: each harness takes any bytes and fails where the product would crash or lie."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from pfha_tui.collector import catalogue
from pfha_tui.collector.sections import MEANINGS, whole
from pfha_tui.config.load import parse as parse_configuration
from pfha_tui.config.problems import ConfigError
from pfha_tui.domain.advertisement import packet
from pfha_tui.domain.command import Command, Output
from pfha_tui.domain.model import NodeClock
from pfha_tui.domain.outcome import classify
from pfha_tui.domain.target import Secret
from pfha_tui.domain.text import clean
from pfha_tui.listen.segment import Keys, Segment
from pfha_tui.parsers import devd, log, netstat, snmp
from pfha_tui.parsers.decode import decode
from pfha_tui.parsers.errors import ParseError
from pfha_tui.transports.snmp.values import MAX_OID_LENGTH, Answer, Cell, End
from pfha_tui.transports.snmp.walk import TableWalk, WalkError
from pfha_tui.transports.ssh.frames import FrameError, FrameParser
from pfha_tui.transports.ssh.pulse import Pulse
from pfha_tui.transports.ssh.stream import LINE_LIMIT, LineCutter
from tests.support import captured
from tests.support.pcap import frames
from tests.wirelab.packet import frame, ipv4, vrrp

DATA = Path(__file__).parents[1] / "data"
FOUND = DATA / "fuzz"
"""Inputs that once failed, a folder for each harness."""

SCENARIOS = ("normal", "split-brain", "primary-lan-link-down", "many-states")
NONCE = "0" * 32
CLOCK = NodeClock(1_795_389_300, 3600)


@dataclass(frozen=True, slots=True)
class Harness:
    """`run` fails on a fault of the product; `seeds` are inputs that the real world sends."""

    name: str
    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def texts(value: Any) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            yield from texts(getattr(value, each.name))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from texts(each)


def must_be_clean(value: Any) -> None:
    """No text of a value may steer a terminal."""
    for text in texts(value):
        assert clean(text) == text, text


def _reads(parse: Callable[[str], Any], section: str, text: Callable[[], str]) -> None:
    try:
        found = parse(text())
    except ParseError as error:
        assert error.section == section
        must_be_clean((str(error), error.line, error.message))
        return
    must_be_clean(found)


def _section(command: Command) -> Harness:
    parse = MEANINGS[command].parse

    def run(data: bytes) -> None:
        _reads(parse, command.id, lambda: whole(Output(command, 0, data)))

    return Harness(command.id, run, _seeds(command))


def _seeds(command: Command) -> tuple[bytes, ...]:
    if command in captured.FILES:
        found = {
            captured.answer(scenario, node, command).stdout
            for scenario in SCENARIOS
            for node in ("fw1", "fw2")
            if (captured.DATA / scenario / node).is_dir()
        }
        golden = (file.read_bytes() for file in sorted((DATA / "golden").rglob(f"*{command.id}*")))
        return (*sorted(found), *golden)
    return WRITTEN[command.id]


WRITTEN = {
    "pf-creators": (b"Creator IDs\n1a2b3c4d\n5e6f7081\n",),
    "version": (b"2.8.1-RELEASE\n",),
    "config-stat": (b"1795389300 51234\n",),
    "maintenance": (b"1\n", b"0\n"),
    "mark": (b"pfha-tui:1:0a1b2c3d4e5f6071:120:1795389300:alice\n",),
    "booting": (b"",),
    "gateways": (b"WANGW 1240 180 0\nLABGW 312000 84000 12\nNEWGW 0 0 0\n",),
    "ntp": (
        b"     remote           refid      st t when poll reach   delay   offset  jitter\n"
        b"==============================================================================\n"
        b"+198.51.100.7    192.0.2.250      2 u   33   64  377    8.102   -0.310   0.112\n"
        b"*2001:db8:ffff:ffff:ffff:ffff:ffff:1\n"
        b"                 .GPS.            1 u   12   64  377    0.420   +0.412   0.031\n",
        b"No association ID's returned\n",
    ),
    "dhcp-isc": (
        b'failover peer "dhcp_lan" state {\n  my state normal at 0 2026/11/22 10:00:00;\n'
        b"  partner state normal at 0 2026/11/22 10:00:00;\n}\n",
    ),
    "dhcp-kea": (
        b'{"result": 0, "arguments": {"high-availability": [{"ha-servers": {"local": {"role": '
        b'"primary", "state": "hot-standby", "server-name": "fw1"}, "remote": {"last-state": '
        b'"hot-standby"}}}]}}',
        b'[{"result": 1, "text": "no"}]',
    ),
}


def _netstat_text(name: str, parse: Callable[[str], Any]) -> Harness:
    seeds = tuple(
        (captured.DATA / "normal" / node / f"netstat-s-p-{name}.txt").read_bytes()
        for node in ("fw1", "fw2")
    )

    def run(data: bytes) -> None:
        _reads(parse, f"netstat-{name}", lambda: decode(data))

    return Harness(f"netstat-{name}-text", run, seeds)


def _frames(data: bytes) -> None:
    """Both streams in one: a byte tells which stream the next piece belongs to, and how long it is."""
    parser = FrameParser(NONCE, limit=4096)
    parser.expect(1, 2)
    at = 0
    while at < len(data):
        head = data[at]
        size = 1 + head // 2
        try:
            frame = parser.feed(data[at + 1 : at + 1 + size], stderr=bool(head & 1))
        except FrameError as error:
            must_be_clean(str(error))
            parser.forget()
            return
        if frame is not None:
            assert len(frame.parts) == 2 and frame.seq == 1
            assert sum(len(part.stdout) + len(part.stderr) for part in frame.parts) <= 2 * 4096
            return
        at += 1 + size


def _framed() -> tuple[bytes, ...]:
    mark = f"\n@{NONCE} ".encode()
    out = mark + b"B 1 1795389300 +0100\nabc" + mark + b"E 1 0 0\n" + mark + b"E 1 1 1\n"
    pieces = [(out, 0), (out.replace(b"abc", b"no such thing"), 1)]
    return (
        b"".join(
            bytes([min(127, len(text[at : at + 100]) - 1) * 2 + stream]) + text[at : at + 100]
            for text, stream in pieces
            for at in range(0, len(text), 100)
        ),
    )


def _lines(data: bytes) -> None:
    """The first byte tells how the rest is cut into chunks; each line is read as devd's and as the log's."""
    cutter = LineCutter()
    step = 1 + (data[0] if data else 0)
    for at in range(1, len(data), step):
        for line in cutter.feed(data[at : at + step]):
            assert len(line) <= LINE_LIMIT and b"\n" not in line
            text = line.decode("utf-8", "replace")
            must_be_clean((devd.parse_line(text), log.parse_line(text, "fw1", CLOCK)))
            must_be_clean(log.parse_line(text, "fw1", None))


def _line_seeds() -> tuple[bytes, ...]:
    found = []
    for name in ("system.log.txt", "devctl.log.txt"):
        file = captured.DATA / "normal" / "fw1" / name
        found += [b"\x40" + line + b"\n" for line in file.read_bytes().split(b"\n")[-40:] if line]
    found.append(
        b"\x10<6>1 2026-11-22T23:13:48.123456+01:00 fw1.lan kernel - - - "
        b"carp: 1@vtnet0: BACKUP -> MASTER (preempting a slower master)\n"
    )
    return tuple(found)


def _tail(data: bytes) -> None:
    must_be_clean(log.parse_tail(decode(data), "fw1", CLOCK))


def _configuration(data: bytes) -> None:
    try:
        parse_configuration(data.decode("utf-8", "replace"), Path("c.toml"))
    except ConfigError as error:
        assert error.problems


_CONFIGURATIONS = (
    b'schema = 1\n[[pair]]\nname = "main"\nenvironment = "lab"\npoll = "500ms"\n[pair.ssh]\n'
    b'user = "root"\nport = 2222\n[pair.snmp]\ncommunity = "env:COMMUNITY"\n[[pair.node]]\n'
    b'name = "fw1"\nrole = "primary"\naddress = "10.0.0.1"\n[[pair.node]]\nname = "fw2"\n'
    b'role = "secondary"\naddress = "2001:DB8::2"\nsnmp = false\n',
)


class _Dice:
    """Small decisions out of the bytes of an input."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> bool:
        return self._at < len(self._data)

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def some(self) -> bytes:
        size = self.byte() % 40
        self._at += size
        return self._data[self._at - size : self._at]

    def value(self) -> int | bytes | str | None:
        kind = self.byte() % 6
        if kind == 0:
            return None
        if kind == 1:
            return int.from_bytes(self.some(), "big", signed=True)
        if kind == 2:
            return ".".join(str(byte) for byte in self.some())
        if kind == 3:
            return 2 ** (self.byte() % 65) - self.byte() % 3
        return self.some() if kind == 4 else self.some().decode("latin-1")


def _snmp_values(data: bytes) -> None:
    dice = _Dice(data)
    scalars = {oid: dice.value() for oid in snmp.SCALARS}
    table: dict[str, dict[str, int | bytes | str]] = {}
    while dice.left:
        row = table.setdefault(".".join(map(str, dice.some()[:4])), {})
        for oid in snmp.IF_COLUMNS:
            value = dice.value()
            if value is not None:
                row[oid] = value
    _reads(lambda _: snmp.parse(scalars, table), "snmp", lambda: "")
    try:
        facts = snmp.parse(scalars, table)
    except ParseError:
        return
    json.dumps(dataclasses.asdict(facts), allow_nan=False)


def _snmp_walk(data: bytes) -> None:
    """An agent that answers anything; the walk must end, by itself or when the agent runs out of words."""
    dice = _Dice(data)
    roots = {"a": (1, 3, 1), "b": (1, 3, 2), "c": (1, 3, 300)}
    walk = TableWalk(dict(roots), max_binds=8, max_rows=64)
    before = None
    try:
        while dice.left and (request := walk.request()) is not None:
            cursors, repetitions = request
            assert len(cursors) * repetitions <= 8
            state = (request, len(walk.rows), sum(map(len, walk.rows.values())))
            assert state != before, "the same question twice"
            before = state
            binds = []
            for _ in range(dice.byte() % 12):
                cell: Cell = End.OF_MIB_VIEW if dice.byte() % 9 == 0 else dice.value()
                root = (1, 3, (1, 2, 300, 4)[dice.byte() % 4])
                binds.append(((*root, *dice.some()[:MAX_OID_LENGTH]), cell))
            status = dice.byte() % 20 if dice.byte() % 4 == 0 else 0
            walk.feed(Answer(status, dice.byte() % 5, tuple(binds)))
    except WalkError as error:
        must_be_clean(str(error))
    assert len(walk.rows) <= 65


def _outcome(data: bytes) -> None:
    code, stderr = (data[0], data[1:]) if data else (1, b"")
    error = classify(Output(catalogue.PF_INFO, code, b"", stderr))
    assert (error is None) == (code == 0)
    must_be_clean(error)


def _pulse(data: bytes) -> None:
    pulse = Pulse(0.0)
    now = 0.0
    for byte in data:
        now += byte / 100
        pulse.tick(now)
        pulse.echo(bytes([byte]), now)
        assert pulse.rtt_s is None or pulse.rtt_s >= 0
        pulse.life(now)


def _advertisement(data: bytes) -> None:
    """A frame that anybody may have sent, heard three times with silence in between."""
    segment = Segment({2: Keys(Secret("s3cret"), (ip_address("10.77.1.1"),))})
    found = packet(data)
    for at in range(3):
        if found is not None:
            segment.hear(2.0 * at, found)
        segment.pass_time(2.0 * at + 1)
    segment.pass_time(1e6)
    assert all(speaker.silent for speaker in segment.speakers)


def _advertised() -> tuple[bytes, ...]:
    sent = tuple(each for _, each in frames(DATA / "wire" / "ucarp.pcap"))
    router = ipv4("192.0.2.9", vrrp(2, 100, ["192.0.2.8"]))
    return (*sent, frame("00:00:5e:00:01:02", router))


HARNESSES: dict[str, Harness] = {
    each.name: each
    for each in (
        *(_section(command) for command in MEANINGS),
        _netstat_text("carp", netstat.parse_carp),
        _netstat_text("pfsync", netstat.parse_pfsync),
        Harness("frames", _frames, _framed()),
        Harness("lines", _lines, _line_seeds()),
        Harness("log-tail", _tail, _seeds(catalogue.LOG_TAIL)),
        Harness("configuration", _configuration, _CONFIGURATIONS),
        Harness("snmp-values", _snmp_values, (bytes(range(256)), b"\x04\x10vtnet0" * 40)),
        Harness("snmp-walk", _snmp_walk, (bytes(range(256)) * 2,)),
        Harness("outcome", _outcome, (b"\x01sudo: a password is required\n", b"\x7fnot found\n")),
        Harness("pulse", _pulse, (b"1\n2\n3\n",)),
        Harness("advertisement", _advertisement, _advertised()),
    )
}
