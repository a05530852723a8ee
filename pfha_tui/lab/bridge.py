"""Stand-ins for a node's commands: small programs that a real shell runs, and that ask the lab for their answer.

Each stand-in makes a FIFO named after its process, tells the lab its words through one well-known FIFO (the door), and
reads one line back: how to end, and where the output lies. A command costs a few forks, and no start of an interpreter.
"""

import asyncio
import contextlib
import errno
import itertools
import logging
import os
import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from pfha_tui.lab import pfsense, shell, tools
from pfha_tui.lab.commands.reply import Follow, Reply
from pfha_tui.lab.node import Node
from pfha_tui.lab.relay import WITHOUT_DESCRIPTORS

FIELD, END = b"\x1e", b"\x1d"
"""Separate the fields of a request, and end it."""
KEEP = 60.0
"""Seconds after which the output of a command is deleted: it has been read long since."""
OPEN_WAIT = 5.0
"""Seconds that a stream waits for its reader to come."""
TERMINATED = 143
"""How a shell tells that SIGTERM ended a command."""
FAILED = 70
"""EX_SOFTWARE: what a command ends with that the lab has failed at."""
NO_OUTPUT = 74
"""EX_IOERR: what a command ends with whose output the lab cannot hand over: a full disk, say."""
BUSY = 75
"""EX_TEMPFAIL: how lockf ends when another holds the lock."""
PIECE = 65536
"""Characters of an output that are written at a time: the whole again as bytes would take as much room."""
BACKLOG = 65536
"""Bytes that a client of devd may leave unread before devd drops it; who follows a log reads it when he will."""
_NUMBER = re.compile("[0-9]{1,10}")
_log = logging.getLogger(__name__)

LONGEST = 3900
"""Bytes that the words of a command may have: what is longer than PIPE_BUF (4096) may be torn on its way."""

_STAND_IN = """#!/bin/sh
w="$*"
[ ${{#w}} -le {longest} ] || {{ echo "${{0##*/}}: more words than the lab takes" >&2; exit 126; }}
f={calls}/$$
[ -p "$f" ] || {mkfifo} -m 600 "$f" || exit 126
exec 3<>"$f"
printf '%s\\036' "$$" "${{LAB_UID:-0}}" {path} "$@" '\x1d' >{door} || exit 126
read -r how code where <&3
[ "$how" = hold ] && exec {cat}
exec 3>&-
case $how in
out) exec {cat} "$where" ;;
both) {cat} "$where"; {cat} "$where.err" >&2; exit "$code" ;;
real) exec "$where" "$@" ;;
*) exit "$code" ;;
esac
"""

_SUDO = """#!/bin/sh
while :; do
  case $1 in
  -n) shift ;;
  --) shift; break ;;
  -* | '') echo 'usage: sudo -n command' >&2; exit 64 ;;
  *) break ;;
  esac
done
LAB_UID=0 exec "$@"
"""

_NOT_SIMULATED = """#!/bin/sh
echo "${0##*/}: not simulated by the lab" >&2
exit 127
"""


