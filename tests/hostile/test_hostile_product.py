"""The whole product, from the wire to the cells, watching nodes that answer with junk."""

import asyncio
import contextlib
import dataclasses
import gc
import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from rich.console import Console

from pfha_tui import wiring
from pfha_tui.cli.status_json import status_document
from pfha_tui.cli.status_table import status_table
from pfha_tui.collector.catalogue import SECTIONS
from pfha_tui.collector.feed import Feed
from pfha_tui.collector.sections import MEANINGS
from pfha_tui.collector.state import RAW_LIMIT
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import ErrorKind, Reading
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot, PairSnapshot
from pfha_tui.domain.target import PairTarget
from pfha_tui.domain.text import clean
from pfha_tui.transports.ssh.frames import FRAME_LIMIT, FrameParser
from pfha_tui.transports.ssh.shell import _FrameSession
from pfha_tui.transports.ssh.stream import LineCutter
from pfha_tui.ui.app import ConsoleApp
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.widgets.lines import Lines
from tests.hostile import hostile_node as junk
from tests.hostile.hostile_node import HostileNode, changed, good, hostile_pair
from tests.support.deadline import until

DEADLINE_S = 90.0
SIZES = ((80, 24), (120, 36))
UNREAD = ("ssh", "snmp_link", "clock", "snmp", "log")


def settled(node: NodeSnapshot) -> bool:
    """Every section was tried, and a second sample is there; or the session ends again and again."""
    tried = [getattr(node, meaning.field).tried_at for meaning in MEANINGS.values()]
    again = None not in tried and node.sampled_from > min(tried)
    return again or node.ssh.state is LinkState.DOWN


def readings(node: NodeSnapshot) -> dict[str, Reading]:
    return {
        field.name: value
        for field in dataclasses.fields(node)
        if isinstance(value := getattr(node, field.name), Reading)
    }


def errors(node: NodeSnapshot, kind: ErrorKind) -> dict[str, str]:
    """What each section that failed so says."""
    return {
        name: reading.error.message
        for name, reading in readings(node).items()
        if reading.error is not None and reading.error.kind is kind
    }


def must_be_shown_safely(snapshot: PairSnapshot) -> None:
    """JSON stays JSON, the table has nothing that steers a terminal, and every ParseError names its section."""
    document = json.dumps(status_document(snapshot), ensure_ascii=True, allow_nan=False)
    assert document.isascii() and document.isprintable()
    out = io.StringIO()
    Console(file=out, width=120, markup=False, emoji=False, highlight=False, no_color=True).print(
        status_table(snapshot, ascii_only=False)
    )
    assert clean(out.getvalue().replace("\n", "")) == out.getvalue().replace("\n", "")
    for node in snapshot.nodes:
        for field, message in errors(node, ErrorKind.PARSE).items():
            ids = {s.command.id for s in SECTIONS if _field(s.command) == field}
            assert any(message.startswith(one) for one in (*ids, "snmp")), message
            assert clean(message) == message and len(message) < 600


def _field(command) -> str:
    return MEANINGS[command].field if command in MEANINGS else "log"


def must_hold_little() -> None:
    """No parser or cutter that still lives keeps more than a scrap, but for an answer that is still coming in."""
    gc.collect()
    living = gc.get_objects()
    waiting = [one.parser for one in living if isinstance(one, _FrameSession) and one.waiter]
    for found in living:
        if isinstance(found, FrameParser):
            limit = FRAME_LIMIT if any(found is one for one in waiting) else 200_000
            assert len(found._out.buffer) + len(found._err.buffer) <= limit
        elif isinstance(found, LineCutter):
            assert len(found._rest) <= 8192


@contextlib.asynccontextmanager
async def watching(feed: Feed) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(feed.run())
        try:
            yield
        finally:
            running.cancel()


