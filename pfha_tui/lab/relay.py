"""The wire between a client and a node's sshd, which goes dead when the node does, and can be slow or lossy.

A box without power answers nothing, not even with a refusal: new connections hang, old ones stall. Once it is up
again, it knows nothing of the old ones and resets them. A box without sshd refuses.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Callable, Coroutine

from pfha_tui.lab.node import Path

CHUNK = 65536
BACKLOG = 64
CONNECTIONS = 100
"""How many connections one port serves at a time; more are closed, as by sshd's MaxStartups."""
FILLERS = 3
"""More connections than a listener of backlog 0 takes."""
WITHOUT_DESCRIPTORS = 0.1
"""Seconds until a listener for which there was no descriptor tries again; the kernel keeps the request meanwhile."""
IN_FLIGHT = 64
"""Chunks that may be on their way in one direction."""
RETRANSMIT = 0.2
"""Seconds until a lost segment is sent again the first time; each further time takes twice as long."""

Serve = Callable[[socket.socket], Coroutine[None, None, None]]
"""Runs an SSH server on one end of a socket pair until the connection is over."""


class _Over(Exception):
    """One end of a connection has closed, so the whole of it is over."""


def lateness(path: Path, chance: random.Random) -> float:
    """Seconds that a segment needs one way over a path, lost attempts included."""
    late, wait = path.round_trip / 2, RETRANSMIT
    while chance.random() < path.loss:
        late, wait = late + wait, wait * 2
    return late


def deafen(listener: socket.socket) -> list[socket.socket]:
    """Have connection requests of others dropped, as a dead box would: a full accept queue makes the kernel do it.

    The result fills the queue, and is to be closed before the listener hears again. Where there are no descriptors
    left, requests are taken and not answered.
    """
    listener.listen(0)
    fillers: list[socket.socket] = []
    with contextlib.suppress(OSError):
        for _ in range(FILLERS):
            filler = socket.socket()
            fillers.append(filler)
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
    return fillers


class Listener:
    """One listening port on loopback; `port` is chosen by the kernel."""

    def __init__(
        self, serve: Serve, tasks: asyncio.TaskGroup, path: Callable[[], Path] = Path
    ) -> None:
        self._serve = serve
        self._group = tasks
        self._path = path
        self._chance = random.Random()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._alive = asyncio.Event()
        self._alive.set()
        self._fillers: list[socket.socket] = []
        self._clients: dict[asyncio.Task[None], socket.socket] = {}
        self._acceptor: asyncio.Task[None] | None = None
        self._refusing = False

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
        self.accept()
        self._alive.clear()
        self._stop_accepting()
        self._fillers = deafen(self._socket)

    def thaw(self) -> None:
        """Let the bytes pass again, those of before included."""
        if self.alive:
            return
        self._drop_fillers()
        self._socket.listen(BACKLOG)
        self._alive.set()
        self.start()

    def refuse(self) -> None:
        """Nobody listens any more: new connections are refused, old ones closed."""
        if self._refusing:
            return
        self._refusing = True
        self._stop_accepting()
        self._rebind()
        for task in self._clients:
            task.cancel()

    def accept(self) -> None:
        """Somebody listens again."""
        if self._refusing:
            self._refusing = False
            self._socket.listen(BACKLOG)
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
        self._stop_accepting()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._drop_fillers()
        self._socket.close()

    def _rebind(self) -> None:
        """Hold the port without listening on it: the kernel then refuses by itself."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1", self.port))

    def _stop_accepting(self) -> None:
        if self._acceptor is not None:
            self._acceptor.cancel()
            self._acceptor = None

    def _drop_fillers(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(self._socket)
            except OSError:
                await asyncio.sleep(WITHOUT_DESCRIPTORS)
                continue
            if len(self._clients) >= CONNECTIONS:
                client.close()
                continue
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = self._group.create_task(self._relay(client))
            self._clients[task] = client
            task.add_done_callback(lambda done: self._clients.pop(done, None))

    async def _relay(self, client: socket.socket) -> None:
        try:
            near, far = socket.socketpair()
        except OSError:
            client.close()
            return
        near.setblocking(False)
        far.setblocking(False)
        with client, near, far:
            try:
                async with asyncio.TaskGroup() as ends:
                    ends.create_task(self._serve(far))
                    self._lane(ends, client, near)
                    self._lane(ends, near, client)
            except* _Over:
                pass

    def _lane(self, ends: asyncio.TaskGroup, source: socket.socket, sink: socket.socket) -> None:
        """One direction: what is sent arrives in order, and as late as the path is long."""
        flight: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(IN_FLIGHT)
        ends.create_task(self._send(source, flight))
        ends.create_task(self._arrive(flight, sink))

    async def _send(
        self, source: socket.socket, flight: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        """Empty bytes are the end of the connection: a message too, which a dead wire does not carry either."""
        loop = asyncio.get_running_loop()
        data = b"-"
        while data:
            try:
                data = await loop.sock_recv(source, CHUNK)
            except OSError:
                data = b""
            await flight.put((loop.time() + lateness(self._path(), self._chance), data))

    async def _arrive(
        self, flight: "asyncio.Queue[tuple[float, bytes]]", sink: socket.socket
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await flight.get()
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            await self._alive.wait()
            if not data:
                raise _Over
            try:
                await loop.sock_sendall(sink, data)
            except OSError:
                await self._alive.wait()
                raise _Over from None
