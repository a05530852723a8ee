"""What a node can make the console keep, and whether it lets go, piece by piece."""

import asyncio
from collections.abc import Sequence

import pytest

from pfha_tui.collector import catalogue
from pfha_tui.collector.sections import whole
from pfha_tui.collector.ssh_watch import SshWatch
from pfha_tui.collector.state import KEYS_LIMIT, RAW_LIMIT, NodeState
from pfha_tui.domain.command import Command, Output, PushedLine, Sample, StreamKind
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import Source
from pfha_tui.domain.target import NodeRole, NodeTarget
from pfha_tui.domain.text import SAID_LIMIT, said
from pfha_tui.domain.transitions import LIMIT, merge
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import MAX_LINE, MAX_LINES, numbered
from pfha_tui.transports.base import NetworkFailure
from pfha_tui.transports.snmp.values import Answer
from pfha_tui.transports.snmp.walk import TableWalk, WalkError
from pfha_tui.transports.ssh import frames, shell, stream
from tests.support.fake_link import FakeLink
from tests.support.virtual_time import VirtualClock, run

NONCE = "0" * 32


class Heard:
    """As much of a link as a session needs."""

    where = "fw1"
    elevation = None

    def heard(self) -> None:
        return

    def clock(self) -> float:
        return 1.0


def test_a_line_of_ten_megabytes_is_let_go() -> None:
    session = shell._FrameSession(Heard(), NONCE)
    session.parser.expect(1, 1)
    session.data_received(f"\n@{NONCE} B 1 0 +0000\n".encode(), None)
    for _ in range(400):
        session.data_received(b"x" * 32_768, None)
        assert len(session.parser._out.buffer) <= frames.FRAME_LIMIT + 32_768
    assert session.broken and len(session.parser._out.buffer) == 0


def test_a_flood_of_long_lines_keeps_a_few_megabytes_of_the_newest() -> None:
    session = stream._StreamSession(Heard(), NONCE, stream.DEVD, stream.LOG)
    session.data_received(f"@{NONCE} B\n".encode(), 1)
    for number in range(3000):
        session.data_received(b"%d " % number + b"y" * 9000 + b"\n", 1)
        assert session.waiting == sum(len(line.text) for line in session.queue) or number % 100
        assert session.waiting <= stream.QUEUE_BYTES
    for number in range(stream.QUEUE_LIMIT + 5):
        session.data_received(b"%d\n" % number, 1)
    assert len(session.queue) == stream.QUEUE_LIMIT
    assert session.queue[-1].text == str(stream.QUEUE_LIMIT + 4)


def test_invented_vhids_are_forgotten_again() -> None:
    async def flood() -> None:
        clock = VirtualClock()
        state = NodeState(NodeTarget("fw1", NodeRole.PRIMARY, "192.0.2.1"), clock)
        for number in range(3 * KEYS_LIMIT):
            text = f"!system=CARP subsystem=1@if{number} type=MASTER"
            state.pushed(PushedLine(StreamKind.DEVD, text, clock.monotonic()))
        huge = Output(catalogue.IFCONFIG, 1, b"x" * 3 * RAW_LIMIT, b"y" * 3 * RAW_LIMIT)
        state.sample(Sample((huge,), None, None, clock.monotonic(), 0.1))
        assert max(map(len, (state._pushed, state._since, state._expected))) <= KEYS_LIMIT
        kept, _ = state.outputs["ifconfig"]
        assert len(kept.stdout) == len(kept.stderr) == RAW_LIMIT

    run(flood())


def test_a_flood_of_events_is_merged_by_looking_near() -> None:
    seen = 0

    class Counting(str):
        def __eq__(self, other: object) -> bool:
            nonlocal seen
            seen += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    def event(number: int) -> Event:
        return Event(
            1.0,
            Resolution.S,
            EventKind.TRANSITION,
            Counting("fw1"),
            str(number),
            Source.LOG,
            "if0",
            number,
        )

    told = merge((), map(event, range(LIMIT)))
    assert [e.text for e in told] == [str(number) for number in range(LIMIT)]
    assert seen < LIMIT * 1000


@pytest.mark.parametrize("text", [b"a\nb", b"carp: MASTER vhid 1 advskew 10"])
def test_output_that_breaks_off_is_not_understood(text: bytes) -> None:
    with pytest.raises(ParseError, match=tr("the output breaks off")) as caught:
        whole(Output(catalogue.IFCONFIG, 0, text))
    assert caught.value.section == "ifconfig"


@pytest.mark.parametrize("text", ["x" * (MAX_LINE + 1), "\n" * (MAX_LINES + 1)])
def test_too_long_and_too_many_lines(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        list(numbered(text, "some-section"))
    assert caught.value.section == "some-section" and len(str(caught.value)) < 400


def test_a_table_of_huge_strings_is_given_up() -> None:
    walk = TableWalk({"a": (1, 3)})
    with pytest.raises(WalkError, match="octets"):
        for number in range(1, 1000):
            assert walk.request() is not None
            walk.feed(Answer(0, 0, (((1, 3, number), b"z" * 60_000),)))


def test_the_words_of_the_far_end_are_clean_and_short() -> None:
    assert said(b"\n\n  \x1b[2Jno\xff\nmore") == "\ufffd[2Jno\ufffd"
    assert len(said("x" * 10_000_000)) == SAID_LIMIT
    assert said("") == said(b"\n \n") == ""


class Spiteful(FakeLink):
    """Fails at the very moment of being cancelled."""

    async def run(self, commands: Sequence[Command], *, clock: bool = True) -> Sample:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise NetworkFailure("connection lost") from None
        raise AssertionError


class NoBackoff:
    def failed(self, error: NetworkFailure) -> float:
        return 3600.0

    def succeeded(self) -> None:
        return

    def wake(self) -> bool:
        return False


def test_a_failure_at_the_moment_of_leaving_does_not_keep_it_running() -> None:
    async def leave() -> None:
        clock = VirtualClock()
        state = NodeState(NodeTarget("fw1", NodeRole.PRIMARY, "192.0.2.1"), clock)
        link = Spiteful(lambda command: Output(command, 0, b""))
        watch = SshWatch(link, state, clock, NoBackoff(), 1.0)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(watch.run())
            await asyncio.sleep(0.5)
            running.cancel()
            done, _ = await asyncio.wait([running], timeout=60)
            running.cancel()
        assert done and link.closed == 1

    run(leave())