async def watched(
    target: PairTarget, enough: Callable[[PairSnapshot], object] = lambda snapshot: True
) -> tuple[PairSnapshot, dict[tuple[int, int], str]]:
    """The snapshot once everything was tried on both nodes, and the main screen at both sizes."""
    feed = wiring.open_feed(target)
    app = ConsoleApp((target,), lambda _: feed, ConsoleOptions())
    screens = {}
    async with app.run_test(size=SIZES[0]) as pilot:
        await until(
            lambda: all(map(settled, feed.current.nodes)) and enough(feed.current), DEADLINE_S
        )
        snapshot = feed.current
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await until(lambda size=size: app.main.size == size, DEADLINE_S)
            await pilot.pause()
            assert app.main.drawing_error is None
            screens[size] = "\n".join(one.text for one in app.main.query(Lines) if one.display)
        must_hold_little()
        for node in target.nodes:
            for section in SECTIONS:
                kept = feed.raw(node.name, section.command.id)
                assert kept is None or len(kept[0].stdout) + len(kept[0].stderr) <= 2 * RAW_LIMIT
    for text in screens.values():
        assert clean(text.replace("\n", "")) == text.replace("\n", "")
    must_be_shown_safely(snapshot)
    return snapshot, screens


def clock_of(*said: bytes):
    """A clock that jumps from one of these to the next."""
    turns = 0

    def clock() -> bytes:
        nonlocal turns
        turns += 1
        return said[turns % len(said)]

    return clock


async def test_junk_in_place_of_every_answer_is_not_understood(tmp_path: Path) -> None:
    nodes = HostileNode(changed(junk.binary)), HostileNode(changed(junk.utf16, "fw2"))
    async with hostile_pair(tmp_path, *nodes) as target:
        snapshot, screens = await watched(
            target, lambda found: all("interfaces" in errors(n, PARSE) for n in found.nodes)
        )
    for node in snapshot.nodes:
        assert node.reachable is True and node.roles == ()
        assert node.interfaces.value is None and node.pf.value is None and node.carp.value is None
    assert snapshot.verdict.kind.value == "unknown"
    assert all(text.count("not understood") >= 2 for text in screens.values())
    assert all("MASTER" not in text for text in screens.values())


async def test_answers_that_break_off_give_no_value(tmp_path: Path) -> None:
    nodes = HostileNode(changed(junk.cut)), HostileNode(good("fw2"))
    async with hostile_pair(tmp_path, *nodes) as target:
        snapshot, screens = await watched(target)
    assert snapshot.primary.roles == ()
    known = {name for name, reading in readings(snapshot.primary).items() if reading.value}
    assert known <= {"clock", "identity", "log", "maintenance", "ntp"}, known
    assert all("not understood" in text for text in screens.values())


async def test_words_of_a_node_never_steer_the_screen(tmp_path: Path) -> None:
    evil = HostileNode(changed(junk.evil_text))
    line = f"Nov 22 23:13:48 fw1 kernel: carp: 1@vtnet0: BACKUP -> MASTER ({junk.EVIL})"
    evil.log = line.replace("\r", "").encode() + b"\n"
    evil.devd = f"!system=IFNET subsystem={junk.EVIL} type=LINK_UP\n".encode()
    evil.devd += b"!system=CARP subsystem=1@vt\x1b[2JPWNED type=MASTER\n"
    async with hostile_pair(tmp_path, evil, HostileNode(changed(junk.latin1, "fw2"))) as target:
        _, screens = await watched(
            target, lambda snapshot: any("PWNED" in (e.interface or "") for e in snapshot.events)
        )
    assert "PWNED" in screens[120, 36]


