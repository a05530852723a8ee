"""Delivers what a node pushes, devd's pipe and the system log, over one channel of a link.

The channel's stdout carries devd, its stderr the log: the two are told apart, and cannot break into
each other's lines, without another process on the firewall. Marker lines with an unguessable nonce
say when the streams begin and how each one ended. A shell around both ends them as soon as its stdin
closes, because devd takes ten clients in all and FreeBSD's tail(1) does not notice a closed stdout. A link that dies
without a sign closes nothing: so we write a line now and then, and where none comes the node ends them by itself.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncssh

from pfha_tui.domain.command import Command, Output, PushedLine, StreamKind
from pfha_tui.domain.language import tr
from pfha_tui.domain.outcome import classify
from pfha_tui.domain.reading import ErrorKind, ReadError
from pfha_tui.domain.text import SAID_LIMIT
from pfha_tui.domain.text import said as said_by
from pfha_tui.domain.wording import decimal
from pfha_tui.transports.base import NetworkFailure, TransportTimeout
from pfha_tui.transports.ssh import frames
from pfha_tui.transports.ssh.elevation import SUDO_PATHS, Elevation
from pfha_tui.transports.ssh.link import Channel, Session, SshLink
from pfha_tui.transports.ssh.pulse import Life
from pfha_tui.transports.ssh.shell import SHELL_COMMAND, SshShell

LINE_LIMIT: Final = 8 * 1024
"""Bytes of a line that are kept: twice as many as the longest line that the parsers read."""
QUEUE_LIMIT: Final = 10_000
QUEUE_BYTES: Final = 4 * 1024 * 1024
START_TIMEOUT_S: Final = 5.0
REOPEN_FIRST_S: Final = 2.0
REOPEN_CAP_S: Final = 60.0
ALIVE_PERIOD_S: Final = 20.0
ALIVE_LIMIT_S: Final = 60
"""The node's patience in whole seconds, three lines of ours: each costs it two short processes."""
ALIVE: Final = b"\n"
HOLD: Final = ("/bin/sleep", "2147483647")
AT_ONCE_S: Final = 1.0
LASTING: Final = frozenset({ErrorKind.NOT_PERMITTED, ErrorKind.MISSING})

_TOOL_TALK: Final = re.compile(rb"(/\S*/)?(sudo|tail|nc|sh): ")


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A command that never ends and prints lines. `socket` is a UNIX socket that must be there first:
    FreeBSD's nc(1) says nothing when it is not."""

    kind: StreamKind
    command: Command
    socket: str | None = None


DEVD_PIPE: Final = "/var/run/devd.pipe"
DEVD: Final = StreamSource(
    StreamKind.DEVD, Command("devd", ("/usr/bin/nc", "-U", DEVD_PIPE)), DEVD_PIPE
)
LOG: Final = StreamSource(
    StreamKind.LOG,
    Command("log", ("/usr/bin/tail", "-n", "0", "-F", "/var/log/system.log"), root=True),
)


