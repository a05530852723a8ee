"""Opening TCP, where the console's own machine refuses something."""

import asyncio
import errno
import os
import socket
from typing import Any

import pytest

from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import NetworkFailure
from pfha_tui.transports.ssh.settings import load
from pfha_tui.transports.ssh.tcp import dial


@pytest.fixture
def without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without IPv6, and a name server that gives an address of it first."""
    real = socket.socket

    def refusing(family: int = -1, *words: Any, **named: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
        return real(family, *words, **named)

    def both(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        ends = ((socket.AF_INET6, ("::1", port, 0, 0)), (socket.AF_INET, ("127.0.0.1", port)))
        return [(family, socket.SOCK_STREAM, 6, "", address) for family, address in ends]

    monkeypatch.setattr(socket, "socket", refusing)
    monkeypatch.setattr(socket, "getaddrinfo", both)


@pytest.mark.usefixtures("without_ipv6")
async def test_an_address_of_a_family_that_is_not_there_is_passed_over() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    target = SshTarget("fw1", port, user="watcher")
    settings = await load(target, target.host, target.port, target.user)
    with await dial(settings, 5.0) as sock:
        assert sock.getpeername() == ("127.0.0.1", port)
    server.close()
    await server.wait_closed()
    with pytest.raises(NetworkFailure, match="cannot be reached"):
        await dial(settings, 5.0)


async def test_no_file_descriptor_left_is_a_network_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: Any) -> socket.socket:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    target = SshTarget("127.0.0.1", 22, user="watcher")
    settings = await load(target, target.host, target.port, target.user)
    monkeypatch.setattr(socket, "socket", full)
    with pytest.raises(NetworkFailure, match="Too many open files"):
        await dial(settings, 5.0)
