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
"""So many bytes of what it wrote last to stderr are kept."""


class Proxy:
    """The running command, in a process group of its own; `sock` leads through it. Whoever starts it must `end` it."""

    def __init__(self, settings: Settings) -> None:
        """Start it. Raises NetworkFailure."""
        self._where = settings.where
        self._loop = asyncio.get_running_loop()
        self._heard = b""
        command = str(settings.options.config.get("ProxyCommand")).lstrip("= ")
        self.sock, theirs = socket.socketpair()
        self._errors, errors = os.pipe()
        try:
            self._child = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {command}"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=errors,
                start_new_session=True,
            )
        except OSError as error:
            self.sock.close()
            os.close(self._errors)
            raise self.failure(error) from error
        finally:
            theirs.close()
            os.close(errors)
        self.sock.setblocking(False)
        os.set_blocking(self._errors, False)
        self._loop.add_reader(self._errors, self._hear)
        threading.Thread(target=self._child.wait, daemon=True).start()

    def end(self) -> None:
        """End it, with what it has started; `sock` is closed by who uses it. May be called again."""
        if self._errors >= 0:
            self._hear()
        self._stop_hearing()
        if self._child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGTERM)

    def failure(self, error: Exception) -> NetworkFailure:
        """Why no sshd was reached, after `end`; with its own last words, if there are any."""
        *_, last = [b"", *self._heard.splitlines()]
        ended = isinstance(error, ConnectionError) or not isinstance(error, OSError)
        reason = said(last) or (tr("it ended") if ended else in_words(error))
        return NetworkFailure(
            tr("the ProxyCommand of ssh_config does not lead to {where}: {reason}").format(
                where=self._where, reason=reason
            )
        )

    def _hear(self) -> None:
        """Read what is there, of which the pipe holds no more than this."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._errors, PIPE)
            self._heard = (self._heard + data)[-KEPT:]
            if not data:
                self._stop_hearing()

    def _stop_hearing(self) -> None:
        if self._errors >= 0:
            self._loop.remove_reader(self._errors)
            os.close(self._errors)
            self._errors = -1
