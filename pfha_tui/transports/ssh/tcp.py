"""Opens TCP to a host by ourselves: what fails here has never reached sshd."""

import asyncio
import errno
import os
import socket

from pfha_tui.domain.language import tr
from pfha_tui.transports.base import NetworkFailure, NoAnswer
from pfha_tui.transports.own_thread import AddressInfo, look_up
from pfha_tui.transports.ssh.errors import in_words
from pfha_tui.transports.ssh.settings import Settings


async def dial(settings: Settings, timeout_s: float) -> socket.socket:
    """Open TCP to the host, trying each of its addresses. Raises NetworkFailure, of it NoAnswer for silence."""
    loop = asyncio.get_running_loop()
    problem: OSError = TimeoutError()
    infos = await _addresses(settings.host, settings.port, settings.family, timeout_s)
    own = None
    if settings.bind_address is not None:
        found = await _addresses(settings.bind_address, 0, settings.family, timeout_s)
        own = {family: address for family, _, _, _, address in reversed(found)}
    for family, kind, protocol, _, address in infos:
        sock = None
        try:
            sock = socket.socket(family, kind, protocol)
            sock.setblocking(False)
            _feel_for_life(sock)
            if own is not None:
                if family not in own:
                    raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
                sock.bind(own[family])
            async with asyncio.timeout(timeout_s / len(infos)):
                await loop.sock_connect(sock, address)
        except OSError as error:
            _close(sock)
            problem = error
        except BaseException:
            _close(sock)
            raise
        else:
            return sock
    failure = NoAnswer if isinstance(problem, TimeoutError) else NetworkFailure
    raise failure(
        tr("{where} cannot be reached: {reason}").format(
            where=settings.where, reason=in_words(problem)
        )
    ) from problem


async def _addresses(host: str, port: int, family: int, timeout_s: float) -> list[AddressInfo]:
    """What a name stands for, in the order to try. Raises NetworkFailure."""
    try:
        async with asyncio.timeout(2 * timeout_s):
            return await look_up(host, port, socket.SOCK_STREAM, family)
    except OSError as error:
        raise NetworkFailure(
            tr("the name {host} was not found: {reason}").format(host=host, reason=in_words(error))
        ) from error


def _close(sock: socket.socket | None) -> None:
    if sock is not None:
        sock.close()


def _feel_for_life(sock: socket.socket) -> None:
    """Let the kernel ask whether the peer is still there: a login that waits for a banner would not notice."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
