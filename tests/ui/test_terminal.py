"""The console on a real pseudo-terminal: how it starts, and every way in which it ends."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

CHILD = Path(__file__).with_name("console_child.py")
DEADLINE_S = 90.0


class Terminal:
    """The outer end of a pseudo-terminal in which the console runs."""

    def __init__(self, master: int, process: subprocess.Popen[bytes], result: Path) -> None:
        self.master = master
        self.process = process
        self.result = result
        self.seen = b""

    def read_some(self, wait_s: float = 0.1) -> bool:
        """Whether something came."""
        ready, _, _ = select.select([self.master], [], [], wait_s)
        before = len(self.seen)
        if ready:
            with suppress(OSError):
                self.seen += os.read(self.master, 65_536)
        return len(self.seen) > before

    def read_all(self) -> None:
        """What a process that has ended or is stopped has written: each read gives but 4 KiB of it."""
        while self.read_some(0.0):
            pass

    def until(self, marker: bytes) -> None:
        end = time.monotonic() + DEADLINE_S
        while marker not in self.seen:
            assert time.monotonic() < end, self.seen[-3000:]
            assert self.process.poll() is None, self.seen[-3000:]
            self.read_some()

    def ended(self) -> int:
        end = time.monotonic() + DEADLINE_S
        while self.process.poll() is None:
            assert time.monotonic() < end, "the console did not end"
            self.read_some()
        self.read_all()
        assert self.process.returncode is not None
        return self.process.returncode

    def close(self) -> None:
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


@contextmanager
def console(tmp_path: Path, session: bool = True, **environment: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    result = tmp_path / "result"
    env = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    env |= {"HOME": str(tmp_path), "LANG": "C.UTF-8", "RESULT": str(result)} | environment

    def take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        [sys.executable, str(CHILD)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=env,
        start_new_session=True,
        preexec_fn=take_terminal if session else None,
    )
    os.close(slave)
    terminal = Terminal(master, process, result)
    try:
        yield terminal
    finally:
        terminal.close()
        if process.poll() is None:
            process.kill()
        process.wait(DEADLINE_S)


RESTORED = (b"\x1b[?1049l", b"\x1b[?25h")


@pytest.mark.parametrize(
    ("key", "number", "code"),
    [(b"q", None, 0), (b"\x03", None, 130), (b"", signal.SIGTERM, 0), (b"", signal.SIGHUP, 0)],
    ids=["q", "ctrl-c", "SIGTERM", "SIGHUP"],
)
def test_it_leaves_clean(tmp_path: Path, key: bytes, number: int | None, code: int) -> None:
    with console(tmp_path) as terminal:
        terminal.until(b"HEALTHY")
        terminal.until(b"MASTER")
        if number is None:
            os.write(terminal.master, key)
        else:
            os.kill(terminal.process.pid, number)
        assert terminal.ended() == code
        assert terminal.result.read_text() == f"code={code} closed=True"
        assert all(part in terminal.seen for part in RESTORED)
        assert b"Traceback" not in terminal.seen


def test_what_was_written_over_it_while_it_was_stopped_is_painted_over(tmp_path: Path) -> None:
    with console(tmp_path) as terminal:
        terminal.until(b"HEALTHY")
        terminal.until(b"MASTER")
        os.kill(terminal.process.pid, signal.SIGSTOP)
        os.waitpid(terminal.process.pid, os.WUNTRACED)
        terminal.read_all()
        terminal.seen = b""
        os.kill(terminal.process.pid, signal.SIGCONT)
        for part in (b"HEALTHY", b"MASTER", b"Timeline", b"help"):
            terminal.until(part)
        os.write(terminal.master, b"q")
        assert terminal.ended() == 0


@pytest.mark.parametrize("session", [True, False], ids=["hangs-up", "vanishes-silently"])
def test_it_ends_when_the_terminal_is_gone(tmp_path: Path, session: bool) -> None:
    with console(tmp_path, session) as terminal:
        terminal.until(b"HEALTHY")
        terminal.close()
        code = terminal.process.wait(DEADLINE_S)
        assert code == 0
        assert terminal.result.read_text() == "code=0 closed=True"


def test_no_color_in_the_environment_sends_no_colour_codes(tmp_path: Path) -> None:
    with console(tmp_path, NO_COLOR="1") as terminal:
        terminal.until(b"HEALTHY")
        os.write(terminal.master, b"q")
        assert terminal.ended() == 0
        assert b"38;2;" not in terminal.seen
        assert b"48;2;" not in terminal.seen
        assert b"38;5;" not in terminal.seen


def test_a_locale_without_utf_8_gets_ascii(tmp_path: Path) -> None:
    with console(tmp_path, PYTHONIOENCODING="latin-1") as terminal:
        terminal.until(b"* HEALTHY")
        os.write(terminal.master, b"q")
        assert terminal.ended() == 0
        assert terminal.seen.isascii()
