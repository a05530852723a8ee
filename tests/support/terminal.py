"""A program on a pseudo-terminal, for measurements: what it writes is read, counted and timed."""

import os
import pty
import select
import signal
import termios
import time
from types import TracebackType
from typing import Self


class Terminal:
    """Runs the command on a terminal of 120 by 40 with true colours, until the `with` block is left.

    `received` counts the bytes read, `tail` keeps the last megabyte of them, `cpu_s` is the process's CPU time
    once it has ended. `environ` is laid over the environment; None takes a variable away.
    """

    def __init__(self, command: list[str], environ: dict[str, str | None] | None = None) -> None:
        self.received = 0
        self.tail = b""
        self.cpu_s = 0.0
        self.started = time.perf_counter()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            changes = {"TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})}
            for name, value in changes.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
            termios.tcsetwinsize(0, (40, 120))
            os.execv(command[0], command)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.kill(self.pid, signal.SIGKILL)
        usage = os.wait4(self.pid, 0)[2]
        self.cpu_s = usage.ru_utime + usage.ru_stime
        os.close(self.master)

    def read(self) -> bytes:
        """What there is now; empty at the end of the program."""
        try:
            chunk = os.read(self.master, 65536)
        except OSError:
            return b""
        self.received += len(chunk)
        self.tail = (self.tail + chunk)[-1_000_000:]
        return chunk

    def write(self, keys: bytes) -> None:
        """Type these keys."""
        os.write(self.master, keys)

    def drain(self, seconds: float) -> None:
        """Read for so long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.master], [], [], left)[0] and not self.read():
                return

    def read_to_end(self, seconds: float) -> None:
        """Read until the program ends, at most so long."""
        end = time.perf_counter() + seconds
        while select.select([self.master], [], [], max(0.0, end - time.perf_counter()))[0]:
            if not self.read():
                return

    def wait_for(self, marker: bytes, seconds: float = 30.0) -> float:
        """Read until the marker has come; the time (perf_counter) when it had. Raises TimeoutError."""
        end = time.perf_counter() + seconds
        while marker not in self.tail:
            left = max(0.0, end - time.perf_counter())
            if not select.select([self.master], [], [], left)[0] or not self.read():
                raise TimeoutError(f"{marker!r} never came")
        return time.perf_counter()
