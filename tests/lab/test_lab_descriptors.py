"""A lab that runs out of descriptors: who comes then has to wait or to go, and the lab lives on."""

import asyncio
import gc
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from pfha_tui.lab import relay
from tests.support.deadline import until
from tests.support.live_lab import lab, login, script


@contextmanager
def left(count: int) -> Iterator[None]:
    """So many new descriptors can be had; those that are open stay so."""
    gc.collect()  # none becomes free on the way
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def clients(stack: ExitStack, count: int) -> list[socket.socket]:
    made = [stack.enter_context(socket.socket()) for _ in range(count)]
    for each in made:
        each.setblocking(False)
    return made


async def pass_time() -> None:
    """As long as a listener without descriptors waits, twice."""
    await asyncio.sleep(2 * relay.WITHOUT_DESCRIPTORS)


async def test_sshd_takes_who_came_while_there_were_no_descriptors() -> None:
    async with lab() as found:
        listener = found.nodes["fw1"].ssh.listener
        with ExitStack() as stack:
            early = clients(stack, 3)
            with left(0):
                for each in early:
                    each.connect_ex(("127.0.0.1", listener.port))
                await pass_time()
            await until(lambda: listener.clients == 3)
        async with login(found) as connection:
            assert (await script(connection, "/usr/bin/id -u\n")).stdout == "0\n"


async def test_sshd_lets_go_whom_it_can_take_and_not_serve() -> None:
    async with lab() as found:
        listener = found.nodes["fw1"].ssh.listener
        with ExitStack() as stack:
            (early,) = clients(stack, 1)
            with left(1):
                early.connect_ex(("127.0.0.1", listener.port))
                async with asyncio.timeout(60):
                    assert await asyncio.get_running_loop().sock_recv(early, 100) == b""
        assert listener.alive


async def test_sshd_closes_more_connections_than_it_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "CONNECTIONS", 2)
    async with lab() as found:
        listener = found.nodes["fw1"].ssh.listener
        with ExitStack() as stack:
            loop, three = asyncio.get_running_loop(), clients(stack, 3)
            for each in three:
                each.connect_ex(("127.0.0.1", listener.port))
            async with asyncio.timeout(60):
                assert await loop.sock_recv(three[2], 100) == b""
                assert (await loop.sock_recv(three[0], 100)).startswith(b"SSH-2.0-")
            assert listener.clients == 2


async def test_a_node_dies_and_comes_back_without_descriptors() -> None:
    async with lab() as found:
        node = found.nodes["fw1"].node
        with left(0):
            node.freeze()
            await until(lambda: all(vip["answers"] != "fw1" for vip in found.forwarder.status()))
            node.thaw()
        async with login(found) as connection:
            assert (await script(connection, "/usr/bin/id -u\n")).stdout == "0\n"


async def test_an_echo_port_waits_for_descriptors_without_spinning() -> None:
    faults: list[dict[str, Any]] = []
    async with lab() as found:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: faults.append(context))
        vip = found.describe()["vips"][0]
        with ExitStack() as stack:
            (early,) = clients(stack, 1)
            with left(0):
                early.connect_ex(("127.0.0.1", vip["tcp"]))
                await pass_time()
            async with asyncio.timeout(60):
                await loop.sock_sendall(early, b"hello")
                assert await loop.sock_recv(early, 100) == b"hello"
    assert faults == []


async def test_a_command_is_answered_once_there_is_a_descriptor() -> None:
    async with lab() as found, login(found) as connection:
        process = await connection.create_process("/bin/sh -s")
        process.stdin.write("echo ready; read go; /usr/bin/id -u </dev/null\n")
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == "ready\n"
            with left(0):
                process.stdin.write("go\n")
                await pass_time()
            assert await process.stdout.readline() == "0\n"