class Bridge:
    """The stand-ins of one node below a private directory, and the task that answers them."""

    def __init__(self, node: Node, directory: Path, tasks: asyncio.TaskGroup) -> None:
        self.node = node
        self._group = tasks
        self.root = directory / "root"
        self._calls = directory / "calls"
        self._door = directory / "door"
        self._serial = itertools.count()
        self._buffer = b""
        self._fd = -1
        self._streams: set[asyncio.Task[None]] = set()
        self._locks: set[str] = set()
        self._leftovers: dict[Path, asyncio.TimerHandle] = {}

    def start(self) -> None:
        """Write the stand-ins and open the door."""
        self._calls.mkdir(parents=True)
        os.mkfifo(self._door, 0o600)
        own = {name: tools.need(name) for name in ("cat", "mkfifo")}
        for path in shell.ANSWERS:
            text = _STAND_IN.format(
                calls=self._calls, door=self._door, path=path, longest=LONGEST, **own
            )
            _write_program(self.root / path[1:], text)
        for path in shell.SUDO:
            _write_program(self.root / path[1:], _SUDO)
        for path in shell.NOT_SIMULATED:
            _write_program(self.root / path[1:], _NOT_SIMULATED)
        for path in shell.FILTERS:
            tool = tools.find(path.rpartition("/")[2])
            if tool is not None:
                (self.root / path[1:]).symlink_to(tool)
        # For redirections, patterns and its own test(1), which a shell follows by itself.
        for folder in ("cf/conf", "tmp", "var/log", "var/run"):
            (self.root / folder).mkdir(mode=0o555, parents=True)
        for path, text in pfsense.fixed_files(self.node).items():
            (self.root / path[1:]).write_text(text)
        # Open both ways, so that the door never reports end of file between two callers.
        self._fd = os.open(self._door, os.O_RDWR | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._fd, self._knock)

    def drop(self) -> None:
        """The power is gone, and with it every command that runs."""
        for task in self._streams:
            task.cancel()

    async def stop(self) -> None:
        """Close the door and end every stream; the directory is the caller's to remove."""
        for handle in self._leftovers.values():
            handle.cancel()
        if self._fd >= 0:
            asyncio.get_running_loop().remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1
        self.drop()
        await asyncio.gather(*self._streams, return_exceptions=True)

    def rewrite(self, text: bytes) -> bytes:
        """Whole lines of shell text as they are to be run on this node."""
        return shell.rewrite(text, str(self.root))

    def environment(self, uid: int) -> dict[str, str]:
        """The environment of a shell on this node; the host's programs are not on its PATH."""
        folders = ("sbin", "bin", "usr/sbin", "usr/bin", "usr/local/sbin", "usr/local/bin")
        return {
            "PATH": ":".join(str(self.root / folder) for folder in folders),
            "HOME": str(self.root),
            "USER": "root" if uid == 0 else "monitor",
            "LAB_UID": str(uid),
            "LC_ALL": "C",
        }

    def _knock(self) -> None:
        try:
            self._buffer += os.read(self._fd, 65536)
        except BlockingIOError:
            return
        *requests, self._buffer = self._buffer.split(FIELD + END + FIELD)
        for request in requests:
            # The paths among the words were rewritten; the command knows its node's own.
            request = request.replace(os.fsencode(self.root), b"")
            fields = [field.decode(errors="replace") for field in request.split(FIELD)]
            if len(fields) >= 3 and all(map(_NUMBER.fullmatch, fields[:2])):
                self._answer(int(fields[0]), int(fields[1]), fields[2], fields[3:])

    def _answer(self, pid: int, uid: int, path: str, words: list[str]) -> None:
        caller = self._calls / str(pid)
        try:
            line = _open_writer(caller)
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                loop = asyncio.get_running_loop()
                loop.call_later(WITHOUT_DESCRIPTORS, self._answer, pid, uid, path, words)
            else:
                caller.unlink(missing_ok=True)  # killed while it asked
            return
        try:
            reply = shell.answer(self.node, path, words, uid)
        except Exception as error:  # whatever it is: the caller would wait for ever
            _log.error("%s %r: %r", path, words, error)
            reply = Reply(err=f"{path}: the lab failed\n", code=FAILED)
        if reply.hold and reply.hold not in self._locks:
            caller.unlink(missing_ok=True)
            self._locks.add(reply.hold)
            task = self._spawn(self._hold(line))
            task.add_done_callback(lambda _: self._locks.discard(reply.hold))
        elif reply.work is not None:
            task = self._spawn(self._answer_later(caller, line, path, reply, reply.work))
        else:
            caller.unlink(missing_ok=True)
            self._tell(line, path, reply)
            return
        # Not in the task: one that is cancelled before it begins does nothing at all.
        task.add_done_callback(lambda _: line.close())

    async def _answer_later(
        self, caller: Path, line: IO[bytes], path: str, reply: Reply, work: Iterator[float]
    ) -> None:
        """Do what the command does, in world time, and answer when it is done; never, if the power fails."""
        over = asyncio.Event()

        def killed() -> None:
            nonlocal reply
            reply = replace(reply, code=TERMINATED)
            over.set()

        self.node.run(work, over.set, killed if reply.killable else None)
        try:
            await over.wait()
            self._tell(line, path, reply)
        finally:
            # Only now: whoever clears up after a killed lab lets go those who wait by this name.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(caller)

    def _tell(self, line: IO[bytes], path: str, reply: Reply) -> None:
        try:
            how, code, target = self._prepared(path, reply)
        except OSError:
            how, code, target = "end", NO_OUTPUT, "-"
        with line, contextlib.suppress(BrokenPipeError):
            line.write(f"{how} {code} {target}\n".encode())

    def _prepared(self, path: str, reply: Reply) -> tuple[str, int, str]:
        """How a stand-in is to end, with which code, and where its output lies. Raises OSError where it cannot lie."""
        where = self._calls / f"out{next(self._serial)}"
        if reply.hold:
            return "end", BUSY, "-"
        if reply.real:
            return "real", 0, tools.need(path.rpartition("/")[2])
        if reply.follow is not None:
            os.mkfifo(where, 0o600)
            self._spawn(self._follow(where, reply))
            return "out", 0, str(where)
        if reply.err or (reply.out and reply.code):
            self._leave(where, reply.out)
            self._leave(Path(f"{where}.err"), reply.err)
            return "both", reply.code, str(where)
        if reply.out:
            self._leave(where, reply.out)
            return "out", 0, str(where)
        return "end", reply.code, "-"

    def _leave(self, where: Path, text: str) -> None:
        loop = asyncio.get_running_loop()
        self._leftovers[where] = loop.call_later(KEEP, self._clear, where)
        with where.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            for start in range(0, len(text), PIECE):
                file.write(text[start : start + PIECE])

    def _clear(self, where: Path) -> None:
        del self._leftovers[where]
        where.unlink(missing_ok=True)

    async def _hold(self, line: IO[bytes]) -> None:
        """Let the caller go on as a filter, until it has ended: it keeps the other end open."""
        gone = _Gone()
        transport, _ = await asyncio.get_running_loop().connect_write_pipe(lambda: gone, line)
        transport.write(b"hold 0 -\n")
        try:
            await gone.event.wait()
        finally:
            if not transport.is_closing():
                transport.abort()

    async def _follow(self, where: Path, reply: Reply) -> None:
        """Feed a stream until its reader goes away, or falls behind devd."""
        try:
            pipe = await _await_reader(where)
        finally:
            os.unlink(where)
        if pipe is None:
            return
        gone = _Gone()
        transport, _ = await asyncio.get_running_loop().connect_write_pipe(lambda: gone, pipe)
        transport.write(reply.out.encode())

        def deliver(text: str) -> None:
            if reply.follow is Follow.DEVD and transport.get_write_buffer_size() > BACKLOG:
                transport.abort()
            else:
                transport.write(text.encode())

        leave = self.subscribe(reply.follow, deliver)
        try:
            await gone.event.wait()
        finally:
            leave()
            if not transport.is_closing():
                transport.abort()

    def subscribe(self, follow: Follow | None, sink: Callable[[str], None]) -> Callable[[], None]:
        """Have the lines of devd or of the log delivered; the result ends it."""
        hub = self.node.devd if follow is Follow.DEVD else self.node.log_hub
        return hub.subscribe(sink)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = self._group.create_task(work)
        self._streams.add(task)
        task.add_done_callback(self._streams.discard)
        return task


class _Gone(asyncio.BaseProtocol):
    """Notices that the reader of a pipe went away."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.event.set()


async def _await_reader(where: Path) -> IO[bytes] | None:
    """Open a FIFO for writing once somebody reads it; None when nobody comes."""
    for _ in range(int(OPEN_WAIT / 0.01)):
        try:
            return _open_writer(where)
        except OSError:
            await asyncio.sleep(0.01)
    return None


def _open_writer(where: Path) -> IO[bytes]:
    """Open a FIFO for writing without waiting; OSError when nobody reads it."""
    return open(os.open(where, os.O_WRONLY | os.O_NONBLOCK), "wb", buffering=0)


def _write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o700)
