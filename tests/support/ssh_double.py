"""An SSH server in this process for faults that OpenSSH does not commit, with a real shell behind it."""

import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import asyncssh

from tests.support.deadline import until

Handler = Callable[[asyncssh.SSHServerProcess[bytes]], Coroutine[Any, Any, None]]


class Double(asyncssh.SSHServer):
    """Counts what clients try; lets in the keys of `allowed`."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._connection: asyncssh.SSHServerConnection

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._world.connections += 1
        self._world.open.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._world.open.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self._world.offered.append(key.get_fingerprint())
        return key.get_fingerprint() in self._world.allowed

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._world.passwords += 1
        return False


class World:
    """What the server does and has seen. `commands` are the exec requests in their order."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.open: set[asyncssh.SSHServerConnection] = set()
        self.running = 0
        self.passwords = 0
        self.offered: list[str] = []
        self.allowed: set[str] = set()
        self.commands: list[str] = []
        self.handlers: dict[str, Handler] = {}
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")

    async def process(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        command = process.command or ""
        self.commands.append(command)
        self.running += 1
        try:
            await self.handlers.get(command, run_really)(process)
        except asyncssh.SignalReceived:
            process.exit(137)
        finally:
            self.running -= 1


async def run_really(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Run the command by a real shell, as `nobody` when the tests run as root."""
    user: dict[str, Any] = {"user": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    child = subprocess.Popen(  # noqa: ASYNC220 (a fork of a small process)
        ["/bin/sh", "-c", process.command or "exit 64"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        **user,
    )
    try:
        await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
        await process.wait_closed()
    finally:
        child.kill()
        child.wait()
    process.exit(child.returncode)


@contextlib.asynccontextmanager
async def serving(world: World) -> AsyncIterator[World]:
    server = await asyncssh.create_server(
        lambda: Double(world),
        "127.0.0.1",
        0,
        server_host_keys=[world.host_key],
        process_factory=world.process,
        encoding=None,
        line_editor=False,
    )
    world.port = server.get_port()
    try:
        yield world
    finally:
        server.close()
        for connection in tuple(world.open):
            connection.abort()
        await until(lambda: not (world.open or world.running))
        await server.wait_closed()


def write_key(folder: Path, name: str = "id") -> tuple[Path, asyncssh.SSHKey]:
    """A private key file and its public half beside it."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    path = folder / name
    path.write_bytes(key.export_private_key())
    path.chmod(0o600)
    (folder / f"{name}.pub").write_bytes(key.export_public_key())
    return path, key
