"""The wire between a client and a node's sshd, which goes dead when the node does.

A box without power answers nothing, not even with a refusal: new connections hang, old ones stall. Once it is up
again, it knows nothing of the old ones and resets them.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Coroutine

CHUNK = 65536
BACKLOG = 64

Serve = Callable[[socket.socket], Coroutine[None, None, None]]
"""Runs an SSH server on one end of a socket pair until the connection is over."""


class _Over(Exception):
    """One end of a connection has closed, so the whole of it is over."""


class Listener:
    """One listening port on loopback; `port` is chosen by the kernel."""

    def __init__(self, serve: Serve, tasks: asyncio.TaskGroup) -> None:
        self._serve = serve
        self._group = tasks
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._alive = asyncio.Event()
        self._alive.set()
        self._fillers: list[socket.socket] = []
        self._clients: dict[asyncio.Task[None], socket.socket] = {}
        self._acceptor: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to accept."""
        if self._acceptor is None:
            self._acceptor = self._group.create_task(self._accept())

    @property
    def alive(self) -> bool:
        """Whether bytes pass."""
        return self._alive.is_set()

    @property
    def clients(self) -> int:
        """How many client connections are open."""
        return len(self._clients)

    def freeze(self) -> None:
        """Let no byte pass, either way; the other end cannot tell it from a dead wire."""
        if not self.alive:
            return
        self._alive.clear()
        if self._acceptor is not None:
            self._acceptor.cancel()
            self._acceptor = None
        # A full accept queue makes the kernel drop further connection requests, as a dead box would.
        self._socket.listen(0)
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self._fillers.append(filler)

    def thaw(self) -> None:
        """Let the bytes pass again, those of before included."""
        if self.alive:
            return
        self._drop_fillers()
        self._socket.listen(BACKLOG)
        self._alive.set()
        self.start()

    def reset(self) -> None:
        """Reset every open connection, as a rebooted box does with what it does not know."""
        for task, client in self._clients.items():
            with contextlib.suppress(OSError):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            task.cancel()

    async def stop(self) -> None:
        """Close everything."""
        tasks = [*self._clients]
        if self._acceptor is not None:
            tasks.append(self._acceptor)
            self._acceptor = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._drop_fillers()
        self._socket.close()

    def _drop_fillers(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(self._socket)
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = self._group.create_task(self._relay(client))
            self._clients[task] = client
            task.add_done_callback(lambda done: self._clients.pop(done, None))

    async def _relay(self, client: socket.socket) -> None:
        near, far = socket.socketpair()
        near.setblocking(False)
        far.setblocking(False)
        with client, near, far:
            try:
                async with asyncio.TaskGroup() as ends:
                    ends.create_task(self._serve(far))
                    ends.create_task(self._pump(client, near))
                    ends.create_task(self._pump(near, client))
            except* _Over:
                pass

    async def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while data := await loop.sock_recv(source, CHUNK):
                await self._alive.wait()
                await loop.sock_sendall(sink, data)
        # The end of a connection is a message too, and a dead wire carries none.
        await self._alive.wait()
        raise _Over
