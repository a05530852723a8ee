"""Real sockets before the VIPs: a TCP and a UDP echo port on loopback for each, open only while somebody is MASTER.

What a client of the VIP would see, it sees here. While nobody serves, a new connection is not refused but stays
unanswered, a datagram is lost, and the bytes of an open connection wait, as TCP would send them again (without its
growing pauses). After a takeover a connection goes on if pfsync had brought its state to the new MASTER; otherwise it
falls silent, and may revive when the state arrives, or comes back with the old MASTER.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Any, cast

from pfha_tui.lab import relay
from pfha_tui.lab.scheduler import Timer
from pfha_tui.lab.sessions import Fate, Service, Services
from pfha_tui.lab.states import End
from pfha_tui.lab.world import World

HOST = "127.0.0.1"
BACKLOG = 64
CONNECTIONS = 256
"""How many connections one port serves at a time; more are closed."""
HELD = 65536
"""Bytes of a connection that wait before its client is made to wait."""
HALF_CLOSED = 900.0
"""Seconds that a client which has sent its end is waited for while its last bytes do not pass (tcp.closing)."""
CLOSE_WAIT = 2.0
"""Seconds that connections get to end when the lab stops."""


class Forwarder:
    """The ports of all VIPs; `reset_unknown` answers a packet without a state by a reset, as `block return` would."""

    def __init__(self, world: World, *, reset_unknown: bool = False) -> None:
        self.world = world
        self.reset_unknown = reset_unknown
        self._services = Services(world)
        self._services.on_move.append(self._moved)
        self._ports = [_Port(self, service) for service in self._services.all]
        self._running = False

    async def start(self, tasks: asyncio.TaskGroup) -> None:
        """Open the ports; `tasks` is entered for each connection. Raises OSError when there are no ports."""
        self._running = True
        self.world.reports.append(self.report)
        for port in self._ports:
            await port.start(tasks)

    async def stop(self) -> None:
        """Close all ports and connections."""
        if self._running:
            self._running = False
            self.world.reports.remove(self.report)
            self._services.close()
            for port in self._ports:
                await port.stop()

    def describe(self) -> list[dict[str, Any]]:
        """Each VIP with its address, VHID, interface by description, and TCP and UDP port on loopback."""
        return [
            {
                "vip": str(port.service.vip.address.ip),
                "vhid": port.service.vip.vhid,
                "interface": port.service.vip.description,
                "tcp": port.tcp,
                "udp": port.udp,
            }
            for port in self._ports
        ]

    def status(self) -> list[dict[str, Any]]:
        """As `describe`, with the name of the node that answers (None while nobody does) and the open connections."""
        self.world.catch_up()
        return [
            {
                **described,
                "answers": None if port.service.node is None else port.service.node.name,
                "connections": len(port.connections),
            }
            for described, port in zip(self.describe(), self._ports, strict=True)
        ]

    def report(self) -> list[str]:
        """A line on each VIP: who answers, and on which ports."""
        return [
            f"{vip['vip']} ({vip['interface']}, vhid {vip['vhid']}): {vip['answers'] or 'nobody'} answers, "
            f"tcp port {vip['tcp']} with {vip['connections']} open, udp port {vip['udp']}"
            for vip in self.status()
        ]

    def _moved(self) -> None:
        if self._running:
            for port in self._ports:
                port.moved()


class _Port:
    """The TCP listener and the UDP socket of one VIP."""

    def __init__(self, forwarder: Forwarder, service: Service) -> None:
        self.forwarder = forwarder
        self.service = service
        self.tcp = self.udp = 0
        self.connections: set[_Connection] = set()
        self.empty = asyncio.Event()
        self.empty.set()
        self._socket: socket.socket | None = None
        self._open = False
        self._again: asyncio.TimerHandle | None = None
        """When it listens again after there was no descriptor for a client."""
        self._fillers: list[socket.socket] = []
        self._udp: asyncio.DatagramTransport | None = None
        self._tasks: asyncio.TaskGroup | None = None

    async def start(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._socket = socket.create_server((HOST, 0), backlog=BACKLOG)
        self._socket.setblocking(False)
        self.tcp = self._socket.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), local_addr=(HOST, 0)
        )
        self.udp = self._udp.get_extra_info("sockname")[1]
        self._listen()
        self.moved()

    async def stop(self) -> None:
        if self._socket is not None:
            self._stop_listening()
            self._drop_fillers()
            self._socket.close()
        if self._udp is not None:
            self._udp.abort()
        for connection in tuple(self.connections):
            connection.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WAIT):
                await self.empty.wait()

    def moved(self) -> None:
        """The way of packets has changed: open or close the door, and let what waits try again."""
        if self._udp is None:
            return  # it looks once it has started
        if self.service.node is None and self._open:
            self._shut()
        elif self.service.node is not None and not self._open:
            self._reopen()
        for connection in tuple(self.connections):
            connection.flush()

    def _listen(self) -> None:
        assert self._socket is not None
        self._open, self._again = True, None
        asyncio.get_running_loop().add_reader(self._socket, self._accept)

    def _stop_listening(self) -> None:
        if self._again is not None:
            self._again.cancel()
        elif self._open:
            asyncio.get_running_loop().remove_reader(self._socket)  # type: ignore[arg-type]
        self._open, self._again = False, None

    def _shut(self) -> None:
        """Leave connection requests unanswered."""
        assert self._socket is not None
        self._stop_listening()
        self._fillers = relay.deafen(self._socket)

    def _reopen(self) -> None:
        assert self._socket is not None
        ours = {filler.getsockname() for filler in self._fillers}
        waiting = []
        # Of those for whom there is no descriptor the reader hears.
        with contextlib.suppress(OSError):
            while True:
                waiting.append(self._socket.accept())
        self._drop_fillers()
        self._socket.listen(BACKLOG)
        self._listen()
        for client, address in waiting:
            if address in ours:
                client.close()
            else:
                self._take(client, address)

    def _drop_fillers(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()

    def _accept(self) -> None:
        assert self._socket is not None
        try:
            client, address = self._socket.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError:
            # No descriptor: the request stays in the queue, and the loop would call at once again.
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._socket)
            self._again = loop.call_later(relay.WITHOUT_DESCRIPTORS, self._listen)
            return
        self._take(client, address)

    def _take(self, client: socket.socket, address: End) -> None:
        if len(self.connections) >= CONNECTIONS:
            client.close()
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(self, address)
        self.connections.add(connection)
        self.empty.clear()
        assert self._tasks is not None
        self._tasks.create_task(_adopt(client, connection))


async def _adopt(client: socket.socket, connection: "_Connection") -> None:
    """Let the loop serve an accepted socket."""
    adopted = False
    try:
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, client)
            adopted = True
    finally:
        if not adopted:
            client.close()
            connection.connection_lost(None)


class _Connection(asyncio.Protocol):
    """A client's TCP connection with the echo service; its bytes wait until they pass."""

    def __init__(self, port: _Port, client: End) -> None:
        self._port = port
        self._service = port.service
        self._flow = port.service.flow("tcp", client[1])
        self._transport: asyncio.Transport | None = None
        self._established = False
        self._held = bytearray()
        self._ended = self._aborted = self._congested = False
        self._patience: Timer | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._aborted:
            transport.abort()
            return
        self._service.world.catch_up()
        self.flush()

    def data_received(self, data: bytes) -> None:
        self._held += data
        self._service.world.catch_up()
        self.flush()

    def eof_received(self) -> bool:
        self._ended = True
        self._service.world.catch_up()
        self.flush()
        if self._transport is not None and not self._transport.is_closing():
            self._patience = self._service.world.scheduler.after(HALF_CLOSED, self.abort)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._patience is not None:
            self._patience.cancel()
        self._port.connections.discard(self)
        if not self._port.connections:
            self._port.empty.set()

    def pause_writing(self) -> None:
        self._congested = True
        self._throttle()

    def resume_writing(self) -> None:
        self._congested = False
        self._throttle()

    def flush(self) -> None:
        """Send on what waits, if it passes now."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if not self._established:
            self._established = self._sent(0, opening=True)
        if self._established and self._held and self._sent(len(self._held)):
            transport.write(bytes(self._held))
            self._held.clear()
        if self._established and self._ended and not self._held and not transport.is_closing():
            self._service.finish(self._flow)
            transport.close()
        self._throttle()

    def abort(self) -> None:
        """Drop the connection, whatever waits."""
        self._aborted = True
        if self._transport is not None:
            self._transport.abort()

    def _sent(self, size: int, *, opening: bool = False) -> bool:
        fate = self._service.send(self._flow, size, opening=opening)
        if fate is Fate.DROPPED and self._port.forwarder.reset_unknown and self._transport:
            # Closed with nothing to linger for, a socket sends a reset and no end.
            self._transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            self.abort()
        return fate is Fate.PASSED

    def _throttle(self) -> None:
        """Let the client wait while too much of it waits here."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._congested or len(self._held) > HELD:
            transport.pause_reading()
        elif not transport.is_reading():
            transport.resume_reading()


class _Datagrams(asyncio.DatagramProtocol):
    """The UDP echo service of one VIP."""

    def __init__(self, port: _Port) -> None:
        self._service = port.service
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # No isinstance: before Python 3.12 the transport of a datagram socket is no DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: End) -> None:
        self._service.world.catch_up()
        passed = self._service.send(self._service.flow("udp", addr[1]), len(data)) is Fate.PASSED
        if passed and self._transport is not None:
            self._transport.sendto(data, addr)