PARSE, TIMEOUT = ErrorKind.PARSE, ErrorKind.TIMEOUT
TABLES = {"interfaces", "counters", "creators", "gateways"}
PAIRS = {
    "long-line-and-endless": (
        junk.long_line,
        junk.endless,
        lambda one, two: (
            "8388608 bytes" in errors(one, TIMEOUT).get("interfaces", "")
            and one.carp.value is not None
            and "carp" in errors(two, TIMEOUT)
            and len(two.roles) == 2
        ),
        lambda one, two: one.roles == () and two.carp.value is None,
    ),
    "stderr-flood-and-odd-exits": (
        junk.stderr_flood,
        junk.odd_exits,
        lambda one, two: [role.state for role in one.roles] == [CarpState.MASTER] * 2,
        lambda one, two: two.roles == () and two.interfaces.value is None,
    ),
    "markers-and-gone": (
        junk.markers,
        junk.gone,
        lambda one, two: "interfaces" in errors(one, PARSE),
        lambda one, two: one.roles == two.roles == () and two.pf.value is None,
    ),
    "comma-and-giant": (
        junk.comma,
        junk.giant,
        lambda one, two: one.system.value is not None and set(errors(two, PARSE)) >= TABLES,
        lambda one, two: one.ntp.value is None and two.roles == (),
    ),
    "crowded-and-latin-1": (
        junk.crowded,
        junk.latin1,
        lambda one, two: (
            len(one.roles) == 400
            and "B\ufffdro\ufffd\ufffd" in {i.description for i in two.interfaces.value or ()}
        ),
        lambda one, two: all(role.state is CarpState.BACKUP for role in one.roles),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
async def test_nothing_breaks_or_grows(tmp_path: Path, name: str) -> None:
    """What must come of it comes in time, and what nobody said is not there."""
    first, second, comes, holds = PAIRS[name]
    nodes = HostileNode(changed(first)), HostileNode(changed(second, "fw2"))
    async with hostile_pair(tmp_path, *nodes) as target:
        snapshot, screens = await watched(target, lambda found: comes(*found.nodes))
    assert holds(*snapshot.nodes)
    assert all("fw1" in text and "fw2" in text for text in screens.values())


async def test_clocks_that_jump_and_counters_that_go_back(tmp_path: Path) -> None:
    one, two = HostileNode(good()), HostileNode(good("fw2"))
    one.clock = clock_of(b"0 +0000", b"999999999999 -9999", b"1795389300 +0100")
    two.clock = clock_of(b"4294967296 +1400", b"-5 +0000", b"\x1b[2J")
    one.log = b"Feb 29 23:59:59 fw1 kernel: carp: 1@vtnet0: BACKUP -> MASTER (x)\n"
    async with hostile_pair(tmp_path, one, two) as target:
        feed = wiring.open_feed(target)
        seen: list[PairSnapshot] = []
        feed.subscribe(seen.append)
        async with watching(feed):
            await until(
                lambda: all(len({s.nodes[n].sampled_from for s in seen}) > 5 for n in (0, 1)),
                DEADLINE_S,
            )
    for snapshot in seen[:: max(1, len(seen) // 40)]:
        must_be_shown_safely(snapshot)
    assert seen[-1].verdict.kind.value != "unknown"


@pytest.mark.parametrize(
    "worse",
    [
        lambda line: line.replace(b" E ", b" E 9"),
        lambda line: line[:-1] + b"7\n",
        lambda line: line + line,
        lambda line: line[: len(line) // 2],
        lambda line: line[:-1] + b"\x00" * 400,
    ],
    ids=["other-frame", "other-code", "twice", "half", "no-end"],
)
async def test_a_shell_that_spoils_its_own_markers_is_replaced(tmp_path: Path, worse) -> None:
    """It knows the nonce, so it can say anything; the worst it gets is a section that is late."""
    lying = HostileNode(good())
    turns = 0

    def spoil(line: bytes, stderr: bool) -> bytes:
        nonlocal turns
        turns += not stderr
        return worse(line) if turns in (9, 30) and not stderr and b" E " in line else line

    lying.marks = spoil
    async with hostile_pair(tmp_path, lying, HostileNode(good("fw2"))) as target:
        feed = wiring.open_feed(target)
        async with watching(feed):
            await until(lambda: turns >= 35 and feed.current.primary.roles, DEADLINE_S)
            await until(lambda: all(map(settled, feed.current.nodes)), DEADLINE_S)
            must_hold_little()
            must_be_shown_safely(feed.current)


async def test_streams_of_junk_do_not_grow_and_hide_nothing(tmp_path: Path) -> None:
    flooding, quiet = HostileNode(good()), HostileNode(good("fw2"))
    flooding.devd = b"x" * 10_000_000 + b"\n" + b"\x1b[2J\xff\x00\n" * 5000
    flooding.devd += b"!system=CARP subsystem=1@vtnet0 type=INIT\n"
    flooding.log = b"".join(
        b"Nov 22 23:13:48 fw1 kernel: carp: %d@if%d: BACKUP -> MASTER (no %d)\n"
        % (1 + n % 255, n, n)
        for n in range(20_000)
    )
    async with hostile_pair(tmp_path, flooding, quiet) as target:
        feed = wiring.open_feed(target)
        told: list[str] = []
        feed.subscribe(
            lambda s: told.extend(
                e.text for e in s.events if e.source is not None and e.source.value == "devd"
            )
        )
        async with watching(feed):
            await until(lambda: told, DEADLINE_S)
            await until(lambda: any("no 19999" in e.text for e in feed.current.events), DEADLINE_S)
            assert len(feed.current.events) <= 2000
            state = feed._nodes[0].state
            assert max(map(len, (state._since, state._pushed, state._expected))) <= 1024
            must_hold_little()
