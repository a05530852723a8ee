"""A node's sshd: public keys only, no terminal, commands run by a real /bin/sh with the lab's stand-ins."""

import asyncio
import contextlib
import os
import re
import signal
import socket
from collections.abc import Callable
from typing import IO

import asyncssh

from pfha_tui.lab.bridge import BACKLOG, Bridge
from pfha_tui.lab.commands.files import DEVD
from pfha_tui.lab.commands.reply import Follow
from pfha_tui.lab.jobs import Jobs, send
from pfha_tui.lab.reaper import Reaper
from pfha_tui.lab.relay import Listener

USERS = {"admin": 0, "root": 0, "monitor": 2001}
"""Accounts and their uids; `monitor` may use `sudo -n`, as pfSense's sudo package would let it."""

MENU = (
    "*** Welcome to pfSense {version} (amd64) on {name} ***\r\n\r\n"
    " 0) Logout (SSH only)                  9) pfTop\r\n"
    " 5) Reboot system                     14) Disable Secure Shell (sshd)\r\n"
    " 6) Halt system                       16) Restart PHP-FPM\r\n\r\n"
    "This is a simulated firewall: it runs commands, but has no console menu.\r\n"
)
CHUNK = 65536
STOP_WAIT = 5.0
"""Seconds that open sessions get to end when the server stops."""

_READS_SCRIPT = re.compile(r"\s*(?:exec\s+)?(?:\S*sudo\s+-n\s+)?(?:/bin/)?sh(?:\s+-\w+)*\s*")
"""Commands whose standard input is shell text, and therefore rewritten."""


class SshServer:
    """The SSH side of one node; see `Listener` for what happens when its power fails."""

    def __init__(
        self,
        bridge: Bridge,
        host_key: asyncssh.SSHKey,
        client_key: asyncssh.SSHKey,
        tasks: asyncio.TaskGroup,
        reaper: Reaper,
    ) -> None:
        self._bridge = bridge
        self._jobs = Jobs(reaper, tasks)
        self._client_key = client_key.convert_to_public()
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._sessions = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._options = asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Server(bridge, self._client_key),
            server_host_keys=[host_key],
            process_factory=self._session,
            encoding=None,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            compression_algs=None,
            login_timeout=30,
            keepalive_interval=30,
        )
        self.listener = Listener(self._serve, tasks, lambda: bridge.node.path)

    @property
    def sessions(self) -> int:
        """How many commands run."""
        return self._sessions

    @property
    def processes(self) -> tuple[int, ...]:
        """The process groups that run, those of sessions that are over included."""
        return self._jobs.groups

    def abort(self) -> None:
        """Drop every connection on the node's side and kill every process (its power failed); the clients are told
        nothing."""
        for connection in tuple(self._connections):
            connection.abort()
        self._jobs.signal(signal.SIGKILL)

    def pause(self, paused: bool) -> None:
        """Stop every process for as long as the node hangs, or let them go on."""
        self._jobs.signal(signal.SIGSTOP if paused else signal.SIGCONT)

    async def stop(self) -> None:
        """End all sessions, connections and processes, and stop listening."""
        self.abort()
        await self.listener.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_WAIT):
                await self._jobs.kill()
                await self._idle.wait()

    async def _serve(self, sock: socket.socket) -> None:
        try:
            connection = await asyncssh.run_server(sock, options=self._options)
        except (OSError, asyncssh.Error):
            return  # the client went away, or was refused
        self._connections.add(connection)
        try:
            await connection.wait_closed()
        finally:
            self._connections.discard(connection)
            connection.abort()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_WAIT):
                    await connection.wait_closed()

    async def _session(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        self._sessions += 1
        self._idle.clear()
        try:
            if process.command is None:
                node = self._bridge.node
                menu = MENU.format(version=node.generation.version, name=node.name)
                process.stdout.write(menu.encode())
                process.exit(1)
            else:
                await self._run(process, process.command)
        except (OSError, asyncssh.Error):
            process.close()  # the link went away in the middle
        finally:
            self._sessions -= 1
            if not self._sessions:
                self._idle.set()

    async def _run(self, process: "asyncssh.SSHServerProcess[bytes]", command: str) -> None:
        """Run a command as sshd does: the session lasts until it has ended and nobody holds its output, or until the
        connection is gone; then its pipes are closed, and whatever runs is left alone."""
        uid = USERS[process.get_extra_info("username")]
        rewritten = self._bridge.rewrite(command.encode())
        async with contextlib.AsyncExitStack() as cleanup:
            pipes = [await _Pipe.open(cleanup) for _ in range(2)]
            child = await self._jobs.start(
                rewritten,
                self._bridge.environment(uid),
                self._bridge.root,
                pipes[0].far,
                pipes[1].far,
            )
            for pipe in pipes:
                pipe.far.close()
            assert child.stdin is not None
            cleanup.callback(child.stdin.close)
            async with asyncio.TaskGroup() as tasks:
                gone = tasks.create_task(_close_with(process, pipes))
                script = _READS_SCRIPT.fullmatch(command) is not None
                feed = tasks.create_task(self._feed(process, child, script))
                async with asyncio.TaskGroup() as drains:
                    drains.create_task(_drain(pipes[0].reader, process.stdout))
                    drains.create_task(_drain(pipes[1].reader, process.stderr))
                exited = tasks.create_task(child.wait())
                await asyncio.wait((exited, gone), return_when=asyncio.FIRST_COMPLETED)
                for task in (gone, feed, exited):
                    task.cancel()
        code = child.returncode
        if code is None or process.is_closing():
            return
        if code >= 0:
            process.exit(code)
        else:
            process.exit_with_signal(signal.Signals(-code).name.removeprefix("SIG"))

    async def _feed(
        self,
        process: "asyncssh.SSHServerProcess[bytes]",
        child: asyncio.subprocess.Process,
        script: bool,
    ) -> None:
        """Pass standard input on; shell text is rewritten line by line."""
        assert child.stdin is not None
        rest = b""
        with contextlib.suppress(OSError, asyncssh.Error):
            while data := await _read(process, child.pid):
                if script:
                    lines, newline, rest = (rest + data).rpartition(b"\n")
                    data = self._bridge.rewrite(lines + newline)
                child.stdin.write(data)
                await child.stdin.drain()
            child.stdin.write(self._bridge.rewrite(rest))
        child.stdin.close()


async def _read(process: "asyncssh.SSHServerProcess[bytes]", group: int) -> bytes:
    """The next bytes; a signal goes to the whole process group, as OpenSSH has it since 7.9."""
    while True:
        try:
            return await process.stdin.read(CHUNK)
        except asyncssh.SignalReceived as received:
            number = getattr(signal, f"SIG{received.signal}", None)
            if number is not None:
                send(group, number)
        except (asyncssh.BreakReceived, asyncssh.TerminalSizeChanged):
            continue


class _Pipe:
    """A pipe from a process: `far` is its end, `reader` reads ours."""

    def __init__(
        self, far: IO[bytes], reader: asyncio.StreamReader, transport: asyncio.ReadTransport
    ) -> None:
        self.far = far
        self.reader = reader
        self.close = transport.close

    @classmethod
    async def open(cls, cleanup: contextlib.AsyncExitStack) -> "_Pipe":
        """Raises OSError when there are no more descriptors."""
        near, far = (cleanup.enter_context(end) for end in _ends())
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), near
        )
        cleanup.callback(transport.close)
        return cls(far, reader, transport)


