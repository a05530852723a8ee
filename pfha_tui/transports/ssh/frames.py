"""Framed scripts for a long-lived `/bin/sh -s`, and the parser of what comes back.

Every frame is fenced on stdout and on stderr alike by marker lines that carry a nonce which no output
can contain, so the two stay apart and in step:

    @<nonce> B <seq> [<epoch> <±hhmm>]    the frame begins; the node's clock and UTC offset where asked for
    @<nonce> E <seq> <index> <exit code>  what came since the last marker belonged to command <index>

A marker is printed with a newline of its own in front; it is not part of the output before it.
"""

import re
import secrets
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pfha_tui.domain.language import tr

FRAME_LIMIT: Final = 8 * 1024 * 1024
MARKER_LIMIT: Final = 160

_CLOCK: Final = re.compile(rb"(\d{1,12}) ([+-])(\d\d)(\d\d)")


class FrameError(Exception):
    """The channel said something that no framed script can say; the channel must be replaced."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one command of a frame printed, and its exit code (128 + n when signal n ended it)."""

    exit_code: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """One complete run. The clock is None where it was not asked, or `date` printed something else."""

    seq: int
    clock_epoch: int | None
    utc_offset_s: int | None
    parts: tuple[Part, ...]


def new_nonce() -> str:
    """A marker word for one connection that its output cannot guess: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def preamble(nonce: str) -> bytes:
    """The script sent once when the shell opens: locale and the marker function.

    IFCONFIG_FORMAT would change the layout of ifconfig(8).
    """
    return (
        "unset IFCONFIG_FORMAT LANG ENV; LC_ALL=C; export LC_ALL\n"
        f"m() {{ printf '\\n@{nonce} %s\\n' \"$1\"; printf '\\n@{nonce} %s\\n' \"$1\" >&2; }}\n"
    ).encode()


def quote(words: Sequence[str]) -> str:
    """One command line in which every word is literal. Raises ValueError for no word or a NUL."""
    if not words or any("\0" in word for word in words):
        raise ValueError("a command needs words without NUL characters")
    return " ".join(shlex.quote(word) for word in words)


def script(
    seq: int,
    commands: Sequence[Sequence[str]],
    inputs: Mapping[int, str] | None = None,
    *,
    clock: bool = True,
) -> bytes:
    """The script of frame `seq`: each command literal, followed by its marker.

    `inputs` gives the text fed to the command of that index; all others have an empty stdin. `clock` as in
    `framed`. Raises ValueError as `quote`.
    """
    parts = []
    for index, words in enumerate(commands):
        text = (inputs or {}).get(index)
        fed = f"{quote(words)} </dev/null"
        if text is not None:
            fed = f"{quote(('printf', '%s', text))} | {quote(words)}"
        parts.append(fed)
    return framed(seq, parts, clock=clock)


def framed(seq: int, parts: Sequence[str], *, clock: bool = True) -> bytes:
    """The script of frame `seq` out of shell text of our own: one line each, followed by its marker.

    With `clock` the frame begins with the node's clock, for which date(1) runs.
    """
    date = " $(/bin/date '+%s %z' </dev/null 2>/dev/null)" if clock else ""
    lines = [f'm "B {seq}{date}"']
    lines += [f'{part}; m "E {seq} {index} $?"' for index, part in enumerate(parts)]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


@dataclass(slots=True)
class _Stream:
    """One of the two byte streams: what is not yet cut, and the sections cut so far."""

    buffer: bytearray = field(default_factory=bytearray)
    scanned: int = 0
    inside: bool = False
    clock: bytes = b""
    bodies: list[tuple[int, bytes]] = field(default_factory=list)


class FrameParser:
    """Cuts frames out of two byte streams that arrive in chunks of any size.

    Noise before a frame and frames of older numbers are dropped. One frame is expected at a time.
    """

    def __init__(self, nonce: str, limit: int = FRAME_LIMIT) -> None:
        self._prefix = b"\n@" + nonce.encode() + b" "
        self._limit = limit
        self._out = _Stream()
        self._err = _Stream()
        self._seq = -1
        self._count = 0
        self._size = 0

    def expect(self, seq: int, count: int) -> None:
        """Wait for frame `seq` with `count` commands; what is left of an older one is dropped."""
        self._seq, self._count, self._size = seq, count, 0
        for stream in (self._out, self._err):
            stream.inside, stream.clock = False, b""
            stream.bodies.clear()

    def forget(self) -> None:
        """Release the bytes that wait to be cut; nothing can be understood after that."""
        for stream in (self._out, self._err):
            stream.buffer = bytearray()
            stream.scanned = 0

    @property
    def begun(self) -> bool:
        """The expected frame's begin marker has come on stdout, and with it the node's clock."""
        return self._out.inside or bool(self._out.bodies)

    @property
    def ended(self) -> int:
        """How many commands of the expected frame have ended: the index of the one that runs now."""
        return len(self._out.bodies)

    def feed(self, data: bytes, *, stderr: bool = False) -> Frame | None:
        """Take a chunk of stdout or stderr; the expected frame when this chunk completes it.

        Raises FrameError: more than the limit, a marker out of order, or one that makes no sense.
        """
        stream = self._err if stderr else self._out
        stream.buffer += data
        while self._cut(stream):
            continue
        self._shorten(stream)
        if min(len(self._out.bodies), len(self._err.bodies)) < self._count or self._count == 0:
            return None
        return self._complete()

    def _cut(self, stream: _Stream) -> bool:
        """Cut one marker and what stands before it; False if no whole marker is there."""
        buffer = stream.buffer
        at = buffer.find(self._prefix, stream.scanned)
        if at < 0:
            stream.scanned = max(0, len(buffer) - len(self._prefix) + 1)
            return False
        start = at + len(self._prefix)
        end = buffer.find(b"\n", start)
        if end < 0:
            stream.scanned = at
            if len(buffer) - start > MARKER_LIMIT:
                raise FrameError(tr("a marker without end"))
            return False
        body, words = bytes(buffer[:at]), bytes(buffer[start:end])
        del buffer[: end + 1]
        stream.scanned = 0
        self._mark(stream, body, words.split(b" "))
        return True

    def _mark(self, stream: _Stream, body: bytes, words: Sequence[bytes]) -> None:
        kind = words[0]
        seq = _number(words, 1)
        if seq < self._seq:
            stream.inside = False
            return
        if seq > self._seq:
            raise FrameError(tr("a frame that was not asked for"))
        if kind == b"B" and not stream.inside and not stream.bodies:
            stream.inside = True
            stream.clock = b" ".join(words[2:])
        elif kind == b"E" and stream.inside and len(words) == 4:
            if _number(words, 2) != len(stream.bodies):
                raise FrameError(tr("markers out of order"))
            self._grow(len(body))
            stream.bodies.append((_number(words, 3), body))
            stream.inside = len(stream.bodies) < self._count
        else:
            raise FrameError(tr("a marker in the wrong place"))

    def _shorten(self, stream: _Stream) -> None:
        """Drop noise outside a frame, and refuse a frame that grows past the limit."""
        if stream.inside:
            if self._size + len(stream.buffer) > self._limit:
                raise FrameError(
                    tr("more than {limit} bytes in one answer").format(limit=self._limit)
                )
        elif stream.scanned:
            del stream.buffer[: stream.scanned]
            stream.scanned = 0

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self._limit:
            raise FrameError(tr("more than {limit} bytes in one answer").format(limit=self._limit))

    def _complete(self) -> Frame:
        parts = []
        for (code, stdout), (code_again, stderr) in zip(
            self._out.bodies, self._err.bodies, strict=True
        ):
            if code != code_again:
                raise FrameError(tr("stdout and stderr disagree on an exit code"))
            parts.append(Part(code, stdout, stderr))
        epoch, offset = _clock(self._out.clock)
        frame = Frame(self._seq, epoch, offset, tuple(parts))
        self.expect(self._seq + 1, 0)
        return frame


def _number(words: Sequence[bytes], index: int) -> int:
    if index >= len(words) or not words[index].isdigit() or len(words[index]) > 12:
        raise FrameError(tr("a marker without its number"))
    return int(words[index])


def _clock(words: bytes) -> tuple[int | None, int | None]:
    match = _CLOCK.fullmatch(words)
    if match is None:
        return None, None
    sign = -1 if match[2] == b"-" else 1
    return int(match[1]), sign * (int(match[3]) * 3600 + int(match[4]) * 60)
