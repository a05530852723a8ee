"""The stream channel: lines told apart, gaps named, and nothing left behind when it is cut."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.command import Command, PushedLine, StreamKind
from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import NetworkFailure
from pfha_tui.transports.ssh import Life, SshNode, StreamSource, stream
from pfha_tui.transports.ssh.stream import LINE_LIMIT, LineCutter, wrapper
from tests.support.deadline import until
from tests.support.processes import gone
from tests.support.sshd import Sshd, running_sshd
from tests.support.tcp_relay import relay_to

NC = str(Path(__file__).parents[1] / "support" / "nc_unix.py")
CLIENTS = 10


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd-stream")) as server:
        yield server


class Devd:
    """A stand-in for devd's pipe: ten clients at most, the eleventh is shown the door."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clients: set[asyncio.StreamWriter] = set()
        self.refused = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self.clients) >= CLIENTS:
            self.refused += 1
            writer.close()
            return
        self.clients.add(writer)
        with contextlib.suppress(OSError):
            await reader.read()
        self.clients.discard(writer)
        writer.close()

    def say(self, text: str) -> None:
        for client in self.clients:
            client.write(text.encode())

    async def reach(self, heard: "Listener", line: str) -> None:
        """Say it until it is heard: a client that is there may be one that a cut has left, and the new one not yet."""

        def arrived() -> bool:
            self.say(f"{line}\n")
            return line in heard.texts(StreamKind.DEVD)

        await until(arrived)


@contextlib.asynccontextmanager
async def devd_at(path: Path) -> AsyncIterator[Devd]:
    devd = Devd(path)
    server = await asyncio.start_unix_server(devd.serve, path)
    try:
        yield devd
    finally:
        server.close()
        for client in devd.clients.copy():
            client.transport.abort()
        await until(lambda: not devd.clients)
        await server.wait_closed()


@pytest.fixture
def places() -> Iterator[tuple[Path, Path]]:
    """A short socket path (UNIX sockets take about 100 characters) and a log."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pfha") as folder:
        log = Path(folder) / "system.log"
        log.write_text("old line\n")
        yield Path(folder) / "devd.pipe", log


def sources(pipe: Path, log: Path) -> tuple[StreamSource, StreamSource]:
    nc = (sys.executable, "-S", "-E", NC, "-U", str(pipe))
    tail = ("/usr/bin/tail", "-n", "0", "-F", str(log))
    return (
        StreamSource(StreamKind.DEVD, Command("devd", nc), str(pipe)),
        StreamSource(StreamKind.LOG, Command("log", tail, root=True)),
    )


def children(*words: str) -> list[int]:
    """Processes with all of the words in their command line, this one excepted."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if set(words) <= set(line) and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def append(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


def followed(log: Path) -> bool:
    """Whether a tail has come to the end of the log: what is added from now on is news to it."""
    for pid in children("-F", str(log)):
        with contextlib.suppress(OSError):
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                if os.readlink(entry) == str(log):
                    told = Path(f"/proc/{pid}/fdinfo/{entry.name}").read_text()
                    return int(told.split()[1]) == log.stat().st_size
    return False


class Listener:
    """Collects what a node pushes, in a task of its own."""

    def __init__(self, node: SshNode) -> None:
        self.node = node
        self.lines: list[PushedLine] = []
        self.error: Exception | None = None
        self.done = False

    async def run(self) -> None:
        try:
            async for line in self.node.lines():
                self.lines.append(line)
        except NetworkFailure as error:
            self.error = error
        self.done = True

    def texts(self, kind: StreamKind) -> list[str]:
        return [line.text for line in self.lines if line.kind is kind]


@contextlib.asynccontextmanager
async def listening(
    target: SshTarget, devd: StreamSource, log: StreamSource
) -> AsyncIterator[Listener]:
    node = SshNode(target, frozenset(), devd=devd, log=log)
    await node.open()
    listener = Listener(node)
    try:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(listener.run())
            yield listener
            task.cancel()
    finally:
        await node.close()