def _ends() -> tuple[IO[bytes], IO[bytes]]:
    near, far = os.pipe()
    return open(near, "rb", buffering=0), open(far, "wb", buffering=0)


async def _drain(source: asyncio.StreamReader, sink: "asyncssh.SSHWriter[bytes]") -> None:
    with contextlib.suppress(OSError, asyncssh.Error):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()


async def _close_with(process: "asyncssh.SSHServerProcess[bytes]", pipes: list[_Pipe]) -> None:
    """Close our ends once the channel is closed."""
    await process.wait_closed()
    for pipe in pipes:
        pipe.close()


class _Server(asyncssh.SSHServer):
    """Who may log in, and what may be forwarded."""

    def __init__(self, bridge: Bridge, client_key: asyncssh.SSHKey) -> None:
        self._bridge = bridge
        self._client_key = client_key

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return False

    def kbdint_auth_supported(self) -> bool:
        return False

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username in USERS and key == self._client_key

    def unix_connection_requested(self, dest_path: str) -> "bool | asyncssh.SSHUNIXSession[bytes]":
        """Only devd's pipe is there to be reached."""
        return _Devd(self._bridge) if dest_path == DEVD else False


class _Devd(asyncssh.SSHUNIXSession[bytes]):
    """A client of devd's pipe through direct-streamlocal."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._channel: asyncssh.SSHUNIXChannel[bytes] | None = None
        self._leave: Callable[[], None] | None = None

    def connection_made(self, chan: "asyncssh.SSHUNIXChannel[bytes]") -> None:
        self._channel = chan

    def session_started(self) -> None:
        self._leave = self._bridge.subscribe(Follow.DEVD, self._deliver)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._leave is not None:
            self._leave()

    def _deliver(self, text: str) -> None:
        assert self._channel is not None
        if self._channel.get_write_buffer_size() > BACKLOG:
            self._channel.abort()
        elif not self._channel.is_closing():
            self._channel.write(text.encode())
