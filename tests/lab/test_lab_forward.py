"""The echo ports of the lab's VIPs, with real clients: what a drill would measure."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pfha_tui.lab import scenarios, states, status
from pfha_tui.lab.carp import Advertisement
from pfha_tui.lab.forward import Forwarder
from pfha_tui.lab.runner import Lab
from pfha_tui.lab.sessions import SERVER_PORT
from pfha_tui.lab.world import World
from tests.support.deadline import until
from tests.support.live_lab import lab

PATIENCE = 20.0
SHORT = 0.4
"""Seconds (real) in which nothing must happen."""


def ports(found: Lab, interface: str = "LAN") -> tuple[int, int]:
    """TCP and UDP port of the VIP on an interface."""
    vip = next(each for each in found.describe()["vips"] if each["interface"] == interface)
    return vip["tcp"], vip["udp"]


class Pinger(asyncio.DatagramProtocol):
    """Sends numbered datagrams, and notes which came back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent = 0
        self.heard: set[int] = set()
        self.transport: asyncio.DatagramTransport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.add(int(data))

    def ping(self) -> None:
        self.world.catch_up()
        self.transport.sendto(str(self.sent).encode())
        self.sent += 1

    async def ping_for(self, seconds: float, pause: float) -> None:
        """Ping for so many world seconds, every `pause` real ones."""
        end = self.world.now + seconds
        while self.world.now < end:
            self.ping()
            await asyncio.sleep(pause)


@asynccontextmanager
async def pinger(found: Lab, interface: str = "LAN") -> AsyncIterator[Pinger]:
    made, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Pinger(found.world), remote_addr=("127.0.0.1", ports(found, interface)[1])
    )
    protocol.transport = made
    try:
        yield protocol
    finally:
        made.close()


