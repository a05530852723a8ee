"""A name server that does not answer: what waits for it, and what must not."""

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pfha_tui.domain.target import Secret, SnmpTarget, SshTarget
from pfha_tui.transports.base import NetworkFailure
from pfha_tui.transports.own_thread import in_own_thread, look_up
from pfha_tui.transports.snmp import SnmpClient, client
from pfha_tui.transports.ssh.settings import load
from pfha_tui.transports.ssh.tcp import dial
from tests.support.deadline import until

ENDS = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 22))]


class DeadResolver:
    """getaddrinfo(3) where no name server answers until `release`; `asked` are the names, `numeric_in` the threads that
    read numeric addresses."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.numeric_in: set[threading.Thread] = set()
        self.released = threading.Event()
        self._real = socket.getaddrinfo

    def __call__(self, host: str, port: int, family: int, kind: int, *, flags: int) -> Any:
        if flags & socket.AI_NUMERICHOST:
            self.numeric_in.add(threading.current_thread())
            return self._real(host, port, family, kind, flags=flags)
        self.asked.append(host)
        self.released.wait()
        return ENDS


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeadResolver]:
    dead = DeadResolver()
    monkeypatch.setattr(socket, "getaddrinfo", dead)
    yield dead
    dead.released.set()


async def test_names_that_are_not_answered_hold_no_shared_thread(resolver: DeadResolver) -> None:
    names = [f"fw{number}.example.com" for number in range(40)]
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(look_up(name, 22, socket.SOCK_STREAM)) for name in names]
        await until(lambda: sorted(resolver.asked) == sorted(names))
        assert await asyncio.to_thread(lambda: 7) == 7
        resolver.released.set()
    assert [task.result() for task in waiting] == [ENDS] * len(names)


async def test_each_try_joins_the_look_up_that_is_under_way(resolver: DeadResolver) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(look_up("fw1.example.com", 22, socket.SOCK_STREAM), 0.01)
    async with asyncio.TaskGroup() as group:
        last = group.create_task(look_up("fw1.example.com", 22, socket.SOCK_STREAM))
        await asyncio.sleep(0)  # it begins, and waits
        resolver.released.set()
    assert last.result() == ENDS
    assert resolver.asked == ["fw1.example.com"]


async def test_each_who_joined_has_an_error_of_its_own() -> None:
    released = threading.Event()

    def fail() -> None:
        released.wait()
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    both = (in_own_thread("fails", fail) for _ in range(2))
    joined = asyncio.gather(*both, return_exceptions=True)
    asyncio.get_running_loop().call_soon(released.set)  # by then both have begun
    one, other = await joined
    assert isinstance(one, socket.gaierror) and isinstance(other, socket.gaierror)
    assert one is not other and one.args == other.args == (socket.EAI_NONAME, "no such name")


async def test_an_address_is_read_in_place(resolver: DeadResolver) -> None:
    (found,) = await look_up("192.0.2.7", 161, socket.SOCK_DGRAM)
    assert found[4] == ("192.0.2.7", 161)
    assert resolver.numeric_in == {threading.current_thread()} and not resolver.asked


async def test_ssh_and_snmp_tell_a_name_that_is_not_answered(
    resolver: DeadResolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = SshTarget("fw1.example.com", 22, user="watcher")
    settings = await load(target, target.host, target.port, target.user)
    with pytest.raises(NetworkFailure, match=r"fw1\.example\.com was not found: timed out"):
        await dial(settings, 0.01)
    monkeypatch.setattr(client, "RESOLVE_TIMEOUT_S", 0.01)
    agent = SnmpClient(SnmpTarget("fw1.example.com", 161, community=Secret("public")))
    assert not await agent.alive()
    with pytest.raises(NetworkFailure, match="could not be looked up in time"):
        await agent.get(["1.3.6.1.2.1.1.3.0"])
    await agent.close()


@pytest.mark.parametrize("host", ["fw1..example.com", f"{'a' * 64}.example.com"])
async def test_a_text_that_can_be_no_name_is_a_network_failure(host: str) -> None:
    target = SshTarget(host, 22, user="watcher")
    settings = await load(target, target.host, target.port, target.user)
    with pytest.raises(NetworkFailure, match="was not found: Name or service not known"):
        await dial(settings, 5.0)
    agent = SnmpClient(SnmpTarget(host, 161, community=Secret("public")))
    with pytest.raises(NetworkFailure, match="name or service not known"):
        await agent.get(["1.3.6.1.2.1.1.3.0"])
    await agent.close()


def test_the_end_of_the_program_does_not_wait_for_a_look_up() -> None:
    program = """
import asyncio, socket, threading
from pfha_tui.transports.own_thread import in_own_thread, look_up
real = socket.getaddrinfo
def dead(*words, flags=0, **named):
    return real(*words, flags=flags, **named) if flags else threading.Event().wait()
socket.getaddrinfo = dead
async def main():
    try:
        await asyncio.wait_for(look_up("fw1.example.com", 22, socket.SOCK_STREAM), 0.01)
    except TimeoutError:
        print("given up")
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("given up\n", "", 0)