async def test_both_streams_arrive_and_are_told_apart(
    sshd: Sshd, places: tuple[Path, Path]
) -> None:
    pipe, log = places
    async with devd_at(pipe) as devd, listening(sshd.target(), *sources(pipe, log)) as heard:
        await until(lambda: devd.clients and followed(log))
        long = "x" * 200_000
        devd.say("!system=CARP subsystem=1@vtnet0 type=MASTER\n+half")
        append(log, f"Nov 23 kernel: carp: 1@vtnet0: BACKUP -> MASTER\n{long}\nsudo: talk\nlast\n")
        devd.say(" a line\n")
        await until(lambda: len(heard.lines) >= 5)
        assert heard.texts(StreamKind.DEVD) == [
            "!system=CARP subsystem=1@vtnet0 type=MASTER",
            "+half a line",
        ]
        kernel, cut, last = heard.texts(StreamKind.LOG)
        assert kernel.startswith("Nov 23") and last == "last"
        assert cut == "x" * LINE_LIMIT
        assert heard.node.push_gaps == ()
        stamps = [line.received_at for line in heard.lines]
        assert stamps == sorted(stamps)


async def test_a_missing_source_is_named_and_the_other_goes_on(
    sshd: Sshd, places: tuple[Path, Path]
) -> None:
    pipe, log = places
    async with listening(sshd.target(), *sources(pipe, log)) as heard:
        await until(lambda: heard.node.push_gaps)
        (gap,) = heard.node.push_gaps
        assert gap.startswith("devd: ") and "No such file" in gap
        await until(lambda: followed(log))
        append(log, "still here\n")
        await until(lambda: heard.texts(StreamKind.LOG) == ["still here"])


async def test_with_neither_source_the_lines_end(sshd: Sshd, places: tuple[Path, Path]) -> None:
    pipe, _ = places
    nowhere = StreamSource(StreamKind.LOG, Command("log", ("/no/such/tail",), root=True))
    async with listening(sshd.target(), sources(pipe, pipe)[0], nowhere) as heard:
        await until(lambda: heard.done)
        assert heard.error is None and len(heard.node.push_gaps) == 2
        assert heard.node.life is Life.LIVE


async def test_a_source_that_ends_is_started_again(sshd: Sshd, places: tuple[Path, Path]) -> None:
    pipe, log = places
    async with devd_at(pipe) as devd, listening(sshd.target(), *sources(pipe, log)) as heard:
        await until(lambda: devd.clients)
        for client in devd.clients.copy():
            client.transport.abort()
        await until(lambda: heard.node.push_gaps)
        await until(lambda: devd.clients and not heard.node.push_gaps)
        await devd.reach(heard, "!system=CARP again")


async def test_twenty_cuts_leave_no_child_behind(sshd: Sshd, places: tuple[Path, Path]) -> None:
    pipe, log = places
    async with devd_at(pipe) as devd, relay_to(sshd.port) as relay:
        target = sshd.target(port=relay.port, fingerprints=(sshd.fingerprint,))
        for number in range(20):
            async with listening(target, *sources(pipe, log)) as heard:
                if number % 2:  # cut in the middle of the start as well
                    await devd.reach(heard, "!event")
                relay.cut()
                await until(lambda heard=heard: heard.done)  # type: ignore[misc]
                assert isinstance(heard.error, NetworkFailure)
        assert devd.refused == 0
        await until(lambda: not devd.clients)
        await until(lambda: not children(str(pipe)) and not children(str(log)))
        async with listening(target, *sources(pipe, log)) as heard:
            await devd.reach(heard, "!alive")
    await until(lambda: not children(str(pipe)) and not children(str(log)))


