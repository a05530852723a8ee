"""A TCP relay on loopback that can delay, freeze, lose and cut what goes through it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Relay:
    """Forwards to one port. `delay_s` is added each way; frozen, it swallows bytes like a dead wire."""

    def __init__(self, port: int, delay_s: float = 0.0, host: str = "127.0.0.1") -> None:
        self.target = (host, port)
        self.delay_s = delay_s
        self.port = 0
        self.connections = 0
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving = 0
        self._generation = 0
        self._over = asyncio.Event()

    def freeze(self) -> None:
        self._thawed.clear()

    def thaw(self) -> None:
        self._thawed.set()

    def lose(self) -> None:
        """Swallow whatever the connections of now still send, their end too, without a sign to anybody."""
        self._generation += 1

    def cut(self) -> None:
        """Reset every connection on both sides."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._serving += 1
        try:
            await self._serve(reader, writer)
        finally:
            self._serving -= 1

    async def end(self) -> None:
        """Cut everything and wait until it is gone."""
        self._over.set()
        while self._serving:
            self.thaw()
            self.cut()
            await asyncio.sleep(0.005)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, far_writer}
        self._writers |= pair
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pump(reader, far_writer))
                tasks.create_task(self._pump(far_reader, writer))
        finally:
            self._writers -= pair
            for end in pair:
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        generation = self._generation
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._thawed.wait()
                if generation != self._generation:
                    break
                if self.delay_s:
                    loop.call_later(self.delay_s, _write, writer, data)
                else:
                    writer.write(data)
        if generation != self._generation:
            await self._over.wait()
        writer.transport.abort()


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.transport.is_closing():
        writer.write(data)


@contextlib.asynccontextmanager
async def relay_to(
    port: int, delay_s: float = 0.0, host: str = "127.0.0.1"
) -> AsyncIterator[Relay]:
    relay = Relay(port, delay_s, host)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await relay.end()
        await server.wait_closed()