def wrapper(
    nonce: str,
    devd: Sequence[str],
    socket: str | None,
    log: Sequence[str],
    limit_s: int,
) -> bytes:
    """The script of the channel, which ends `limit_s` after the last line that it was sent. Raises ValueError as
    `frames.quote`.

    All of it is one compound command, so that no shell leaves a part of the script for read to eat.
    The traps read `$!`, which is set with the fork itself; a variable assigned after it would come too
    late for a signal in between. Until then it is the parent's, hence `p`. KILL cannot get lost between fork and exec;
    sudo(8) gets TERM, because only that is passed on to what it runs. A stream that is over holds (`h`) until it is
    told to end: its number could be another process's by the time when it is killed.
    """
    guard = ""
    if socket is not None:
        there = frames.quote(("/bin/test", "-S", socket))
        guard = f"{there} </dev/null || {{ e D 1 No such file or directory; h; }}; "
    sleep = ("/bin/sleep", str(limit_s))
    lines = [
        "{ unset IFCONFIG_FORMAT LANG ENV; LC_ALL=C; export LC_ALL",
        f"e() {{ printf '\\n@{nonce} %s\\n' \"$*\"; }}",
        f'h() {{ {frames.quote(HOLD)} </dev/null >/dev/null 2>&1 & wait "$!"; exit; }}',
        "e B; e B >&2",
        f"( {_trap(devd)}; {guard}"
        f'{frames.quote(devd)} </dev/null 2>&1 & wait "$!"; e D "$?"; h ) & d=$!',
        f'( {_trap(log)}; {frames.quote(log)} </dev/null >&2 & wait "$!"; e L "$?" >&2; h ) & l=$!',
        f"w() {{ ( {_trap(sleep)}; {frames.quote(sleep)} </dev/null >/dev/null 2>&1 & "
        'wait "$!"; e D 0; e L 0 >&2; kill "$d" "$l" "$$" ) & s=$!; }',
        'w; while read -r _; do { kill "$s"; wait "$s"; } 2>/dev/null; w; done',
        'kill "$d" "$l" "$s" 2>/dev/null; exit; }',
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def _trap(words: Sequence[str]) -> str:
    signal = "TERM" if words[0] in SUDO_PATHS else "KILL"
    return f"""p=$!; trap '[ "$!" = "$p" ] || kill -{signal} "$!" 2>/dev/null; exit' TERM"""


class LineCutter:
    """Cuts a byte stream into lines; of a line over the limit the beginning is kept, once."""

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that this chunk completes, without their newline; empty lines are left out."""
        *ends, tail = data.split(b"\n")
        lines = []
        for end in ends:
            self._append(end)
            if self._rest:
                lines.append(bytes(self._rest))
                self._rest.clear()
        self._append(tail)
        return lines

    def _append(self, data: bytes) -> None:
        self._rest += data[: self._limit - len(self._rest)]


@dataclass(slots=True)
class _Source:
    """One of the two streams of a session: its cutter, what its tools said, how it ended."""

    source: StreamSource
    cutter: LineCutter = field(default_factory=LineCutter)
    started_at: float | None = None
    said: bytes = b""
    error: ReadError | None = None


class _StreamSession(Session):
    """Sorts what arrives into lines, the tools' own words, and markers."""

    def __init__(self, link: SshLink, nonce: str, devd: StreamSource, log: StreamSource) -> None:
        self._link = link
        self._marker = b"@" + nonce.encode() + b" "
        self.sources = (_Source(devd), _Source(log))
        self.queue: deque[PushedLine] = deque()
        self.waiting = 0
        self.news = asyncio.Event()
        self.ended = False

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._link.heard()
        now = self._link.clock()
        source = self.sources[0 if datatype is None else 1]
        for line in source.cutter.feed(data):
            if line.startswith(self._marker):
                self._mark(source, line[len(self._marker) :], now)
            elif source.started_at is None:
                continue
            elif self._is_talk(source, line):
                source.said = line[:SAID_LIMIT]
            else:
                self._keep(PushedLine(source.source.kind, line.decode("utf-8", "replace"), now))
        self.news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        if exc is not None:
            self._link.broken(exc)
        self.news.set()

    def _keep(self, line: PushedLine) -> None:
        """Queue a line; of a flood that outruns us the oldest go, as polling tells what they did."""
        if len(self.queue) == QUEUE_LIMIT:
            self.take()
        self.queue.append(line)
        self.waiting += len(line.text)
        while self.waiting > QUEUE_BYTES:
            self.take()

    def take(self) -> PushedLine:
        """The oldest line that waits. Raises IndexError where none does."""
        line = self.queue.popleft()
        self.waiting -= len(line.text)
        return line

    @property
    def started(self) -> bool:
        """Both streams have begun."""
        return all(source.started_at is not None for source in self.sources)

    @property
    def errors(self) -> list[ReadError]:
        """How the streams that have ended did so."""
        return [source.error for source in self.sources if source.error is not None]

    def _mark(self, source: _Source, words: bytes, now: float) -> None:
        kind, _, rest = words.partition(b" ")
        if kind == b"B":
            source.started_at = now
            return
        code, _, said = rest.partition(b" ")
        exit_code = int(code) if code.isdigit() and len(code) < 10 else 1
        command = source.source.command
        said = said or source.said
        text = tr("{program} ended")
        at_once = source.started_at is not None and now - source.started_at < AT_ONCE_S
        if source.source.kind is StreamKind.DEVD and at_once and not said:
            text = tr("{program} ended at once: devd may have its ten clients already")
            exit_code = 0
        error = classify(Output(command, exit_code, b"", said))
        source.error = error or ReadError(ErrorKind.FAILED, text.format(program=command.argv[0]))

    @staticmethod
    def _is_talk(source: _Source, line: bytes) -> bool:
        """Whether a line is the tool's own: devd(8) begins its lines with one of !+-?, and a syslog
        line never begins with a program's name and a colon."""
        if source.source.kind is StreamKind.DEVD:
            return line[:1] not in (b"!", b"+", b"-", b"?")
        return _TOOL_TALK.match(line) is not None


class SshStream:
    """A Stream over one channel of a link.

    A source that the node does not have, or does not allow, is left out and named in `gaps`; one that
    ended otherwise, or did not begin in time, is started again after 2 to 60 s.
    """

    def __init__(
        self, link: SshLink, shell: SshShell, devd: StreamSource = DEVD, log: StreamSource = LOG
    ) -> None:
        self._link = link
        self._shell = shell
        self._devd = devd
        self._log = log
        self._channel: Channel | None = None
        self._wait_s = REOPEN_FIRST_S
        self.gaps: dict[StreamKind, ReadError] = {}

    async def lines(self) -> AsyncIterator[PushedLine]:
        """Lines as they arrive. Ends when the node gives us neither stream.

        Raises NetworkFailure when the link ends, and as Shell.run while it opens.
        """
        while True:
            try:
                session = await self._open()
            except TransportTimeout as error:
                # A node that is too busy for this is not relieved by another login.
                self._all_gaps(ReadError(ErrorKind.TIMEOUT, str(error)))
                await asyncio.sleep(self._wait_s)
                self._wait_s = min(REOPEN_CAP_S, 2 * self._wait_s)
                continue
            if session is None:
                return
            opened_at = self._link.clock()
            try:
                async for line in self._deliver(session):
                    yield line
            finally:
                self._close()
            if len(session.errors) == 2 and all(e.kind in LASTING for e in session.errors):
                return
            lasted = self._link.clock() - opened_at > REOPEN_CAP_S
            self._wait_s = REOPEN_FIRST_S if lasted else min(REOPEN_CAP_S, 2 * self._wait_s)

    async def _open(self) -> _StreamSession | None:
        elevation = await self._shell.elevation()
        nonce = frames.new_nonce()
        session = _StreamSession(self._link, nonce, self._devd, self._log)
        try:
            self._channel = await self._link.open_channel(lambda: session, SHELL_COMMAND)
        except asyncssh.ChannelOpenError as error:
            refused = ReadError(
                ErrorKind.NOT_PERMITTED,
                tr(
                    "no third session on the connection ({reason}): MaxSessions of its sshd must be 3 or more"
                ).format(reason=said_by(error.reason)),
            )
            self._all_gaps(refused)
            return None
        self._write(self._script(nonce, elevation))
        limit = START_TIMEOUT_S + 4 * (self._link.rtt_s or 0.0)
        try:
            async with asyncio.timeout(limit):
                while not session.started and not session.ended:
                    session.news.clear()
                    await session.news.wait()
        except TimeoutError as error:
            self._close()
            raise TransportTimeout(
                tr("the stream from {where} did not begin within {seconds} s").format(
                    where=self._link.where, seconds=decimal(f"{limit:.1f}")
                )
            ) from error
        except BaseException:
            self._close()
            raise
        self.gaps = {}
        return session

    def _all_gaps(self, error: ReadError) -> None:
        self.gaps = {source.kind: error for source in (self._devd, self._log)}

    def _script(self, nonce: str, elevation: Elevation) -> bytes:
        privilege = self._link.target.privilege
        devd, log = (elevation.words(s.command, privilege) for s in (self._devd, self._log))
        return wrapper(nonce, devd, self._devd.socket, log, ALIVE_LIMIT_S)

    async def _deliver(self, session: _StreamSession) -> AsyncIterator[PushedLine]:
        """Lines until the channel must be opened anew, or neither stream is there."""
        again_at: float | None = None
        alive_at = self._link.clock() + ALIVE_PERIOD_S
        while True:
            session.news.clear()
            while session.queue:
                yield session.take()
            self.gaps = {s.source.kind: s.error for s in session.sources if s.error is not None}
            errors = session.errors
            if session.ended:
                self._ended(errors)
            if len(errors) == 2 and all(error.kind in LASTING for error in errors):
                return
            now = self._link.clock()
            if again_at is None and any(error.kind not in LASTING for error in errors):
                again_at = now + self._wait_s
            if again_at is not None and now >= again_at:
                return
            if now >= alive_at:
                alive_at = now + ALIVE_PERIOD_S
                self._write(ALIVE)
            try:
                async with asyncio.timeout(min(alive_at, again_at or alive_at) - now):
                    await session.news.wait()
            except TimeoutError:
                continue

    def _ended(self, errors: Sequence[ReadError]) -> None:
        """The channel has gone. Raises NetworkFailure, unless the node has ended both streams as it did not hear of us
        for long (a console that was suspended)."""
        if self._link.life is Life.LOST:
            raise self._link.failure()
        if len(errors) < 2:
            raise NetworkFailure(tr("the stream from {where} ended").format(where=self._link.where))

    def _write(self, data: bytes) -> None:
        channel = self._channel
        if channel is not None and not channel.is_closing():
            channel.write(data)

    def _close(self) -> None:
        """Close the channel, which ends the wrapper and its children; nothing is waited for."""
        channel, self._channel = self._channel, None
        if channel is not None and not channel.is_closing():
            channel.close()
