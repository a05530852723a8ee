"""The ProxyCommand of ssh_config: a program whose stdin and stdout lead to an sshd.

asyncssh would start it without a shell, and take what it writes to stderr for the server's bytes. So it is started
here, as ssh(1) does it; but always by /bin/sh, because bash by its own name reads ~/.bashrc when stdin is a socket.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import threading
from typing import Final

from pfha_tui.domain.language import tr
from pfha_tui.domain.text import said
from pfha_tui.transports.base import NetworkFailure
from pfha_tui.transports.ssh.errors import in_words
from pfha_tui.transports.ssh.settings import Settings

PIPE: Final = 1 << 16
KEPT: Final = 1000
"""So many bytes of a line that it wrote to stderr are kept."""
GRACE_S: Final = 1.0
"""So long may it take to end itself."""


class Proxy:
    """The running command, in a process group of its own; `sock` leads through it. Whoever starts it must `end`
    it: until then it is not reaped, so that its group keeps its number."""

    def __init__(self, settings: Settings) -> None:
        """Start it. Raises NetworkFailure."""
        self._where = settings.where
        self._loop = asyncio.get_running_loop()
        self._line = self._begun = b""
        self._ended = False
        command = str(settings.options.config.get("ProxyCommand")).lstrip("= \t")
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            try:
                self.sock, stdio = socket.socketpair()
                ours.callback(self.sock.close)
                theirs.callback(stdio.close)
                self._errors, errors = os.pipe()
                ours.callback(os.close, self._errors)
                theirs.callback(os.close, errors)
                self._child = subprocess.Popen(
                    ["/bin/sh", "-c", f"exec {command}"],
                    stdin=stdio.fileno(),
                    stdout=stdio.fileno(),
                    stderr=errors,
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:  # ValueError: there is a NUL in it
                raise self._failure(in_words(error)) from error
            ours.pop_all()
        self.sock.setblocking(False)
        os.set_blocking(self._errors, False)
        self._loop.add_reader(self._errors, self._hear)

    def end(self) -> None:
        """End it, with what it has started in its process group: by SIGTERM, and a second later by SIGKILL if the
        console still runs then. `sock` is closed by who uses it. May be called again."""
        if self._ended:
            return
        self._ended = True
        if self._errors >= 0:
            self._hear()
        self._stop_hearing()
        self._signal(signal.SIGTERM)
        reaper = threading.Timer(GRACE_S, self._reap)
        reaper.daemon = True
        reaper.start()

    def failure(self, error: Exception) -> NetworkFailure:
        """Why no sshd was reached, after `end`; with its own last words, if there are any."""
        *_, last = [b"", *(self._begun.strip() or self._line).splitlines()]
        ended = isinstance(error, ConnectionError) or not isinstance(error, OSError)
        return self._failure(said(last) or (tr("it ended") if ended else in_words(error)))

    def _failure(self, reason: str) -> NetworkFailure:
        return NetworkFailure(
            tr("the ProxyCommand of ssh_config does not lead to {where}: {reason}").format(
                where=self._where, reason=reason
            )
        )

    def _signal(self, number: signal.Signals) -> None:
        # macOS refuses to signal a group of which only a zombie is left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)

    def _reap(self) -> None:
        self._signal(signal.SIGKILL)
        self._child.wait()

    def _hear(self) -> None:
        """Read what is there, of which the pipe holds no more than this."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._errors, PIPE)
            *lines, begun = (self._begun + data).split(b"\n")
            *_, line = [self._line, *filter(None, map(bytes.strip, lines))]
            self._line, self._begun = line[:KEPT], begun[:KEPT]
            if not data:
                self._stop_hearing()

    def _stop_hearing(self) -> None:
        if self._errors >= 0:
            self._loop.remove_reader(self._errors)
            os.close(self._errors)
            self._errors = -1