@asynccontextmanager
async def connection(
    port: int,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def echoed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    async with asyncio.timeout(PATIENCE):
        assert await reader.readexactly(len(data)) == data


async def silent(reader: asyncio.StreamReader) -> None:
    """Nothing comes, not even an end."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SHORT):
            await reader.read(1)


def cut_power_after_an_advertisement(world: World) -> list[float]:
    """fw1 loses its power the moment it has advertised on LAN, so that the outage has its full length.

    What is returned will hold the world's time then, and that when fw2 has taken over LAN.
    """
    fw1, fw2 = world.nodes
    outage: list[float] = []

    def tap(when: float, node: str, segment: str, ad: Advertisement) -> None:
        if (node, segment) == ("fw1", "LAN"):
            world.taps.remove(tap)
            world.scheduler.after(0.0, cut)

    def cut() -> None:
        fw1.power_off()
        outage.append(world.now)
        world.on_change.append(look)

    def look() -> None:
        if len(outage) == 1 and fw2.is_master("vtnet1"):
            outage.append(world.now)

    world.taps.append(tap)
    return outage


async def test_both_protocols_echo_through_every_vip() -> None:
    async with lab() as found:
        for name in ("WAN", "LAN"):
            async with connection(ports(found, name)[0]) as streams, pinger(found, name) as client:
                await echoed(*streams, b"hello")
                await echoed(*streams, bytes(300_000))
                client.ping()
                await until(lambda client=client: client.heard)
        assert [vip["answers"] for vip in found.forwarder.status()] == ["fw1", "fw1"]


async def test_an_open_connection_is_a_state_until_it_is_closed() -> None:
    async with lab(speed=50) as found:
        fw1, fw2 = found.world.nodes
        async with connection(ports(found)[0]) as (reader, writer):
            await echoed(reader, writer, b"x")
            await until(lambda: fw2.counters.table.sessions)
            for node in (fw1, fw2):
                (state,) = (each for each in states.listing(node) if each.vip[1] == SERVER_PORT)
                assert (state.creator, state.phase) == (fw1.host_id, "ESTABLISHED:ESTABLISHED")
            assert sum(vip["connections"] for vip in found.forwarder.status()) == 1
            writer.write_eof()
            async with asyncio.timeout(PATIENCE):
                assert await reader.read() == b""
        await until(lambda: not fw1.counters.table.sessions and not fw2.counters.table.sessions)


async def test_a_takeover_by_demotion_loses_at_most_one_ping() -> None:
    async with lab() as found, pinger(found) as client, connection(ports(found)[0]) as streams:
        await echoed(*streams, b"before")
        await client.ping_for(0.5, 0.05)
        found.world.catch_up()
        found.world.node("fw1").demote(120, "sysctl")
        await client.ping_for(1.0, 0.05)
        await until(lambda: len(client.heard) >= client.sent - 1)
        await echoed(*streams, b"after")
        assert found.world.node("fw2").is_master("vtnet1")


async def test_a_power_cut_stops_all_for_the_recorded_time_and_the_session_goes_on() -> None:
    async with (
        lab(speed=10) as found,
        pinger(found) as client,
        connection(ports(found)[0]) as streams,
    ):
        await echoed(*streams, b"before")
        client.ping()
        outage = cut_power_after_an_advertisement(found.world)
        while found.world.node("fw1").serving_network:
            client.ping()
            await asyncio.sleep(0.005)
        streams[1].write(b"waits")
        await until(lambda: found.forwarder.status()[1]["answers"] == "fw2" or client.ping())
        client.ping()
        async with asyncio.timeout(PATIENCE):
            assert await streams[0].readexactly(5) == b"waits"
        await until(lambda: client.sent - 1 in client.heard)
        began, ended = outage
        assert 3.35 <= ended - began <= 3.52
        # None at all, where the machine itself paused for as long.
        lost = sorted(set(range(client.sent)) - client.heard)
        assert not lost or lost == list(range(lost[0], lost[-1] + 1))


async def test_with_sync_cut_the_session_dies_and_a_new_one_works() -> None:
    async with lab(speed=10) as found:
        world, (port, _) = found.world, ports(found)
        world.catch_up()
        world.set_segment("SYNC", True)
        async with connection(port) as old:
            await echoed(*old, b"before")
            world.catch_up()
            world.node("fw1").power_off()
            await until(lambda: found.forwarder.status()[1]["answers"] == "fw2")
            old[1].write(b"lost")
            await silent(old[0])
            async with connection(port) as new:
                await echoed(*new, b"new")
            # The old MASTER still had the state, had it not lost its power: it stays lost.
            await silent(old[0])


async def test_a_session_without_a_state_revives_with_the_old_master() -> None:
    async with lab(speed=10) as found:
        world = found.world
        world.catch_up()
        world.set_segment("SYNC", True)
        async with connection(ports(found)[0]) as (reader, writer):
            await echoed(reader, writer, b"before")
            world.catch_up()
            world.node("fw1").demote(120, "sysctl")
            await until(lambda: found.forwarder.status()[1]["answers"] == "fw2")
            writer.write(b"again")
            await silent(reader)
            world.catch_up()
            world.node("fw1").demote(-120, "sysctl")
            async with asyncio.timeout(PATIENCE):
                assert await reader.readexactly(5) == b"again"


async def test_while_both_are_master_the_clients_of_the_first_go_on() -> None:
    async with lab("split-brain") as found, pinger(found) as client:
        assert all(node.is_master("vtnet1") for node in found.world.nodes)
        async with connection(ports(found)[0]) as streams:
            await echoed(*streams, b"x")
        client.ping()
        await until(lambda: client.heard)
        assert [vip["answers"] for vip in found.forwarder.status()] == ["fw1", "fw1"]


async def test_while_nobody_is_master_a_connection_waits_and_is_not_refused() -> None:
    async with (
        lab(speed=10) as found,
        pinger(found) as client,
        connection(ports(found)[0]) as open_before,
    ):
        await echoed(*open_before, b"before")
        found.world.catch_up()
        for node in found.world.nodes:
            node.set_allow(0)
        await until(lambda: found.forwarder.status()[1]["answers"] is None)
        client.ping()
        open_before[1].write(b"waits")
        async with asyncio.TaskGroup() as tasks:
            late = tasks.create_task(asyncio.open_connection("127.0.0.1", ports(found)[0]))
            await silent(open_before[0])
            assert not late.done() and not client.heard
            for node in found.world.nodes:
                node.set_allow(1)
            async with asyncio.timeout(PATIENCE):
                assert await open_before[0].readexactly(5) == b"waits"
                reader, writer = await late
        await echoed(reader, writer, b"late")
        writer.transport.abort()
        # What waited in the lab's own queue has made no session.
        assert sum(vip["connections"] for vip in found.forwarder.status()) <= 2


async def test_roles_may_change_while_the_ports_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    world = scenarios.build("healthy", time.time())
    forwarder = Forwarder(world)
    loop = asyncio.get_running_loop()
    opened = loop.create_datagram_endpoint

    async def meanwhile(*words: Any, **more: Any) -> Any:
        for allow in (0, 1):
            for node in world.nodes:
                node.set_allow(allow)
            world.scheduler.run_until(world.now + 10)
        return await opened(*words, **more)

    monkeypatch.setattr(loop, "create_datagram_endpoint", meanwhile)
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as cleanup:
        cleanup.push_async_callback(forwarder.stop)
        await forwarder.start(tasks)
        for vip in forwarder.describe():
            await echoed(*await cleanup.enter_async_context(connection(vip["tcp"])), b"x")


async def test_a_reset_for_the_unknown_is_a_choice() -> None:
    world = scenarios.build("healthy", time.time())
    forwarder = Forwarder(world, reset_unknown=True)
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as cleanup:
        cleanup.push_async_callback(forwarder.stop)
        await forwarder.start(tasks)
        reader, writer = await cleanup.enter_async_context(
            connection(forwarder.describe()[1]["tcp"])
        )
        await echoed(reader, writer, b"x")
        for node in world.nodes:
            node.counters.table.sessions.clear()
        writer.write(b"y")
        with pytest.raises(ConnectionResetError):
            async with asyncio.timeout(PATIENCE):
                await reader.readexactly(1)


async def test_a_client_that_reads_nothing_is_made_to_wait() -> None:
    async with lab() as found, connection(ports(found)[0]) as (reader, writer):
        await echoed(reader, writer, b"x")
        writer.transport.set_write_buffer_limits(high=0)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        written = 0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while written < 200_000_000:
                    writer.write(bytes(1_000_000))
                    written += 1_000_000
                    async with asyncio.timeout(SHORT):
                        await writer.drain()
        assert written < 100_000_000


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
@pytest.mark.parametrize("masterless", [False, True])
async def test_nothing_is_left_behind(masterless: bool) -> None:
    async with lab():
        pass
    before = len(os.listdir("/proc/self/fd"))
    async with lab() as found:
        port, _ = ports(found)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await echoed(reader, writer, b"x")
        if masterless:
            found.world.catch_up()
            for node in found.world.nodes:
                node.set_allow(0)
            await until(lambda: found.forwarder.status()[1]["answers"] is None)
            writer.write(b"waits")
        others = asyncio.all_tasks() - {asyncio.current_task()}
    assert all(task.done() for task in others)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    writer.transport.abort()
    await until(lambda: len(os.listdir("/proc/self/fd")) <= before)


async def test_the_status_of_the_lab_tells_who_answers_and_where() -> None:
    async with lab() as found:
        tcp, udp = ports(found)
        line = f"192.168.1.1 (LAN, vhid 2): fw1 answers, tcp port {tcp} with 0 open, udp port {udp}"
        assert line in status.status(found.world).splitlines()
    assert line not in status.status(found.world)


async def test_every_vip_of_a_rich_pair_has_its_ports_of_either_family() -> None:
    async with lab("rich") as found:
        vips = found.describe()["vips"]
        assert len({vip["tcp"] for vip in vips}) == len(vips) >= 12
        for wanted in ("203.0.113.11", "2001:db8:1::1"):
            vip = next(each for each in vips if each["vip"] == wanted)
            async with connection(vip["tcp"]) as streams:
                await echoed(*streams, b"x")