async def test_twenty_silent_cuts_leave_no_client_at_devd(
    tmp_path: Path, places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wire that is pulled tells the node nothing, and FreeBSD's own sshd never asks whether we are there."""
    monkeypatch.setattr(stream, "ALIVE_LIMIT_S", 2)
    monkeypatch.setattr(stream, "ALIVE_PERIOD_S", 0.4)
    pipe, log = places
    with running_sshd(tmp_path / "sshd", "TCPKeepAlive no", alive_interval_s=0) as server:
        async with devd_at(pipe) as devd, relay_to(server.port) as relay:
            target = server.target(port=relay.port, fingerprints=(server.fingerprint,))

            async def lose_one() -> None:
                async with listening(target, *sources(pipe, log)) as heard:
                    await until(lambda: heard.node.link.rtt_s and not heard.done)
                    before.append(heard.node)
                    await until(lambda: len(devd.clients) >= 5 and len(before) == 5)
                    relay.lose()

            for _ in range(4):
                before: list[SshNode] = []
                await until(lambda: not devd.clients)
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(5):
                        tasks.create_task(lose_one())
            assert devd.refused == 0
            await until(lambda: not devd.clients)
            await until(lambda: not children(str(pipe)) and not children(str(log)))
            async with listening(target, *sources(pipe, log)) as heard, asyncio.timeout(150):
                while not await kept(devd, 3.0):
                    continue  # this machine stood still for so long that the node heard nothing of us
                await devd.reach(heard, "!still the same")
                await until(lambda: heard.node.push_gaps == ())


async def kept(devd: Devd, seconds: float) -> bool:
    """Whether a client of devd is still there after so long."""
    await until(lambda: devd.clients)
    before = devd.clients.copy()
    await asyncio.sleep(seconds)
    return before <= devd.clients


SHELLS = [words for words in (("dash",), ("bash", "--posix")) if shutil.which(words[0])]


@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
def test_the_wrapper_ends_what_it_started_and_itself(
    shell: tuple[str, ...], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.touch()
    tail = ("/usr/bin/tail", "-n", "0", "-F", str(log))
    long_s = 1_000_000 + os.getpid()
    for silent in (False, True):
        limit_s = 1 if silent else long_s
        script = wrapper("n", ("/usr/bin/tail", "-f", str(log)), None, tail, limit_s)
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with subprocess.Popen([*shell, "-s"], bufsize=0, **pipes) as process:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(script)
            assert process.stdout.readline() + process.stdout.readline() == b"\n@n B\n"
            with contextlib.suppress(BrokenPipeError) if silent else contextlib.nullcontext():
                for _ in range(20):
                    process.stdin.write(b"\n")
            if silent:
                assert process.wait(timeout=60) != 0
                assert process.stdout.read() == b"\n@n D 0\n"
            else:
                process.stdin.close()
                assert process.wait(timeout=60) == 0
        deadline = time.monotonic() + 60
        while children(str(log)) or children("/bin/sleep", str(long_s)):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_what_is_ended_at_the_end_is_what_was_started() -> None:
    """The number of a stream that is over is not free for another process while the wrapper may still end it."""
    script = wrapper("n", ("/bin/false",), None, ("/bin/true",), 60)
    with subprocess.Popen(
        ["/bin/sh", "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as shell:
        assert shell.stdin is not None and shell.stdout is not None
        shell.stdin.write(script)
        shell.stdin.flush()
        assert {shell.stdout.readline() for _ in range(4)} == {b"\n", b"@n B\n", b"@n D 1\n"}
        children = Path(f"/proc/{shell.pid}/task/{shell.pid}/children")
        streams = set(children.read_text().split()[:2])
        for _ in range(3):
            before = set(children.read_text().split())
            shell.stdin.write(b"\n")
            shell.stdin.flush()
            deadline = time.monotonic() + 60
            while not streams < (now := set(children.read_text().split())) or now == before:
                assert time.monotonic() < deadline, (streams, now)
        shell.stdin.close()
        assert shell.wait(60) == 0
    deadline = time.monotonic() + 60
    while not all(gone(int(pid)) for pid in streams):
        assert time.monotonic() < deadline


async def test_an_eleventh_client_of_devd_is_told_what_may_be_the_matter(
    sshd: Sshd, places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "AT_ONCE_S", 60.0)
    pipe, log = places
    async with devd_at(pipe) as devd:
        others = [await asyncio.open_unix_connection(pipe) for _ in range(CLIENTS)]
        async with listening(sshd.target(), *sources(pipe, log)) as heard:
            await until(lambda: heard.node.push_gaps)
            (gap,) = heard.node.push_gaps
            assert "devd may have its ten clients already" in gap and devd.refused
        for _, writer in others:
            writer.close()


@given(st.lists(st.binary(max_size=30)), st.integers(1, 20))
def test_lines_do_not_depend_on_the_chunks(chunks: list[bytes], limit: int) -> None:
    cutter = LineCutter(limit)
    lines = [line for chunk in chunks for line in cutter.feed(chunk)]
    whole = b"".join(chunks).split(b"\n")[:-1]
    assert lines == [line[:limit] for line in whole if line]


def test_the_wrapper_quotes_every_word() -> None:
    script = wrapper("n", ("/bin/echo", "a b", "$(id)"), "/tmp/it's", ("/x;y",), 60).decode()
    assert "/bin/echo 'a b' '$(id)'" in script and "'/x;y'" in script
    assert socket.AF_UNIX and "'/tmp/it'\"'\"'s'" in script
